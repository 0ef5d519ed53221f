"""A whole list as a file: read from the database at once, laid aside, then sent at the reader's pace.

Connections are few and a socket that nobody reads costs nothing, so that none may wait for a reader; and whatever goes
wrong while the list is read is refused before the first byte has left.

    spool = await spooled(pool, statement, sheet, values_of)                 # a sheet of server.core.cells
    return FileAnswer(spool, name="machines.csv", media_type="text/csv")
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO

import asyncpg
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from server.core.cells import Sheet, Value
from server.core.queries import Sql
from server.core.read_pool import ReadPool

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ROWS = 500
_IN_MEMORY_BYTES = 2**20
_CHUNK_BYTES = 2**16
_READ_SECONDS = 60
Values = Callable[[asyncpg.Record], Sequence[Value] | None]
"""The cells of a row; None leaves it out."""


async def spooled(pool: ReadPool, statement: Sql, sheet: Sheet, values: Values) -> IO[bytes]:
    """Every row, by its `values`, as `sheet` writes it, in a file of its own that vanishes when it is closed."""
    spool = SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - whoever sends it closes it
    try:
        spool.write(sheet.head)
        async with asyncio.timeout(_READ_SECONDS), pool.acquire_for_long() as connection, connection.transaction(readonly=True):
            cursor = await connection.cursor(*statement.rendered())
            while rows := await cursor.fetch(_ROWS):
                spool.write(sheet.lines(cells for row in rows if (cells := values(row)) is not None))
        spool.write(await asyncio.to_thread(sheet.tail))
    except BaseException:
        spool.close()
        await asyncio.to_thread(sheet.discard)
        raise
    return spool


class FileAnswer(StreamingResponse):
    """Names its length, so that an answer broken off does not pass for a whole list."""

    def __init__(self, spool: IO[bytes], *, name: str, media_type: str) -> None:
        self._spool = spool
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(spool.tell())}
        super().__init__(self._chunks(), media_type=media_type, headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._spool:
            await super().__call__(scope, receive, send)

    async def _chunks(self) -> AsyncIterator[bytes]:
        self._spool.seek(0)
        while chunk := self._spool.read(_CHUNK_BYTES):
            yield chunk
