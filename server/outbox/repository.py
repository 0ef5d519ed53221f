"""The outbox's statements, for couriers: on a connection of their own, each by itself."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
from pydantic_core import from_json, to_json

from server.outbox.carrying import Parcel, Verdict
from shared_models.outbox import Channel
from shared_models.text import printable

_CLAIM = """
update outbox o set attempts = attempts + 1, next_at = $2 from (
    select id from outbox where state = 'waiting' and next_at <= $1 and channel = $4
    order by next_at, id limit $3 for update skip locked
) c where o.id = c.id
returning o.id, o.channel, o.key, o.target, o.user_id, o.notice_id, o.content, o.attempts, o.created_at, o.expires_at
"""
_SETTLE = """
update outbox o set state = v.state, next_at = coalesce(v.next_at, o.next_at), error = v.error, content = coalesce(v.content, o.content),
    ended_at = case when v.state <> 'waiting' then $1::timestamptz end
from unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::text[], $6::jsonb[]) v(id, state, next_at, error, content)
where o.id = v.id and o.state = 'waiting'
"""

_NEXT = """
select min(n.next_at) from unnest($1::text[]) c(channel)
cross join lateral (select min(next_at) as next_at from outbox where channel = c.channel and state = 'waiting') n
"""


async def claim(connection: asyncpg.Connection, channel: Channel, at: datetime, *, lease: timedelta, most: int) -> list[Parcel]:
    """Those that are due, for this courier alone until the lease is over."""
    found = await connection.fetch(_CLAIM, at, at + lease, most, channel)
    return [_parcel(row) for row in found]


def _parcel(row: asyncpg.Record) -> Parcel:
    return Parcel(**{**row, "channel": Channel(row["channel"]), "content": from_json(row["content"])})


async def settle(connection: asyncpg.Connection, at: datetime, verdicts: Mapping[UUID, tuple[Verdict, datetime | None]]) -> None:
    """What has become of parcels, and when those that wait are next taken."""
    rows = [
        (parcel, verdict.state, when, _shown(verdict.error), verdict.content and to_json(verdict.content).decode())
        for parcel, (verdict, when) in verdicts.items()
    ]
    if rows:
        await connection.execute(_SETTLE, at, *map(list, zip(*rows, strict=True)))


def _shown(error: str) -> str:
    """What a receiver has said may be no text at all, which no database takes."""
    return printable(" ".join(error.split()), 500)


async def next_due(connection: asyncpg.Connection, channels: Iterable[Channel]) -> datetime | None:
    """One search of the index a channel."""
    found: datetime | None = await connection.fetchval(_NEXT, list(channels))
    return found
