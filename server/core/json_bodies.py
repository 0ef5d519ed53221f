"""JSON that can be understood in one way only: no key twice, not nested without end.

Of two values of one key every reader takes another, and depth alone can exhaust a parser. Numbers that JSON does not know (`NaN`) are
left to the fields, so that one of them refuses no more than its own item.
"""

import json
import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.core.http import refuse

MOST_DEEP = 40
MOST_KEYS = 200_000
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
"""One that does not end goes to the end, so that no byte is looked at twice."""
_BRACKETS = re.compile(rb"[\[{\]}]")


class AmbiguousJsonError(ValueError):
    pass


READ = "etabli.json"
"""Where a request's scope holds what its body says, in a list: nobody need read it again."""


def check(body: bytes) -> Any:
    """What it says; raises ValueError for what can be understood in several ways, or not at all."""
    if _depth(body) > MOST_DEEP:
        raise AmbiguousJsonError("too deep")
    if body.count(b":") > MOST_KEYS and len(_STRINGS.sub(b"", body).split(b":")) > MOST_KEYS:
        raise AmbiguousJsonError("too many keys")
    return json.loads(body, object_pairs_hook=_once)


def _depth(body: bytes) -> int:
    deepest = depth = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub(b"", body)):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    pairs = list(pairs)
    whole = dict(pairs)
    if len(whole) < len(pairs):
        raise AmbiguousJsonError("a key twice")
    return whole


class JsonBodies:
    """Reads a JSON body whole, which every endpoint that takes one does anyway, and hands it on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_json(Headers(scope=scope)):
            await self.app(scope, receive, send)
            return
        try:
            body, last = await _whole(receive)
        except HTTPException as refusal:  # too slow: said where every other refusal is
            await self.app(scope, _raising(refusal), send)
            return
        if body is None:
            await self.app(scope, _replayed([last], receive), send)
            return
        if body:
            try:
                scope[READ] = [check(body)]
            except ValueError:
                await _refuse(scope, receive, send)
                return
        await self.app(scope, _replayed([{"type": "http.request", "body": body, "more_body": False}], receive), send)


def _is_json(headers: Headers) -> bool:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


async def _whole(receive: Receive) -> tuple[bytes | None, Message]:
    """None for a sender who left half-way."""
    parts = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None, message
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts), message


def _raising(refusal: HTTPException) -> Receive:
    async def again() -> Message:
        raise refusal

    return again


def _replayed(messages: list[Message], receive: Receive) -> Receive:
    async def again() -> Message:
        return messages.pop(0) if messages else await receive()

    return again


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    answer = refuse(Request(scope, receive), "malformed_body", HTTPStatus.UNPROCESSABLE_ENTITY)
    await answer(scope, receive, send)
