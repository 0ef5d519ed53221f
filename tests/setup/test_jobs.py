"""Background jobs on a real queue."""

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from tempfile import mkdtemp

import pytest
from sqlalchemy import func, select

from server.auth.models import SetupLink, UserSession
from server.core import jobs
from server.core.clock import now
from server.core.storage import memory_storage
from server.housekeeping import forget_expired, keep_house
from shared_models.permissions import Role
from tests.conftest import make_session, make_user
from tests.databases import PROJECT


async def eventually(question, *, seconds: float = 90) -> None:
    async with asyncio.timeout(seconds):
        while not await question():
            await asyncio.sleep(0.05)


def has_just_passed(periodic) -> bool:
    """Or will before the test is over: a tick of the last minutes runs even where none ever did."""
    soon = now() + timedelta(minutes=5)
    last: datetime = periodic.croniter.get_prev(ret_type=datetime, start_time=soon)
    return soon - last < timedelta(minutes=10, seconds=jobs.JUST_PASSED_SECONDS)


async def add_links(session) -> None:
    session.add_all([SetupLink(token_hash=f"{days}", expires_at=now() + timedelta(days=days)) for days in (-1, 1)])
    await session.flush()


_COUNT_JOBS = """
create table counted (task text);
create function count_job() returns trigger language plpgsql as
$$ begin insert into counted values (new.task_name); return null; end $$;
create trigger counted after insert on procrastinate_jobs for each row execute function count_job();
"""


@asynccontextmanager
async def another_node(url: str) -> AsyncIterator[None]:
    env = {"PATH": os.defpath, "DATABASE_URL": url, "ETABLI_DATA_DIR": mkdtemp()}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "server.cli", "worker", env=env, cwd=PROJECT)
    yield
    process.terminate()
    assert await process.wait() == 0


def test_a_periodic_task_waits_once_at_most():
    assert all(task.task.queueing_lock for task in jobs.jobs.periodic_registry.periodic_tasks.values())


class TestHousekeeping:
    async def test_forgets_what_has_expired_and_nothing_else(self, session):
        user = make_user(Role.technician)
        session.add(user)
        await session.flush()
        old, revoked, alive = make_session(user), make_session(user), make_session(user)
        old.expires_at = now() - timedelta(days=31)
        revoked.revoked_at = now() - timedelta(days=31)
        session.add_all([old, revoked, alive])
        await add_links(session)
        forgotten = await forget_expired(session)
        assert {table: rows for table, rows in forgotten.items() if rows} == {"user_sessions": 2, "setup_link": 1}
        assert (await session.scalars(select(UserSession.id))).all() == [alive.id]


@pytest.mark.fresh_database
class TestQueue:
    async def test_a_job_starts_with_its_transaction_only(self, database, session):
        await add_links(session)
        await session.commit()

        async def is_done() -> bool:
            return await database.pool.fetchval("select count(*) from setup_link") == 1

        await jobs.defer(session, keep_house.name, timestamp=0)
        await session.rollback()
        assert await session.scalar(select(func.count()).select_from(SetupLink)) == 2
        await session.rollback()
        async with jobs.working(database, memory_storage()):
            await jobs.defer(session, keep_house.name, timestamp=0)
            await session.commit()
            await eventually(is_done)

    async def test_ticks_missed_while_no_machine_was_on_run_once_at_the_next_start(self, database):
        """Of forty nights, by one node of two, and not again at the start after; a task that never ran has missed nothing."""
        await database.pool.execute(_COUNT_JOBS)
        periodics = jobs.jobs.periodic_registry.periodic_tasks.values()
        nightly = [each.task.name for each in periodics if each.cron.split()[1] != "*" and not has_just_passed(each)]
        missed = nightly[0]
        await database.pool.execute(
            "insert into procrastinate_periodic_defers (task_name, defer_timestamp) values ($1, $2)",
            missed, int((now() - timedelta(days=40)).timestamp()),
        )  # fmt: skip

        async def is_done() -> bool:
            waiting = "select count(*) from procrastinate_jobs where task_name = any($1)"
            workers = await database.pool.fetchval("select count(*) from procrastinate_workers")
            return workers == 2 and await counted() != {} and await database.pool.fetchval(waiting, nightly) == 0

        async def counted() -> dict[str, int]:
            found = await database.pool.fetch("select task, count(*) as times from counted where task = any($1) group by task", nightly)
            return {row["task"]: row["times"] for row in found}

        for _ in range(2):
            async with another_node(database.dsn), jobs.working(database, memory_storage()):
                await eventually(is_done)
        assert await counted() == {missed: 1}

    async def test_a_worker_that_loses_its_connections_goes_on(self, database, session, monkeypatch):
        monkeypatch.setattr(jobs, "PAUSE_SECONDS", 0.1)
        await add_links(session)
        await session.commit()

        async def is_done() -> bool:
            return await database.pool.fetchval("select count(*) from setup_link") == 1

        async def has_worker() -> bool:
            return await database.pool.fetchval("select count(*) from procrastinate_workers") > 0

        async with jobs.working(database, memory_storage()):
            await eventually(has_worker)
            await database.pool.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name <> 'etabli'"
            )
            await jobs.defer(session, keep_house.name, timestamp=0)
            await session.commit()
            await eventually(is_done)
        gc.collect()  # a connection that was given up half-way is open until then, and its database cannot be dropped
