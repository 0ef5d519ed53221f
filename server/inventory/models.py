"""The catalogue of spare parts, what lies where, and the ledger that says why."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from server.attachments.models import Paper
from server.core.queries import rank
from server.core.tables import (
    Identified,
    Instant,
    Synced,
    Timestamped,
    Versioned,
    enum_column,
    folded,
    instant_column,
    json_column,
    one_name,
    one_of,
    text_column,
)
from server.equipment.models import BY_CRITICALITY
from shared_models.equipment.rows import Criticality
from shared_models.inventory.rows import MovementType, PlaceKind

Quantity = sa.Numeric(14, 3)
Price = sa.Numeric(14, 4)
Amount = sa.Numeric(18, 4)
SEARCH_TEXT = "etabli_fold(part_number || ' ' || name || ' ' || manufacturer || ' ' || manufacturer_reference)"
_NONE = {"server_default": sa.text("0")}


def _ids() -> Any:
    return Field(default_factory=list, sa_type=ARRAY(sa.Uuid), nullable=False, sa_column_kwargs={"server_default": sa.text("'{}'")})


def _codes() -> Any:
    """Kept by the database, from the table that has them."""
    return Field(default_factory=list, sa_type=ARRAY(sa.Text), nullable=False, sa_column_kwargs={"server_default": sa.text("'{}'")})


class PartCategory(Versioned, Synced, table=True):
    __tablename__ = "spare_part_categories"
    __table_args__ = (one_name("spare_part_categories", "name"),)

    name: str = Field(max_length=100)
    description: str = text_column()


class Supplier(Versioned, Synced, table=True):
    __tablename__ = "suppliers"
    __table_args__ = (one_name("suppliers", "name"),)

    name: str = Field(max_length=100)
    contact_person: str = text_column()
    email: str = text_column()
    phone: str = text_column()
    address: str = text_column()
    lang: str = Field(default="fr", max_length=2, sa_column_kwargs={"server_default": "fr"})
    is_active: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})


class Part(Versioned, Synced, table=True):
    """`name_folded` and `number_folded` are what it is sorted and searched by."""

    __tablename__ = "spare_parts"
    __table_args__ = (
        one_of(Criticality, "criticality"),
        one_name("spare_parts", "part_number"),
        sa.CheckConstraint("minimum_stock >= 0", name="minimum_stock"),
        sa.CheckConstraint("decimals BETWEEN 0 AND 3", name="decimals"),
        sa.Index("ix_spare_parts_by_name", "name_folded", "id"),
        sa.Index("ix_spare_parts_by_part_number", "number_folded", "id"),
        sa.Index("ix_spare_parts_by_criticality", sa.text(rank("criticality", BY_CRITICALITY)), "id"),
        sa.Index("ix_spare_parts_by_unit_price", "unit_price", "id"),
        sa.Index("ix_spare_parts_by_minimum_stock", "minimum_stock", "id"),
        sa.Index("ix_spare_parts_sync_xid", "sync_xid", "id"),
        sa.Index("ix_spare_parts_class_ids", "class_ids", postgresql_using="gin"),
        sa.Index("ix_spare_parts_equipment_ids", "equipment_ids", postgresql_using="gin"),
        sa.Index("ix_spare_parts_search_text", "search_text", postgresql_using="gin", postgresql_ops={"search_text": "gin_trgm_ops"}),
    )

    part_number: str = Field(max_length=100)
    name: str = Field(max_length=200)
    description: str = text_column()
    category_id: UUID | None = Field(default=None, foreign_key="spare_part_categories.id", index=True)
    supplier_id: UUID | None = Field(default=None, foreign_key="suppliers.id", index=True)
    unit_price: Decimal | None = Field(default=None, sa_type=Price)
    currency: str = Field(default="EUR", max_length=3, sa_column_kwargs={"server_default": "EUR"})
    minimum_stock: Decimal = Field(default=Decimal(0), sa_type=Quantity, sa_column_kwargs=_NONE)
    location: str = text_column()
    unit: str = text_column()
    decimals: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    manufacturer: str = text_column()
    manufacturer_reference: str = text_column()
    criticality: Criticality = enum_column(Criticality, Criticality.medium)
    specifications: dict[str, Any] = json_column("{}")
    class_ids: list[UUID] = _ids()
    equipment_ids: list[UUID] = _ids()
    equivalent_ids: list[UUID] = _ids()
    offers: list[dict[str, Any]] = json_column("[]")
    photo_id: UUID | None = Field(default=None, foreign_key="attachment.id", ondelete="SET NULL")
    is_active: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    kept_barcodes: list[str] = _codes()
    kept_labels: list[str] = _codes()
    name_folded: str | None = folded("name")
    number_folded: str | None = folded("part_number")
    search_text: str | None = Field(default=None, sa_column=sa.Column(sa.Text, sa.Computed(SEARCH_TEXT, persisted=True)))


class PartDocument(Paper, table=True):
    __tablename__ = "part_document"
    __table_args__ = (sa.Index("ix_part_document_sync_xid", "sync_xid", "id"),)

    part_id: UUID = Field(foreign_key="spare_parts.id", ondelete="CASCADE", index=True)


class PartBarcode(SQLModel, table=True):
    """What a manufacturer has printed on a part; one code, one part."""

    __tablename__ = "part_barcode"

    code: str = Field(primary_key=True, max_length=100)
    part_id: UUID = Field(foreign_key="spare_parts.id", ondelete="CASCADE", index=True)


class StoragePlace(Versioned, Synced, table=True):
    __tablename__ = "storage_place"
    __table_args__ = (
        one_of(PlaceKind, "kind"),
        one_name("storage_place", "name", "site_id"),
        sa.Index("ix_storage_place_site_id_sync_xid", "site_id", "sync_xid", "id"),
        sa.Index("uq_storage_place_default", "site_id", unique=True, postgresql_where=sa.text("is_default")),
    )

    site_id: UUID = Field(foreign_key="sites.id")
    parent_id: UUID | None = Field(default=None, foreign_key="storage_place.id", index=True)
    name: str = Field(max_length=100)
    kind: PlaceKind = enum_column(PlaceKind, PlaceKind.store)
    is_default: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    is_active: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})


class Stock(Versioned, Synced, table=True):
    """What a site has of a part: the sums of its ledger, kept with each line of it."""

    __tablename__ = "stock"
    __table_args__ = (
        sa.UniqueConstraint("part_id", "site_id"),
        sa.CheckConstraint("on_order >= 0", name="on_order"),
        sa.CheckConstraint("minimum >= 0", name="minimum"),
        sa.Index("ix_stock_site_id_sync_xid", "site_id", "sync_xid", "id"),
        *(sa.Index(f"ix_stock_by_{name}", name, "id", postgresql_include=["site_id"]) for name in ("on_hand", "value", "low_since")),
        sa.Index("ix_stock_low", "site_id", "part_id", postgresql_where=sa.text("low_since IS NOT NULL")),
    )

    site_id: UUID = Field(foreign_key="sites.id")
    part_id: UUID = Field(foreign_key="spare_parts.id")
    on_hand: Decimal = Field(default=Decimal(0), sa_type=Quantity, sa_column_kwargs=_NONE)
    on_order: Decimal = Field(default=Decimal(0), sa_type=Quantity, sa_column_kwargs=_NONE)
    value: Decimal = Field(default=Decimal(0), sa_type=Amount, sa_column_kwargs=_NONE)
    minimum: Decimal | None = Field(default=None, sa_type=Quantity)
    low_since: datetime | None = instant_column(default=None)


class PlaceStock(SQLModel, table=True):
    """Of a part at a place. It falls below none only where somebody is asked to count."""

    __tablename__ = "place_stock"
    __table_args__ = (sa.CheckConstraint("quantity >= 0 OR count_since IS NOT NULL", name="quantity"),)

    stock_id: UUID = Field(primary_key=True, foreign_key="stock.id", ondelete="CASCADE")
    place_id: UUID = Field(primary_key=True, foreign_key="storage_place.id", index=True)
    quantity: Decimal = Field(sa_type=Quantity)
    count_since: datetime | None = instant_column(default=None)
    counted_at: datetime | None = instant_column(default=None)


class StockMovement(Identified, table=True):
    """A line of the ledger; a trigger refuses to change one. `created_at` is when the server heard of it."""

    __tablename__ = "stock_movements"
    __table_args__ = (
        one_of(MovementType, "movement_type"),
        sa.CheckConstraint("quantity <> 0", name="quantity"),
        sa.Index("ix_stock_movements_occurred_at", "occurred_at", "id"),
        sa.Index("ix_stock_movements_site_id", "site_id", "occurred_at", "id"),
        sa.Index("ix_stock_movements_spare_part_id", "spare_part_id", "occurred_at", "id"),
        sa.Index("ix_stock_movements_place_id", "place_id", "spare_part_id", "occurred_at"),
    )

    site_id: UUID = Field(foreign_key="sites.id")
    spare_part_id: UUID = Field(foreign_key="spare_parts.id")
    place_id: UUID = Field(foreign_key="storage_place.id")
    movement_type: MovementType = enum_column(MovementType)
    quantity: Decimal = Field(sa_type=Quantity)
    unit_price: Decimal = Field(sa_type=Price)
    amount: Decimal = Field(sa_type=Amount)
    currency: str = Field(max_length=3)
    reference_document: str = text_column()
    notes: str = text_column()
    intervention_id: UUID | None = Field(default=None, foreign_key="maintenance_interventions.id", index=True)
    corrects: UUID | None = Field(default=None, foreign_key="stock_movements.id")
    created_by: UUID | None = Field(default=None, foreign_key="users.id")
    occurred_at: datetime = instant_column()
    created_at: datetime = Field(sa_type=Instant, nullable=False, sa_column_kwargs={"server_default": sa.func.now()})


class JobPart(Timestamped, Synced, table=True):
    """What a job has of a part, and what that cost it."""

    __tablename__ = "maintenance_spare_parts"
    __follows__ = "equipment_id"
    __table_args__ = (
        sa.UniqueConstraint("intervention_id", "spare_part_id"),
        sa.CheckConstraint("quantity_used >= 0", name="quantity_used"),
        sa.Index("ix_maintenance_spare_parts_site_id_sync_xid", "site_id", "sync_xid", "id"),
        sa.Index("ix_maintenance_spare_parts_equipment_id", "equipment_id", "spare_part_id"),
    )

    site_id: UUID = Field(foreign_key="sites.id")
    equipment_id: UUID = Field(foreign_key="equipment.id")
    intervention_id: UUID = Field(foreign_key="maintenance_interventions.id", ondelete="CASCADE")
    spare_part_id: UUID = Field(foreign_key="spare_parts.id", index=True)
    quantity_used: Decimal = Field(sa_type=Quantity)
    cost: Decimal = Field(sa_type=Amount)
    currency: str = Field(max_length=3)
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class Reservation(Timestamped, Synced, table=True):
    """What a job wants of a part; who holds it is not kept, it follows."""

    __tablename__ = "part_reservation"
    __follows__ = "equipment_id"
    __table_args__ = (
        sa.UniqueConstraint("intervention_id", "part_id"),
        sa.CheckConstraint("quantity >= 0 AND picked >= 0 AND issued >= 0 AND returned >= 0", name="quantity"),
        sa.CheckConstraint("returned <= issued", name="returned"),
        sa.CheckConstraint("picked <= greatest(quantity - issued, 0)", name="picked"),
        sa.Index("ix_part_reservation_site_id_sync_xid", "site_id", "sync_xid", "id"),
        sa.Index("ix_part_reservation_equipment_id", "equipment_id"),
        sa.Index("ix_part_reservation_outstanding", "part_id", "site_id", postgresql_where=sa.text("quantity > issued")),
    )

    site_id: UUID = Field(foreign_key="sites.id")
    equipment_id: UUID = Field(foreign_key="equipment.id")
    intervention_id: UUID = Field(foreign_key="maintenance_interventions.id", ondelete="CASCADE")
    part_id: UUID = Field(foreign_key="spare_parts.id")
    quantity: Decimal = Field(sa_type=Quantity)
    picked: Decimal = Field(sa_type=Quantity, sa_column_kwargs=_NONE)
    issued: Decimal = Field(sa_type=Quantity, sa_column_kwargs=_NONE)
    returned: Decimal = Field(sa_type=Quantity, sa_column_kwargs=_NONE)
    reserved_at: datetime = instant_column()
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class StockAlert(Identified, table=True):
    """A stock has fallen to its minimum: once for each time that it was above."""

    __tablename__ = "stock_alert"
    __table_args__ = (
        sa.Index("ix_stock_alert_occurred_at", "occurred_at", "id"),
        sa.Index("ix_stock_alert_site_id", "site_id", "occurred_at"),
    )

    site_id: UUID = Field(foreign_key="sites.id")
    part_id: UUID = Field(foreign_key="spare_parts.id", index=True)
    on_hand: Decimal = Field(sa_type=Quantity)
    minimum: Decimal = Field(sa_type=Quantity)
    occurred_at: datetime = instant_column()
    created_at: datetime = Field(sa_type=Instant, nullable=False, sa_column_kwargs={"server_default": sa.func.now()})
