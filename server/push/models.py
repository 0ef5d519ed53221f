"""The keys of web push, the browsers that are reached by it, and whether push services are within reach at all."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from server.core.tables import Identified, Instant, enum_column, instant_column, one_of, text_column
from shared_models.push import PushOutcome

RETIRED_KEPT = timedelta(days=100)
"""Longer than a session lasts: whatever was subscribed with it and is still in use has a newer one."""


class VapidKey(Identified, table=True):
    """What push services know this installation by (RFC 8292). Sealed with the server's secret; one of them is not retired."""

    __tablename__ = "push_key"
    __forgotten__ = "retired_at", RETIRED_KEPT
    __table_args__ = (sa.Index("uq_push_key_current", sa.text("(retired_at IS NULL)"), unique=True, postgresql_where="retired_at IS NULL"),)

    public_key: str = Field(max_length=100, unique=True)
    sealed: bytes
    created_at: datetime = Field(sa_type=Instant, nullable=False, sa_column_kwargs={"server_default": sa.func.now()})
    retired_at: datetime | None = instant_column(default=None)


class Subscriber(Identified, table=True):
    """One browser, of whoever is signed in there: it goes with the session. `address` is where the app was opened."""

    __tablename__ = "push_subscription"
    __table_args__ = (one_of(PushOutcome, "trouble", nullable=True),)

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    session_id: UUID = Field(foreign_key="user_sessions.id", ondelete="CASCADE", index=True)
    key_id: UUID = Field(foreign_key="push_key.id", ondelete="CASCADE", index=True)
    device_id: UUID | None = None
    device_name: str = text_column()
    endpoint: str = Field(sa_type=sa.Text, unique=True)
    p256dh: str = Field(max_length=100)
    auth: str = Field(max_length=30)
    address: str = text_column()
    user_agent: str = text_column()
    created_at: datetime = Field(sa_type=Instant, nullable=False, sa_column_kwargs={"server_default": sa.func.now()})
    reached_at: datetime | None = instant_column(default=None)
    trouble: PushOutcome | None = enum_column(PushOutcome, nullable=True)
    is_stale: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})


class Reach(SQLModel, table=True):
    """Failures to reach any push service since one was reached last; a single row, or none where all is well."""

    __tablename__ = "push_reach"
    __table_args__ = (sa.CheckConstraint("id", name="single"),)

    id: bool = Field(default=True, primary_key=True, sa_column_kwargs={"server_default": sa.true()})
    failures: int = 0
    failing_since: datetime = instant_column()
    lost_at: datetime | None = instant_column(default=None)
    next_at: datetime = instant_column()
