"""Work that is heavy for a moment: so much at a time, so many waiting, and whoever comes then is asked to come again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from server.core.errors import Unavailable

LONGEST_WAIT_SECONDS = 60


class Busy(Unavailable):
    """So many wait already that it is kinder to say so."""

    code = "busy"

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": "20"}


class Gate:
    def __init__(self, places: int, *, waiting: int) -> None:
        self._places = asyncio.Semaphore(places)
        self._room = waiting

    @asynccontextmanager
    async def passed(self) -> AsyncIterator[None]:
        """Raises `Busy` when too many wait, or after a minute of waiting."""
        await self._enter()
        try:
            yield
        finally:
            self._places.release()

    async def _enter(self) -> None:
        if self._places.locked() and self._room == 0:
            raise Busy
        self._room -= 1
        try:
            async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise Busy from None
        finally:
            self._room += 1


@dataclass(frozen=True)
class Gates:
    """Of one process. People without an account have a gate of their own: they cannot keep the others waiting."""

    uploads: Gate = field(default_factory=lambda: Gate(2, waiting=60))
    reports: Gate = field(default_factory=lambda: Gate(1, waiting=8))
    thumbnails: Gate = field(default_factory=lambda: Gate(2, waiting=400))
    printing: Gate = field(default_factory=lambda: Gate(1, waiting=12))
    workbooks: Gate = field(default_factory=lambda: Gate(1, waiting=12))
    loads: Gate = field(default_factory=lambda: Gate(4, waiting=1_000))


async def gates_of(connection: HTTPConnection) -> Gates:
    return cast("Gates", connection.app.state.gates)


GatesDep = Annotated[Gates, Depends(gates_of)]
