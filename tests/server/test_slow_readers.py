"""Whoever does not read their answer or send their request makes nobody else wait: neither keeps a connection of the database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from server.core.cells import Csv
from server.core.database import Database
from server.core.exports import spooled
from server.core.queries import sql
from shared_models.ids import uuid7
from tests.conftest import SignedInClient
from tests.server.machines import make_machine
from tests.server.support import make_site, problem_code
from tests.server.test_access_walk import WITHOUT_SITE, Bodies, address, endpoints_of, foreign

__all__ = ["foreign"]  # a fixture
EXPORT = "/api/v1/equipment/export.csv"
pytestmark = pytest.mark.fresh_database


def scope_of(client: SignedInClient, method: str, path: str, query: dict[str, Any], **headers: str) -> dict[str, Any]:
    sent = [(name.encode().lower(), value.encode()) for name, value in {**client.headers, **headers}.items()]
    return {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": urlencode(query).encode(),
        "headers": sent, "scheme": "http", "http_version": "1.1", "client": ("127.0.0.1", 9), "server": ("etabli.test", 80),
    }  # fmt: skip


@asynccontextmanager
async def half_sent(app: FastAPI, client: SignedInClient, method: str, path: str, query: dict[str, Any]) -> AsyncIterator[None]:
    """A request of whose body the rest does not come; or its answer, where none is wanted."""
    waiting, pieces = asyncio.Event(), iter([{"type": "http.request", "body": b"{", "more_body": True}])

    async def receive() -> dict[str, Any]:
        if piece := next(pieces, None):
            return piece
        waiting.set()
        return await asyncio.Event().wait()  # type: ignore[return-value]

    async def send(_: dict[str, Any]) -> None:
        waiting.set()

    scope = scope_of(client, method, path, query, **{"content-type": "application/json", "content-length": "999"})
    task = asyncio.ensure_future(app(scope, receive, send))
    try:
        await asyncio.wait_for(waiting.wait(), 30)
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def unread(app: FastAPI, client: SignedInClient, path: str, query: dict[str, Any]) -> AsyncIterator[int]:
    """The status of an answer of which nothing more is read."""
    status: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> dict[str, Any]:
        return next(asked, None) or await asyncio.Event().wait()

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            status.set_result(message["status"])
        await asyncio.Event().wait()

    task = asyncio.ensure_future(app(scope_of(client, "GET", path, query), receive, send))
    try:
        yield await asyncio.wait_for(status, 30)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def held(database: Database) -> int:
    return database.pool.lent + database.engine.pool.checkedout()


async def test_no_answer_that_waits_for_its_reader_holds_a_connection(app, client_as, foreign):
    admin, bodies = await client_as("admin"), Bodies(app, foreign)
    ids = {**foreign, **{name: str(uuid7()) for name in WITHOUT_SITE}}
    for endpoint in endpoints_of(app):
        if endpoint.method == "GET" and endpoint.requirement is not None:
            async with unread(app, admin, address(endpoint, ids), bodies.query(endpoint)):
                assert held(app.state.database) == 0, endpoint


async def test_no_request_that_is_still_coming_holds_a_connection(app, client_as, foreign):
    admin, bodies = await client_as("admin"), Bodies(app, foreign)
    ids = {**foreign, **{name: str(uuid7()) for name in {*WITHOUT_SITE, "token"}}}
    for endpoint in endpoints_of(app):
        if endpoint.method in {"POST", "PUT", "PATCH"} and not endpoint.path.startswith("/e/"):
            async with half_sent(app, admin, endpoint.method, address(endpoint, ids), bodies.query(endpoint)):
                assert held(app.state.database) == 0, endpoint


async def test_lists_answer_beside_readers_who_have_stopped(app, client_as, session):
    admin = await client_as("admin")
    await make_machine(admin, (await make_site(session)).id)
    async with asyncio.timeout(60), contexts([unread(app, admin, EXPORT, {}) for _ in range(12)]) as statuses:
        assert set(statuses) == {200}
        assert (await admin.get("/api/v1/equipment")).json()["total"] == 1


@asynccontextmanager
async def contexts(wanted: list[Any]) -> AsyncIterator[list[int]]:
    try:
        yield [await one.__aenter__() for one in wanted]
    finally:
        for one in wanted:
            await one.__aexit__(None, None, None)


async def test_an_export_is_refused_before_its_first_byte(client_as):
    admin = await client_as("admin")
    assert problem_code(await admin.get(EXPORT, params={"sort": "zzz"}), 422) == "unknown_sort"


async def test_an_export_names_its_length_and_is_whole(app, client_as, session):
    admin, site = await client_as("admin"), await make_site(session)
    await session.execute(
        text("""insert into equipment (id, code, name, site_id, status_since)
        select gen_random_uuid(), 'M-' || n, repeat('Machine ', 12), :site, now() from generate_series(1, 12000) n"""),
        {"site": site.id},
    )
    await session.commit()
    answer = await admin.get(EXPORT, headers={"accept-encoding": "identity"})
    assert int(answer.headers["content-length"]) == len(answer.content) > 2**20  # more than is kept in memory
    assert answer.text.count("\n") == 12_001


async def test_who_finds_no_connection_is_told_to_come_back(app, client_as, database_url):
    admin = await client_as("admin")
    await admin.get("/api/v1/equipment")  # known from here on
    tight = Database(database_url, pool_size=1, read_pool_size=1, wait_seconds=0.05)
    await tight.start()
    app.state.database, usual = tight, app.state.database
    try:
        async with tight.pool.acquire():
            for path in ("/api/v1/equipment", EXPORT, "/readyz"):
                answer = await admin.get(path)
                assert problem_code(answer, 503) == "unavailable"
                assert answer.headers["retry-after"]
        assert (await admin.get("/api/v1/equipment")).status_code == 200
    finally:
        app.state.database = usual
        await tight.stop()


async def test_long_reads_leave_connections_to_the_others(database):
    reading = [asyncio.ensure_future(spooled(database.pool, sql("select pg_sleep(0.5)"), Csv([], "en"), lambda _: [])) for _ in range(6)]
    await asyncio.sleep(0.1)
    assert database.pool.lent == 1
    assert await database.pool.fetchval("select 1") == 1
    for task in reading:
        task.cancel()
    await asyncio.gather(*reading, return_exceptions=True)
    assert await database.pool.fetchval("select 1") == 1
