"""Transactions that statements of asyncpg and of SQLAlchemy share: begun and ended on the driver, whoever came first."""

from typing import Any

import asyncpg
from sqlalchemy import Connection, Engine, PoolProxiedConnection, PoolResetState, event
from sqlalchemy.exc import DisconnectionError

READS = "etabli_reads"
"""The engine's option for transactions that only read."""
_TRANSACTION = "etabli_transaction"


class Taken:
    """A connection of the engine's pool that has begun a transaction; SQLAlchemy may join it. Taking and giving back needs a greenlet."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pooled: PoolProxiedConnection = engine.raw_connection()
        self._shared: Connection | None = None
        self.driver: asyncpg.Connection = self._pooled.driver_connection

    @property
    def shared(self) -> Connection:
        if self._shared is None:
            self._shared = Connection(self._engine, self._pooled)
        return self._shared

    async def commit(self) -> None:
        """Unless SQLAlchemy has."""
        if (transaction := self._pooled.info.pop(_TRANSACTION, None)) is not None:
            await transaction.commit()

    def give_back(self) -> None:
        """What was not committed is undone."""
        if self.driver.is_closed() and self._pooled.is_valid:
            self._pooled.invalidate()
        (self._shared or self._pooled).close()


def driver_of(connection: Connection) -> asyncpg.Connection:
    return connection.connection.driver_connection


def transact(engine: Engine) -> None:
    """A transaction begins as a connection is taken: one that was lost meanwhile is found out, and replaced, by what is said anyway."""
    for moment, action in (("checkout", _taken), ("begin", _begun), ("commit", _committed), ("rollback", _rolled_back), ("reset", _reset)):
        event.listen(engine, moment, action)


def _taken(connection: Any, record: Any, *_: object) -> None:
    try:
        _begin(connection, record.info)
    except Exception as error:
        raise DisconnectionError from error


def _begun(connection: Connection) -> None:
    if not driver_of(connection).is_in_transaction():
        _begin(connection.connection, connection.info)
    if connection.get_execution_options().get(READS):
        connection.connection.run_async(lambda driver: driver.execute("set transaction read only"))


def _committed(connection: Connection) -> None:
    transaction = connection.info.pop(_TRANSACTION)
    connection.connection.run_async(lambda _: transaction.commit())


def _rolled_back(connection: Connection) -> None:
    """Whoever was cut off has nothing left to undo: such a connection is let go of, or it would stay with whoever has closed it."""
    if connection.invalidated:
        return
    try:
        _roll_back(connection.connection, connection.info)
    except BaseException as error:
        connection.invalidate(error)
        if not isinstance(error, Exception):
            raise


def _reset(connection: Any, record: Any, state: PoolResetState) -> None:
    if not state.terminate_only:
        _roll_back(connection, record.info)


def _begin(connection: Any, info: dict[Any, Any]) -> None:
    transaction = info[_TRANSACTION] = connection.driver_connection.transaction()
    connection.run_async(lambda _: transaction.start())


def _roll_back(connection: Any, info: dict[Any, Any]) -> None:
    transaction = info.pop(_TRANSACTION, None)
    if transaction is not None and connection.driver_connection.is_in_transaction():
        connection.run_async(lambda _: transaction.rollback())
