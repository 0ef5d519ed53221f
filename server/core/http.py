"""What every answer has in common: problem documents (RFC 9457), request ids, security headers, one log line."""

import json
import os
import re
import time
from collections.abc import Mapping
from datetime import date
from functools import cache
from http import HTTPStatus
from typing import Annotated, Any, cast

import structlog
from babel.dates import format_date
from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import reset_contextvars

from server.core.addresses import SHOWN_PATH, Addresses
from server.core.arriving import IS_CROWDED, ArrivingBody
from server.core.clock import now
from server.core.context import Origin, origin
from server.core.database_errors import DATABASE_ERRORS, refusal_of
from server.core.errors import Invalid, NodeFull, Refusal, StorageFull
from server.core.i18n import translator
from server.core.logs import REQUESTS, answered, bind
from server.core.metrics import HttpMetrics
from server.core.settings import Settings
from server.core.storage import is_full
from shared_models.i18n import Translator, best_language
from shared_models.instants import read_by
from shared_models.problems import URN, FieldProblem, Problem
from shared_models.validation import field_problems

PROBLEM_TYPE = "application/problem+json"
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
"""Answered even where there is no place for anybody else."""
UNKNOWN = "unknown"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_log = structlog.get_logger(REQUESTS)
_CODES = {
    400: "bad_request", 401: "not_signed_in", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
    406: "not_acceptable", 408: "request_timeout", 411: "length_required", 412: "precondition_failed",
    413: "body_too_large",
    415: "unsupported_media_type", 416: "range_not_satisfiable", 422: "invalid", 426: "upgrade_required",
    429: "too_many_attempts", 500: "internal_error", 503: "unavailable", 507: "storage_full",
}  # fmt: skip


class ProblemResponse(JSONResponse):
    media_type = PROBLEM_TYPE

    def render(self, content: Any) -> bytes:
        """Whatever was sent may be repeated here, also what no text can hold."""
        return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(errors="replace")


async def settings_of(connection: HTTPConnection) -> Settings:
    return cast("Settings", connection.app.state.settings)


SettingsDep = Annotated[Settings, Depends(settings_of)]


# --- problem documents


def language_of(connection: HTTPConnection) -> str:
    """What the request asks for, else the signed-in reader's own."""
    known = getattr(connection.state, "lang", None)
    return str(known) if known else best_language(connection.headers.get("accept-language", ""))


def build_problem(
    code: str, status: int, words: Translator, *, params: Mapping[str, Any] | None = None,
    errors: list[FieldProblem] | None = None, instance: str | None = None,
) -> Problem:  # fmt: skip
    """The problem document of `code`, worded from the catalogue; a code without wording falls back on its status."""
    key = f"problem.{code}"
    if not words.has(f"{key}.title"):
        key = f"problem.{_CODES.get(status, 'internal_error')}"
    params = dict(params or {})
    said = {name: format_date(value, "d MMMM y", words.lang) if type(value) is date else value for name, value in params.items()}
    detail = words.t(f"{key}.detail", **said) if words.has(f"{key}.detail") else None
    return Problem(
        type=URN + code, title=words.t(f"{key}.title", **said), status=status, code=code, detail=detail,
        instance=instance, params=params, errors=errors or [],
    )  # fmt: skip


def problem_of(error: Refusal, lang: str, *, instance: str | None = None) -> Problem:
    """The problem document of a refusal; also what a rejected command carries."""
    words = translator(lang)
    problem = build_problem(error.code, error.status, words, params=error.params, instance=instance)
    field = error.field if isinstance(error, Invalid) else error.params.get("field")
    if field:
        problem.errors = [FieldProblem(field=field, code=error.code, message=problem.detail or problem.title)]
    return problem


