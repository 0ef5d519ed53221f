"""A first load in several pages, each asked for while the one before comes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from mobile_app.core import exchange
from mobile_app.core.errors import Offline
from mobile_app.core.transport import OnHeaders, Response
from mobile_app.doors import first_at, later_at
from server.sync import router
from shared_models.sync import SMALLEST_PAGE
from tests.server.support import PASSWORD
from tests.sync.conftest import Device, Factory
from tests.sync.transport import AppTransport

MANY = 800
MACHINES = """insert into equipment (id, code, name, site_id, status_since)
select gen_random_uuid(), 'P-' || gen_random_uuid(), 'Pompe ' || n, :site, now() from generate_series(1, :many) n"""


@pytest.fixture
async def newcomer(factory: Factory, monkeypatch: pytest.MonkeyPatch) -> Device:
    """Somebody whose first load takes several pages."""
    monkeypatch.setattr(exchange, "FIRST_PAGE", SMALLEST_PAGE)
    monkeypatch.setattr(exchange, "LARGEST_PAGE", SMALLEST_PAGE)
    await factory.session.execute(sa.text(MACHINES), {"site": factory.site, "many": MANY})
    await factory.session.commit()
    phone, person = factory.device(), await factory.person("technician", sites=[factory.site])
    await phone.client.start()
    await phone.client.sign_in(person.username, PASSWORD)
    return phone


class Faulty:
    """The way to the server, on which some pulls go wrong, by their number."""

    def __init__(self, whole: AppTransport, faults: dict[int, str]) -> None:
        self.whole, self.faults, self.pulls = whole, faults, 0

    async def request(self, method: str, path: str, *, headers: Any, on_headers: OnHeaders | None = None, **how: Any) -> Response:
        self.pulls += "/sync/pull" in path
        fault = self.faults.pop(self.pulls, None) if "/sync/pull" in path else None
        if fault == "lost request":
            raise Offline
        if fault == "trouble":
            return Response(503, b"{}")
        sent = {**headers, "Authorization": "Bearer of nobody"} if fault == "unknown token" else headers
        answer = await self.whole.request(method, path, headers=sent, on_headers=on_headers, **how)
        if fault == "lost answer":
            raise Offline
        return answer

    def stream(self, path: str, *, headers: Any) -> Any:
        return self.whole.stream(path, headers=headers)


async def test_goes_on_where_it_was_interrupted(factory: Factory, newcomer: Device) -> None:
    faults = {1: "lost request", 3: "lost answer", 5: "unknown token", 8: "trouble", 10: "lost answer"}
    newcomer.client._http._transport = way = Faulty(newcomer.transport, faults)
    while newcomer.client.sync.status.is_first:
        await newcomer.client.sync.round()
    assert not way.faults
    assert len(newcomer.client.equipment) == MANY + 1
    again = await factory.restarted(newcomer)
    assert again.client.equipment.rows.keys() == newcomer.client.equipment.rows.keys()


class Watched(Faulty):
    """`seen`: the size of each pull that is asked for, and "came" for each that has come."""

    def __init__(self, whole: AppTransport, faults: dict[int, str]) -> None:
        super().__init__(whole, faults)
        self.seen: list[Any] = []

    async def request(self, method: str, path: str, **how: Any) -> Response:
        asked = parse_qs(urlsplit(path).query).get("size")
        self.seen += map(int, asked or ())
        try:
            return await super().request(method, path, **how)
        finally:
            self.seen += ["came"] if asked else []


async def test_grow_while_they_come_at_once_and_are_asked_for_ahead(newcomer: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "QUICK", 60.0)
    monkeypatch.setattr(exchange, "LARGEST_PAGE", 3 * SMALLEST_PAGE)
    newcomer.client._http._transport = way = Watched(newcomer.transport, {5: "lost request"})
    await newcomer.client.sync.round()
    sizes = [each for each in way.seen if each != "came"]
    assert way.seen[3] != "came"  # the third is asked for before the second has come
    assert (sizes[0], max(sizes)) == (SMALLEST_PAGE, 3 * SMALLEST_PAGE)
    way.faults, way.seen = {way.pulls + 1: "lost request"}, []
    await newcomer.client.sync.round()
    await newcomer.client.sync.round()
    assert [each for each in way.seen if each != "came"][1] == SMALLEST_PAGE  # after what did not come, the least


async def test_two_are_on_their_way_while_one_is_written(newcomer: Device) -> None:
    store, on_their_way = newcomer.client.outbox.store, list[int]()
    newcomer.client._http._transport = way = Watched(newcomer.transport, {})
    take = store.take

    async def take_its_time(*args: Any, **how: Any) -> None:
        await asyncio.sleep(0.05)
        await take(*args, **how)
        on_their_way.append(sum(each != "came" for each in way.seen) - len(on_their_way) - 1)

    store.take = take_its_time
    await newcomer.client.sync.round()
    assert max(on_their_way) == exchange.AT_ONCE
    assert (on_their_way[0], on_their_way[-1]) == (0, 0)  # behind the first, which a screen is drawn of, and behind the last


async def test_the_end_is_told_before_it_is_drawn(newcomer: Device) -> None:
    """Another tab, and what waits for the load, learn of its end from this one: not after as long as its screen takes."""
    told, client = list[str](), newcomer.client
    client.equipment.subscribe(lambda *_: asyncio.get_running_loop().call_soon(told.append, "drawn"))
    post = client._tabs.post
    client._tabs.post = lambda message: (told.append(message["kind"]), post(message))
    await client.sync.round()
    await asyncio.sleep(0.01)
    assert "sync" in told
    last = len(told) - 1 - told[::-1].index("rows")
    assert told.index("sync") < told.index("drawn", last)


async def test_of_the_first_the_screen_is_there_before_the_second_is_asked_for(
    newcomer: Device, soon: Callable[..., Awaitable[None]]
) -> None:  # fmt: skip
    newcomer.client.drawn.clear()
    newcomer.client._http._transport = way = Watched(newcomer.transport, {})
    loading = asyncio.create_task(newcomer.client.sync.round())
    await soon(lambda: newcomer.client.drawn._waiters and newcomer.client._has_pulled.is_set())
    assert way.seen == [SMALLEST_PAGE, "came"]
    newcomer.client.drawn.set()
    await loading
    assert len(newcomer.client.equipment) == MANY + 1


async def test_a_cursor_too_long_for_a_header_comes_with_its_page(newcomer: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(router, "LONGEST_HEADER", 10)
    await newcomer.client.sync.round()
    assert len(newcomer.client.equipment) == MANY + 1


async def test_a_page_being_written_when_the_pull_is_stopped_is_shown(newcomer: Device) -> None:
    """As a session that ends does, while work waits: the same person goes on with what is in memory."""
    store, written = newcomer.client.outbox.store, asyncio.Event()
    take = store.take

    async def take_its_time(*args: Any, **how: Any) -> None:
        await take(*args, **how)
        written.set()
        await asyncio.sleep(0.05)

    store.take = take_its_time
    newcomer.client.sync.start("somebody")
    await written.wait()
    await newcomer.client.sync.stop()
    assert newcomer.client.sync.status.is_first
    await newcomer.client.sync.round()
    assert len(newcomer.client.equipment) == MANY + 1


async def test_what_the_first_screen_is_about_is_read_before_it(factory: Factory) -> None:
    phone = await factory.signed_in(await factory.person("supervisor"))
    again = factory.device(stores=phone.stores, jar=phone.jar)
    again.client.drawn.clear()
    address = "/parts?site=7"
    await again.client.start(later=later_at(address), first=first_at(address))
    ready = {entity for entity, table in again.client.tables.by_entity.items() if table.ready}
    assert {"part", "stock", "equipment"} <= ready
    assert not {"plan", "intervention"} & ready
    again.client.drawn.set()
    await again.client.tables.whole()
    assert all(table.ready for table in again.client.tables.by_entity.values())


@pytest.mark.parametrize("turns", [1, 2])
async def test_a_load_that_is_stopped_as_its_first_screen_comes_stops(
    newcomer: Device, soon: Callable[..., Awaitable[None]], turns: int
) -> None:  # fmt: skip
    """Whoever signs out just then does not wait for ever."""
    client = newcomer.client
    client.drawn.clear()
    client.sync.start("somebody")
    await soon(lambda: client.drawn._waiters and client._has_pulled.is_set())
    client.drawn.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await client.sync.stop()
