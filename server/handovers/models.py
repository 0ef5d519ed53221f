"""Handovers, and what each of them tells."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from server.core.tables import Synced, Versioned, instant_column, json_column, text_column


class Handover(Versioned, Synced, table=True):
    """A site's shift is handed over once: shifts do not overlap."""

    __tablename__ = "handover"
    __table_args__ = (
        sa.UniqueConstraint("site_id", "begins_at"),
        sa.Index("ix_handover_site_id_sync_xid", "site_id", "sync_xid", "id"),
        sa.Index("ix_handover_by_ends_at", "site_id", "ends_at", "id"),
    )

    site_id: UUID = Field(foreign_key="sites.id", ondelete="CASCADE")
    shift: str = Field(max_length=100)
    since: datetime = instant_column()
    begins_at: datetime = instant_column()
    ends_at: datetime = instant_column()
    counts: dict[str, int] = json_column("{}")
    words: list[dict[str, Any]] = json_column("[]")
    acknowledged_at: datetime | None = instant_column(default=None)
    acknowledged_by: str = text_column()


class HandoverPage(Synced, table=True):
    """Written with its handover, of which it has the id, and never changed."""

    __tablename__ = "handover_page"
    __table_args__ = (sa.Index("ix_handover_page_site_id_sync_xid", "site_id", "sync_xid", "id"),)

    id: UUID = Field(primary_key=True, foreign_key="handover.id", ondelete="CASCADE")
    site_id: UUID = Field(foreign_key="sites.id", ondelete="CASCADE")
    items: list[dict[str, Any]] = json_column("[]")
