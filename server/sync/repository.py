import asyncio
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
import structlog
from sqlmodel import col

from server.core.access import Actor
from server.core.database import Session
from server.core.list_items import STATE
from server.core.list_memory import Changed, Keys, News, not_asked
from server.core.queries import expression
from server.core.read_pool import ReadPool
from server.interventions.rows import FIRST
from server.sync.cursors import END, Cursor, Sweep
from server.sync.models import SyncReceipt
from server.sync.sources import BY_NAME, CHANGED, FEW, SOURCES, TOMBSTONES, Source

_log = structlog.get_logger(__name__)

# --- receipts


_CLAIM = sa.text("""
insert into sync_receipt (command_id, user_id, device_id, command_type, fingerprint)
select command_id, :user, :device, command_type, fingerprint
from unnest(cast(:ids as uuid[]), cast(:types as text[]), cast(:prints as bytea[])) as c(command_id, command_type, fingerprint)
order by command_id
on conflict do nothing returning command_id
""")


async def claim_receipts(session: Session, actor: Actor, commands: Mapping[UUID, tuple[str, bytes]]) -> set[UUID]:
    """Those of the commands (id to type and fingerprint) that have no receipt yet.

    Waits for other transactions that carry them out just now.
    """
    types, prints = [kind for kind, _ in commands.values()], [fingerprint for _, fingerprint in commands.values()]
    parameters = {"user": actor.user_id, "device": actor.device_id, "ids": list(commands), "types": types, "prints": prints}
    return set(await session.scalars(_CLAIM, parameters))


async def receipt(session: Session, actor: Actor, command_id: UUID) -> SyncReceipt:
    found = await session.get(SyncReceipt, (actor.user_id, command_id), populate_existing=True)
    assert found is not None
    return found


async def write_receipt(session: Session, actor: Actor, command_id: UUID, **values: Any) -> None:
    await session.execute(sa.update(SyncReceipt).where(*_of(actor, command_id)).values(**values))


async def drop_receipt(session: Session, actor: Actor, command_id: UUID) -> None:
    await session.execute(sa.delete(SyncReceipt).where(*_of(actor, command_id)))


