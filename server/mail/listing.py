"""The mails of the outbox, for administrators: of people whom they could help in, since a mail may say what lets somebody in."""

from server.core.access import Actor
from server.core.lists import UTC, List, every_word
from server.core.queries import EVERYTHING, Sql, sql
from shared_models.mails import MailFilter, MailListItem

_PERSON = "coalesce((select u.first_name || ' ' || u.last_name from users u where u.id = outbox.user_id), '')"
_TITLE = "coalesce(outbox.content->'facts'->>'title', '')"


def in_scope(actor: Actor) -> Sql:
    """Who sees some sites only: of people whose sites are all among them."""
    if actor.site_ids is None:
        return EVERYTHING
    return sql(
        "exists (select from users u where u.id = outbox.user_id and not u.all_sites"
        " and exists (select from user_site m where m.user_id = u.id)"
        " and not exists (select from user_site m where m.user_id = u.id and m.site_id <> all({}::uuid[])))",
        actor.site_list,
    )


MAILS = List(
    "mails", MailListItem, "outbox",
    where="outbox.channel = 'email'",
    scope=in_scope,
    columns={"person": _PERSON, "template": "outbox.content->>'template'", "title": _TITLE},
    query=MailFilter,
    filters={"state": "outbox.state = {}", "template": "outbox.content->>'template' = {}"},
    search=every_word(f"etabli_fold(outbox.target || ' ' || {_TITLE} || ' ' || {_PERSON}) like etabli_fold({{word}})"),
    sorts={"created_at": "outbox.created_at", "target": "outbox.target", "state": "outbox.state"},
    order="-created_at",
    exported=("created_at", "target", "person", "template", "title", "state", "ended_at", "attempts", "error"),
    words={"template": "mails.template", "state": "mails.state"},
    clock=UTC,
)  # fmt: skip
