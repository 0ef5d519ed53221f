"""The audit log, as it is read."""

from typing import Any
from uuid import UUID

from shared_models.base import Bound, Instant, Label, Row
from shared_models.paging import KeysetQuery


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


class AuditFilter(KeysetQuery):
    """`search` looks in the action, the actor's name and the changed values."""

    search: Label | None = None
    actor_id: UUID | None = None
    action: Label | None = None
    entity: Label | None = None
    entity_id: UUID | None = None
    since: Bound | None = None
    until: Bound | None = None
