"""Mails that tell of several notices together, at the hour that their reader has chosen."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from server.core.clock import now
from server.core.database import Database, Session
from server.notifications.vetting import READERS, against, subjects_of
from server.outbox.service import Entry, post
from shared_models.outbox import Channel

MOST = 500
LASTS = timedelta(hours=20)
KIND = "digest"
_DUE = "select id from notifications where digest_at <= $1 order by digest_at, id limit $2 for update skip locked"
_TOLD = "update notifications set digest_at = null where id = any($1)"


async def post_digests(database: Database) -> bool:
    """Whether any was due."""
    found = False
    while await _post_some(database):
        found = True
    return found


async def _post_some(database: Database) -> bool:
    async with database.session() as session:
        ids = [row["id"] for row in await session.fetch(_DUE, now(), MOST)]
        if ids:
            await _post(session, ids)
            await session.run(_TOLD, ids)
    return bool(ids)


async def _post(session: Session, ids: Sequence[UUID]) -> None:
    """Of what its reader has not read, may see, and is still so."""
    rows = await session.fetch(READERS, ids)
    known = await subjects_of(session, rows)
    mails: dict[tuple[UUID, str], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        if not against(row, known.get(row["subject_id"])):
            mails[row["user_id"], row["digest_at"].isoformat()].append(row)
    await post(session, *(_entry(f"digest {user} {at}", of_one) for (user, at), of_one in mails.items()))


def _entry(key: str, rows: Sequence[Mapping[str, Any]]) -> Entry:
    facts = [{name: row[name] for name in ("title", "message", "because", "path", "priority", "kind")} for row in rows]
    mail = {"template": "digest", "lang": rows[0]["language"], "facts": {"notices": facts, "kind": KIND, "path": "/notifications"}}
    return Entry(Channel.email, key, rows[0]["email"], mail, user_id=rows[0]["user_id"], lasts=LASTS)
