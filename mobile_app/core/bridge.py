"""What only the page can do (camera, install prompt, vibration …), asked of its script over a BroadcastChannel.

    text = (await bridge.request("scan.open", {"texts": {...}})).get("text")
    stop = bridge.on("online", lambda params: ...)

Messages are `{id, kind: "request" | "response" | "event", method, params | result | error}`. The other side is
`assets/web/bridge.js`; outside a browser it is whatever a test connects: `bridge.connect(MemoryChannel())`.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from itertools import count
from typing import Any, Protocol

Message = dict[str, Any]
Handler = Callable[[Any], Awaitable[None] | None]


class BridgeError(Exception):
    """The page refused or failed; `code` says why: `unknown_method`, `failed`, or the method's own."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code


class Channel(Protocol):
    def post(self, message: Message) -> None: ...
    def listen(self, receive: Callable[[Message], None]) -> None: ...


class MemoryChannel:
    """A channel whose other end is in the same process: `page` gets each message, `from_page` sends one."""

    def __init__(self, page: Callable[[Message], None] | None = None) -> None:
        self.page = page or (lambda _message: None)
        self.from_page: Callable[[Message], None] = lambda _message: None

    def post(self, message: Message) -> None:
        self.page(message)

    def listen(self, receive: Callable[[Message], None]) -> None:
        self.from_page = receive


class BrowserChannel:
    """The BroadcastChannel shared with this tab's page, which names it. Blobs cross it as they are."""

    def __init__(self) -> None:
        import js

        self._channel = js.BroadcastChannel.new(js.etabliBridge)

    def post(self, message: Message) -> None:
        import js
        from pyodide.ffi import to_js

        self._channel.postMessage(to_js(message, dict_converter=js.Object.fromEntries))

    def listen(self, receive: Callable[[Message], None]) -> None:
        from pyodide.ffi import create_proxy

        context = copy_context()  # a JavaScript event comes without one, and Flet looks up its page there
        self._listener = create_proxy(lambda event: context.copy().run(receive, event.data.to_py()))
        self._channel.onmessage = self._listener


class Bridge:
    """Opens its channel at first use: nothing of the page may exist before that."""

    def __init__(self) -> None:
        self._channel: Channel | None = None
        self._ids = count(1)
        self._pending: dict[int, asyncio.Future[Any]] = {}
        self._handlers: dict[str, list[Handler]] = {}
        self._tasks: set[asyncio.Future[Any]] = set()

    def connect(self, channel: Channel) -> None:
        self._channel = channel
        channel.listen(self._receive)

    async def request(self, method: str, params: Message | None = None, timeout_seconds: float | None = None) -> Any:
        """Ask the page and wait for its answer; raises BridgeError when it refuses, TimeoutError when it is silent."""
        number = next(self._ids)
        answer = self._pending[number] = asyncio.get_running_loop().create_future()
        try:
            self._open().post({"id": number, "kind": "request", "method": method, "params": params or {}})
            return await asyncio.wait_for(answer, timeout_seconds)
        finally:
            del self._pending[number]

    def send(self, method: str, params: Message | None = None) -> None:
        """Ask without waiting: for sounds, badges and the like."""
        self._open().post({"id": 0, "kind": "request", "method": method, "params": params or {}})

    def on(self, event: str, handler: Handler) -> Callable[[], None]:
        """Call `handler(params)` at each such event of the page; returns what stops it."""
        handlers = self._handlers.setdefault(event, [])
        handlers.append(handler)
        if self._channel or in_browser():
            self._open()
        return lambda: handlers.remove(handler) if handler in handlers else None

    def _open(self) -> Channel:
        if self._channel is None:
            self.connect(BrowserChannel() if in_browser() else MemoryChannel())
        assert self._channel is not None
        return self._channel

    def _receive(self, message: Message) -> None:
        if message["kind"] == "response":
            self._answered(message)
        elif message["kind"] == "event":
            for handler in list(self._handlers.get(message["method"], ())):
                self._run(handler, message.get("params"))

    def _answered(self, message: Message) -> None:
        answer = self._pending.get(message["id"])
        if answer is None or answer.done():
            return
        if error := message.get("error"):
            answer.set_exception(BridgeError(error["code"], error.get("detail", "")))
        else:
            answer.set_result(message.get("result"))

    def _run(self, handler: Handler, params: Any) -> None:
        result = handler(params)
        if inspect.isawaitable(result):
            task = asyncio.ensure_future(result)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


def in_browser() -> bool:
    return sys.platform == "emscripten"


bridge = Bridge()
