"""The transport of the browser: `fetch`, on our own origin, with the session's cookie."""

import codecs
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mobile_app.core.errors import Offline
from mobile_app.core.transport import DEFAULT_SECONDS, Body, OnHeaders, Response, StreamRefused
from shared_models.sync import NEXT_CURSOR


def _to_js(value: Any) -> Any:
    from js import Object
    from pyodide.ffi import to_js

    return to_js(value, dict_converter=Object.fromEntries)


class FetchTransport:
    """`base` is empty on our own origin."""

    def __init__(self, base: str = "") -> None:
        self._base = base

    async def request(
        self, method: str, path: str, *, headers: Mapping[str, str], body: Body | None = None, seconds: float = DEFAULT_SECONDS,
        on_headers: OnHeaders | None = None,
    ) -> Response:  # fmt: skip
        from js import AbortSignal

        options = self._options(method, headers, body)
        options.signal = AbortSignal.timeout(int(seconds * 1000))
        answer = await self._fetch(path, options)
        if on_headers and answer.ok:
            on_headers(_headers(answer))
        with _or_offline():
            content = (await answer.arrayBuffer()).to_bytes()
        return Response(answer.status, content, _headers(answer))

    async def stream(self, path: str, *, headers: Mapping[str, str]) -> AsyncIterator[str]:
        from js import AbortController

        options = self._options("GET", headers, None)
        stop = AbortController.new()
        options.signal = stop.signal
        try:
            answer = await self._fetch(path, options)
            if answer.status != 200:  # noqa: PLR2004
                raise StreamRefused(answer.status)
            async for line in _lines(answer.body.getReader()):
                yield line
        finally:
            stop.abort()

    def _options(self, method: str, headers: Mapping[str, str], body: Body | None) -> Any:
        options = _to_js({
            "method": method, "headers": dict(headers), "credentials": "same-origin", "cache": "no-store", "redirect": "error",
        })  # fmt: skip
        if body is not None:
            options.body = _to_js(body) if isinstance(body, bytes) else body
        return options

    async def _fetch(self, path: str, options: Any) -> Any:
        from js import fetch

        with _or_offline():
            return await fetch(self._base + path, options)


@contextmanager
def _or_offline() -> Iterator[None]:
    """`fetch` fails with a TypeError or an AbortError, both of JavaScript; anything else is a bug, and must not pass for a dead network."""
    from pyodide.ffi import JsException

    try:
        yield
    except JsException as error:
        raise Offline from error


def _headers(answer: Any) -> dict[str, str]:
    wanted = ("content-type", "retry-after", "etag", NEXT_CURSOR)
    return {name: value for name in wanted if (value := answer.headers.get(name))}


async def _lines(reader: Any) -> AsyncIterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    rest = ""
    while True:
        with _or_offline():
            chunk = await reader.read()
        if chunk.done:
            return
        *complete, rest = (rest + decoder.decode(chunk.value.to_bytes())).split("\n")
        for line in complete:
            yield line.rstrip("\r")
