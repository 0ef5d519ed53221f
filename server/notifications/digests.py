"""Mails that tell of several notices together, at the hour that their reader has chosen."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from server.core.clock import now
from server.core.database import Database, Session
from server.notifications.subjects import ENTITIES
from server.notifications.vetting import READERS, against, subjects_of, until_heard
from server.outbox.service import Entry, post
from shared_models.notices.kinds import NoticeKind, Way
from shared_models.outbox import Channel

MOST = 100
LASTS = timedelta(hours=20)
KIND = "digest"
_READERS = """
select u.id from users u where u.id in (
    select n.user_id from notifications n where n.digest_at <= $1 and n.type = any($3) and n.related_entity_type = any($4))
order by u.id limit $2 for no key update skip locked
"""
"""Whole people: what one is told together is not shared out between two who look at once."""
_DUE = """
select id from notifications where user_id = any($2) and digest_at <= $1 and type = any($3) and related_entity_type = any($4)
order by id for update
"""
_TOLD = "update notifications set digest_at = null where id = any($1)"
_LATER = "update notifications set digest_at = $2 where id = $1"


async def post_digests(database: Database) -> bool:
    """Whether any was due."""
    found = False
    while await _post_some(database):
        found = True
    return found


async def _post_some(database: Database) -> bool:
    async with database.session() as session:
        at, known = now(), (list(NoticeKind), list(ENTITIES))
        people = [row["id"] for row in await session.fetch(_READERS, at, MOST, *known)]
        ids = [row["id"] for row in await session.fetch(_DUE, at, people, *known)] if people else []
        if ids:
            await session.run(_TOLD, ids)
            await _post(session, ids, at)
    return bool(ids)


async def _post(session: Session, ids: Sequence[UUID], at: datetime) -> None:
    """Of what its reader has not read, may see, still wants to know, and is still so; later, where they have paused since."""
    rows = await session.fetch(READERS, ids)
    known = await subjects_of(session, rows)
    mails: dict[UUID, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        subject = known.get(row["subject_id"])
        if subject is None or against(row, subject, Way.email, at):
            continue
        wait = until_heard(row, subject, at)
        if wait is None:
            mails[row["user_id"]].append(row)
        else:
            await session.run(_LATER, row["id"], at + wait)
    await post(session, *(_entry(f"digest {user} {of_one[0]['id']}", of_one) for user, of_one in mails.items()))


def _entry(key: str, rows: Sequence[Mapping[str, Any]]) -> Entry:
    facts = [{name: row[name] for name in ("id", "title", "message", "because", "path", "priority", "kind")} for row in rows]
    mail = {"template": "digest", "lang": rows[0]["language"], "facts": {"notices": facts, "kind": KIND, "path": "/notifications"}}
    return Entry(Channel.email, key, rows[0]["email"], mail, user_id=rows[0]["user_id"], lasts=LASTS)
