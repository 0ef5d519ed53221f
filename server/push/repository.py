from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from server.core.database import ReadSession, Session
from server.core.queries import expression
from server.core.read_pool import ReadPool
from server.push.models import Subscriber, VapidKey
from shared_models.push import PushOutcome

# --- keys

_ADD_KEY = "insert into push_key (id, public_key, sealed, created_at) values ($1, $2, $3, $4) on conflict do nothing"


async def current_key(session: ReadSession) -> asyncpg.Record | None:
    return await session.fetchrow("select id, public_key, sealed from push_key where retired_at is null")


async def key(pool: ReadPool, key_id: UUID) -> asyncpg.Record | None:
    return await pool.fetchrow("select id, public_key, sealed from push_key where id = $1", key_id)


async def key_of(session: ReadSession, public_key: str) -> UUID | None:
    found: UUID | None = await session.fetchval("select id from push_key where public_key = $1", public_key)
    return found


async def add_key(session: Session, key: VapidKey) -> None:
    """Where another node was first, its key stays."""
    await session.run(_ADD_KEY, key.id, key.public_key, key.sealed, key.created_at)


async def retire(session: Session, key_id: UUID, at: datetime) -> None:
    await session.run("update push_key set retired_at = $2 where id = $1 and retired_at is null", key_id, at)


async def retire_all(session: Session, at: datetime) -> None:
    await session.run("update push_key set retired_at = $1 where retired_at is null", at)


async def drop_others(session: Session, kept: UUID) -> None:
    """With the subscriptions that were made with them."""
    await session.run("delete from push_key where id <> $1", kept)


# --- subscriptions

_LIVE = """
push_subscription p join users u on u.id = p.user_id and u.is_active
join user_sessions s on s.id = p.session_id and s.revoked_at is null and s.expires_at > $1
"""
_REACHED = expression("select p.* from {} where p.id = any($2)", _LIVE)
_OF_USER = expression("select p.* from {} where p.user_id = $2 order by p.id", _LIVE)
_OF_USERS = expression("select p.id, p.user_id from {} where p.user_id = any($2) order by p.id", _LIVE)
_COUNTED = expression("select split_part(p.endpoint, '/', 3) as host, count(*) as devices from {} group by host order by host", _LIVE)
_PUT = """
insert into push_subscription
    (id, user_id, session_id, key_id, device_id, device_name, endpoint, p256dh, auth, address, user_agent, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
on conflict (endpoint) do update set
    user_id = excluded.user_id, session_id = excluded.session_id, key_id = excluded.key_id, device_id = excluded.device_id,
    device_name = excluded.device_name, p256dh = excluded.p256dh, auth = excluded.auth, address = excluded.address,
    user_agent = excluded.user_agent,
    id = case when push_subscription.user_id = excluded.user_id then push_subscription.id else excluded.id end,
    created_at = case when push_subscription.user_id = excluded.user_id then push_subscription.created_at else excluded.created_at end,
    reached_at = case when push_subscription.user_id = excluded.user_id then push_subscription.reached_at end,
    trouble = case when push_subscription.user_id = excluded.user_id then push_subscription.trouble end,
    is_stale = push_subscription.is_stale and push_subscription.key_id = excluded.key_id and push_subscription.p256dh = excluded.p256dh
returning *
"""
_DROP_EARLIER = """
delete from push_subscription where endpoint <> $1 and user_id = $2 and (session_id = $3 or device_id = $4) returning id
"""
_DROP_OLDEST = """
delete from push_subscription where id in (select id from push_subscription where user_id = $1 order by created_at desc, id desc offset $2)
"""
_DROP_ENDED = """
delete from push_subscription p where user_id = $1 and not exists (
    select from user_sessions s join users u on u.id = s.user_id
    where s.id = p.session_id and s.revoked_at is null and u.is_active)
"""


async def put(session: Session, row: Subscriber) -> asyncpg.Record:
    """One browser has one endpoint: this one takes the place of the one before, for what waits to go there too. Of another person's it
    becomes a new subscription.
    """
    earlier = await session.fetch(_DROP_EARLIER, row.endpoint, row.user_id, row.session_id, row.device_id)
    its_id = max((each["id"] for each in earlier), default=row.id)
    found = await session.fetchrow(
        _PUT, its_id, row.user_id, row.session_id, row.key_id, row.device_id, row.device_name, row.endpoint, row.p256dh, row.auth,
        row.address, row.user_agent, row.created_at,
    )  # fmt: skip
    assert found is not None
    return found


