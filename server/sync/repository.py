from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlmodel import col

from server.core.access import Actor
from server.core.database import Session
from server.sync.cursors import Cursor, Sweep
from server.sync.models import SyncReceipt
from server.sync.sources import CHANGED, SOURCES, Source

# --- receipts


_CLAIM = sa.text("""
insert into sync_receipt (command_id, user_id, device_id, command_type)
select command_id, :user, :device, command_type
from unnest(cast(:ids as uuid[]), cast(:types as text[])) as c(command_id, command_type) order by command_id
on conflict do nothing returning command_id
""")


async def claim_receipts(session: Session, actor: Actor, commands: Mapping[UUID, str]) -> set[UUID]:
    """Those of the commands (id to type) that have no receipt yet; waits for other transactions that carry them out just now."""
    parameters = {"user": actor.user_id, "device": actor.device_id, "ids": list(commands), "types": list(commands.values())}
    return set(await session.scalars(_CLAIM, parameters))


async def receipt(session: Session, command_id: UUID) -> SyncReceipt:
    found = await session.get(SyncReceipt, command_id, populate_existing=True)
    assert found is not None
    return found


async def refuse_receipt(session: Session, command_id: UUID, problem: dict[str, Any]) -> None:
    await session.execute(sa.update(SyncReceipt).where(col(SyncReceipt.command_id) == command_id).values(problem=problem))


async def drop_receipt(session: Session, command_id: UUID) -> None:
    await session.execute(sa.delete(SyncReceipt).where(col(SyncReceipt.command_id) == command_id))


async def transaction_id(session: Session) -> int:
    return int(await session.scalar(sa.text("select pg_current_xact_id()::text::bigint")) or 0)


# --- pulls

EVERY_SOURCE = frozenset(range(len(SOURCES)))


@dataclass(frozen=True)
class Now:
    """`xmin`: every transaction below it has ended; `sites`: those there are, among the actor's.

    `changed`: the sources in which a cursor between two sweeps may find anything, read in the same instant as `xmin`.
    """

    epoch: UUID
    xmin: int
    sites: frozenset[UUID]
    changed: frozenset[int] = EVERY_SOURCE


_NOW = """
select (select id from sync_epoch) as epoch, pg_snapshot_xmin(pg_current_snapshot())::text::bigint as xmin,
    (select coalesce(array_agg(id), '{{}}') from sites where {0}::uuid[] is null or id = any({0}::uuid[])) as sites
"""
_NOW_ONLY = _NOW.format("$1")
_NOW_AND_CHANGED = f"{_NOW.format('$3')}, ({CHANGED}) as changed"


async def present(connection: asyncpg.Connection, actor: Actor, cursor: Cursor | None) -> Now:
    """`cursor` is one that a device has sent, and may still prove to be of no use."""
    if cursor is None or cursor.sweep is not None or cursor.is_first_load:
        found = await connection.fetchrow(_NOW_ONLY, actor.site_list)
        return Now(found["epoch"], found["xmin"], frozenset(found["sites"]))
    lowest = min([cursor.low, *cursor.lows.values()])
    found = await connection.fetchrow(_NOW_AND_CHANGED, sorted(cursor.lows), lowest, actor.site_list)
    return Now(found["epoch"], found["xmin"], frozenset(found["sites"]), frozenset(found["changed"]))


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


async def changes(
    connection: asyncpg.Connection, source: Source, cursor: Cursor, actor: Actor, sweep: Sweep, *, rows: int, budget: int, since: datetime
) -> tuple[list[bytes], Key | None]:
    """The next changes of a source as JSON texts, and the last one's key; fewer than `rows` and `budget` bytes: all there is."""
    after = Key(sweep.after_xid, sweep.after_key) if sweep.after_key is not None else None
    found = await connection.fetch(source.page(), *_arguments(cursor, actor, after, rows, since), budget)
    last = Key(found[-1]["sync_xid"], str(found[-1]["key"])) if found else None
    return [row["change"].encode() for row in found], last


async def total(connection: asyncpg.Connection, cursor: Cursor, actor: Actor, since: datetime, sources: Iterable[Source] = SOURCES) -> int:
    arguments = _arguments(cursor, actor, None, None, since)
    return sum([int(await connection.fetchval(source.count(), *arguments)) for source in sources])
