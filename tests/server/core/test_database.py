import asyncio
import json
import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import psycopg
import pytest
from fastapi import APIRouter
from pydantic import BaseModel, TypeAdapter
from sqlalchemy import text

from server.core import rate_limit, read_pool
from server.core.database import ReadSessionDep, SessionDep, asyncpg_dsn
from server.core.database_errors import DATABASE_ERRORS, refusal_of
from server.core.errors import TooManyAttempts
from server.core.rate_limit import Rate
from server.core.read_pool import ReadPool
from server.core.sql import json_columns, json_row, json_rows
from server.core.storage import content_key, local_storage
from shared_models.ids import uuid7
from tests.server.support import problem_code

_FAREWELL = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"
FAREWELL = b"E" + (len(_FAREWELL) + 4).to_bytes(4) + _FAREWELL
"""What PostgreSQL says before it closes a connection that nobody uses."""


@pytest.fixture
def late(app):
    """Two endpoints whose constraint is only checked at commit, and one that writes with the read session."""
    router = APIRouter(prefix="/api/v1/late")

    @router.post("/good", status_code=201)
    async def good(session: SessionDep):
        await session.execute(text("insert into later values (1)"))

    @router.post("/bad", status_code=201)
    async def bad(session: SessionDep):
        await session.execute(text("insert into later values (1), (1)"))
        return {"saved": True}

    @router.post("/read")
    async def read(session: ReadSessionDep):
        await session.execute(text("insert into later values (2)"))

    app.include_router(router)


async def _lost(database, statements, *, is_seen):
    async with database.session() as session:
        for statement in statements:
            await (session.execute(text("select 1")) if statement == "orm" else session.fetchval("select 1"))
        connection = await session._begun()
        if is_seen:
            connection.terminate()
        else:
            await database.pool.execute("select pg_terminate_backend($1)", connection.get_server_pid())
        raise KeyError


async def _used_to_the_end(connection):
    while True:
        await connection.fetchval("select 1")


@pytest.mark.fresh_database
class TestTransactions:
    async def test_a_commit_that_fails_is_never_answered_as_a_success(self, late, client, session):
        await session.execute(text("create table later (n int unique deferrable initially deferred)"))
        await session.commit()
        assert problem_code(await client.post("/api/v1/late/bad"), 409) == "already_exists"
        assert (await client.post("/api/v1/late/good")).status_code == 201
        assert await session.scalar(text("select count(*) from later")) == 1

    async def test_a_read_session_cannot_write(self, late, client, session):
        await session.execute(text("create table later (n int)"))
        await session.commit()
        assert (await client.post("/api/v1/late/read")).status_code == 500
        assert await session.scalar(text("select count(*) from later")) == 0

    async def test_a_connection_that_was_lost_while_nobody_used_it_costs_nobody_an_answer(self, client_as, database_url):
        admin = await client_as("admin")
        for number in range(2):
            assert (await admin.post("/api/v1/sites", json={"name": f"Site {number}"})).status_code == 201
            with psycopg.connect(database_url) as other:
                other.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where datname = current_database() and application_name = 'etabli' and state = 'idle'"
                )

    @pytest.mark.parametrize("statements", [["orm"], ["driver"], ["driver", "orm"], ["orm", "driver"]])
    async def test_a_connection_that_is_lost_in_a_transaction_stays_with_nobody_and_hides_no_error(self, database, statements):
        for is_seen in (False, True):
            with pytest.raises(KeyError):
                await _lost(database, statements, is_seen=is_seen)
            assert database.engine.pool.checkedout() == 0

    async def test_whenever_a_connection_learns_of_its_end_it_is_a_503(self, database):
        for said in (b"", FAREWELL):
            connection = await database.connect()
            if said:  # and the end itself comes a moment later
                connection._protocol.data_received(said)
            else:
                await database.pool.execute("select pg_terminate_backend($1)", connection.get_server_pid())
            with pytest.raises(DATABASE_ERRORS) as lost:
                await _used_to_the_end(connection)
            assert refusal_of(lost.value).code == "unavailable"
            connection.terminate()

    async def test_a_lost_database_is_a_503(self, app, client_as):
        admin = await client_as("admin")
        await app.state.database.pool.close()
        assert problem_code(await admin.get("/api/v1/sites"), 503) == "unavailable"