def _answer(request: Request, problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    request_id = getattr(request.state, "request_id", None)
    problem.instance = f"urn:etabli:request:{request_id}" if request_id else None
    content = problem.model_dump(mode="json", exclude_none=True)
    return ProblemResponse(content, status_code=problem.status, headers=dict(headers or {}))


def refuse(request: Request, code: str, status: int) -> Response:
    """For what is refused before any endpoint is found."""
    return _answer(request, build_problem(code, status, translator(language_of(request))))


async def _on_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return _answer(request, problem_of(error, language_of(request)), error.headers)


async def answer_refusal(request: Request, refusal: Refusal) -> Response:
    return await _on_refusal(request, refusal)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = error.status_code
    code = _CODES.get(status, "internal_error" if status >= 500 else "bad_request")  # noqa: PLR2004
    if status == HTTPStatus.BAD_REQUEST:  # FastAPI's own word for a body that cannot be decoded
        status, code = 422, "malformed_body"
    return _answer(request, build_problem(code, status, translator(language_of(request))), error.headers)


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    words = translator(language_of(request))
    errors = error.errors()
    if any(found["type"] == "json_invalid" for found in errors):
        return _answer(request, build_problem("malformed_body", 422, words))
    if any(tuple(found["loc"]) == ("body",) for found in errors) and not _is_json(request.headers):
        return _answer(request, build_problem("unsupported_media_type", 415, words))
    return _answer(request, build_problem("invalid", 422, words, errors=field_problems(errors, words, skip=1)))


def _is_json(headers: Headers) -> bool:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    nothing_sent = headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers
    return nothing_sent or kind == "application/json" or kind.endswith("+json")


def refusal_behind(error: Exception) -> Refusal | None:
    """What to tell the caller, also of what the database or a disk refused; None for a fault of ours."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, DATABASE_ERRORS):
        return refusal_of(error)
    return StorageFull() if isinstance(error, OSError) and is_full(error) else None


async def _on_other(request: Request, error: Exception) -> Response:
    refusal = refusal_behind(error)
    if refusal is None:
        raise error
    _log.warning("request.refused", code=refusal.code, error=(str(error) or repr(error)).splitlines()[0])
    return await _on_refusal(request, refusal)


async def _on_fault(request: Request, _: Exception) -> Response:
    """Tells nothing about what went wrong: that is for the log."""
    return _answer(request, build_problem("internal_error", 500, translator(language_of(request))))


async def answer_error(request: Request, error: Exception) -> Response:
    """What the framework's layers would make of `error` with the handlers below; raises what is a fault of ours."""
    if isinstance(error, RequestValidationError):
        return await _on_invalid(request, error)
    if isinstance(error, HTTPException):
        return await _on_http(request, error)
    if isinstance(error, Refusal):
        return await _on_refusal(request, error)
    return await _on_other(request, error)


def add_problem_handlers(app: FastAPI) -> None:
    app.add_exception_handler(Refusal, _on_refusal)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(Exception, _on_fault)
    for kind in (*DATABASE_ERRORS, OSError):
        app.add_exception_handler(kind, _on_other)


# --- request ids, the log line, and the last resort


def client_address(connection: HTTPConnection) -> str:
    """The caller's address; behind a proxy, the server's `--forwarded-allow-ips` decides who may say so."""
    return connection.client.host if connection.client else UNKNOWN


class RequestMiddleware:
    """Outside of everything else: gives the request its id, sets the headers, counts it, logs one line."""

    def __init__(self, app: ASGIApp, metrics: HttpMetrics, addresses: Addresses) -> None:
        self.app = app
        self.metrics = metrics
        self.addresses = addresses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send)
        origin.set(exchange.origin())
        bound = bind(request_id=exchange.request_id)
        try:
            with read_by(now()):
                await self._answer(exchange, scope, receive)
        finally:
            reset_contextvars(**bound)

    async def _answer(self, exchange: "_Exchange", scope: Scope, receive: Receive) -> None:
        try:
            await self._app_for(scope)(scope, ArrivingBody(receive, exchange.refuse_late), exchange.send)
        except ClientDisconnect:
            pass
        except Exception:
            _log.exception("request.failed", method=scope["method"], path=self.addresses.shown(scope["path"]))
            if not exchange.status:
                await exchange.answer_fault()
            if not exchange.is_answered:  # half an answer left: only the server can cut the connection
                raise
        finally:
            self._tell(exchange, scope)

    def _tell(self, exchange: "_Exchange", scope: Scope) -> None:
        seconds = exchange.seconds()
        self.metrics.observe(scope, exchange.status or HTTPStatus.INTERNAL_SERVER_ERROR, seconds)
        path = scope.get(SHOWN_PATH) or self.addresses.shown(scope["path"])
        answered(exchange.request_id, scope["method"], path, exchange.status, round(seconds * 1000, 1))

    def _app_for(self, scope: Scope) -> ASGIApp:
        is_crowded = scope["state"].get(IS_CROWDED) and scope["path"] not in PROBES
        return _no_place if is_crowded else self.app


