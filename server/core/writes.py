"""How writes come in through REST: every domain's router has `route_class=WriteRoute`.

A body may leave out what `server.core.envelope` can give. With an `Idempotency-Key` (or a `command_id`, which is the same),
what was answered first is kept in the transaction that did the work, and answered again; of two at once one waits.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, cast, runtime_checkable
from uuid import UUID

from fastapi import HTTPException, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from server.core import idempotency
from server.core.access import Actor, Requirement, current_actor
from server.core.database import SESSION, Session, database_of, get_session
from server.core.database_errors import DATABASE_ERRORS, refusal_of
from server.core.envelope import OtherIdInBody, completed
from server.core.errors import Forbidden, NotSignedIn, Refusal, TooManyAttempts, Unavailable
from server.core.http import answer_refusal, settings_of
from server.core.json_bodies import READ
from server.core.reads import straight
from shared_models.base import Schema

Handler = Callable[[Request], Awaitable[Response]]
_UNREADABLE = object()
_WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_PASSING = (NotSignedIn, Forbidden, TooManyAttempts, Unavailable)  # refusals that may be another the next time


class Receipts(Protocol):
    """Where answers are kept; `server.main` puts it in `app.state.receipts`."""

    async def claim(self, session: Session, actor: Actor, command_id: UUID, name: str, fingerprint: bytes) -> Response | None:
        """What was answered before, or None: then the work is the caller's, and nobody else's until they commit."""

    async def keep(self, session: Session, actor: Actor, command_id: UUID, answer: Response) -> None: ...


@runtime_checkable
class Direct(Protocol):
    """An endpoint that reads an object that was sent by itself."""

    async def directly(self, request: Request) -> Response | None:
        """None for what the framework shall refuse, in its words; nothing is done then."""


class WriteRoute(APIRoute):
    @property
    def schema(self) -> type[Schema] | None:
        """What the body is, when it is one of our own schemas."""
        kind = self.body_field.field_info.annotation if self.body_field else None
        return kind if isinstance(kind, type) and issubclass(kind, Schema) else None

    @property
    def is_for_somebody(self) -> bool:
        return _needs(self.dependant, lambda call: isinstance(call, Requirement))

    @property
    def keeps_answers(self) -> bool:
        """Where a signed-in person changes something in the request's transaction. Files sent are the same by their bytes."""
        reads_for_itself = self.body_field is None and "requestBody" in (self.openapi_extra or {})
        is_write = bool((self.methods or set()) & _WRITING) and _needs(self.dependant, lambda call: call is get_session)
        return is_write and self.is_for_somebody and not reads_for_itself

    def get_route_handler(self) -> Any:
        handler = cast("Handler", super().get_route_handler())
        if not (self.methods or set()) & _WRITING:
            return straight(self.dependant) or handler
        if isinstance(self.endpoint, Direct):
            handler = partial(_directly, self.endpoint, handler)
        return _Writing(handler, self.name, self.schema, self.is_for_somebody, self.keeps_answers).answer


@dataclass(frozen=True)
class _Writing:
    handler: Handler
    name: str
    schema: type[Schema] | None
    is_for_somebody: bool
    keeps_answers: bool

    async def answer(self, request: Request) -> Response:
        body = await _body(request) if self.schema else None
        if self.schema is None or not isinstance(body, dict):
            return await self._keyed(request, body, None)
        try:
            whole = completed(self.schema, body, request.path_params)
        except OtherIdInBody:
            if self.is_for_somebody:
                await current_actor(request)
            raise
        return await self._keyed(_Said(request, whole), {**body, "command_id": None}, body.get("command_id"))

    async def _keyed(self, request: Request, body: Any, stated: Any) -> Response:
        if not self.keeps_answers or body is _UNREADABLE or (stated is None and idempotency.HEADER not in request.headers):
            return await self.handler(request)
        actor = await current_actor(request)
        command_id = _agreed(idempotency.key_of(request, actor.user_id), stated)
        return await self._once(request, actor, command_id, body) if command_id else await self.handler(request)

    async def _once(self, request: Request, actor: Actor, command_id: UUID, body: Any) -> Response:
        receipts = cast("Receipts", request.app.state.receipts)
        try:
            fingerprint = idempotency.fingerprint(request, body, (await settings_of(request)).secret)
        except RecursionError as error:  # nested so deeply that it could just be read
            raise HTTPException(400) from error
        async with (await database_of(request)).session() as session:
            first = await receipts.claim(session, actor, command_id, self.name, fingerprint)
            if first is not None:
                first.headers[idempotency.REPLAYED] = "true"
                return first
            request.scope[SESSION] = session
            answer = await self._judged(request, session)
            await receipts.keep(session, actor, command_id, answer)
            return answer

    async def _judged(self, request: Request, session: Session) -> Response:
        """The answer, be it a refusal: what was begun is then undone, and the receipt stays."""
        try:
            async with session.begin_nested():
                return await self.handler(request)
        except Refusal as refusal:
            if isinstance(refusal, _PASSING):
                raise
            return await answer_refusal(request, refusal)
        except DATABASE_ERRORS as error:
            found = refusal_of(error)
            if found is None or isinstance(found, _PASSING):
                raise
            return await answer_refusal(request, found)


async def _directly(endpoint: Direct, otherwise: Handler, request: Request) -> Response:
    answer = await endpoint.directly(request) if isinstance(request, _Said) else None
    return answer or await otherwise(request)


class _Said(Request):
    """A request whose body is `value`."""

    def __init__(self, request: Request, value: dict[str, Any]) -> None:
        headers = [(name, text) for name, text in request.scope["headers"] if name != b"content-type"]
        super().__init__({**request.scope, "headers": [*headers, (b"content-type", b"application/json")]}, request.receive)
        self._value = value

    async def body(self) -> bytes:
        return b"{}"

    async def json(self) -> Any:
        return self._value


async def _body(request: Request) -> Any:
    """The body's JSON; an object without anything in it for no body at all, and what is no JSON is left to the framework."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not await request.body():
        return {}
    if kind != "application/json" and not kind.endswith("+json"):
        return _UNREADABLE
    if READ in request.scope:
        return request.scope[READ][0]
    try:
        return await request.json()
    except (ValueError, RecursionError):
        return _UNREADABLE


def _agreed(key: UUID | None, stated: Any) -> UUID | None:
    """The header's key, or the body's `command_id`; a malformed one is left to the schema."""
    if stated is None:
        return key
    try:
        command_id = UUID(str(stated))
    except ValueError:
        return None
    if key not in (None, command_id):
        raise OtherIdInBody(field="command_id")
    return command_id


def _needs(dependant: Dependant, is_it: Callable[[Any], bool]) -> bool:
    return any(is_it(one.call) or _needs(one, is_it) for one in dependant.dependencies)
