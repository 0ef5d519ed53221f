"""The audit log, as it is read."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared_models.base import Instant, Row, Schema


class AuditRead(Row):
    """`changes` is `{field: [before, after]}`."""

    id: UUID
    occurred_at: Instant
    received_at: Instant
    actor_id: UUID | None
    actor_label: str
    action: str
    entity: str
    entity_id: UUID | None
    site_id: UUID | None
    changes: dict[str, Any]
    device_id: UUID | None
    request_id: str
    address: str
    user_agent: str


class AuditPage(Schema):
    """Newest first; `next` is the cursor of the following page, None on the last one."""

    items: list[AuditRead]
    next: str | None


class AuditFilter(Schema):
    """`search` looks in the action, the actor's name and the changed values."""

    search: str | None = Field(default=None, max_length=100)
    actor_id: UUID | None = None
    action: str | None = Field(default=None, max_length=60)
    entity: str | None = Field(default=None, max_length=40)
    entity_id: UUID | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    cursor: str | None = Field(default=None, max_length=200)
    size: int = Field(default=50, ge=1, le=200)
