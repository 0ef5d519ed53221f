"""The outbox with couriers that carry to a shelf in the test: every parcel arrives, once, whoever else fails, waits or dies."""

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa

from server.core.clock import now
from server.core.database import Database
from server.core.settings import Settings
from server.core.storage import memory_storage
from server.outbox.carrying import SENT, Node, Parcel, Verdict
from server.outbox.courier import LEASE, Courier, carrying
from server.outbox.service import Entry, post
from shared_models.outbox import Channel, ParcelState


class Shelf:
    at_once = 64

    """Does with each parcel what its content says."""

    def __init__(self) -> None:
        self.arrived: Counter[str] = Counter()
        self.held = asyncio.Event()

    async def carry(self, parcel: Parcel) -> Verdict:
        match parcel.content.get("do"):
            case "fail":
                raise OSError("no route")
            case "wait":
                return Verdict(ParcelState.waiting, "busy", after=timedelta(minutes=7))
            case "hang":
                await self.held.wait()
            case "once" if parcel.attempts == 1:
                return Verdict(ParcelState.waiting, "too long", after=timedelta(), content={"do": "shorter"})
        self.arrived[f"{parcel.key} {parcel.content.get('do', '')}".strip()] += 1
        return SENT


@pytest.fixture
async def database(postgres) -> Any:
    with postgres.clone("outbox") as url:
        made = Database(url)
        await made.start()
        yield made
        await made.stop()


def node_of(database: Database) -> Node:
    return Node(database, memory_storage(), Settings(_env_file=None))


def courier(database: Database, shelf: Shelf, *channels: Channel) -> Courier:
    return Courier(node_of(database), dict.fromkeys(channels or [Channel.webhook], shelf))


async def posted(database: Database, *keys: str, channel: Channel = Channel.webhook, **more: Any) -> None:
    async with database.session() as session:
        await post(session, *(Entry(channel, key, "here", {}, **more) for key in keys))


async def done(database: Database, key: str, do: str, **more: Any) -> None:
    async with database.session() as session:
        await post(session, Entry(Channel.webhook, key, "here", {"do": do}, **more))


async def rows(database: Database) -> dict[str, Any]:
    async with database.engine.connect() as connection:
        return {row.key: row for row in await connection.execute(sa.text("select * from outbox"))}


async def test_each_goes_once_however_often_it_is_posted_and_by_however_many_couriers(database):
    keys = [f"k{rank}" for rank in range(300)]
    await posted(database, *keys)
    await posted(database, *keys[:10])
    shelf = Shelf()
    await asyncio.gather(*(courier(database, shelf).carry_all() for _ in range(3)))
    assert shelf.arrived == Counter(keys)
    assert {row.state for row in (await rows(database)).values()} == {"sent"}


async def test_nothing_goes_of_what_was_not_committed(database):
    async with database.session() as session:
        await post(session, Entry(Channel.webhook, "undone", "here", {}))
        await session.rollback()
    shelf = Shelf()
    await courier(database, shelf).carry_all()
    assert not shelf.arrived


async def test_what_fails_waits_longer_each_time_and_is_given_up_when_it_is_worth_nothing_any_more(database):
    await done(database, "bad", "fail")
    await done(database, "busy", "wait")
    await done(database, "worthless", "fail", lasts=timedelta(seconds=1))
    await done(database, "long", "once")
    await posted(database, "good")
    await posted(database, "later", not_before=now() + timedelta(hours=1))
    await posted(database, "late", lasts=timedelta(seconds=-1))
    shelf = Shelf()
    await courier(database, shelf).carry_all()
    assert shelf.arrived == Counter(["good", "long shorter"])
    found = await rows(database)
    assert {key: row.state for key, row in found.items()} == {
        "bad": "waiting", "busy": "waiting", "worthless": "given_up", "long": "sent", "good": "sent", "later": "waiting", "late": "expired",
    }  # fmt: skip
    assert "no route" in found["bad"].error
    assert timedelta(0) < found["bad"].next_at - now() <= timedelta(seconds=10)
    assert timedelta(minutes=6) < found["busy"].next_at - now() <= timedelta(minutes=7)


async def test_what_a_dead_courier_had_in_its_hands_is_carried_by_another(database):
    await done(database, "held", "hang")
    dying = Shelf()
    task = asyncio.create_task(courier(database, dying).carry_all())
    async with asyncio.timeout(10):
        while (await rows(database))["held"].attempts == 0:
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task])
    heir = Shelf()
    heir.held.set()
    await courier(database, heir).carry_all()
    assert not heir.arrived  # it may still be on its way
    async with database.session() as session:
        await session.execute(sa.text("update outbox set next_at = next_at - cast(:lease as interval)"), {"lease": LEASE})
    await courier(database, heir).carry_all()
    assert heir.arrived == Counter(["held hang"])


async def test_a_channel_that_hangs_holds_up_no_other(database):
    for rank in range(80):
        await done(database, f"slow{rank}", "hang")
    await posted(database, "mail", channel=Channel.email)
    shelf, quick = Shelf(), Shelf()
    task = asyncio.create_task(Courier(node_of(database), {Channel.webhook: shelf, Channel.email: quick}).carry_all())
    async with asyncio.timeout(10):
        while not quick.arrived:
            await asyncio.sleep(0.01)
    shelf.held.set()
    await task
    assert shelf.arrived.total() == 80


CUT = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and query like '%outbox%'"


async def test_a_database_that_is_lost_meanwhile_makes_nothing_go_twice(postgres, database, monkeypatch):
    keys, shelf = [f"k{rank}" for rank in range(150)], Shelf()

    class Slow:
        at_once = 64

        async def carry(self, parcel: Parcel) -> Verdict:
            await asyncio.sleep(0.05)
            return await shelf.carry(parcel)

    @asynccontextmanager
    async def slowly(_: Node) -> Any:
        yield Slow()

    monkeypatch.setattr("server.outbox.courier.CARRIERS", {Channel.webhook: slowly})
    monkeypatch.setattr("server.outbox.courier.PAUSE_SECONDS", 0.1)
    monkeypatch.setattr("server.outbox.courier.LEASE", timedelta(seconds=2))
    await posted(database, *keys)
    operator = await asyncpg.connect(postgres.superuser_url)
    async with carrying(node_of(database)), asyncio.timeout(30):
        while any(row.state == "waiting" for row in (await rows(database)).values()):
            await operator.execute(CUT, database.engine.url.database)
            await asyncio.sleep(0.3)
    await operator.close()
    assert shelf.arrived == Counter(keys)


async def test_a_node_carries_what_is_posted_as_soon_as_it_is_committed(database, monkeypatch):
    shelf = Shelf()

    @asynccontextmanager
    async def shelving(_: Node) -> Any:
        yield shelf

    monkeypatch.setattr("server.outbox.courier.CARRIERS", {Channel.webhook: shelving})
    async with carrying(node_of(database)):
        await asyncio.sleep(0.2)
        await posted(database, "now")
        async with asyncio.timeout(5):
            while not shelf.arrived:
                await asyncio.sleep(0.01)
    assert shelf.arrived == Counter(["now"])
