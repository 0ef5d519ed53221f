"""Databases for tests: one server on this machine, a template built by the migrations, and clones of it.

The server is shared by the processes of a run and by runs at the same time; the last one out stops it.
"""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import psycopg
from psycopg import sql
from sqlalchemy.ext.asyncio import AsyncConnection

from server.core import flock, histories, migrations
from server.core.database import Database, ReadSession, Session
from server.core.list_memory import ListMemory
from server.core.postgres import EmbeddedPostgres
from server.core.read_pool import ReadPool

PROJECT = Path(__file__).parents[1]
CACHE = PROJECT / ".cache" / "test-postgres"
TEMPLATE = "etabli_template_"
CLONE = "etabli_test_"
NOTHING_TO_LOSE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "300"} | {
    "authentication_timeout": "10s"  # who was cancelled while connecting keeps the door open, and no database can be dropped until then
}


@dataclass(frozen=True)
class Cluster:
    """The test server; `clone` gives databases that the migrations made."""

    url: str
    superuser_url: str
    lock: Path

    @contextmanager
    def clone(self, label: str = "", *, of: str | None = None) -> Iterator[str]:
        """An empty one; or another, by its address, with all that is in it: nobody may be connected to that meanwhile."""
        name = f"{CLONE}{os.getpid()}_{label or 'fresh'}"
        with flock.exclusive(self.lock):
            self._drop(name)
            original = urlsplit(of).path.strip("/") if of else self._template()
            self._run("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, original)  # a third of what its log would cost
        if of is None:  # a copy that is recognised as one goes on with other numbers
            histories.recognise(self.at(name))
        try:
            yield self.at(name)
        finally:
            self._drop(name)

    @contextmanager
    def empty(self) -> Iterator[str]:
        name = f"{CLONE}{os.getpid()}_empty"
        self._drop(name)
        self._run("CREATE DATABASE {}", name)
        try:
            yield self.at(name)
        finally:
            self._drop(name)

    def at(self, name: str) -> str:
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def forget_the_dead(self) -> None:
        """Drop what killed runs left behind."""
        for name in self._names(CLONE):
            if not Path(f"/proc/{name.removeprefix(CLONE).partition('_')[0]}").exists():
                self._drop(name)

    def _template(self) -> str:
        name = f"{TEMPLATE}{_fingerprint()}"
        if name not in self._names(TEMPLATE):
            for old in self._names(TEMPLATE):
                self._drop(old)
            draft = f"{CLONE}{os.getpid()}_template"
            self._drop(draft)
            self._run("CREATE DATABASE {}", draft)
            migrations.upgrade(self.at(draft))
            self._run("ALTER DATABASE {} RENAME TO {}", draft, name)
        return name

    def _names(self, prefix: str) -> list[str]:
        with psycopg.connect(self.url) as connection:
            found = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (prefix,))
            return [row[0] for row in found]

    def _drop(self, name: str) -> None:
        # Only a superuser may end the autovacuum that may be at work in it.
        _execute(self.superuser_url, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _run(self, statement: str, *names: str) -> None:
        _execute(self.url, statement, *names)


def _execute(url: str, statement: str, *names: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _fingerprint() -> str:
    total = hashlib.sha256()
    for path in sorted((PROJECT / "migrations").rglob("*")):
        if path.suffix in {".py", ".sql"}:
            total.update(path.name.encode() + path.read_bytes())
    return total.hexdigest()[:12]


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    server = EmbeddedPostgres(CACHE, overrides=NOTHING_TO_LOSE)
    with server as dsn:
        cluster = Cluster(dsn.url, server.superuser_dsn().url, CACHE / "template.lock")
        with suppress(psycopg.Error):
            cluster.forget_the_dead()
        yield cluster


class RolledBack(Database):
    """The application's database inside one transaction that never commits: a commit only releases a savepoint.

    One connection: for a test that makes requests at once, listens, or reads transaction ids, mark it `fresh_database`.
    """

    def __init__(self, url: str, connection: AsyncConnection, raw: asyncpg.Connection) -> None:
        super().__init__(url)
        self._connection = connection
        self._pool = cast("ReadPool", OneConnection(raw))

    async def start(self) -> None:
        pass

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        async with self.open() as session:
            yield session
            await session.commit()

    def open(self) -> Session:
        return Session(self._connection, join_transaction_mode="create_savepoint", expire_on_commit=False, autoflush=True)

    @asynccontextmanager
    async def read_session(self) -> AsyncIterator[ReadSession]:
        async with ReadSession(
            self._connection, join_transaction_mode="create_savepoint", expire_on_commit=False, autoflush=False
        ) as session:
            yield session


class OneConnection:
    """What a pool does, on one connection, each statement in a savepoint of its own; there is never another one to lend."""

    lent = 1

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._turn = asyncio.Lock()
        self.memory = ListMemory()

    @asynccontextmanager
    async def acquire(self, **_: object) -> AsyncIterator[asyncpg.Connection]:
        async with self._connection.transaction():
            yield self._connection

    acquire_for_long = acquire

    async def execute(self, *args: Any, **options: Any) -> Any:
        return await self._do("execute", *args, **options)

    async def fetch(self, *args: Any, **options: Any) -> Any:
        return await self._do("fetch", *args, **options)

    fetch_as_planned = fetch

    async def fetchrow(self, *args: Any, **options: Any) -> Any:
        return await self._do("fetchrow", *args, **options)

    async def fetchval(self, *args: Any, **options: Any) -> Any:
        return await self._do("fetchval", *args, **options)

    async def close(self) -> None:
        pass

    async def _do(self, verb: str, *args: Any, **options: Any) -> Any:
        async with self._turn, self.acquire() as connection:
            answer = await getattr(connection, verb)(*args, **options)
        assert not _is_decoded(answer), "to the application's pool JSON is text: select it as such"
        return answer


def _is_decoded(answer: Any) -> bool:
    """As this connection, which SQLAlchemy has prepared, does with JSON."""
    match answer:
        case dict():
            return True
        case asyncpg.Record():
            return any(map(_is_decoded, answer.values()))
        case [first, *_]:
            return _is_decoded(first)
    return False


@asynccontextmanager
async def rolled_back(real: Database) -> AsyncIterator[RolledBack]:
    """Everything done through the yielded database is undone at the end."""
    async with real.engine.connect() as connection, connection.begin() as transaction:
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        yield RolledBack(real.dsn, connection, raw)
        await transaction.rollback()
