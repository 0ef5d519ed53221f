"""Notices as they are listed: everybody's own."""

from server.core.access import Actor
from server.core.lists import List
from server.core.queries import Sql, sql
from shared_models.notices.rows import NoticeFilter, NoticeListItem


def _mine(actor: Actor) -> Sql:
    return sql("(v.user_id = {} and v.gone_at is null)", actor.user_id)


NOTICES = List(
    "notifications", NoticeListItem, "notifications v",
    scope=_mine,
    query=NoticeFilter,
    filters={"type": "v.type = {}", "is_read": "v.is_read = {}", "related_entity_id": "v.related_entity_id = {}"},
    sorts={"created_at": "v.created_at"},
    order="-created_at",
    exported=("created_at", "type", "title", "message", "because", "priority", "is_read"),
    words={"type": "notice.kind", "priority": "domain.priority"},
    clock="coalesce((select nullif(p.time_zone, '') from notice_preference p where p.user_id = v.user_id), 'UTC')",
)  # fmt: skip