def _of(actor: Actor, command_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return col(SyncReceipt.user_id) == actor.user_id, col(SyncReceipt.command_id) == command_id


async def transaction_id(session: Session) -> int:
    return int(await session.scalar(sa.text("select pg_current_xact_id()::text::bigint")) or 0)


# --- pulls

EVERY_SOURCE = frozenset(range(len(SOURCES)))
ANYTHING = not_asked(0)._replace(sources=EVERY_SOURCE)


@dataclass(frozen=True)
class Now:
    """`xmin`: every transaction below it has ended; `sites`: those there are, among the actor's.

    `run` and `position`: where the server's log is; `until`: up to where the state that the cursor's run has reached is part of ours,
    None when that run is not (and far ahead while it lasts). `changed`: the sources in which a cursor between two sweeps may find
    anything, read in the same instant as `xmin`.
    """

    epoch: UUID
    run: UUID
    position: int
    until: int | None
    xmin: int
    sites: frozenset[UUID]
    changed: frozenset[int] = EVERY_SOURCE
    of: str | None = None
    """Of a cursor between two sweeps: the state of the database since which nothing of what it asks about has changed."""
    times_cleared: int = 0
    """Of what was remembered, before that was found out."""
    low: int = 0
    """The cursor may as well begin here: what happened before, it does not ask about."""


_NOW = """
select e.id as epoch, r.id as run, etabli_position() as position,
    e.born_xid = e.xmin::text and r.server_started_at = pg_postmaster_start_time() as is_known,
    (select coalesce((select min(later.from_position) from sync_run later where later.number > o.number), {3})
        from sync_run o where o.id = {1}::uuid) as until,
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint as xmin,
    (select coalesce(array_agg(id), '{{}}') from sites where {0}::uuid[] is null or id = any({0}::uuid[])) as sites{2}
from sync_epoch e left join lateral (select id, server_started_at from sync_run order by number desc limit 1) r on true
"""
_NOW_ONLY = _NOW.format("$1", "$2", "", END)
_NOW_AND_CHANGED = _NOW.format(
    "$3", "$4", f", {STATE} as state, case when {STATE} is distinct from $5::text then ({CHANGED}) end as changed", END
)


async def present(pool: ReadPool, actor: Actor, cursor: Cursor | None) -> Now:
    """`cursor` is one that a device has sent, and may still prove to be of no use."""
    while True:
        cleared = pool.memory.times_cleared
        found = await _present(pool, actor, cursor)
        if found is not None and found[0]["is_known"]:
            break
        await recognise(pool)
    row, known = found
    return Now(
        row["epoch"], row["run"], row["position"], row["until"], row["xmin"], frozenset(row["sites"]), known.sources, known.of, cleared,
        known.until,
    )  # fmt: skip


async def _present(pool: ReadPool, actor: Actor, cursor: Cursor | None) -> tuple[asyncpg.Record, Changed] | None:
    """After a change many devices ask, from where nothing had happened to them for a while: what has changed is found out once.

    Then it is asked what has changed since that was found out: where nothing has, it holds, and so does what was read of it. Whatever
    was open then has a number from `xmin` on, and so has what takes a row away, whose tombstone is a change of its own.
    """
    if cursor is None or cursor.sweep is not None or cursor.is_first_load:
        row = await pool.fetchrow(_NOW_ONLY, actor.site_list, cursor and cursor.run)
        return row and (row, ANYTHING)
    memory, sites, low = pool.memory, frozenset(cursor.lows), cursor.lowest
    cleared = memory.times_cleared
    known = memory.changed(sites, low) if cursor.is_even else not_asked(low)
    since = max(known.until, known.xmin)
    asked = sites, since, actor.site_ids, cursor.run, known.state
    row = await memory.in_turns.ask(asked, partial(_ask, pool, *asked))
    if row is None:
        return None
    if known.run not in (None, row["run"]):
        memory.clear()
    if memory.times_cleared != cleared:  # it is, or may be, another database
        return await _present(pool, actor, cursor)
    if row["changed"] is None:
        return row, known
    found = row["run"], row["state"], row["xmin"], frozenset(row["changed"])
    now = known.then(*found)
    if not row["state"] or not cursor.is_even:
        return row, now._replace(of=None)
    memory.keep_changed(sites, now)
    if now.sources and not row["changed"]:  # those who have had that begin here
        memory.keep_changed(sites, memory.changed(sites, since).then(*found))
    return row, now


async def _ask(
    pool: ReadPool, at: Iterable[UUID], since: int, seen: Iterable[UUID] | None, run: UUID, state: str | None
) -> asyncpg.Record | None:  # fmt: skip
    row: asyncpg.Record | None = await pool.fetchrow(_NOW_AND_CHANGED, list(at), since, None if seen is None else list(seen), run, state)
    return row


async def recognise(pool: ReadPool) -> None:
    """The database was restored or copied, or its server has started: under a running node, nobody else may have noticed."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("set local statement_timeout = 0")
        found = await connection.fetchval("select etabli_recognise()")
    _log.warning("database.recognised", found=found)


@dataclass(frozen=True)
class Key:
    xid: int
    key: str


def _arguments(cursor: Cursor, actor: Actor, after: Key | None, most: int | None, since: datetime) -> list[Any]:
    lows = sorted(cursor.lows.items())
    return [
        [site for site, _ in lows], [low for _, low in lows], cursor.low, after.xid if after else 0, after.key if after else None,
        most, actor.user_id, actor.site_ids is None, since,
    ]  # fmt: skip


@dataclass(frozen=True)
class Found:
    """Changes as JSON texts, where to go on (None: that was all), and how far the log had come when they were seen."""

    changes: list[bytes]
    last: Key | None = None
    position: int = 0


async def changes(
    pool: ReadPool, source: Source, cursor: Cursor, actor: Actor, sweep: Sweep, *,
    rows: int, budget: int, since: datetime, present: Now,
) -> Found:  # fmt: skip
    """The next changes of a source. Where a first load goes on in it, all its keys are found and remembered; then comes what is newer.

    A change is read once for all devices that had the same before, until something else has changed for them. What was read somewhat
    later than that was found out may have more, as any page may, and is good for whoever has heard of no change since.
    """
    after = Key(sweep.after_xid, sweep.after_key) if sweep.after_key is not None else None
    whom = (actor.user_id, actor.site_ids is None) if source.is_of_asker else None
    asked = (source.name, whom, present.run, cursor.low, frozenset(cursor.lows))
    known = pool.memory.news(asked)
    is_whole = bool(present.of) and after is None and not cursor.is_first_load
    if is_whole and known.of == present.of and len(known.changes) < rows and sum(map(len, known.changes)) < budget:
        return Found([*known.changes], position=known.position)
    if cursor.is_first_load and source.in_sight and (after is not None or source.is_searched):
        keys = await _keys(pool, source, cursor, actor, since)
        first = keys.after(after.xid, UUID(after.key)) if after else 0
        ranks = range(first, min(first + rows, len(keys.xids)))
        if ranks:
            return await _listed(pool, source, cursor, keys, ranks, budget)
        if after is None or not await _is_newer(pool, source, cursor, keys, after):
            return Found([])
    statement = source.page(len(cursor.lows))
    if after is None and not cursor.is_first_load:
        statement, rows = source.news, min(rows, FEW)
    found = (await pool.fetch(statement, *_arguments(cursor, actor, after, rows, since), budget))[:rows]
    texts, last = [row["change"] for row in found], found[-1] if found else None
    position = last["position"] if last else 0
    is_all = len(texts) < rows and sum(map(len, texts)) < budget
    if is_whole and is_all and pool.memory.times_cleared == present.times_cleared:
        pool.memory.keep_news(asked, News(present.of, texts, position))
    return Found(texts, Key(last["sync_xid"], str(last["key"])) if last and not is_all else None, position)


async def _is_newer(pool: ReadPool, source: Source, cursor: Cursor, keys: Keys, after: Key) -> bool:
    """Whether there is more than the keys that were found: one search of an index. All rows of a transaction were found together."""
    low = after.xid + 1 if after.xid in keys.xids[-1:] else after.xid
    return bool(await pool.fetchval(f"select {source.changed} and $1::uuid[] is not null", sorted(cursor.lows), low))


async def _listed(pool: ReadPool, source: Source, cursor: Cursor, keys: Keys, ranks: range, budget: int) -> Found:
    """A row that has changed since its key was found comes as it is now, and once more later.

    Where nobody else asks just then, two connections read half of them each: whoever loads everything waits for nothing else.
    """
    middle = ranks.start + len(ranks) // 2 if pool.lent == 0 else ranks.stop
    halves = [half for half in (range(ranks.start, middle), range(middle, ranks.stop)) if half]
    sites, texts, size, last = sorted(cursor.lows), list[bytes](), 0, ranks[-1]
    found = await asyncio.gather(*(pool.fetch(source.of_ids, keys.ids_of(half), sites, budget) for half in halves))
    for row, rank in ((row, half[row["rank"] - 1]) for half, rows in zip(halves, found, strict=True) for row in rows):
        texts.append(row["change"])
        size += len(texts[-1])
        if size >= budget:
            last = rank
            break
    position = max((rows[-1]["position"] for rows in found if rows), default=0)
    return Found(texts, Key(keys.xids[last], str(UUID(bytes=keys.id(last)))), position)


async def _keys(
    pool: ReadPool, source: Source, cursor: Cursor, actor: Actor, since: datetime
) -> Keys:  # fmt: skip
    assert cursor.sweep is not None
    load = (source.name, actor.user_id, cursor.sweep.high, cursor.low, *sorted(cursor.lows.items()))
    if (known := pool.memory.keys(load)) is None:
        row = await pool.fetchrow(source.listed, *_arguments(cursor, actor, None, None, since))
        known = Keys(array("q", row["xids"] or ()), row["ids"] or b"")
        pool.memory.keep_keys(load, known)
    return known


_MACHINES, _JOBS = BY_NAME["equipment"], BY_NAME["intervention"]
_FIRST = expression(
    "with j as materialized ({}), m as (select distinct equipment_id as id, site_id from j)"
    " select ({})::text as change from m k {} union all select ({})::text from j k {}",
    FIRST, _MACHINES.change, _MACHINES.rows, _JOBS.change, _JOBS.rows,
)  # fmt: skip


async def first(pool: ReadPool, actor: Actor, sites: Iterable[UUID]) -> list[bytes]:
    """Changes that bring what somebody has probably come for; each comes once more in its turn."""
    found = await pool.fetch(_FIRST, list(sites), actor.user_id)
    return [row["change"].encode() for row in found]


_STRANGERS = """
select json_build_object('entity', 'user', 'id', u.id, 'site_id', null, 'row', null)::text as change from users u
where not u.all_sites and u.id <> $1 and not exists (select from user_site m where m.user_id = u.id and m.site_id = any($2))
order by u.id
"""


async def strangers(pool: ReadPool, actor: Actor, sites: Iterable[UUID]) -> list[bytes]:
    """Changes that take away whom the actor does not see at these sites, the ones that the device has had.

    People of a site that is still to be loaded come with it; of those who leave it before, no tombstone comes.
    """
    if actor.site_ids is None:
        return []
    return [row["change"].encode() for row in await pool.fetch(_STRANGERS, actor.user_id, list(sites))]


async def gone(pool: ReadPool, actor: Actor, cursor: Cursor, since: datetime) -> list[bytes]:
    """Tombstones from the cursor on, in one page, however many: a load that begins again must not bring back what they take."""
    if not any([cursor.low, *cursor.lows.values()]):
        return []
    arguments = _arguments(cursor, actor, None, None, since)
    return [row["change"] for source in TOMBSTONES for row in await pool.fetch(source.page(len(cursor.lows)), *arguments, END)]


async def total(
    pool: ReadPool, cursor: Cursor, actor: Actor, since: datetime, sources: Iterable[Source] = SOURCES
) -> int:  # fmt: skip
    """What is searched for is remembered: it is asked for later."""
    arguments, count = _arguments(cursor, actor, None, None, since), 0
    for source in sources:
        if source.is_searched:
            count += len((await _keys(pool, source, cursor, actor, since)).xids)
        else:
            count += int(await pool.fetchval(source.count, *arguments))
    return count