async def drop_oldest(session: Session, user_id: UUID, kept: int) -> None:
    await session.run(_DROP_OLDEST, user_id, kept)


async def drop_ended(session: Session, user_id: UUID) -> None:
    await session.run(_DROP_ENDED, user_id)


async def of_user(session: ReadSession, user_id: UUID, at: datetime) -> list[asyncpg.Record]:
    return await session.fetch(_OF_USER, at, user_id)


async def of_users(session: ReadSession, user_ids: Sequence[UUID], at: datetime) -> list[asyncpg.Record]:
    return await session.fetch(_OF_USERS, at, user_ids)


async def drop(session: Session, user_id: UUID, subscription_id: UUID) -> int:
    return await session.run("delete from push_subscription where id = $1 and user_id = $2", subscription_id, user_id)


async def reached(pool: ReadPool, ids: Collection[UUID], at: datetime) -> dict[UUID, asyncpg.Record]:
    """Not one whose session has ended, or whose owner's account is closed."""
    return {row["id"]: row for row in await pool.fetch(_REACHED, at, list(ids))}


_NOTED = "update push_subscription set trouble = $3, is_stale = is_stale or $4 where id = $1 and endpoint = $2"
_ARRIVED = """
update push_subscription set reached_at = $2, trouble = null, is_stale = false
where id = $1 and (trouble is not null or is_stale or reached_at is null or reached_at < $3)
"""
_OFTEN = timedelta(minutes=10)


async def note(pool: ReadPool, row: asyncpg.Record, outcome: PushOutcome, *, is_stale: bool = False) -> None:
    await pool.execute(_NOTED, row["id"], row["endpoint"], outcome.value, is_stale)


async def note_reached(pool: ReadPool, row: asyncpg.Record, at: datetime) -> None:
    """Written down now and then: each message would cost a write."""
    if row["trouble"] or row["is_stale"] or row["reached_at"] is None or row["reached_at"] < at - _OFTEN:
        await pool.execute(_ARRIVED, row["id"], at, at - _OFTEN)


async def note_gone(pool: ReadPool, row: asyncpg.Record) -> None:
    await pool.execute("delete from push_subscription where id = $1 and endpoint = $2", row["id"], row["endpoint"])


async def count(session: ReadSession, at: datetime) -> tuple[int, list[str]]:
    """The devices that are reached, and the hosts of their push services."""
    rows = await session.fetch(_COUNTED, at)
    return sum(row["devices"] for row in rows), [row["host"] for row in rows]


# --- reach

_FAILED = """
insert into push_reach as r (id, failures, failing_since, next_at) values (true, 1, $1, $1)
on conflict (id) do update set
    failures = r.failures + 1,
    lost_at = coalesce(r.lost_at, case when r.failures + 1 >= $2 and r.failing_since <= $1 - $3::interval then $1 end),
    next_at = $1 + $4::interval
returning lost_at = $1 as is_lost
"""
_TAKE_TURN = "update push_reach set next_at = $1 + $2::interval where next_at <= $1 returning true"


async def reach(asked: ReadPool | ReadSession) -> asyncpg.Record | None:
    return await asked.fetchrow("select failures, failing_since, lost_at, next_at from push_reach")


async def note_failure(pool: ReadPool, at: datetime, *, most: int, patience: timedelta, pause: timedelta) -> bool:
    """Whether it is this failure by which the push services count as out of reach."""
    return bool(await pool.fetchval(_FAILED, at, most, patience, pause))


async def forget_failures(pool: ReadPool) -> bool:
    """Whether they were out of reach until now."""
    return bool(await pool.fetchval("delete from push_reach returning lost_at is not null"))


async def take_turn(pool: ReadPool, at: datetime, pause: timedelta) -> bool:
    """Whether it is the asker's turn to try again."""
    return bool(await pool.fetchval(_TAKE_TURN, at, pause))
