"""Requests on their way in: how long a body may take, and whether there was a place for them."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import ClassVar

from starlette.types import Message, Receive

IS_CROWDED = "is_crowded"
"""In the scope's state of a request that came when its node had no place left (`server.core.connections`)."""


class ArrivingBody:
    """Stands in for `receive`: a body has a while, and longer the more of it is there. The time we take ourselves is not counted."""

    seconds: ClassVar[float] = 30
    least_bytes_per_second: ClassVar[float] = 2_000

    def __init__(self, receive: Receive, refuse: Callable[[], Awaitable[None]]) -> None:
        self._receive = receive
        self._refuse = refuse
        self._seconds_left = self.seconds
        self._is_whole = self._is_late = False

    async def __call__(self) -> Message:
        """Refuses a body that is late, and lets whoever reads it believe that the sender has gone."""
        if self._is_late:
            return {"type": "http.disconnect"}
        if self._is_whole:
            return await self._receive()
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._seconds_left):
                message = await self._receive()
        except TimeoutError:
            self._is_late = True
            await self._refuse()
            return {"type": "http.disconnect"}
        self._is_whole = not message.get("more_body", False)
        self._seconds_left += len(message.get("body", b"")) / self.least_bytes_per_second - (time.monotonic() - began)
        return message
