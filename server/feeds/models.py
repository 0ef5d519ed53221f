"""Subscribed calendars: only the hash of a feed's token is kept."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from server.core.tables import Timestamped, enum_column, instant_column, one_of
from shared_models.plans.feeds import FeedKind


class CalendarFeed(Timestamped, table=True):
    """What `user_id` subscribes to; it shows what they may see when it is read."""

    __tablename__ = "calendar_feed"
    __table_args__ = (one_of(FeedKind, "kind"),)

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    kind: FeedKind = enum_column(FeedKind)
    target_id: UUID
    token_hash: str = Field(max_length=64, unique=True)
    last_read_at: datetime | None = instant_column(default=None)
    revoked_at: datetime | None = instant_column(default=None)
