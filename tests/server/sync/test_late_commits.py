"""Transactions that commit late, in any order, between any pages of a pull: nothing is skipped, nothing stays behind."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.core.access import Actor
from server.core.database import Database
from server.core.read_pool import ReadPool
from server.sync import pull
from shared_models.ids import uuid7
from shared_models.permissions import ROLE_PERMISSIONS, Role
from tests.conftest import make_user
from tests.server.sync.device import Device

WRITERS, LINES, PEOPLE, SITES, SCOPES = 3, 5, 3, 2, 3
Held = set[tuple[str, str | None, int]]
Step = tuple[Any, ...]
pytestmark = pytest.mark.fresh_database


def member_of(sites: set[UUID] | None) -> Actor:
    return Actor(
        user_id=uuid7(), role=Role.technician, permissions=ROLE_PERMISSIONS[Role.technician], label="T",
        site_ids=None if sites is None else frozenset(sites),
    )  # fmt: skip


@dataclass
class Writer:
    """A connection with at most one transaction; `held` are the lines and the people it has changed."""

    connection: asyncpg.Connection
    transaction: Any = None
    held: set[UUID] = field(default_factory=set)

    async def execute(self, statement: str, *args: object) -> None:
        if self.transaction is None:
            self.transaction = self.connection.transaction()
            await self.transaction.start()
        await self.connection.execute(statement, *args)

    async def end(self, *, commit: bool) -> None:
        if self.transaction is not None:
            await (self.transaction.commit() if commit else self.transaction.rollback())
            self.transaction, self.held = None, set()


@dataclass
class World:
    pool: ReadPool
    writers: list[Writer]
    sites: list[UUID]
    lines: list[UUID]
    people: list[UUID]
    devices: list[Device]

    async def present(self, device: Device) -> Held:
        sites = device.actor.site_ids
        found = await self.pool.fetch(
            "select id, site_id, version from production_lines where id = any($1) and site_id = any($3) union all"
            " select id, null, weekly_capacity from users u where id = any($2)"
            " and (all_sites or $4 or id = $5 or exists (select from user_site m where m.user_id = u.id and m.site_id = any($3)))",
            self.lines, self.people, self.sites if sites is None else list(sites), sites is None, device.actor.user_id,
        )  # fmt: skip
        return {(str(row["id"]), row["site_id"] and str(row["site_id"]), row["version"]) for row in found}

    def held(self, device: Device) -> Held:
        of = {"line": ("version", self.lines), "user": ("weekly_capacity", self.people)}
        return {
            (row_id, site, row[of[entity][0]]) for (entity, row_id), (site, row) in device.rows.items()
            if entity in of and UUID(row_id) in of[entity][1]
        }  # fmt: skip

    async def write(self, writer: int, line: int, site: int) -> None:
        if self._is_free(writer, self.lines[line]):
            await self.writers[writer].execute(
                "insert into production_lines (id, site_id, name) values ($1, $2, $3)"
                " on conflict (id) do update set version = production_lines.version + 1, site_id = excluded.site_id",
                self.lines[line], self.sites[site], str(self.lines[line]),
            )  # fmt: skip

    async def delete(self, writer: int, line: int) -> None:
        if self._is_free(writer, self.lines[line]):
            await self.writers[writer].execute("delete from production_lines where id = $1", self.lines[line])

    async def join(self, writer: int, person: int, site: int) -> None:
        await self._of_person(writer, person, "insert into user_site (user_id, site_id) values ($1, $2) on conflict do nothing", site)

    async def leave(self, writer: int, person: int, site: int) -> None:
        await self._of_person(writer, person, "delete from user_site where user_id = $1 and site_id = $2", site)

    async def employ(self, writer: int, person: int) -> None:
        await self._of_person(writer, person, "update users set weekly_capacity = weekly_capacity + 1 where id = $1")

    async def widen(self, writer: int, person: int) -> None:
        await self._of_person(writer, person, "update users set all_sites = true where id = $1")

    async def narrow(self, writer: int, person: int) -> None:
        await self._of_person(writer, person, "update users set all_sites = false where id = $1")

    async def _of_person(self, writer: int, person: int, statement: str, *sites: int) -> None:
        if self._is_free(writer, self.people[person]):
            await self.writers[writer].execute(statement, self.people[person], *(self.sites[site] for site in sites))

    def _is_free(self, writer: int, row: UUID) -> bool:
        if any(row in other.held for number, other in enumerate(self.writers) if number != writer):
            return False
        self.writers[writer].held.add(row)
        return True

    def look(self, device: int, scope: frozenset[int] | None) -> None:
        """It comes to see other sites; so does its twin."""
        sites = None if scope is None else frozenset(self.sites[site] for site in scope)
        for each in (device, (device + SCOPES) % (2 * SCOPES)):
            self.devices[each].actor = replace(self.devices[each].actor, site_ids=sites)

    async def take(self, step: Step, *, writer: int) -> None:
        name, *args = step
        await getattr(self, name)(writer, *args)

    async def end(self, writer: int, *, commit: bool) -> None:
        await self.writers[writer].end(commit=commit)

    async def write_elsewhere(self, writer: int) -> None:
        """What no device is told of."""
        await self.writers[writer].execute("select pg_current_xact_id()")

    async def pull_in_turn(self, device: int, writer: int, line: int, site: int, what: str, is_apart: bool) -> None:
        """Two devices that have the same, as they know or not, are told of a change, the second one after another."""
        twin = (device + SCOPES) % (2 * SCOPES)
        await self.pull_all(device)
        if is_apart:
            self._copy(device, twin)
            await self.write_elsewhere(writer)
            await self.end(writer, commit=True)
            await self.pull_page(device)
        await self.write(writer, line, site)
        await self.end(writer, commit=True)
        if not is_apart:
            self._copy(device, twin)
        await self.pull_page(device)
        for also in {line, (line + 1) % LINES} if what == "both" else {line}:
            await (self.delete(writer, also) if what != "elsewhere" else self.write_elsewhere(writer))
        await self.end(writer, commit=True)
        await self.pull_page(twin)
        assert not self.devices[twin].pages[-1].reset
        await self.pull_all(twin)

    def _copy(self, device: int, twin: int) -> None:
        self.devices[twin].cursor, self.devices[twin].rows = self.devices[device].cursor, dict(self.devices[device].rows)

    async def pull_page(self, device: int) -> None:
        await self.devices[device].pull_page()

    async def pull_all(self, device: int) -> None:
        """All that has been committed is there, whatever transactions are still open."""
        one = self.devices[device]
        await one.pull_page()
        while one.pages[-1].more:
            await one.pull_page()
        await one.pull()
        assert self.held(one) == await self.present(one)

    async def pull_all_devices(self) -> None:
        for device in range(len(self.devices)):
            await self.pull_all(device)


_device = st.integers(0, 2 * SCOPES - 1)
_writer, _line, _site = st.integers(0, WRITERS - 1), st.integers(0, LINES - 1), st.integers(0, SITES - 1)
_person, _scope = st.integers(0, PEOPLE - 1), st.one_of(st.none(), st.frozensets(_site))
_step = st.one_of(
    st.tuples(st.just("write"), _writer, _line, _site),
    st.tuples(st.just("write"), _writer, _line, _site),
    st.tuples(st.just("delete"), _writer, _line),
    st.tuples(st.sampled_from(["join", "leave"]), _writer, _person, _site),
    st.tuples(st.sampled_from(["employ", "widen", "narrow"]), _writer, _person),
    st.tuples(st.just("look"), _device, _scope),
    st.tuples(st.just("commit"), _writer),
    st.tuples(st.just("rollback"), _writer),
    st.tuples(st.just("write_elsewhere"), _writer),
    st.tuples(st.just("pull_in_turn"), _device, _writer, _line, _site, st.sampled_from(["elsewhere", "one", "both"]), st.booleans()),
    st.tuples(st.just("pull_page"), _device),
    st.tuples(st.just("pull_all"), _device),
)


@pytest.fixture
async def connections(database: Database) -> AsyncIterator[list[asyncpg.Connection]]:
    async with AsyncExitStack() as stack:
        opened = [await database.connect() for _ in range(WRITERS)]
        for connection in opened:
            stack.push_async_callback(connection.close)
        yield opened


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(_step, min_size=5, max_size=60))
async def test_devices_end_up_with_what_is_there(database: Database, connections: list[asyncpg.Connection], steps: list[Step]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pull, "PAGE_ROWS", 3)
        world = await _world(database, connections)
        for name, *args in steps:
            if name in {"commit", "rollback"}:
                await world.end(*args, commit=name == "commit")
            elif name == "look":
                world.look(*args)
            else:
                await getattr(world, name)(*args)
        for writer in range(WRITERS):
            await world.end(writer, commit=True)
        await world.pull_all_devices()


async def _world(database: Database, connections: list[asyncpg.Connection]) -> World:
    sites = [uuid7() for _ in range(SITES)]
    for site in sites:
        await database.pool.execute("insert into sites (id, name) values ($1, $2)", site, str(site))
    people = [make_user(Role.technician, all_sites=False) for _ in range(PEOPLE)]
    async with database.session() as session:
        session.add_all(people)
    scopes: list[set[UUID] | None] = [{sites[0]}, {sites[1]}, set(sites)]
    actors = [replace(member_of(scope), user_id=person.id) for scope, person in zip(scopes, people, strict=True)]
    return World(
        database.pool, [Writer(connection) for connection in connections], sites, [uuid7() for _ in range(LINES)],
        [person.id for person in people], [Device(database.pool, actor) for actor in 2 * actors],
    )  # fmt: skip


async def test_a_cursor_waits_for_the_oldest_open_transaction(database: Database, connections: list[asyncpg.Connection]) -> None:
    world = await _world(database, connections)
    device = world.devices[0]
    await world.write(0, 0, 0)  # takes the lower number, and commits last
    await world.write(1, 1, 0)
    await world.end(1, commit=True)
    await device.pull()
    assert device.ids("line") == {str(world.lines[1])}
    [page] = await device.pull()
    assert page.horizon is not None
    await world.end(0, commit=True)
    [later] = await device.pull()
    assert str(world.lines[0]) in {str(change.id) for change in later.changes}
    assert device.ids("line") == {str(line) for line in world.lines[:2]}


@pytest.mark.parametrize(("before", "goes", "comes_back"), [
    (("write", 0, 0), ("delete", 0), ("write", 0, 0)),
    (("join", 2, 0), ("leave", 2, 0), ("join", 2, 0)),
    (("join", 1, 0), ("leave", 1, 0), ("employ", 1)),
    (("join", 0, 0), ("leave", 0, 0), ("employ", 0)),
    (("widen", 1), ("narrow", 1), ("employ", 1)),
], ids=["a row", "who comes back", "who is elsewhere too", "who asks", "who saw all sites"])  # fmt: skip
async def test_what_an_earlier_transaction_has_brought_back_stays(
    database: Database, connections: list[asyncpg.Connection], before: Step, goes: Step, comes_back: Step
) -> None:
    """Its number is lower than that of its tombstone, and the cursor comes to lie between them. Who sees it no more has it no more."""
    world = await _world(database, connections)
    for step in (before, ("join", 1, 1)):
        await world.take(step, writer=1)
    await world.end(1, commit=True)
    await world.pull_all_devices()
    await world.write_elsewhere(0)
    await world.write_elsewhere(2)
    await world.take(goes, writer=1)
    await world.end(1, commit=True)
    await world.take(comes_back, writer=0)
    await world.end(0, commit=True)
    await world.pull_all_devices()
    await world.end(2, commit=True)
    await world.pull_all_devices()


async def test_who_is_seen_at_a_site_that_is_still_to_come_and_leaves_it_goes(
    database: Database, connections: list[asyncpg.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "PAGE_ROWS", 1)
    world = await _world(database, connections)
    for step in (("join", 2, 0), ("join", 2, 1)):
        await world.take(step, writer=0)
    await world.end(0, commit=True)
    await world.pull_all(0)
    for line in range(3):
        await world.write(0, line, 0)
    await world.end(0, commit=True)
    await world.pull_page(0)
    world.look(0, frozenset({1}))
    await world.pull_page(0)
    assert world.devices[0].pages[-1].more
    await world.leave(0, 2, 1)
    await world.end(0, commit=True)
    await world.pull_all(0)


async def test_what_goes_while_it_is_loaded_goes_though_the_load_begins_again(
    database: Database, connections: list[asyncpg.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "PAGE_ROWS", 1)
    world = await _world(database, connections)
    await world.pull_all(0)
    for line in range(LINES):
        await world.write(0, line, 1)
    await world.end(0, commit=True)
    world.look(0, frozenset({0, 1}))
    while not world.devices[0].ids("line"):
        await world.pull_page(0)
    await world.delete(0, next(line for line in range(LINES) if str(world.lines[line]) in world.devices[0].ids("line")))
    await world.end(0, commit=True)
    world.look(0, None)
    await world.pull_all(0)
