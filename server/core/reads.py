"""Reads, straight to the endpoint: the framework's walk through layers and dependencies costs more than most of our statements.

It is for endpoints that answer a `Response` themselves, out of who asks, a pool, the path and the query. What is refused is
refused as the framework would, and any other endpoint is left to it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from inspect import iscoroutinefunction, signature
from typing import Any, cast, get_origin, get_type_hints
from uuid import UUID

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_params_to_args
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.datastructures import QueryParams
from starlette.types import ASGIApp, Receive, Scope, Send

from server.core.sql import base_type

Handler = Callable[[Request], Awaitable[Response]]
Given = Callable[..., Awaitable[Any]]
Found = tuple[dict[str, Any], list[Any]]
"""Values by their names, and what is wrong with them."""
Refuse = Callable[[Request, Exception], Awaitable[Response]]
"""The answer to what an endpoint raised; raises it again where that is a fault of ours."""
_LISTS = (list, set, frozenset, tuple)
_ID = TypeAdapter(UUID)
_BODY = frozenset({b"content-length", b"transfer-encoding"})


@dataclass(frozen=True)
class _Asked:
    """The model of the query's parameters; `lists` may be said several times, of anything else the last counts."""

    name: str
    model: type[BaseModel]
    lists: Sequence[str]

    def read(self, received: QueryParams) -> Found:
        said = {**received, **{name: received.getlist(name) for name in self.lists if name in received}}
        try:
            return {self.name: self.model.model_validate(said)}, []
        except ValidationError as error:
            return {}, [{**one, "loc": ("query", *one["loc"])} for one in error.errors(include_url=False)]


@dataclass(frozen=True)
class _Reading:
    endpoint: Given
    given: Mapping[str, tuple[Given, str]]
    """By the endpoint's name for it: what gives it, and the name under which that takes the request."""
    path: Sequence[Any]
    query: Sequence[Any]
    asked: _Asked | None
    is_by_ids: bool
    """Whether its path names nothing but ids."""

    async def answer(self, request: Request) -> Response:
        values = {name: await give(**{parameter: request}) for name, (give, parameter) in self.given.items()}
        of_path, errors = self._of_path(request)
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
            return self.asked.read(request.query_params)
        return request_params_to_args(self.query, request.query_params) if self.query else ({}, [])


class Reads:
    """Stands before the layers that a read has no use for: a body's limits, its JSON, what unwinds behind a dependency."""

    def __init__(self, app: ASGIApp, find: Callable[[Scope], Handler | None], refuse: Refuse) -> None:
        self._app, self._find, self._refuse = app, find, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        read = None if scope["type"] != "http" or _has_body(scope) else self._find(scope)
        if read is None:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await read(request)
        except Exception as error:  # noqa: BLE001 - a fault of ours goes on from there
            response = await self._refuse(request, error)
        await response(scope, receive, send)


def _has_body(scope: Scope) -> bool:
    return any(name in _BODY for name, _ in scope["headers"])


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
    given = {str(one.name): (cast("Given", one.call), _parameter(one)) for one in dependant.dependencies}
    return _Reading(cast("Given", dependant.call), given, dependant.path_params, dependant.query_params, asked, is_by_ids).answer


def _asked(dependant: Dependant) -> _Asked | None:
    [field] = dependant.query_params if len(dependant.query_params) == 1 else [None]
    model = field and field.field_info.annotation
    if field is None or not (isinstance(model, type) and issubclass(model, BaseModel)):
        return None
    kinds = {name: base_type(one.annotation) for name, one in model.model_fields.items()}
    return _Asked(field.name, model, [name for name, kind in kinds.items() if (get_origin(kind) or kind) in _LISTS])


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
