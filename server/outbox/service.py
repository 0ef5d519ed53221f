"""Posting: what leaves the server once the transaction that asks for it has committed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from server.core import events
from server.core.clock import now
from server.core.database import Session
from shared_models.ids import uuid7
from shared_models.outbox import Channel

LASTS = timedelta(days=2)
_POST = """
insert into outbox (id, channel, key, target, user_id, notice_id, content, created_at, next_at, expires_at)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::jsonb[], $8::timestamptz[],
    $9::timestamptz[], $10::timestamptz[])
on conflict (channel, key, target) do nothing
"""


@dataclass(frozen=True)
class Entry:
    """`key` is what it tells of, `target` where it goes in the words of its channel, `lasts` how long it is worth carrying after
    `not_before` (now).
    """

    channel: Channel
    key: str
    target: str
    content: dict[str, Any]
    user_id: UUID | None = None
    notice_id: UUID | None = None
    not_before: datetime | None = None
    lasts: timedelta = LASTS
    id: UUID = field(default_factory=uuid7)


async def post(session: Session, *entries: Entry) -> None:
    """One whose channel, key and target were posted before is left as it was."""
    if entries:
        await session.run(_POST, *map(list, zip(*map(_columns, entries, [now()] * len(entries)), strict=True)))
        wake(session)


_AGAIN = """
update outbox set state = 'waiting', attempts = 0, next_at = $2, expires_at = $2::timestamptz + $3::interval, ended_at = null, error = ''
where id = $1 and state <> 'waiting'
"""


async def post_again(session: Session, parcel_id: UUID) -> None:
    """What has ended, however it did, goes out once more, under the id that it had."""
    await session.run(_AGAIN, parcel_id, now(), LASTS)
    wake(session)


_REDIRECT = "update outbox set target = $3 where channel = $1 and user_id = $2 and state = 'waiting' and target <> $3"


async def redirect(session: Session, channel: Channel, user_id: UUID, target: str) -> None:
    """What waits for somebody goes there instead."""
    await session.run(_REDIRECT, channel, user_id, target)


def wake(session: Session) -> None:
    """The couriers look after the commit, and not only in some seconds."""
    events.poke(session, site_ids=())


def _columns(entry: Entry, at: datetime) -> Sequence[Any]:
    begins = max(at, entry.not_before or at)
    content = to_json(entry.content).decode()
    names = (entry.id, entry.channel, entry.key, entry.target, entry.user_id, entry.notice_id)
    return (*names, content, at, begins, begins + entry.lasts)
