"""Connections for statements that only read, each lent for as long as one takes.

asyncpg's own pool makes a task, a timer and several turns of the event loop of each loan: more than a small statement costs.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg

from server.core.list_memory import ListMemory

Connect = Callable[[], Awaitable[asyncpg.Connection]]
Turn = asyncio.Future[asyncpg.Connection | None]
_BROKEN_OFF = (asyncio.CancelledError, GeneratorExit, TimeoutError, OSError)
_LONG_WAITS = 4
_SWEPT_SECONDS = 300
_OLD_SECONDS = 3_600
_CLOSING_SECONDS = 5
_ONE_PLAN = "begin; set local plan_cache_mode = force_generic_plan"
_IDENTITY = "select pg_postmaster_start_time(), oid from pg_database where datname = current_database()"
"""Of one start of a server, what its databases hold only goes on: one that was restored has started since, another at another time."""
_MOST_PLANS = 4
"""Kept by a connection: each takes PostgreSQL some megabytes."""


def _lending(ask: Any) -> Any:
    """Asyncpg's way to ask a connection, on one of the pool's."""

    async def asked(self: "ReadPool", statement: str, *arguments: Any) -> Any:
        connection = self.at_hand() or await self.wait()
        try:
            answer = await ask(connection, statement, *arguments)
        except BaseException as error:
            self.take_back(connection, error)
            raise
        self.give_back(connection)
        return answer

    return asked


class ReadPool:
    """Whoever finds no connection is served in turn, or told so after a moment (`TimeoutError`, a 503).

    What was broken off in the middle is not lent again, nor what is old, nor what nobody has needed for some minutes.
    """

    def __init__(self, connect: Connect, *, size: int, wait_seconds: float) -> None:
        self.memory = ListMemory()
        self._connect, self._size, self._wait_seconds = connect, size, wait_seconds
        self._long_reads = asyncio.Semaphore(max(1, size // 3))
        self._identity: asyncpg.Record | None = None
        """The database to which all connections lead that were not lost; what is remembered is of it."""
        self._places = 0
        """Taken by connections that are open, being opened or being closed."""
        self._free: list[asyncpg.Connection] = []
        self._unneeded = 0
        self._opened: dict[asyncpg.Connection, float] = {}
        self._old: set[asyncpg.Connection] = set()
        self._planned: dict[asyncpg.Connection, dict[str, Any]] = {}
        self._turns: deque[Turn] = deque()
        self._closing: set[asyncio.Task[None]] = set()
        self._sweeper: asyncio.TimerHandle | None = None
        self._is_closed = False

    fetch = _lending(asyncpg.Connection.fetch)
    fetchrow = _lending(asyncpg.Connection.fetchrow)
    fetchval = _lending(asyncpg.Connection.fetchval)
    execute = _lending(asyncpg.Connection.execute)

    async def fetch_as_planned(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        """For what takes longer to plan than to do, whoever it is asked about: each connection plans it once.

        A connection on which it goes wrong is left in its transaction, and closed for it.
        """
        async with self.acquire() as connection:
            kept = self._planned.setdefault(connection, {})
            if (planned := kept.pop(statement, None)) is None:
                planned = await connection.prepare(statement)
            await connection.execute(_ONE_PLAN)
            rows: list[asyncpg.Record] = await planned.fetch(*arguments)
            await connection.execute("commit")
            kept[statement] = planned
            if len(kept) > _MOST_PLANS:
                del kept[next(iter(kept))]
            return rows

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[asyncpg.Connection]:
        connection = self.at_hand() or await self.wait()
        try:
            yield connection
        except BaseException as error:
            self.take_back(connection, error)
            raise
        self.take_back(connection)

    @asynccontextmanager
    async def acquire_for_long(self) -> AsyncIterator[asyncpg.Connection]:
        """For what reads a whole table: most connections stay free for those who look at a page."""
        async with asyncio.timeout(_LONG_WAITS * self._wait_seconds):
            await self._long_reads.acquire()
        try:
            async with self.acquire() as connection:
                yield connection
        finally:
            self._long_reads.release()

    @property
    def lent(self) -> int:
        return self._places - len(self._free) - len(self._closing)

    async def start(self) -> None:
        self._sweeper = asyncio.get_running_loop().call_later(_SWEPT_SECONDS, self._sweep)
        self.give_back(await self.wait())

    async def close(self) -> None:
        """What is lent is closed as it comes back."""
        self._is_closed = True
        if self._sweeper is not None:
            self._sweeper.cancel()
        while self._turns:
            _end(self._turns.popleft())
        while self._free:
            self._close(self._free.pop())
        await asyncio.gather(*self._closing)

    # --- lending

    def at_hand(self) -> asyncpg.Connection | None:
        """The one that was used last, if any is free."""
        while self._free:
            connection = self._free.pop()
            if connection in self._old:
                self._close(connection)
            elif not connection.is_closed():
                self._unneeded = min(self._unneeded, len(self._free))
                return connection
            else:
                self._lost(connection)
        return None

    async def wait(self) -> asyncpg.Connection:
        """One that is opened, or comes back."""
        if self._is_closed:
            raise asyncpg.InterfaceError("the pool is closed")
        async with asyncio.timeout(self._wait_seconds):
            if self._places == self._size:
                return await self._turn() or await self._open()
            self._places += 1
            return await self._open()

    async def _turn(self) -> asyncpg.Connection | None:
        """None for a place in which to open one."""
        turn: Turn = asyncio.get_running_loop().create_future()
        self._turns.append(turn)
        try:
            return await turn
        except BaseException:
            if turn.done() and not turn.cancelled() and turn.exception() is None:  # it came as its time was over
                self._pass_on(turn.result())
            raise

    async def _open(self) -> asyncpg.Connection:
        """Where a place is taken."""
        try:
            connection = await self._connect()
        except BaseException:
            self._pass_on(None)
            raise
        self._opened[connection] = asyncio.get_running_loop().time()
        try:
            identity = await connection.fetchrow(_IDENTITY)
        except BaseException:
            self._close(connection)
            raise
        if identity != self._identity:
            self.memory.clear()
            if self._identity is not None:  # the others lead to what is over
                self._old.update(self._opened.keys() - {connection})
            self._identity = identity
        return connection

    # --- coming back

    def take_back(self, connection: asyncpg.Connection, error: BaseException | None = None) -> None:
        """After more than one statement, or one that went wrong."""
        if isinstance(error, OSError):
            self._identity = None  # it may have been lost
        if not connection.is_closed() and (isinstance(error, _BROKEN_OFF) or connection.is_in_transaction()):
            self._close(connection)
        else:
            self.give_back(connection)

    def give_back(self, connection: asyncpg.Connection) -> None:
        if connection.is_closed():
            self._lost(connection)
        elif self._is_closed or connection in self._old:
            self._close(connection)
        else:
            self._pass_on(connection)

    def _pass_on(self, connection: asyncpg.Connection | None) -> None:
        """A connection, or a place for one, to whoever has waited longest."""
        while self._turns:
            turn = self._turns.popleft()
            if not turn.done():
                turn.set_result(connection)
                return
        if connection is None:
            self._places -= 1
        else:
            self._free.append(connection)

    def _lost(self, connection: asyncpg.Connection) -> None:
        """Perhaps its server was taken back to an earlier moment, of the same start: the next connection cannot tell."""
        self._identity = None
        self._gone(connection)

    def _gone(self, connection: asyncpg.Connection) -> None:
        self._opened.pop(connection, None)
        self._planned.pop(connection, None)
        self._old.discard(connection)
        self._pass_on(None)

    def _close(self, connection: asyncpg.Connection) -> None:
        """Whoever brings it back does not wait for that; what it was still asked is called off first."""
        task = asyncio.ensure_future(self._closed(connection))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _closed(self, connection: asyncpg.Connection) -> None:
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError, OSError):
            await connection.close(timeout=_CLOSING_SECONDS)
        self._gone(connection)

    def _sweep(self) -> None:
        """The last used are lent first: what lies beneath was not needed since the last time."""
        loop = asyncio.get_running_loop()
        self._old.update(each for each, opened in self._opened.items() if loop.time() - opened > _OLD_SECONDS)
        unneeded = self._free[: min(self._unneeded, len(self._free) - 1)]
        for connection in [each for each in self._free if each in unneeded or each in self._old]:
            self._free.remove(connection)
            self._close(connection)
        self._unneeded = len(self._free)
        self._sweeper = loop.call_later(_SWEPT_SECONDS, self._sweep)


def _end(turn: Turn) -> None:
    if not turn.done():
        turn.set_exception(asyncpg.InterfaceError("the pool is closed"))
