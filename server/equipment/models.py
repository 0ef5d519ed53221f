"""Equipment classes with their failure catalogues, equipment, status log, labels, documents, and the life digest."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from server.attachments.models import Paper
from server.core.queries import rank
from server.core.tables import (
    Identified,
    Instant,
    Synced,
    Versioned,
    enum_column,
    folded,
    instant_column,
    json_column,
    one_name,
    one_of,
    text_column,
)
from shared_models.equipment.rows import Criticality, EquipmentStatus, FailureItemKind

Money = sa.Numeric(14, 2)
SEARCH_TEXT = (
    "etabli_fold(name || ' ' || code || ' ' || coalesce(model, '') || ' ' || coalesce(serial_number, '')"
    " || ' ' || coalesce(manufacturer, ''))"
)


class EquipmentClass(Versioned, Synced, table=True):
    """`mode_counts` (failure modes of the whole class over three years) is refreshed by housekeeping."""

    __tablename__ = "equipment_class"

    code: str = Field(max_length=40, unique=True)
    names: dict[str, str] = json_column("{}")
    icon: str = Field(default="", max_length=40, sa_column_kwargs={"server_default": ""})
    spec_fields: list[dict[str, Any]] = json_column("[]")
    mode_counts: list[dict[str, Any]] = json_column("[]")
    is_active: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})


class FailureItem(Identified, table=True):
    """One entry of a class's pick-lists; a retired one stays for the sheets that name it."""

    __tablename__ = "failure_item"
    __table_args__ = (one_of(FailureItemKind, "kind"), sa.UniqueConstraint("class_id", "kind", "code"))

    class_id: UUID = Field(foreign_key="equipment_class.id", ondelete="CASCADE")
    kind: FailureItemKind = enum_column(FailureItemKind)
    code: str = Field(max_length=40)
    names: dict[str, str] = json_column("{}")
    icon: str = Field(default="", max_length=40, sa_column_kwargs={"server_default": ""})
    position: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    is_active: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})


BY_STATUS = ("broken", "maintenance", "inactive", "active")
BY_CRITICALITY = ("low", "medium", "high", "critical")
_RANKED = {"status": rank("status", BY_STATUS), "criticality": rank("criticality", BY_CRITICALITY)}


def _listed_by(column: str) -> sa.Index:
    """Has the machines that are listed in the order of one of the list's sorts, and says at which site they are."""
    key = sa.text(_RANKED[column]) if column in _RANKED else column
    site = ["site_id"] if column != "site_id" else ["production_line_id"]
    return sa.Index(f"ix_equipment_by_{column}", key, "id", postgresql_include=site, postgresql_where=sa.text("archived_at IS NULL"))


