"""Reads, straight to the endpoint: the framework's walk through layers and dependencies costs more than most of our statements.

It is for endpoints that answer a `Response` themselves, out of who asks, a pool, the path and the query. What is refused is
refused as the framework would, and any other endpoint is left to it.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from inspect import iscoroutinefunction, signature
from typing import Any, cast, get_args, get_origin, get_type_hints
from uuid import UUID

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_params_to_args
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.datastructures import QueryParams
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette_compress import CompressMiddleware

from server.core.sql import Written, base_type

Handler = Callable[[Request], Awaitable[Response]]
Given = Callable[..., Awaitable[Any]]
Found = tuple[dict[str, Any], list[Any]]
"""Values by their names, and what is wrong with them."""
Refuse = Callable[[Request, Exception], Awaitable[Response]]
"""The answer to what an endpoint raised; raises it again where that is a fault of ours."""
_LISTS = (list, set, frozenset, tuple)
_ID = TypeAdapter(UUID)
_MORE = frozenset({b"content-length", b"transfer-encoding"})
"""The headers of a request with a body."""
_ENCODINGS = frozenset({b"accept-encoding"})
_ANSWER = "etabli.answer"
_VARIES = (b"vary", b"Accept-Encoding")
_COMPRESSED_FROM = 500
_QUICKEST = 1
"""Rows come out as small as by the level that is usual (4), in half the time."""
_MOST_QUESTIONS = 300
_LONGEST_QUESTION = 300


@dataclass(frozen=True)
class _Asked:
    """The model of the query's parameters; `lists` may be said several times, of anything else the last counts.

    The same questions come again and again: what they were read as is remembered, unless it depends on the clock.
    """

    name: str
    model: type[BaseModel]
    lists: Sequence[str]
    is_timeless: bool
    known: dict[bytes, BaseModel] = field(default_factory=dict)

    def read(self, request: Request) -> Found:
        text: bytes = request.scope["query_string"]
        if (known := self.known.get(text)) is not None:
            return {self.name: known}, []
        received = request.query_params
        said = {**received, **{name: received.getlist(name) for name in self.lists if name in received}}
        try:
            read = self.model.model_validate(said)
        except ValidationError as error:
            return {}, [{**one, "loc": ("query", *one["loc"])} for one in error.errors(include_url=False)]
        if self.is_timeless and len(text) <= _LONGEST_QUESTION:
            self._keep(text, read)
        return {self.name: read}, []

    def _keep(self, text: bytes, read: BaseModel) -> None:
        if len(self.known) >= _MOST_QUESTIONS:
            del self.known[next(iter(self.known))]
        self.known[text] = read


@dataclass(frozen=True)
class _Reading:
    endpoint: Given
    given: Sequence[tuple[str, Given]]
    """The endpoint's name for it, and what gives it to a request."""
    path: Sequence[Any]
    query: Sequence[Any]
    asked: _Asked | None
    is_by_ids: bool
    """Whether its path names nothing but ids."""
    singles: frozenset[str]
    """The parameters of the query that are texts."""

    async def answer(self, request: Request) -> Response:
        values = {name: await give(request) for name, give in self.given}
        of_path, errors = self._of_path(request) if self.path else ({}, [])
        asked, others = self._of_query(request)
        if errors or others:
            raise RequestValidationError([*errors, *others])
        return cast("Response", await self.endpoint(**values, **of_path, **asked))

    def _of_path(self, request: Request) -> Found:
        given = request.path_params
        if self.is_by_ids:
            with suppress(ValidationError):  # which the framework then says in its way
                return {field.name: _ID.validate_python(given[field.alias]) for field in self.path}, []
        return request_params_to_args(self.path, given)

    def _of_query(self, request: Request) -> Found:
        if self.asked:
            return self.asked.read(request)
        if not self.query:
            return {}, []
        return self._single(request.query_params) or request_params_to_args(self.query, request.query_params)

    def _single(self, received: QueryParams) -> Found | None:
        """Where each parameter is one value and in order, or left out: whatever else there is to say, the framework says."""
        found: dict[str, Any] = {}
        for one in self.query:
            if one.name not in self.singles or one.alias not in received:
                return None
            value, errors = one.validate(received[one.alias], {}, loc=("query", one.alias))
            if errors:
                return None
            found[one.name] = value
        return found, []