@pytest.mark.fresh_database
class TestReadPool:
    @pytest.fixture
    async def pool(self, database):
        pool = ReadPool(database.connect, size=3, wait_seconds=60)
        await pool.start()
        yield pool
        await pool.close()

    @pytest.mark.parametrize("seed", range(3))
    async def test_whatever_happens_to_its_users_it_lends_all_its_connections_again(self, pool, seed):
        chance = random.Random(seed)

        async def answer():
            await pool.fetchval("select pg_sleep($1)", chance.random() / 50)

        async def planned():
            await pool.fetch_as_planned("select pg_sleep($1)", chance.random() / 50)

        async def refused():
            with pytest.raises(asyncpg.DivisionByZeroError):
                await pool.fetchrow("select 1 / 0")

        async def leave_open():
            async with pool.acquire() as connection:
                await connection.execute("begin; select 1")

        async def lose():
            with suppress(*DATABASE_ERRORS):
                await pool.execute("select pg_terminate_backend(pg_backend_pid())")

        async def give_up():
            with suppress(TimeoutError):
                async with asyncio.timeout(chance.random() / 50):
                    await pool.fetch("select pg_sleep(600)")

        users = [asyncio.create_task(chance.choice([answer, planned, refused, leave_open, lose, give_up])()) for _ in range(60)]
        for user in chance.sample(users, 15):
            await asyncio.sleep(chance.random() / 100)
            user.cancel()
        ends = await asyncio.gather(*users, return_exceptions=True)
        assert not [end for end in ends if isinstance(end, Exception)]
        async with asyncio.timeout(60), pool.acquire() as one, pool.acquire() as two, pool.acquire() as three:
            for connection in (one, two, three):
                busy = (
                    "select count(*) from pg_stat_activity where datname = current_database() and query ~ 'pg_sleep' and state = 'active'"
                    " and pid <> pg_backend_pid()"
                )
                assert await connection.fetchval(busy) == 0
                assert not connection.is_in_transaction()
            assert pool.lent == 3
        assert pool.lent == 0

    async def test_who_waits_is_served_in_turn_and_who_has_gone_is_passed_over(self, database):
        pool, served = ReadPool(database.connect, size=1, wait_seconds=60), []

        async def wait(number):
            await pool.fetchval("select 1")
            served.append(number)

        async with pool.acquire():
            waiting = [asyncio.create_task(wait(number)) for number in range(5)]
            await asyncio.sleep(0)
            waiting[1].cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await pool.close()
        assert served == [0, 2, 3, 4]

    async def test_what_is_planned_once_answers_for_whatever_it_is_asked_and_leaves_others_their_plans(self, pool):
        async with pool.acquire(), pool.acquire():  # the third is the one for all
            with pytest.raises(asyncpg.DivisionByZeroError):
                await pool.fetch_as_planned("select 6 / $1::int", 0)
            for number in (*range(6), 4, 5, 5):
                for by in (1, 2):
                    [row] = await pool.fetch_as_planned(f"select 6 / $1::int, {number}", by)
                    assert tuple(row) == (6 // by, number)
            assert await pool.fetchval("show plan_cache_mode") == "auto"
            told = "select generic_plans, custom_plans from pg_prepared_statements where statement like 'select 6 / %' order by 1"
            assert [tuple(row) for row in await pool.fetch(told)][-4:] == [(2, 0), (2, 0), (4, 0), (6, 0)]
            assert len(pool._planned) == 1
        pool._close(pool._free[0])
        await asyncio.gather(*pool._closing)
        assert not pool._planned

    async def test_what_was_remembered_is_of_the_database_that_all_connections_lead_to(self, database):
        names = ["postgres", None]
        pool = ReadPool(
            lambda: database.connect() if (name := names.pop()) is None else asyncpg.connect(database.dsn, database=name),
            size=3,
            wait_seconds=60,
        )

        async def opened(*to):
            """Beside those that are there: whether everything was forgotten."""
            names[:], before = to, pool.memory.times_cleared
            pool.give_back(await pool.wait())
            return pool.memory.times_cleared != before

        assert await opened(None)
        assert not await opened(None)
        assert await opened("postgres")
        there = pool.at_hand()
        assert pool.at_hand() is None  # the others lead to where nothing is remembered of
        pool.give_back(there)
        for connection in [*pool._opened]:
            connection.terminate()
        assert pool.at_hand() is None
        assert await opened("postgres")
        await pool.close()

    async def test_what_nobody_needs_and_what_is_old_is_closed_in_time(self, pool, monkeypatch):
        async def sweep():
            pool._sweep()
            await asyncio.gather(*pool._closing)

        async with pool.acquire() as first, pool.acquire(), pool.acquire():
            await sweep()
        await sweep()
        await pool.fetchval("select 1")
        await sweep()
        assert pool._places == 1
        assert pool.at_hand() is first
        monkeypatch.setattr(read_pool, "_OLD_SECONDS", -1)
        await sweep()
        pool.give_back(first)
        await asyncio.gather(*pool._closing)
        assert (pool._places, first.is_closed()) == (0, True)
        assert await pool.fetchval("select 1") == 1


class Sample(BaseModel):
    id: int
    at: datetime
    exact_at: datetime
    price: Decimal
    note: str | None
    sites: list[str]


class Part(BaseModel):
    id: int
    note: str | None
    kind: str = "as usual"
    is_late: bool = False
    price: Decimal = Decimal(0)
    value: Any = None


class TestJsonLists:
    async def test_are_what_pydantic_would_write(self, database):
        source = """(values (1, timestamptz '2026-01-02 03:04:05+02', timestamptz '2026-01-02 03:04:05.000120+00', 12.50,
            null::text, array['é"', '\\']), (2, '1999-12-31 23:59:59+00', '2000-01-01 00:00:00.1+00', 0.00, 'x', array[]::text[])
        ) as s(id, at, exact_at, price, note, sites)"""
        body = await database.pool.fetchval(f"select json_agg({json_row(Sample, 's')} order by s.id)::text from {source}")
        rows = await database.pool.fetch(f"select * from {source} order by id")
        found = TypeAdapter(list[dict]).validate_json(body)
        assert found == TypeAdapter(list[Sample]).dump_python([Sample(**row) for row in rows], mode="json")
        assert [row["price"] for row in found] == ["12.50", "0.00"]

    async def test_parts_say_what_is_not_the_default(self, database):
        source = """(values (2, null::text, 'as usual', false, 0.00, null::jsonb), (1, 'é"', '', true, 1.50, '"\\\\"'::jsonb)
        ) as s(id, note, kind, is_late, price, value)"""
        body = await database.pool.fetchval(f"select ({json_rows(Part, 's', source, 's.id')})::text")
        assert json.loads(body) == [
            {"id": 1, "note": 'é"', "kind": "", "is_late": True, "price": "1.50", "value": "\\"}, {"id": 2, "note": None}
        ]  # fmt: skip
        parts = TypeAdapter(list[Part])
        assert parts.dump_python(parts.validate_json(body), mode="json", exclude_defaults=True) == json.loads(body)
        assert await database.pool.fetchval(f"select ({json_rows(Part, 's', f'{source} where false', 's.id')})::text") == "[]"

    def test_refuse_a_field_the_model_has_not(self):
        with pytest.raises(ValueError, match="nmae"):
            json_columns(Sample, "s", nmae="s.name")


class TestRateLimit:
    async def test_lets_a_burst_through_then_one_each_interval(self, database, monkeypatch):
        at = datetime(2026, 1, 1, tzinfo=UTC)
        clock = {"now": at}
        monkeypatch.setattr(rate_limit, "now", lambda: clock["now"])
        rate, key = Rate(3, timedelta(seconds=30)), uuid7().hex
        for _ in range(3):
            await rate_limit.hit(database.pool, key, rate)
        with pytest.raises(TooManyAttempts) as refused:
            await rate_limit.hit(database.pool, key, rate)
        assert refused.value.params == {"seconds": 10}
        clock["now"] = at + timedelta(seconds=10)
        await rate_limit.hit(database.pool, key, rate)
        with pytest.raises(TooManyAttempts):
            await rate_limit.hit(database.pool, key, rate)

    @pytest.mark.fresh_database
    async def test_counts_exactly_when_many_arrive_at_once(self, database):
        rate = Rate(5, timedelta(hours=1))
        hits = [rate_limit.hit(database.pool, "same", rate) for _ in range(20)]
        outcomes = await asyncio.gather(*hits, return_exceptions=True)
        assert sum(outcome is None for outcome in outcomes) == 5


async def test_files_are_stored_once_under_their_content(tmp_path):
    storage = local_storage(tmp_path)
    keys = {await storage.put(b"x" * 1_000_000) for _ in range(2)}
    assert keys == {content_key(b"x" * 1_000_000)}
    assert await storage.read(keys.pop()) == b"x" * 1_000_000
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize(
    ("url", "dsn"),
    [
        ("postgres://u:p@h/db?sslmode=require&channel_binding=require", "postgresql://u:p@h/db?sslmode=require"),
        ("postgresql+asyncpg://u@/db?host=/tmp/x&port=5", "postgresql://u@/db?host=/tmp/x&port=5"),
    ],
)
def test_reads_the_addresses_that_hosters_print(url, dsn):
    assert asyncpg_dsn(url) == dsn
