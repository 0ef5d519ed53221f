"""The database: write sessions, read sessions, and a raw asyncpg pool for lists whose JSON PostgreSQL builds.

async def create(session: SessionDep, actor: SiteWriter, cmd: SiteCreate) -> SiteRead   # commits before the answer
async def read(session: ReadSessionDep, ...)                                           # a read-only transaction
async def list(pool: ReadPoolDep, ...) -> Response                                     # see server.core.sql
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any, cast
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import asyncpg
from fastapi import Depends
from sqlalchemy import Connection, Engine
from sqlalchemy import orm as sa_orm
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, AsyncSessionTransaction, create_async_engine
from starlette.requests import HTTPConnection

from server.core.read_pool import ReadPool
from server.core.transactions import READS, Taken, driver_of, transact

BeforeCommit = Callable[["Session"], Awaitable[None]]
_SERVER_SETTINGS = {
    "application_name": "etabli",
    "timezone": "UTC",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",  # many small questions at once: one of them may not take every core
    "pg_trgm.word_similarity_threshold": "0.45",  # of the searches that forgive typing errors
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
}
_BEFORE_COMMIT = "before_commit"
_AFTER_COMMIT = "after_commit"
DATABASE = "database"
SESSION = "etabli.session"
"""Where a request's scope holds the session that somebody further out commits."""


