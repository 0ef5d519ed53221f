"""Calendars that people subscribe to."""

from enum import StrEnum
from uuid import UUID

from shared_models.base import (
    Instant,
    NewId,
    Row,
    Schema,
)


class FeedKind(StrEnum):
    person = "person"
    team = "team"
    line = "line"


class FeedCreate(Schema):
    """`target_id`: the user, team or line; one's own when left out."""

    id: NewId
    kind: FeedKind
    target_id: UUID | None = None


class FeedRead(Row):
    id: UUID
    kind: FeedKind
    target_id: UUID
    name: str
    created_at: Instant
    last_read_at: Instant | None
    revoked_at: Instant | None


class FeedLink(FeedRead):
    """`url` holds the secret and is shown once."""

    url: str
