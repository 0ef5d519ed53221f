"""The outbox."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from server.core.tables import Identified, Instant, enum_column, instant_column, json_column, one_of, text_column
from shared_models.outbox import Channel, ParcelState

KEPT = timedelta(days=30)


class Posted(Identified, table=True):
    """`key`: what it tells of; of a channel and a target, it goes out once. `next_at`: when a courier takes it next."""

    __tablename__ = "outbox"
    __forgotten__ = "ended_at", KEPT
    __table_args__ = (
        one_of(Channel, "channel"),
        one_of(ParcelState, "state"),
        sa.UniqueConstraint("channel", "key", "target"),
        sa.Index("ix_outbox_due", "channel", "next_at", "id", postgresql_where=sa.text("state = 'waiting'")),
        sa.Index("ix_outbox_created_at", "channel", "created_at", "id"),
    )

    channel: Channel = enum_column(Channel)
    key: str = text_column()
    target: str = text_column()
    user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="CASCADE", index=True)
    notice_id: UUID | None = Field(default=None, index=True)
    content: dict[str, Any] = json_column("{}")
    created_at: datetime = Field(sa_type=Instant, nullable=False, sa_column_kwargs={"server_default": sa.func.now()})
    next_at: datetime = Field(sa_type=Instant, nullable=False, sa_column_kwargs={"server_default": sa.func.now()})
    expires_at: datetime = instant_column()
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    state: ParcelState = enum_column(ParcelState, ParcelState.waiting)
    ended_at: datetime | None = instant_column(default=None)
    error: str = text_column()
