"""The tabs of one process, as `mobile_app.core.tabs` has those of a browser."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from mobile_app.core.tabs import Message


class SharedTabs:
    """Give one `SharedTabs.Hub` to several clients."""

    class Hub:
        def __init__(self) -> None:
            self.locks: dict[str, asyncio.Lock] = {}
            self.handlers: list[tuple[object, Callable[[Message], None]]] = []

    def __init__(self, hub: "SharedTabs.Hub | None" = None) -> None:
        self._hub = hub or SharedTabs.Hub()

    @asynccontextmanager
    async def lock(self, name: str) -> AsyncIterator[None]:
        async with self._hub.locks.setdefault(name, asyncio.Lock()):
            yield

    def post(self, message: Message) -> None:
        for owner, handler in list(self._hub.handlers):
            if owner is not self:
                handler(json.loads(json.dumps(message)))

    def listen(self, handler: Callable[[Message], None]) -> Callable[[], None]:
        entry = (self, handler)
        self._hub.handlers.append(entry)
        return lambda: self._hub.handlers.remove(entry) if entry in self._hub.handlers else None