class Reads:
    """Stands before the layers that a read has no use for: a body's limits, its JSON, what unwinds behind a dependency.

    So does compressing, for who has not asked for it.
    """

    def __init__(self, app: ASGIApp, find: Callable[[Scope], Handler | None], refuse: Refuse) -> None:
        self._app, self._find, self._refuse = CompressMiddleware(app, zstd_level=_QUICKEST), find, refuse
        self._compressed = CompressMiddleware(_answer, zstd_level=_QUICKEST)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        read = None if scope["type"] != "http" or _has(scope, _MORE) else self._find(scope)
        if read is None:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await read(request)
        except Exception as error:  # noqa: BLE001 - a fault of ours goes on from there
            response = await self._refuse(request, error)
        if type(response) is not Written or _has(scope, _ENCODINGS):
            scope[_ANSWER] = response
            await self._compressed(scope, receive, send)
            return
        if len(response.body) >= _COMPRESSED_FROM:
            response.raw_headers.append(_VARIES)
        await response(scope, receive, send)


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    await scope[_ANSWER](scope, receive, send)


def _has(scope: Scope, headers: frozenset[bytes]) -> bool:
    return any(name in headers for name, _ in scope["headers"])


def straight(dependant: Dependant) -> Handler | None:
    """None for an endpoint that asks for more than is given here."""
    others = (
        dependant.header_params, dependant.cookie_params, dependant.body_params, dependant.request_param_name,
        dependant.http_connection_param_name, dependant.response_param_name, dependant.background_tasks_param_name,
        dependant.security_scopes_param_name,
    )  # fmt: skip
    if any(others) or not _answers(dependant.call) or not all(map(_is_given, dependant.dependencies)):
        return None
    asked = _asked(dependant)
    is_by_ids = all(field.field_info.annotation is UUID for field in dependant.path_params)
    given = [(str(one.name), cast("Given", one.call)) for one in dependant.dependencies]
    singles = frozenset(field.name for field in dependant.query_params if base_type(field.field_info.annotation) is str)
    return _Reading(cast("Given", dependant.call), given, dependant.path_params, dependant.query_params, asked, is_by_ids, singles).answer


def _asked(dependant: Dependant) -> _Asked | None:
    [asked] = dependant.query_params if len(dependant.query_params) == 1 else [None]
    model = asked and asked.field_info.annotation
    if asked is None or not (isinstance(model, type) and issubclass(model, BaseModel)):
        return None
    kinds = {name: base_type(one.annotation) for name, one in model.model_fields.items()}
    lists = [name for name, kind in kinds.items() if (get_origin(kind) or kind) in _LISTS]
    return _Asked(asked.name, model, lists, is_timeless=not any(_is_moment(one.annotation) for one in model.model_fields.values()))


def _is_moment(annotation: Any) -> bool:
    return annotation is datetime or any(map(_is_moment, get_args(annotation)))


def _answers(endpoint: Any) -> bool:
    """Whether it says that it answers by itself."""
    declared = signature(endpoint).return_annotation
    kind = get_type_hints(endpoint).get("return") if isinstance(declared, str) else declared
    return iscoroutinefunction(endpoint) and isinstance(kind, type) and issubclass(kind, Response)


def _is_given(one: Dependant) -> bool:
    asks = (one.dependencies, one.path_params, one.query_params, one.header_params, one.cookie_params, one.body_params)
    is_async = iscoroutinefunction(one.call) or iscoroutinefunction(type(one.call).__call__)
    return bool(is_async and one.name and _parameter(one) and not any(asks))


def _parameter(one: Dependant) -> str:
    return one.http_connection_param_name or one.request_param_name or ""
