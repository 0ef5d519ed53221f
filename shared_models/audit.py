"""The audit log, as it is read."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from shared_models.base import Bound, Instant, Key, Label, Row, Schema
from shared_models.numbers import NUMBER


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


class AuditPage(Row):
    """Newest first; `next` is the cursor of the following page, None on the last one."""

    items: list[AuditRead]
    next: str | None


class AuditFilter(Schema):
    """`search` looks in the action, the actor's name and the changed values."""

    search: Label | None = None
    actor_id: UUID | None = None
    action: Label | None = None
    entity: Label | None = None
    entity_id: UUID | None = None
    since: Bound | None = None
    until: Bound | None = None
    cursor: Key | None = None
    size: Annotated[int, Field(ge=1, le=200), NUMBER] = 50
