"""Requests to the server, as the person signed in. What a screen asks for directly raises `Offline` without a network."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, urlencode
from uuid import UUID

from pydantic import ValidationError

from mobile_app.core.errors import ProblemError, ServerTrouble, SignInNeeded
from mobile_app.core.tabs import Tabs
from mobile_app.core.transport import DEFAULT_SECONDS, UPLOAD_SECONDS, Body, OnHeaders, Response, StreamRefused, Transport
from mobile_app.core.unwaited import begun
from shared_models.base import Row, Schema
from shared_models.problems import Problem

BASE = "/api/v1"
_EARLY_SECONDS = 20.0
_UNAUTHORIZED = 401
R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Token:
    """Held in memory only; `good_until` is on this tab's monotonic clock."""

    text: str
    good_until: float


class Api:
    """`on_session_end()` is called when the server no longer knows the session; `on_token(pair)` at each renewal."""

    def __init__(self, transport: Transport, tabs: Tabs) -> None:
        self._transport = transport
        self._tabs = tabs
        self._token: Token | None = None
        self._refreshing: asyncio.Task[None] | None = None
        self.language = "fr"
        self.on_session_end: Callable[[], None] = lambda: None
        self.on_token: Callable[[dict[str, Any]], None] = lambda _: None
        tabs.listen(self._hear)

    # generic

    async def get(self, path: str, **params: Any) -> Any:
        return await self.json("GET", path, params=params)

    async def post(self, path: str, body: Schema | dict[str, Any] | None = None) -> Any:
        return await self.json("POST", path, body)

    async def put(self, path: str, body: Schema | dict[str, Any] | None = None) -> Any:
        return await self.json("PUT", path, body)

    async def patch(self, path: str, body: Schema | dict[str, Any] | None = None) -> Any:
        return await self.json("PATCH", path, body)

    async def delete(self, path: str) -> Any:
        return await self.json("DELETE", path)

    async def json(
        self, method: str, path: str, body: Schema | dict[str, Any] | None = None, *, params: Mapping[str, Any] | None = None
    ) -> Any:
        """The answer's JSON; paths are relative to `/api/v1`."""
        content = None if body is None else _dumped(body)
        headers = {"Content-Type": "application/json"} if content is not None else {}
        answer = await self.send(method, BASE + path + _query(params), headers=headers, body=content)
        return json.loads(answer.body) if answer.body else None

    async def body(self, path: str, on_headers: OnHeaders | None = None, **params: Any) -> bytes:
        """A GET's answer as it comes."""
        return (await self.send("GET", BASE + path + _query(params), on_headers=on_headers)).body

    async def public(self, path: str, body: Schema | None = None) -> Any:
        """What needs no sign-in: a GET, or a POST when there is a `body`."""
        headers = self._headers() if body is None else {**self._headers(), "Content-Type": "application/json"}
        content = None if body is None else _dumped(body)
        answer = checked(await self._transport.request("POST" if body else "GET", BASE + path, headers=headers, body=content))
        return json.loads(answer.body) if answer.body else None

    async def list_of(self, model: type[R], path: str, **params: Any) -> list[R]:
        found = await self.get(path, **params)
        items = found["items"] if isinstance(found, dict) else found
        return [model.model_validate(item) for item in items]

    async def send(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: Body | None = None,
                   seconds: float = DEFAULT_SECONDS, on_headers: OnHeaders | None = None) -> Response:  # fmt: skip
        """Signed; a token that has run out is renewed on the way."""
        token = await self._good_token()
        answer = await self._signed(token, method, path, headers, body, seconds, on_headers)
        if answer.status == _UNAUTHORIZED:
            await self.refresh(instead_of=token)
            answer = await self._signed(await self._good_token(), method, path, headers, body, seconds, on_headers)
            if answer.status == _UNAUTHORIZED:
                self._ended()
        return checked(answer)

    async def upload(self, path: str, data: Body, mime: str) -> Response:
        return await self.send("PUT", BASE + path, headers={"Content-Type": mime}, body=data, seconds=UPLOAD_SECONDS)

    async def stream(self, path: str) -> AsyncIterator[str]:
        token = await self._good_token()
        headers = {**self._headers(), "Authorization": f"Bearer {token.text}", "Accept": "text/event-stream"}
        try:
            async for line in self._transport.stream(BASE + path, headers=headers):
                yield line
        except StreamRefused as refusal:
            if refusal.status == _UNAUTHORIZED:
                await self.refresh(instead_of=token)
            raise ServerTrouble(refusal.status) from None

    # session

    async def login(self, username: str, password: str, device_id: UUID, device_name: str) -> dict[str, Any]:
        wanted = {"username": username, "password": password, "device_id": str(device_id), "device_name": device_name}
        answer = await self._unsigned("/auth/login", wanted)
        pair: dict[str, Any] = json.loads(checked(answer).body)
        return pair

    async def logout(self) -> None:
        """By the cookie, so that it works without a token too."""
        checked(await self._unsigned("/auth/logout", {}, seconds=5))

    async def refresh(self, instead_of: Token | None = None) -> None:
        """A new token by the session's cookie; one renewal at a time, whatever the number of tabs and requests."""
        if self._token is not instead_of and self._token is not None:
            return
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = begun(self._refresh(instead_of))
        renewal = self._refreshing
        await asyncio.wait([renewal])  # unlike `shield`, which would report what goes wrong after its waiter has left
        renewal.result()

    def forget(self) -> None:
        self._token = None

    async def _refresh(self, instead_of: Token | None) -> None:
        async with self._tabs.lock("etabli-refresh"):
            if self._token is not instead_of and self._token is not None:
                return
            answer = await self._unsigned("/auth/refresh", {})
            if answer.status == _UNAUTHORIZED:
                self._ended()
            pair: dict[str, Any] = json.loads(checked(answer).body)
            self.take(pair)
            self.on_token(pair)
            shared = {"kind": "token", "text": pair["access_token"], "seconds": pair["expires_in"], "user": pair["user"]["id"]}
            self._tabs.post(shared)

    def take(self, pair: dict[str, Any]) -> None:
        self._token = Token(pair["access_token"], time.monotonic() + pair["expires_in"])

    def _hear(self, message: dict[str, Any]) -> None:
        if message.get("kind") == "token" and self._token is not None:
            self._token = Token(message["text"], time.monotonic() + message["seconds"])

    async def _good_token(self) -> Token:
        if self._token is None or time.monotonic() > self._token.good_until - _EARLY_SECONDS:
            await self.refresh(instead_of=self._token)
        if self._token is None:
            raise SignInNeeded
        return self._token

    async def _signed(
        self, token: Token, method: str, path: str, headers: Mapping[str, str] | None, body: Body | None, seconds: float,
        on_headers: OnHeaders | None,
    ) -> Response:  # fmt: skip
        whole = {**self._headers(), "Authorization": f"Bearer {token.text}", **(headers or {})}
        return await self._transport.request(method, path, headers=whole, body=body, seconds=seconds, on_headers=on_headers)

    async def _unsigned(self, path: str, body: dict[str, Any], seconds: float = DEFAULT_SECONDS) -> Response:
        headers = {**self._headers(), "Content-Type": "application/json"}
        return await self._transport.request("POST", BASE + path, headers=headers, body=json.dumps(body).encode(), seconds=seconds)

    def _headers(self) -> dict[str, str]:
        return {"Accept-Language": self.language}

    def _ended(self) -> None:
        self._token = None
        self.on_session_end()
        raise SignInNeeded


def checked(answer: Response) -> Response:
    """Raises what the answer says went wrong."""
    if answer.is_success:
        return answer
    problem = _problem(answer)
    if problem is None or answer.status >= 500 or answer.status == 429:  # noqa: PLR2004 - not a refusal: try again later
        wait = answer.headers.get("retry-after", "")
        raise ServerTrouble(answer.status, float(wait) if wait.isdigit() else None)
    raise ProblemError(problem)


def _problem(answer: Response) -> Problem | None:
    try:
        return Problem.model_validate_json(answer.body)
    except ValidationError:
        return None


def _dumped(body: Schema | dict[str, Any]) -> bytes:
    return body.model_dump_json(exclude_none=True).encode() if isinstance(body, Schema) else json.dumps(body).encode()


def _query(params: Mapping[str, Any] | None) -> str:
    given = {name: _plain(value) for name, value in (params or {}).items() if value is not None}
    return f"?{urlencode(given, quote_via=quote)}" if given else ""


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value).lower() if isinstance(value, bool) else str(value)
