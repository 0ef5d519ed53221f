"""The generator's tick against plain SQL: `python -m tests.bench.generator [--rounds N]`.

50,000 active plans with nothing due, against the bare probe of the index; and with 5,000 due, against one transaction of three
statements that writes the same jobs, dates and plans, without audit rows, numbers by site's year, or anything that could be decided.
"""

import argparse
import asyncio
import os
import shutil
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import server.main  # noqa: F401 - who hears of the jobs
from server.core import migrations
from server.core.clock import now
from server.core.database import Database
from server.core.postgres import EmbeddedPostgres
from server.generator import service
from tests.bench.servers import CACHE
from tests.server.generator.plant import fill

PLANS, DUE = 50_000, 5_000
TICKS = 200
_PROBE = "select exists (select from scheduled_maintenances where is_active and generate_at <= $1 limit 1)"
_FLOOR = (
    """
    insert into maintenance_interventions (id, number, site_id, equipment_id, title, description, intervention_type, status, priority,
        scheduled_start, scheduled_end, assigned_technician_id, assigned_team_id, scheduled_maintenance_id, maintenance_type_id,
        original_due, due_local, due_at, due_reason, estimated_duration, required_parts, needs_photo, needs_signature, needs_validation)
    select gen_random_uuid(), 'FLOOR-' || row_number() over (), p.site_id, p.equipment_id, p.title, p.description, p.intervention_type,
        'pending', p.priority, o.due_at, o.due_at + make_interval(mins => p.estimated_duration), p.assigned_technician_id, p.team_id, p.id,
        p.maintenance_type_id, o.original_due, o.due, o.due_at, p.reason, p.estimated_duration, p.parts, p.needs_photo, p.needs_signature,
        p.needs_validation
    from scheduled_maintenances p join plan_occurrence o on o.plan_id = p.id and o.state = 'planned'
    where p.is_active and p.generate_at <= now()
    """,
    """
    update plan_occurrence o set state = 'open', intervention_id = i.id
    from maintenance_interventions i where i.scheduled_maintenance_id = o.plan_id and i.original_due = o.original_due
    """,
    """
    update scheduled_maintenances p set generate_at = null, refresh_at = o.due_at + interval '7 days'
    from plan_occurrence o where o.plan_id = p.id and o.state = 'open'
    """,
)
_AGAIN = (
    "update plan_occurrence set state = 'planned', intervention_id = null where state = 'open'",
    "delete from maintenance_interventions where scheduled_maintenance_id is not null",
    "update scheduled_maintenances set generate_at = next_due_date, refresh_at = now() + interval '30 days' where generate_at is null",
    "vacuum analyze maintenance_interventions", "vacuum analyze plan_occurrence", "vacuum analyze scheduled_maintenances",
    "vacuum audit_log",
)  # fmt: skip


async def _seconds(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def _compare(
    ours: Callable[[], Awaitable[object]], floor: Callable[[], Awaitable[object]], again: Callable[[], Awaitable[object]], rounds: int
) -> list[tuple[float, float]]:
    pairs = []
    for _ in range(rounds + 1):
        await again()
        mine = await _seconds(ours)
        await again()
        pairs.append((mine, await _seconds(floor)))
    return pairs[1:]  # caches have filled, plans have settled


def told(name: str, pairs: list[tuple[float, float]], goal: float, each: int = 1) -> bool:
    ratios = sorted(floor / ours for ours, floor in pairs)
    ratio = statistics.median(ratios)
    ours, floor = (statistics.median(column) * 1000 / each for column in zip(*pairs, strict=True))
    mark = "ok  " if ratio >= goal else "MISS"
    print(
        f"{mark} {name:<42} {ratio:5.2f} of the floor ({ratios[0]:.2f}–{ratios[-1]:.2f}, goal {goal:.2f})   {ours:8.2f} against {floor:8.2f} ms",
        flush=True,
    )
    return ratio >= goal


async def _nothing_due(database: Database, rounds: int) -> bool:
    async def ours() -> None:
        for _ in range(TICKS):
            assert not any((await service.run(database)).numbers)

    async def floor() -> None:
        for _ in range(TICKS):
            assert not await database.pool.fetchval(_PROBE, now())

    async def again() -> None: ...

    return told(f"a tick over {PLANS:,} plans, nothing due", await _compare(ours, floor, again, rounds), 0.5, TICKS)


async def _due(database: Database, rounds: int) -> bool:
    async def ours() -> None:
        report = await service.run(database)
        assert report.jobs == DUE, report

    async def floor() -> None:
        async with database.pool.acquire() as connection, connection.transaction():
            for statement in _FLOOR:
                assert (await connection.execute(statement)).endswith(f" {DUE}")

    async def again() -> None:
        connection = await database.connect()
        for statement in _AGAIN:
            await connection.execute(statement, timeout=120)
        await connection.close()

    return told(f"{DUE:,} plans due of {PLANS + DUE:,}", await _compare(ours, floor, again, rounds), 0.3)


async def measured(url: str, rounds: int) -> bool:
    database = Database(url)
    await database.start()
    for part in range(PLANS // DUE):
        async with database.session() as session:
            await fill(session, DUE, due_in=timedelta(days=60), title=f"Contrôler {part}")
    async with database.pool.acquire() as connection:
        await connection.execute("vacuum analyze", timeout=120)
    met = [await _nothing_due(database, rounds)]
    async with database.session() as session:
        await fill(session, DUE)
    met.append(await _due(database, rounds))
    await database.stop()
    return all(met)


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.bench.generator", description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    rounds, folder = options.parse_args().rounds, CACHE / f"generator-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    with EmbeddedPostgres(folder) as dsn:
        migrations.upgrade(dsn.url)
        is_met = asyncio.run(measured(dsn.url, rounds))
    shutil.rmtree(folder, ignore_errors=True)
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
