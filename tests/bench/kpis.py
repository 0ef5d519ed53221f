"""What figures cost: `python -m tests.bench.kpis`, on 10,000 machines and a million jobs.

Three years of the fleet by machine and month, against reading the same sums in plain SQL and against each month of each machine out of
its stops. A machine's figures, against the machine's page. A stop that is told, with what it marks for the sums and without.
"""

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import date

import asyncpg
import httpx2

import server.main  # noqa: F401 - with all that it carries
from server.core.access import SYSTEM
from server.core.clock import now
from server.core.commands import run
from server.core.database import Database
from server.core.queries import Sql, plain, sql
from server.kpis import rollup
from server.kpis.asking import asked
from shared_models.ids import uuid7
from shared_models.interventions.commands import CreateIntervention
from shared_models.interventions.rows import StopKind
from shared_models.kpis.periods import Period
from shared_models.kpis.rows import KpiQuery
from tests.bench import servers
from tests.bench.cases import API, Bench
from tests.bench.verdicts import at_most

YEARS = KpiQuery(period=Period.custom, since=date(2023, 12, 1), until=date(2026, 11, 30))
PATIENCE = 20
_SUMS = """
select equipment_id, date_trunc('month', day::timestamp) as month, sum(down) as down, sum(failures) as failures, sum(restored) as restored,
    sum(restoring - early) as restoring
from figure_day where day >= $1 and day < $2 group by 1, 2
"""
_ALONE = """
select m.id, b.month, (
    select sum(upper(x) - lower(x)) from unnest((
        select range_agg(tstzrange(i.stopped_at, i.restarted_at) * tstzrange(b.begins, b.ends)) from kin k
        join maintenance_interventions i on i.equipment_id = k.id
        where k.root = m.id and i.stopped_at is not null and i.stop_kind is not null and i.status <> 'cancelled'
    )) x
) as down, (
    select count(*) from kin k join maintenance_interventions i on i.equipment_id = k.id
    where k.root = m.id and i.stop_kind = 'failure' and i.status <> 'cancelled' and i.stopped_at >= b.begins and i.stopped_at < b.ends
) as failures
from machine m join border b on b.site_id = m.site_id and m.seen_from < b.ends and m.seen_until > b.begins
"""


async def timed(do: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await do()
    return time.perf_counter() - began


async def paired(ours: Callable[[], Awaitable[object]], floor: Callable[[], Awaitable[object]], rounds: int) -> tuple[float, float, float]:
    """In turn; the medians of ours, of the floor, and of their ratios."""
    await ours(), await floor()
    pairs = [(await timed(ours), await timed(floor)) for _ in range(rounds)]
    mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    return mine, theirs, statistics.median(one / other for one, other in pairs)


async def fleet(database: Database, rounds: int) -> list[bool]:
    await rollup.refresh_all(database)
    this, _ = await asked(database.pool, SYSTEM, YEARS, is_time_required=False)

    async def ours() -> None:
        await database.pool.fetch(*sql("{} select * from found", rollup.by_month(this)).rendered())

    async def sums() -> None:
        await database.pool.fetch(_SUMS, this.days.since, this.days.until)

    mine, theirs, ratio = await paired(ours, sums, 4 * rounds)
    print(f"     three years by machine and month {mine:.2f} s, the sums in plain SQL {theirs:.2f} s, summed by month", end=" ")
    whole, _, _ = await paired(lambda: rollup.months(database.pool, SYSTEM, YEARS), sums, rounds)
    print(f"{whole:.2f} s")
    alone = await _alone(database, sql("{} {}", rollup.by_month(this), plain(_ALONE)))
    return [
        at_most("fleet by machine and month, of its sums in plain SQL", ratio, 2),
        at_most("fleet by machine and month, of the stops alone", mine / alone, 0.1),
    ]


async def _alone(database: Database, statement: Sql) -> float:
    """How long the definition takes, or how long was waited for it."""
    connection = await database.connect()
    try:
        await connection.execute(f"set statement_timeout = '{PATIENCE}s'")
        began = time.perf_counter()
        try:
            await connection.fetch(*statement.rendered())
        except asyncpg.QueryCanceledError:
            print(f"     the stops alone: not in {PATIENCE} s")
        else:
            print(f"     the stops alone: {time.perf_counter() - began:.1f} s")
        return time.perf_counter() - began
    finally:
        await connection.close()


async def page(bench: Bench, machine: str, rounds: int) -> bool:
    async with httpx2.AsyncClient(base_url=f"{bench.ours}{API}", headers=bench.headers, timeout=60) as client:

        async def get(path: str) -> None:
            (await client.get(path)).raise_for_status()

        async def shown() -> None:
            for path in (f"/equipment/{machine}", f"/equipment/{machine}/life", f"/maintenance/interventions?equipment_id={machine}"):
                await get(path)

        mine, theirs, ratio = await paired(lambda: get(f"/dashboard/kpis?equipment_id={machine}&period=rolling"), shown, 20 * rounds)
    print(f"     a machine's figures {1000 * mine:.1f} ms, its page {1000 * theirs:.1f} ms")
    return at_most("a machine's figures, of its page", ratio, 3)


async def command(database: Database, machine: str, rounds: int) -> bool:
    """A stop told of a machine, up to its commit."""

    async def one() -> float:
        told = CreateIntervention(
            intervention_id=uuid7(), equipment_id=machine, title="Leak", stop_kind=StopKind.failure, stopped_at=now(), occurred_at=now()
        )
        async with database.session() as session:
            began = time.perf_counter()
            await run(session, SYSTEM, told)
            await session.flush()
            spent = time.perf_counter() - began
            await session.rollback()
        return spent

    async def marking(verb: str) -> None:
        connection = await database.connect()
        await connection.execute(f"alter table maintenance_interventions {verb} trigger stale_new")
        await connection.close()

    async def several() -> float:
        [await one() for _ in range(20)]
        return statistics.median([await one() for _ in range(50)])

    pairs = []
    for _ in range(2 * rounds):
        ours = await several()
        await marking("disable")
        try:
            pairs.append((ours, await several()))
        finally:
            await marking("enable")
    ours, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"     a stop told {1000 * ours:.2f} ms, without its mark {1000 * bare:.2f} ms")
    return at_most("the sums' share of a command", ours / bare - 1, 0.15)


async def measured(url: str, rounds: int, only: str) -> bool:
    database = Database(url)
    await database.start()
    try:
        machine = str(await database.pool.fetchval(
            "select equipment_id from maintenance_interventions where stopped_at is not null group by 1 order by count(*) desc limit 1"
        ))  # fmt: skip
        verdicts = await fleet(database, rounds) if only in {"", "fleet"} else []
        if only in {"", "command"}:
            verdicts.append(await command(database, machine, rounds))
        if only in {"", "page"}:
            with servers.running("server.main:node", url, "--factory") as ours:
                bench = Bench(ours, "", url, 0)
                bench.sign_in()
                verdicts.append(await page(bench, machine, rounds))
        return all(verdicts)
    finally:
        await database.stop()


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.bench.kpis", description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--scale", default="bench")
    options.add_argument("--only", default="", choices=["", "fleet", "page", "command"])
    told = options.parse_args()
    with servers.database(told.scale) as url:
        return 0 if asyncio.run(measured(url, told.rounds, told.only)) else 1


if __name__ == "__main__":
    sys.exit(main())
