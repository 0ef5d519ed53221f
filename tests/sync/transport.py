"""A phone's way to the server, through the application itself, with the faults of a real one."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from itertools import count
from typing import Any

import httpx2
from fastapi import FastAPI

from mobile_app.core.errors import Offline
from mobile_app.core.transport import DEFAULT_SECONDS, Body, OnHeaders, Response, StreamRefused

ORIGIN = "https://etabli.test"
_numbers = count()


class Jar:
    """The cookies that the tabs of one browser share."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        number = next(_numbers)  # an address of its own: sign-ins are limited by address
        self._transport = httpx2.ASGITransport(app=app, client=(f"10.0.{number // 250}.{number % 250 + 1}", 50000))
        self.client = httpx2.AsyncClient(transport=self._transport, base_url=ORIGIN)

    def reach(self, app: FastAPI) -> None:
        """Another server at the same address from now on."""
        self.app = self._transport.app = app


class AppTransport:
    """`online` is the network; `lose_answers` and `lose_requests` count those to lose, on paths holding `only`."""

    def __init__(self, jar: Jar) -> None:
        self._jar = jar
        self.online = True
        self.lose_answers = 0
        self.lose_requests = 0
        self.only = ""
        self.sent: list[str] = []
        self.answered = b""

    async def request(
        self, method: str, path: str, *, headers: Mapping[str, str], body: Body | None = None, seconds: float = DEFAULT_SECONDS,
        on_headers: OnHeaders | None = None,
    ) -> Response:  # fmt: skip
        if not self.online:
            raise Offline
        if self._loses("lose_requests", path):
            raise Offline
        self.sent.append(f"{method} {path.partition('?')[0]}")
        answer = await self._jar.client.request(method, path, headers={**headers, "Origin": ORIGIN}, content=body)
        told = {name.lower(): value for name, value in answer.headers.items()}
        if on_headers and answer.is_success:
            on_headers(told)
            await asyncio.sleep(0.005)  # until the body has come
        if self._loses("lose_answers", path):
            raise Offline
        self.answered = answer.content
        return Response(answer.status_code, answer.content, told)

    def _loses(self, what: str, path: str) -> bool:
        left: int = getattr(self, what)
        if left and self.only in path:
            setattr(self, what, left - 1)
            return True
        return False

    async def stream(self, path: str, *, headers: Mapping[str, str]) -> AsyncIterator[str]:
        """The application's own stream; the test client would wait for its end."""
        if not self.online:
            raise Offline
        messages: asyncio.Queue[Any] = asyncio.Queue()
        gone = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await gone.wait()
            return {"type": "http.disconnect"}

        serving = asyncio.ensure_future(self._jar.app(_scope(path, headers), receive, messages.put))
        serving.add_done_callback(lambda _: messages.put_nowait(None))
        try:
            start = await messages.get()
            if start["status"] != 200:
                raise StreamRefused(start["status"])
            while self.online and (message := await messages.get()) is not None:
                for line in message.get("body", b"").decode().splitlines():
                    yield line
        finally:
            gone.set()
            serving.cancel()


def _scope(path: str, headers: Mapping[str, str]) -> dict[str, Any]:
    sent = {"host": "etabli.test", **{name.lower(): value for name, value in headers.items()}}
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": path, "raw_path": path.encode(),
        "query_string": b"", "root_path": "", "scheme": "https", "headers": [(k.encode(), v.encode()) for k, v in sent.items()],
        "client": ("127.0.0.1", 50000), "server": ("etabli.test", 443), "state": {},
    }  # fmt: skip
