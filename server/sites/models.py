"""Sites and production lines."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from server.core.tables import Synced, Versioned, folded, json_column, one_name, text_column


class Site(Versioned, Synced, table=True):
    """`clock`: the time zone where the database knows it, else UTC; a trigger keeps it, and every computation reads it.

    `shifts`, `holidays`: `shared_models.shifts.Shift` and `Holiday`.
    """

    __tablename__ = "sites"
    __table_args__ = (one_name("sites", "name"), sa.Index("ix_sites_by_name_folded", "name_folded", "id"))

    name: str = Field(max_length=100)
    name_folded: str | None = folded("name")
    location: str = Field(default="", max_length=255, sa_column_kwargs={"server_default": ""})
    description: str = text_column()
    time_zone: str = Field(default="Europe/Paris", max_length=60, sa_column_kwargs={"server_default": "Europe/Paris"})
    clock: str = Field(default="UTC", max_length=60, sa_column_kwargs={"server_default": "UTC"})
    public_requests: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    currency: str = Field(default="EUR", max_length=3, sa_column_kwargs={"server_default": "EUR"})
    labour_rate: Decimal | None = Field(default=None, sa_type=sa.Numeric(14, 2))
    shifts: list[dict[str, Any]] = json_column("[]")
    holidays: list[dict[str, Any]] = json_column("[]")


class ProductionLine(Versioned, Synced, table=True):
    __tablename__ = "production_lines"
    __table_args__ = (one_name("production_lines", "name", "site_id"), sa.Index("ix_production_lines_by_name_folded", "name_folded", "id"))

    site_id: UUID = Field(foreign_key="sites.id", ondelete="CASCADE")
    name: str = Field(max_length=100)
    name_folded: str | None = folded("name")
    description: str = text_column()
