"""The audit log as it is read."""

from server.core.access import Actor
from server.core.lists import Found, List
from server.core.queries import EVERYTHING, Sql, containing, sql
from shared_models.audit import AuditFilter, AuditRead


def _in_scope(actor: Actor) -> Sql:
    """What belongs to no site (accounts, sign-ins) is for those who see all of them, and for whoever did it."""
    if actor.site_ids is None:
        return EVERYTHING
    return sql("(l.site_id = any({}::uuid[]) or l.actor_id = {})", actor.site_list, actor.user_id)


def _mentions(search: str) -> Found:
    condition = "(l.action ilike {word} or l.actor_label ilike {word} or l.changes::text ilike {word})"
    return Found([sql(condition, word=containing(search))])


AUDIT = List(
    "audit", AuditRead, "audit_log l",
    scope=_in_scope,
    query=AuditFilter,
    filters={name: f"l.{name} = {{}}" for name in ("actor_id", "action", "entity", "entity_id")} | {
        "since": "l.received_at >= {}",
        "until": "l.received_at < {}",
    },
    search=_mentions,
    columns={"done": "l.action", "changed": "l.changes::text", "site_name": "(select s.name from sites s where s.id = l.site_id)"},
    sorts={"received_at": "l.received_at"},
    order="-received_at",
    exported=("received_at", "occurred_at", "actor_label", "done", "action", "entity", "entity_id", "site_name", "changed", "address"),
    words={"done": "audit"},
    clock="coalesce((select s.clock from sites s where s.id = l.site_id), 'UTC')",
)  # fmt: skip