class Equipment(Versioned, Synced, table=True):
    """`status` and `status_since` repeat the last row of the status log, for lists."""

    __tablename__ = "equipment"
    __table_args__ = (
        one_of(EquipmentStatus, "status"),
        one_of(Criticality, "criticality"),
        sa.CheckConstraint("parent_id <> id", name="not_its_own_parent"),
        sa.CheckConstraint("isfinite(status_since)", name="finite"),
        one_name("equipment", "serial_number"),
        sa.Index(
            "ix_equipment_search_text",
            "search_text",
            postgresql_using="gin",
            postgresql_ops={"search_text": "gin_trgm_ops"},
        ),
        sa.Index("ix_equipment_name_folded", "name_folded", "id", postgresql_include=["site_id", "archived_at"]),
        sa.Index("ix_equipment_stops_parent", "parent_id", postgresql_where=sa.text("stops_parent")),
        sa.Index("ix_equipment_site_id_sync_xid", "site_id", "sync_xid", "id"),
        *map(
            _listed_by,
            [
                "code",
                "status",
                "status_since",
                "criticality",
                "manufacturer_folded",
                "model_folded",
                "serial_number",
                "site_id",
                "production_line_id",
                "created_at",
            ],
        ),
    )

    code: str = Field(max_length=40, unique=True)
    name: str = Field(max_length=100)
    model: str = Field(default="", max_length=200, sa_column_kwargs={"server_default": ""})
    manufacturer: str = Field(default="", max_length=200, sa_column_kwargs={"server_default": ""})
    serial_number: str | None = Field(default=None, max_length=200)
    site_id: UUID = Field(foreign_key="sites.id")
    production_line_id: UUID | None = Field(default=None, foreign_key="production_lines.id", ondelete="SET NULL", index=True)
    parent_id: UUID | None = Field(default=None, foreign_key="equipment.id", ondelete="SET NULL", index=True)
    stops_parent: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    class_id: UUID | None = Field(default=None, foreign_key="equipment_class.id", ondelete="SET NULL", index=True)
    status: EquipmentStatus = enum_column(EquipmentStatus, EquipmentStatus.active)
    status_since: datetime = instant_column()
    status_reason: str = text_column()
    criticality: Criticality = enum_column(Criticality, Criticality.medium)
    purchase_date: date | None = None
    installation_date: date | None = None
    warranty_expiry: date | None = None
    expected_lifespan: int | None = Field(default=None, description="years")
    hourly_downtime_cost: Decimal | None = Field(default=None, sa_type=Money)
    replacement_value: Decimal | None = Field(default=None, sa_type=Money)
    currency: str = Field(default="EUR", max_length=3, sa_column_kwargs={"server_default": "EUR"})
    specifications: dict[str, Any] = json_column("{}")
    notes: str = text_column()
    photo_id: UUID | None = Field(default=None, foreign_key="attachment.id", ondelete="SET NULL")
    archived_at: datetime | None = instant_column(default=None)
    search_text: str | None = Field(default=None, sa_column=sa.Column(sa.Text, sa.Computed(SEARCH_TEXT, persisted=True)))
    name_folded: str | None = folded("name")
    manufacturer_folded: str | None = folded("manufacturer")
    model_folded: str | None = folded("model")


class EquipmentStatusLog(Identified, table=True):
    __tablename__ = "equipment_status_log"
    __table_args__ = (
        one_of(EquipmentStatus, "to_status"),
        sa.CheckConstraint("isfinite(occurred_at)", name="finite"),
        sa.Index("ix_equipment_status_log_equipment_id_occurred_at", "equipment_id", "occurred_at"),
    )

    equipment_id: UUID = Field(foreign_key="equipment.id", ondelete="CASCADE")
    from_status: EquipmentStatus | None = enum_column(EquipmentStatus, nullable=True)
    to_status: EquipmentStatus = enum_column(EquipmentStatus)
    occurred_at: datetime = instant_column()
    received_at: datetime = Field(sa_type=Instant, nullable=False, sa_column_kwargs={"server_default": sa.func.now()})
    by_user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL")
    reason: str = text_column()


class EquipmentLife(Synced, table=True):
    """The digest that makes a machine's page complete offline: `shared_models.equipment.life.EquipmentLifeRow`."""

    __tablename__ = "equipment_life"
    __follows__ = "id"
    __table_args__ = (sa.Index("ix_equipment_life_site_id_sync_xid", "site_id", "sync_xid", "id"),)

    id: UUID = Field(primary_key=True, foreign_key="equipment.id", ondelete="CASCADE")
    site_id: UUID = Field(foreign_key="sites.id")
    data: dict[str, Any] = json_column("{}")


class Document(Paper, table=True):
    __tablename__ = "document"
    __follows__ = "equipment_id"
    __table_args__ = (sa.Index("ix_document_site_id_sync_xid", "site_id", "sync_xid", "id"),)

    site_id: UUID = Field(foreign_key="sites.id")
    equipment_id: UUID = Field(foreign_key="equipment.id", ondelete="CASCADE", index=True)
