"""Two nodes that remember who asks: what ends or narrows somebody's access counts on both at once."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
import time_machine
from sqlalchemy import text

from server.core.clock import now
from server.main import create_app
from tests.conftest import _client
from tests.server.support import problem_code

pytestmark = pytest.mark.fresh_database
ME = "/api/v1/auth/me"
SITES = "/api/v1/sites"


@asynccontextmanager
async def node(settings):
    app = create_app(settings)
    async with app.router.lifespan_context(app), _client(app) as client:
        await asyncio.wait_for(app.state.pokes.listening.wait(), 60)
        yield client


@pytest.fixture
async def nodes(settings):
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(node(settings)) for _ in range(2)]


async def ask(nodes, person, path=ME):
    return [(await client.get(path, headers={"authorization": person.headers["authorization"]})).status_code for client in nodes]


async def refused_soon(nodes, person, path=ME, status=401):
    """Long before the nodes would ask the database by themselves."""
    async with asyncio.timeout(8):
        while await ask(nodes, person, path) != [status, status]:
            await asyncio.sleep(0.01)


async def revoke_silently(session, person):
    await session.execute(text("update user_sessions set revoked_at = now() where user_id = :id"), {"id": person.user.id})
    await session.commit()


async def test_a_session_that_is_signed_out_elsewhere_is_refused_on_every_node(nodes, client_as):
    person = await client_as("technician")
    assert await ask(nodes, person) == [200, 200]
    held = (await person.get("/api/v1/auth/sessions")).json()
    assert (await person.delete(f"/api/v1/auth/sessions/{held[0]['id']}")).status_code == 204
    await refused_soon(nodes, person)


async def test_the_node_that_ends_a_session_refuses_its_very_next_request(app, client_as):
    person = await client_as("technician")
    await asyncio.wait_for(app.state.pokes.listening.wait(), 60)
    held = (await person.get("/api/v1/auth/sessions")).json()
    await person.delete(f"/api/v1/auth/sessions/{held[0]['id']}")
    assert (await person.get(ME)).status_code == 401


async def test_an_account_that_is_closed_or_loses_a_role_is_refused_on_every_node(nodes, client_as):
    admin, person = await client_as("admin"), await client_as("admin")
    path, users = f"/api/v1/users/{person.user.id}", "/api/v1/users"
    assert await ask(nodes, person, users) == [200, 200]
    demoted = await admin.patch(path, json={"version": 1, "role": "technician"})
    assert demoted.status_code == 200, demoted.text
    await refused_soon(nodes, person, users, 403)
    assert (await admin.patch(path, json={"version": demoted.json()["version"], "is_active": False})).status_code == 200
    await refused_soon(nodes, person)


async def test_who_is_known_costs_no_question_for_some_seconds_only(nodes, client_as, session):
    person = await client_as("technician")
    assert await ask(nodes, person) == [200, 200]
    await revoke_silently(session, person)
    assert await ask(nodes, person) == [200, 200]
    with time_machine.travel(now().timestamp() + 11, tick=True):
        assert await ask(nodes, person) == [401, 401]


async def test_a_node_that_has_lost_its_listener_trusts_nothing_it_knew(nodes, client_as, session, database):
    person = await client_as("technician")
    assert await ask(nodes, person) == [200, 200]
    await revoke_silently(session, person)
    ended = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ilike 'listen%'"
    await database.pool.execute(ended)
    await refused_soon(nodes, person)


async def test_an_expired_token_is_refused_to_the_second(nodes, client_as):
    person = await client_as("technician")
    with time_machine.travel(now().timestamp() + 30 * 60 - 2, tick=False) as clock:
        assert await ask(nodes, person) == [200, 200]
        clock.shift(3)
        assert [problem_code(await client.get(ME, headers=dict(person.headers)), 401) for client in nodes] == ["not_signed_in"] * 2
