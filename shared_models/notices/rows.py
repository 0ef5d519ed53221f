"""Notices as their readers' devices hold them."""

from uuid import UUID

from shared_models.base import EntityRow, Instant, Row
from shared_models.interventions.rows import Priority
from shared_models.notices.kinds import NoticeKind
from shared_models.paging import KeysetQuery


class NoticeRow(EntityRow, entity="notice", person="user_id"):
    """In the language that its reader had when it was told. `about` and `about_id`: what it tells of; `path`: where in the app that is."""

    user_id: UUID
    kind: NoticeKind
    title: str
    message: str
    because: str
    priority: Priority
    about: str
    about_id: UUID
    path: str
    created_at: Instant
    read_at: Instant | None
    snoozed_until: Instant | None
    acknowledged_at: Instant | None
    acknowledged_by: str
    is_muted: bool
    version: int

    @property
    def is_read(self) -> bool:
        return self.read_at is not None


class NoticeListItem(Row):
    """The seed's names: `type`, `related_entity_type`, `related_entity_id`."""

    id: UUID
    type: NoticeKind
    title: str
    message: str
    because: str
    related_entity_type: str
    related_entity_id: UUID
    path: str
    is_read: bool
    priority: Priority
    created_at: Instant
    snoozed_until: Instant | None


class NoticeFilter(KeysetQuery):
    type: NoticeKind | None = None
    is_read: bool | None = None
    related_entity_id: UUID | None = None