class ReadSession(AsyncSession):
    """A session that only reads; a repository that only reads asks for this one, and also takes a `Session`.

    `fetch`, `fetchrow`, `fetchval` and `run` are asyncpg's own, in this session's transaction: on the way through the ORM a
    statement costs several times what the database takes for it. What was added to the session and not flushed, they do not see.
    """

    _driver: asyncpg.Connection | None = None

    async def fetch(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        return cast("list[asyncpg.Record]", await (self._driver or await self._begun()).fetch(statement, *arguments))

    async def fetchrow(self, statement: str, *arguments: Any) -> asyncpg.Record | None:
        return await (self._driver or await self._begun()).fetchrow(statement, *arguments)

    async def fetchval(self, statement: str, *arguments: Any) -> Any:
        return await (self._driver or await self._begun()).fetchval(statement, *arguments)

    async def _begun(self) -> asyncpg.Connection:
        self._driver = await self.run_sync(lambda session: driver_of(session.connection()))
        return self._driver

    def begin_nested(self) -> AsyncSessionTransaction:
        self._driver = None  # the savepoint is made when the session is next asked for its connection
        return super().begin_nested()

    async def commit(self) -> None:
        self._driver = None
        await super().commit()

    async def rollback(self) -> None:
        self._driver = None
        await super().rollback()

    async def close(self) -> None:
        self._driver = None
        await super().close()


class _Orm(sa_orm.Session):
    """Joins the transaction that was begun without it."""

    taken: Taken | None = None

    def get_bind(self, *given: Any, **options: Any) -> Engine | Connection:
        bind = super().get_bind(*given, **options)
        return bind if self.taken is None else self.taken.shared


class Session(ReadSession):
    """A unit of work. Services never commit it: the request, command or job that opened it does.

    The ORM takes part in the transaction once something is asked of it.
    """

    sync_session_class = _Orm
    sync_session: _Orm

    @property
    def is_open(self) -> bool:
        return self.sync_session.taken is not None or self.in_transaction()

    async def _begun(self) -> asyncpg.Connection:
        orm, engine = self.sync_session, self.sync_session.bind
        if self.in_transaction() or not isinstance(engine, Engine):
            return await super()._begun()
        if orm.taken is None:
            orm.taken = await self.run_sync(lambda _: Taken(engine))
        self._driver = orm.taken.driver
        return self._driver

    async def _give_back(self) -> None:
        taken, self.sync_session.taken = self.sync_session.taken, None
        if taken is not None:
            await self.run_sync(lambda _: taken.give_back())

    async def run(self, statement: str, *arguments: Any) -> int:
        """The number of rows that it has changed."""
        status: str = await (self._driver or await self._begun()).execute(statement, *arguments)
        return int(count) if (count := status.rpartition(" ")[2]).isdigit() else 0

    async def flush(self, objects: Any = None) -> None:
        if self.new or self.dirty or self.deleted:
            await super().flush(objects)

    def once_before_commit(self, key: str, action: BeforeCommit) -> None:
        """Run `action` once in this transaction, however often it is asked for under the same key."""
        self._actions().setdefault(key, action)

    async def commit(self) -> None:
        actions = self._actions()
        while actions:
            _, action = actions.popitem()
            await action(self)
        if self.in_transaction():
            await super().commit()
        if self.sync_session.taken is not None:
            self._driver = None
            await self.sync_session.taken.commit()
            await self._give_back()
        for done in self.info.pop(_AFTER_COMMIT, ()):
            done()

    async def rollback(self) -> None:
        self._actions().clear()
        self.info.pop(_AFTER_COMMIT, None)
        try:
            await super().rollback()
        finally:
            await self._give_back()

    async def close(self) -> None:
        try:
            await super().close()
        finally:
            await self._give_back()

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run `action` when this transaction has committed, before anybody is answered."""
        self.info.setdefault(_AFTER_COMMIT, []).append(action)

    def _actions(self) -> dict[str, BeforeCommit]:
        return cast("dict[str, BeforeCommit]", self.info.setdefault(_BEFORE_COMMIT, {}))


def asyncpg_dsn(url: str) -> str:
    """`url` as asyncpg takes it: no SQLAlchemy driver name, no libpq-only parameter."""
    parts = urlsplit(url)
    query = [(key, value) for key, value in parse_qsl(parts.query) if key != "channel_binding"]
    return urlunsplit(parts._replace(scheme="postgresql", query=urlencode(query, safe="/", quote_via=quote)))


class Database:
    """One per process; every connection it makes goes to the same server with the same time-outs.

    A process computes one answer at a time: few connections keep it busy, and each costs the server 5 MB. As many transactions again
    find one while many write at once.
    """

    def __init__(self, url: str, *, pool_size: int = 4, read_pool_size: int = 6, wait_seconds: float = 5) -> None:
        self.dsn = asyncpg_dsn(url)
        self.access_version = 0
        """Another one as soon as this process hears that somebody's access may have changed."""
        self._read_pool_size = read_pool_size
        self._wait_seconds = wait_seconds
        self._pool: ReadPool | None = None
        self._turns = asyncio.Semaphore(2 * pool_size)
        self.engine: AsyncEngine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=self.connect,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=wait_seconds,
            pool_use_lifo=True,
            pool_recycle=1800,
            isolation_level="AUTOCOMMIT",  # transactions are begun and ended below
        )
        transact(self.engine.sync_engine)
        self._read_engine = self.engine.execution_options(**{READS: True})

    def access_changed(self) -> None:
        self.access_version += 1

    async def connect(self, *_: Any, **__: Any) -> asyncpg.Connection:
        """A connection outside the pools, for LISTEN and the like; the caller closes it.

        No socket, name or route is a `ConnectionError` as well: the database is away, as the caller is told.
        """
        try:
            return await asyncpg.connect(self.dsn, server_settings=_SERVER_SETTINGS, timeout=10)
        except (ConnectionError, TimeoutError):
            raise
        except OSError as error:
            raise ConnectionError(str(error)) from error

    @property
    def pool(self) -> ReadPool:
        if self._pool is None:
            raise RuntimeError("the database is not started")
        return self._pool

    async def start(self) -> None:
        self._pool = ReadPool(self.connect, size=self._read_pool_size, wait_seconds=self._wait_seconds)
        await self._pool.start()

    async def stop(self) -> None:
        if self._pool is not None:
            await self._pool.close()
            self._pool = None
        await self.engine.dispose()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """One transaction: committed at the end of the block, rolled back when the block raises."""
        await self._turn()
        session = Session(self.engine, expire_on_commit=False, autoflush=True, info={DATABASE: self})
        try:
            yield session
            await session.commit()
        finally:
            try:
                if session.is_open:
                    async with session:
                        """Leaving closes it, whoever is cancelled meanwhile."""
            finally:
                self._turns.release()

    async def _turn(self) -> None:
        """Who comes first is served first: the pool would let those pass who come as a connection is given back."""
        if not self._turns.locked():
            await self._turns.acquire()
            return
        async with asyncio.timeout(self._wait_seconds):
            await self._turns.acquire()

    @asynccontextmanager
    async def read_session(self) -> AsyncIterator[ReadSession]:
        """Whoever writes in it has a fault of ours: no database that takes no writes for now, which is worth asking again."""
        async with ReadSession(self._read_engine, expire_on_commit=False, autoflush=False) as session:
            try:
                yield session
            except (DBAPIError, asyncpg.ReadOnlySQLTransactionError) as error:
                if getattr(getattr(error, "orig", error), "sqlstate", None) == asyncpg.ReadOnlySQLTransactionError.sqlstate:
                    raise RuntimeError("a read session was written in") from error
                raise


async def database_of(connection: HTTPConnection) -> Database:
    return cast("Database", connection.app.state.database)


async def get_session(connection: HTTPConnection) -> AsyncIterator[Session]:
    """A transaction of its own, unless the request is already in one."""
    if (opened := connection.scope.get(SESSION)) is not None:
        yield opened
        return
    async with (await database_of(connection)).session() as session:
        yield session


async def get_read_session(database: Annotated[Database, Depends(database_of)]) -> AsyncIterator[ReadSession]:
    async with database.read_session() as session:
        yield session


async def get_pool(connection: HTTPConnection) -> ReadPool:
    return cast("Database", connection.app.state.database).pool


# scope="function" ends the transaction before the answer leaves; in the default scope a failed commit would still say 201.
SessionDep = Annotated[Session, Depends(get_session, scope="function")]
ReadSessionDep = Annotated[ReadSession, Depends(get_read_session, scope="function")]
ReadPoolDep = Annotated[ReadPool, Depends(get_pool)]
