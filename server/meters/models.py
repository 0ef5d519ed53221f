"""Meters, their readings and resets, and the sources that report by themselves."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from server.core.tables import (
    Identified,
    Instant,
    Synced,
    Timestamped,
    Versioned,
    enum_column,
    instant_column,
    one_name,
    one_of,
    text_column,
)
from shared_models.meters.rows import MeterKind, ResetKind

Quantity = sa.Numeric(18, 4, asdecimal=False)


class Meter(Versioned, Synced, table=True):
    """`last_*` and `per_day` repeat what the readings say, for lists and forecasts."""

    __tablename__ = "meter"
    __follows__ = "equipment_id"
    __table_args__ = (
        one_of(MeterKind, "kind"),
        one_name("meter", "name", "equipment_id"),
        sa.Index("ix_meter_site_id_sync_xid", "site_id", "sync_xid", "id"),
    )

    site_id: UUID = Field(foreign_key="sites.id")
    equipment_id: UUID = Field(foreign_key="equipment.id")
    name: str = Field(max_length=100)
    unit: str = Field(max_length=20)
    kind: MeterKind = enum_column(MeterKind, MeterKind.counter)
    digits: int | None = None
    decimals: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    most_per_day: float | None = Field(default=None, sa_type=Quantity, nullable=True)
    expected_per_day: float | None = Field(default=None, sa_type=Quantity, nullable=True)
    low: float | None = Field(default=None, sa_type=Quantity, nullable=True)
    high: float | None = Field(default=None, sa_type=Quantity, nullable=True)
    is_active: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    last_value: float | None = Field(default=None, sa_type=Quantity, nullable=True)
    last_total: float | None = Field(default=None, sa_type=Quantity, nullable=True)
    last_read_at: datetime | None = instant_column(default=None)
    per_day: float | None = Field(default=None, sa_type=sa.Double, nullable=True)


class ReadingSource(Timestamped, table=True):
    """What reports readings by itself; only the hash of its key is kept."""

    __tablename__ = "reading_source"

    site_id: UUID = Field(foreign_key="sites.id", index=True)
    name: str = Field(max_length=100)
    key_hash: str = Field(max_length=64, unique=True)
    key_hint: str = Field(max_length=12)
    created_by: UUID | None = Field(default=None, foreign_key="users.id")
    last_used_at: datetime | None = instant_column(default=None)
    revoked_at: datetime | None = instant_column(default=None)


class Reading(Identified, table=True):
    """`total` is the virtual one at `read_at`; a reading taken back keeps its row, out of every calculation."""

    __tablename__ = "reading"
    __table_args__ = (
        sa.Index("ix_reading_meter_id_read_at", "meter_id", "read_at", "id", postgresql_where=sa.text("voided_at IS NULL")),
        sa.UniqueConstraint("source_id", "external_id"),
    )

    meter_id: UUID = Field(foreign_key="meter.id", ondelete="CASCADE")
    read_at: datetime = instant_column()
    recorded_at: datetime = Field(sa_type=Instant, nullable=False, sa_column_kwargs={"server_default": sa.func.now()})
    value: float = Field(sa_type=Quantity)
    total: float = Field(sa_type=Quantity)
    user_id: UUID | None = Field(default=None, foreign_key="users.id")
    source_id: UUID | None = Field(default=None, foreign_key="reading_source.id")
    external_id: str | None = Field(default=None, max_length=100)
    intervention_id: UUID | None = Field(default=None, foreign_key="maintenance_interventions.id", ondelete="SET NULL")
    is_confirmed: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    voided_at: datetime | None = instant_column(default=None)


class MeterReset(SQLModel, table=True):
    """From `occurred_at` on the meter shows `start_value`, having shown `final_value`."""

    __tablename__ = "meter_reset"
    __table_args__ = (one_of(ResetKind, "kind"),)

    id: UUID = Field(primary_key=True)
    meter_id: UUID = Field(foreign_key="meter.id", ondelete="CASCADE", index=True)
    kind: ResetKind = enum_column(ResetKind, ResetKind.reset)
    occurred_at: datetime = instant_column()
    final_value: float = Field(sa_type=Quantity)
    start_value: float = Field(sa_type=Quantity)
    user_id: UUID | None = Field(default=None, foreign_key="users.id")
    reason: str = text_column()