async def _no_place(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope, receive)
    refusal = NodeFull()
    await _answer(request, problem_of(refusal, language_of(request)), {**refusal.headers, "Connection": "close"})(scope, receive, send)


class _Exchange:
    __slots__ = ("_asked", "_receive", "_scope", "_send", "_started", "is_answered", "request_id", "status")

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._asked: dict[bytes, bytes] = dict(scope["headers"])
        asked = self._asked.get(b"x-request-id", b"").decode("latin-1")
        self.request_id = asked if asked and _REQUEST_ID.fullmatch(asked) else os.urandom(16).hex()
        self.status = 0
        self.is_answered = False
        self._scope, self._receive, self._send = scope, receive, send
        self._started = time.perf_counter()
        scope.setdefault("state", {})["request_id"] = self.request_id

    def origin(self) -> Origin:
        client, agent = self._scope.get("client"), self._asked.get(b"user-agent", b"")
        return Origin(self.request_id, client[0] if client else UNKNOWN, agent[:300].decode("latin-1"))

    async def send(self, message: Message) -> None:
        if self.is_answered:
            return
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = message["headers"]
            said = dict(headers)
            kind = said.get(b"content-type", b"")
            if self.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and kind.startswith(b"text/plain"):
                await self._answer_too_large()
                return
            wanted = _wanted(is_api=_is_api(self._scope, kind), is_secure=_is_secure(self._scope))
            added = wanted.items() if wanted.keys().isdisjoint(said) else [pair for pair in wanted.items() if pair[0] not in said]
            message["headers"] = [*headers, *added, (b"x-request-id", self.request_id.encode())]
        await self._send(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self.is_answered = True

    async def answer_fault(self) -> None:
        """Where nobody further in has: the last resort."""
        request = Request(self._scope, self._receive)
        problem = build_problem("internal_error", HTTPStatus.INTERNAL_SERVER_ERROR, translator(language_of(request)))
        await _answer(request, problem)(self._scope, self._receive, self.send)

    async def _answer_too_large(self) -> None:
        """In place of the plain text that the framework's body limit sends past every handler."""
        request = Request(self._scope, self._receive)
        problem = build_problem("body_too_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, translator(language_of(request)))
        await _answer(request, problem, {"Connection": "close"})(self._scope, self._receive, self.send)

    async def refuse_late(self) -> None:
        if not self.status:
            request = Request(self._scope, self._receive)
            problem = build_problem("request_timeout", HTTPStatus.REQUEST_TIMEOUT, translator(language_of(request)))
            await _answer(request, problem, {"Connection": "close"})(self._scope, self._receive, self.send)

    def seconds(self) -> float:
        return time.perf_counter() - self._started


# --- headers

_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
}
_API_ONLY = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-store",
}
_SECURE_ONLY = {"Strict-Transport-Security": "max-age=31536000"}


def _is_self_certified(scope: Scope) -> bool:
    """A browser that is told to insist would also refuse the page that explains, on the next port of the same name."""
    return "app" in scope and cast("Settings", scope["app"].state.settings).has_own_authority


@cache
def _wanted(*, is_api: bool, is_secure: bool) -> dict[bytes, bytes]:
    """Defaults, as they are sent: an endpoint that sets one of these itself keeps its own."""
    wanted = _EVERYWHERE | (_API_ONLY if is_api else {}) | (_SECURE_ONLY if is_secure else {})
    return {name.lower().encode(): value.encode() for name, value in wanted.items()}


def _is_api(scope: Scope, kind: bytes) -> bool:
    return scope["path"].startswith("/api/") or kind.startswith((b"application/json", PROBLEM_TYPE.encode()))


def _is_secure(scope: Scope) -> bool:
    return scope["scheme"] == "https" and not _is_self_certified(scope)
