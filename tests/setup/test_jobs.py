"""Background jobs on a real queue."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from server.auth.models import SetupLink, UserSession
from server.core import jobs
from server.core.clock import now
from server.housekeeping import forget_expired, keep_house
from shared_models.permissions import Role
from tests.conftest import make_session, make_user


async def eventually(question, *, seconds: float = 90) -> None:
    async with asyncio.timeout(seconds):
        while not await question():
            await asyncio.sleep(0.05)


async def add_links(session) -> None:
    session.add_all([SetupLink(token_hash=f"{days}", expires_at=now() + timedelta(days=days)) for days in (-1, 1)])
    await session.flush()


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
        async with jobs.working(database):
            await jobs.defer(session, keep_house.name, timestamp=0)
            await session.commit()
            await eventually(is_done)

    async def test_a_worker_that_loses_its_connections_goes_on(self, database, session, monkeypatch):
        monkeypatch.setattr(jobs, "PAUSE_SECONDS", 0.1)
        await add_links(session)
        await session.commit()

        async def is_done() -> bool:
            return await database.pool.fetchval("select count(*) from setup_link") == 1

        async def has_worker() -> bool:
            return await database.pool.fetchval("select count(*) from procrastinate_workers") > 0

        async with jobs.working(database):
            await eventually(has_worker)
            await database.pool.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name <> 'etabli'"
            )
            await jobs.defer(session, keep_house.name, timestamp=0)
            await session.commit()
            await eventually(is_done)
