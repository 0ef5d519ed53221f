"""Several tabs of one browser: who leads, and what they tell each other."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import copy_context
from typing import Any, Protocol

Message = dict[str, Any]


class Tabs(Protocol):
    def lock(self, name: str) -> AbstractAsyncContextManager[None]:
        """Wait for `name`, held by one tab at a time; a tab that dies lets go of it."""
        ...

    def post(self, message: Message) -> None:
        """Tell the other tabs."""
        ...

    def listen(self, handler: Callable[[Message], None]) -> Callable[[], None]: ...


class BrowserTabs:
    """Web Locks and a BroadcastChannel; messages travel as JSON, so that no JavaScript object outlives its turn."""

    def __init__(self, name: str = "etabli-tabs") -> None:
        from js import BroadcastChannel

        self._channel = BroadcastChannel.new(name)

    @asynccontextmanager
    async def lock(self, name: str) -> AsyncIterator[None]:
        from js import Promise, navigator
        from pyodide.ffi import create_once_callable, create_proxy

        held: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        releases: list[Any] = []
        keep = create_proxy(lambda resolve, _reject: releases.append(resolve))

        def granted(_lock: Any) -> Any:
            promise = Promise.new(keep)
            if held.cancelled():
                releases[0]()
            else:
                held.set_result(None)
            return promise

        request = navigator.locks.request(name, create_once_callable(granted))
        try:
            await held
            yield
        finally:
            if releases:
                releases[0]()
                await request
                keep.destroy()

    def post(self, message: Message) -> None:
        self._channel.postMessage(json.dumps(message))

    def listen(self, handler: Callable[[Message], None]) -> Callable[[], None]:
        from pyodide.ffi import create_proxy

        context = copy_context()  # a JavaScript event comes without one, and Flet looks up its page there
        proxy = create_proxy(lambda event: context.copy().run(handler, json.loads(event.data)))
        self._channel.addEventListener("message", proxy)
        return lambda: self._channel.removeEventListener("message", proxy)
