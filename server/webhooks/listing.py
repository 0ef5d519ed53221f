"""Deliveries as administrators read them."""

from server.core.access import Actor
from server.core.lists import List
from server.core.queries import EVERYTHING, Sql, sql
from shared_models.webhooks import DeliveryFilter, DeliveryRead


def _in_scope(actor: Actor) -> Sql:
    if actor.site_ids is None:
        return EVERYTHING
    return sql("exists (select from webhook w where w.id::text = o.target and w.site_id = any({}::uuid[]))", actor.site_list)


DELIVERIES = List(
    "deliveries", DeliveryRead, "outbox o",
    where="o.channel = 'webhook'",
    scope=_in_scope,
    query=DeliveryFilter,
    filters={"target": "o.target = ({}::uuid)::text", "state": "o.state = {}"},
    columns={"webhook_id": "o.target::uuid", "kind": "o.content -> 'event' ->> 'type'", "title": "o.content -> 'event' ->> 'title'"},
    sorts={"created_at": "o.created_at"},
    order="-created_at",
    exported=("created_at", "kind", "title", "state", "attempts", "ended_at", "error"),
    words={"kind": "notice.kind", "state": "mails.state"},
    clock="'UTC'",
)  # fmt: skip
