"""Stocktakes, their lines, and each count of a line."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from server.core.tables import Identified, Instant, Synced, Versioned, enum_column, instant_column, one_of, text_column
from shared_models.stocktakes.rows import StocktakeStatus

_QUANTITY, _AMOUNT = sa.Numeric(14, 3), sa.Numeric(18, 4)


def _ids() -> Any:
    return Field(default_factory=list, sa_type=ARRAY(sa.Uuid), nullable=False, sa_column_kwargs={"server_default": sa.text("'{}'")})


class Stocktake(Versioned, Synced, table=True):
    __tablename__ = "stocktake"
    __table_args__ = (
        one_of(StocktakeStatus, "status"),
        sa.UniqueConstraint("number"),
        sa.Index("ix_stocktake_site_id_sync_xid", "site_id", "sync_xid", "id"),
    )

    number: str = Field(max_length=30)
    site_id: UUID = Field(foreign_key="sites.id")
    status: StocktakeStatus = enum_column(StocktakeStatus, StocktakeStatus.open)
    place_ids: list[UUID] = _ids()
    notes: str = text_column()
    reason: str = text_column()
    opened_by: UUID | None = Field(default=None, foreign_key="users.id")
    opened_at: datetime = instant_column()
    counted_at: datetime | None = instant_column(default=None)
    ended_at: datetime | None = instant_column(default=None)


class StocktakeLine(Versioned, Synced, table=True):
    """A part at a place. `expected`, `difference` and `amount` are kept when it is approved."""

    __tablename__ = "stocktake_line"
    __table_args__ = (
        sa.UniqueConstraint("stocktake_id", "place_id", "part_id"),
        sa.Index("ix_stocktake_line_site_id_sync_xid", "site_id", "sync_xid", "id"),
    )

    site_id: UUID = Field(foreign_key="sites.id")
    stocktake_id: UUID = Field(foreign_key="stocktake.id", ondelete="CASCADE")
    place_id: UUID = Field(foreign_key="storage_place.id", index=True)
    part_id: UUID = Field(foreign_key="spare_parts.id", index=True)
    is_found: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    again_since: datetime | None = instant_column(default=None)
    expected: Decimal | None = Field(default=None, sa_type=_QUANTITY)
    difference: Decimal | None = Field(default=None, sa_type=_QUANTITY)
    amount: Decimal | None = Field(default=None, sa_type=_AMOUNT)


class StocktakeCount(Identified, table=True):
    """What somebody found; it stays, whatever is counted later. `created_at` is when the server heard of it."""

    __tablename__ = "stocktake_count"
    __table_args__ = (sa.CheckConstraint("counted >= 0", name="counted"), sa.Index("ix_stocktake_count_line_id", "line_id", "counted_at"))

    line_id: UUID = Field(foreign_key="stocktake_line.id", ondelete="CASCADE")
    counted: Decimal = Field(sa_type=_QUANTITY)
    counted_by: UUID | None = Field(default=None, foreign_key="users.id")
    counted_at: datetime = instant_column()
    created_at: datetime = Field(sa_type=Instant, nullable=False, sa_column_kwargs={"server_default": sa.func.now()})
