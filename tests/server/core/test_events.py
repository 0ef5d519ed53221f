import asyncio
from contextlib import ExitStack, asynccontextmanager

import pytest

from server.core import events
from server.core.access import Actor
from server.core.events import PokeHub, end_streams_of, poke
from shared_models.ids import uuid7
from shared_models.permissions import ROLE_PERMISSIONS, Role

pytestmark = pytest.mark.fresh_database
HERE, THERE = uuid7(), uuid7()


def person(*sites):
    return Actor(
        user_id=uuid7(), role=Role.technician, permissions=ROLE_PERMISSIONS[Role.technician], label="T",
        site_ids=frozenset(sites) if sites else None,
    )  # fmt: skip


@asynccontextmanager
async def running(database):
    hub = PokeHub(database)
    hub.start()
    await asyncio.wait_for(hub.listening.wait(), 60)
    try:
        yield hub
    finally:
        await hub.stop()


async def poke_in_vain(database):
    async with database.session() as session:
        poke(session, site_ids=[HERE])
        raise ZeroDivisionError


async def poked(pokes, seconds=60.0):
    try:
        await asyncio.wait_for(anext(pokes), seconds)
    except TimeoutError:
        return False
    return True


async def test_reaches_who_sees_the_site_on_every_node_and_nobody_else(database):
    async with running(database) as one, running(database) as two:
        with one.subscribe(person(HERE)) as here, two.subscribe(person()) as all_sites, two.subscribe(person(THERE)) as there:
            async with database.session() as session:
                poke(session, site_ids=[HERE])
            assert await poked(here)
            assert await poked(all_sites)
            assert not await poked(there, 0.2)


async def test_a_change_for_everyone_reaches_everyone(database):
    async with running(database) as hub:
        with hub.subscribe(person(THERE)) as there:
            async with database.session() as session:
                poke(session, site_ids=[HERE, None])
            assert await poked(there)


async def test_many_changes_of_a_transaction_are_one_notification_and_a_rollback_is_none(database):
    received = []
    connection = await database.connect()
    await connection.add_listener("etabli_poke", lambda *args: received.append(args[-1]))
    async with database.session() as session:
        for _ in range(50):
            poke(session, site_ids=[uuid7() for _ in range(20)])
    with pytest.raises(ZeroDivisionError):
        await poke_in_vain(database)
    async with database.session() as session:
        poke(session, site_ids=[HERE])
    async with asyncio.timeout(60):
        while len(received) < 2:
            await asyncio.sleep(0.01)
    await connection.close()
    assert len(received) == 2
    assert '"everyone": true' in received[0]  # too many sites for one payload
    assert str(HERE) in received[1]


async def test_a_lost_connection_comes_back_and_pokes_everyone(database):
    async with running(database) as hub:
        with hub.subscribe(person(HERE)) as pokes:
            await database.pool.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ilike 'listen%'"
            )
            assert await poked(pokes)
            async with database.session() as session:
                poke(session, site_ids=[HERE])
            assert await poked(pokes)


async def test_streams_end_when_access_changes_and_at_shutdown(database):
    async with running(database) as hub:
        someone, other = person(HERE), person(HERE)
        with hub.subscribe(someone) as ending, hub.subscribe(other) as staying:
            async with database.session() as session:
                end_streams_of(session, user_ids=[someone.user_id])
            async with asyncio.timeout(60):
                assert [poke async for poke in ending] == []
            hub.end_streams()
            async with asyncio.timeout(60):
                assert [poke async for poke in staying] == []
        assert hub.subscribers == 0


async def test_of_too_many_streams_the_newest_go_on(database, monkeypatch):
    monkeypatch.setattr(events, "STREAMS_OF_ADDRESS", 30)
    hub, somebody, colleague = PokeHub(database), person(HERE), person(HERE)
    with ExitStack() as stack:
        beside = stack.enter_context(hub.subscribe(colleague, "192.0.2.1"))
        mine = [stack.enter_context(hub.subscribe(somebody, "192.0.2.9")) for _ in range(events.STREAMS_OF_USER + 5)]
        assert [one.is_ended for one in mine] == [True] * 5 + [False] * events.STREAMS_OF_USER
        assert not beside.is_ended
        for _ in range(40):
            newest = stack.enter_context(hub.subscribe(person(HERE), "192.0.2.9"))
        alive = [one for one in hub._subscriptions if not one.is_ended and one.address == "192.0.2.9"]
        assert len(alive) == 30
        assert newest in alive
        assert not beside.is_ended
        with pytest.raises(StopAsyncIteration):
            await anext(mine[0])
