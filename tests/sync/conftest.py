"""Phones and tablets of one factory: the real engine against the real application on a real database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI

from mobile_app.core.clock import Clock, device_time
from mobile_app.core.outbox import Stage
from mobile_app.core.session import SessionState
from mobile_app.domain.client import Client
from server.core.database import Database, Session
from server.core.settings import Settings
from server.main import create_app
from server.users.models import User
from shared_models.ids import uuid7
from shared_models.interventions.commands import CreateIntervention, StartIntervention
from shared_models.interventions.rows import InterventionRow
from tests.conftest import SECRET
from tests.databases import Cluster
from tests.mobile_app.core.shared_tabs import SharedTabs
from tests.mobile_app.core.sqlite_store import SqliteStores
from tests.server.machines import make_site
from tests.server.support import PASSWORD, make_person
from tests.sync.park import add_machine
from tests.sync.transport import AppTransport, Jar


@dataclass(eq=False)
class Device:
    """One tab of one browser. `client` is the real thing; rounds happen when a test says so, unless `background`."""

    client: Client
    transport: AppTransport
    stores: SqliteStores
    jar: Jar
    errors: list[tuple[str, Exception]] = field(default_factory=list)

    async def round(self) -> None:
        await self.client.sync.round()
        for _ in range(600):  # what is in flight anywhere on the server keeps our own change from a pull, as long as that takes
            if all(entry.stage != Stage.applied for entry in self.client.outbox.entries) or not self.transport.online:
                return
            await asyncio.sleep(0.05)
            await self.client.sync.round()

    def job(self, job_id: UUID) -> InterventionRow:
        row = self.client.interventions.get(job_id)
        assert row is not None
        return row

    async def do(self, kind: type[Any], /, **fields: Any) -> Any:
        command = kind(**{"occurred_at": self.client.now(), **fields})
        await self.client.execute(command)
        return command

    async def open_job(self, machine_id: UUID, title: str = "Courroie usée", *, start: bool = False) -> UUID:
        job_id = uuid7()
        await self.do(CreateIntervention, intervention_id=job_id, equipment_id=machine_id, title=title)
        if start:
            await self.do(StartIntervention, intervention_id=job_id, action_id=uuid7())
        return job_id


@dataclass(eq=False)
class Factory:
    app: FastAPI
    session: Session
    site: UUID
    other_site: UUID
    press: UUID
    oven: UUID
    devices: list[Device] = field(default_factory=list)

    async def person(self, role: str, *, sites: list[UUID] | None = None) -> User:
        """Of this factory's two sites; an administrator of all there are."""
        own = None if role == "admin" else list({self.site, self.other_site})
        return await make_person(self.session, role, sites=own if sites is None else sites)

    def device(
        self, *, ahead: timedelta = timedelta(), stores: SqliteStores | None = None, jar: Jar | None = None,
        tabs: SharedTabs | None = None, background: bool = False, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> Device:  # fmt: skip
        jar, stores = jar or Jar(self.app), stores or SqliteStores()
        transport = AppTransport(jar)
        clock = Clock(lambda: device_time() + ahead)
        client = Client(transport=transport, stores=stores, tabs=tabs or SharedTabs(), clock=clock, background=background, sleep=sleep)
        _draws(client)
        device = Device(client, transport, stores, jar)
        client.on_error(lambda where, error: device.errors.append((where, error)))
        self.devices.append(device)
        return device

    async def signed_in(self, user: User, **how: Any) -> Device:
        device = self.device(**how)
        await device.client.start()
        await device.client.sign_in(user.username, PASSWORD)
        await device.client.sync.round()
        return device

    async def restarted(self, device: Device, *, later: frozenset[str] = frozenset(), **how: Any) -> Device:
        """The same phone after a crash: nothing but what was stored is left, `later` entities read behind the first screen."""
        again = self.device(stores=device.stores, jar=device.jar, **how)
        again.transport.online = device.transport.online
        await again.client.start(later=later)
        await again.client.tables.whole()
        return again


def _draws(client: Client) -> None:
    """Its first screen at once, and again whenever somebody comes in, as the app does: the client waits for it with what is for later."""
    states: list[SessionState] = []

    def follow(*_: object) -> None:
        if states[-1:] != [client.session.state]:
            states.append(client.session.state)
            client.drawn.set()

    client.session.subscribe(follow)
    follow()


@dataclass(frozen=True)
class Served:
    """An application at work on its database."""

    app: FastAPI
    database: Database


@asynccontextmanager
async def served(url: str, folder: Path) -> AsyncIterator[Served]:
    database = Database(url, pool_size=5, read_pool_size=5)
    await database.start()
    app = create_app(Settings(_env_file=None, data_dir=folder, database_url=url, secret_key=SECRET, jobs=False))
    async with app.router.lifespan_context(app):
        yield Served(app, database)
    await database.stop()


@pytest.fixture(scope="session")
async def for_all(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """One for every test here that is not marked `fresh_database`: each has sites, machines and people of its own."""
    with postgres.clone("sync") as url:
        async with served(url, tmp_path_factory.mktemp("sync")) as shared:
            yield shared


@pytest.fixture
async def server(request: pytest.FixtureRequest, is_fresh: bool, for_all: Served, tmp_path: Path) -> AsyncIterator[Served]:
    if is_fresh:
        async with served(request.getfixturevalue("fresh_database"), tmp_path) as own:
            yield own
    else:
        yield for_all


@pytest.fixture
def app(server: Served) -> FastAPI:
    return server.app


@pytest.fixture
def database(server: Served) -> Database:
    return server.database


@pytest.fixture
async def session(server: Served) -> AsyncIterator[Session]:
    async with Session(server.database.engine, expire_on_commit=False) as opened:
        yield opened


@pytest.fixture
async def factory(server: Served, session: Session) -> AsyncIterator[Factory]:
    site, other = await make_site(session), await make_site(session)
    press, oven = await add_machine(session, site.id, "Presse"), await add_machine(session, other.id, "Four")
    made = Factory(server.app, session, site.id, other.id, press, oven)
    yield made
    for device in made.devices:
        await device.client.close()
    for device in made.devices:
        await device.jar.client.aclose()
    assert [error for device in made.devices for error in device.errors] == []


async def until(happens: Callable[[], Any], seconds: float = 60) -> None:
    limit = device_time() + timedelta(seconds=seconds)
    while not happens():
        assert device_time() < limit, "did not happen"
        await asyncio.sleep(0.01)


@pytest.fixture
def soon() -> Callable[..., Awaitable[None]]:
    return until
