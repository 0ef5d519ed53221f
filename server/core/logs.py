"""Structured logs: one JSON object a line, or coloured lines in a terminal.

`bind(request_id=…)` adds to every line of the current request or job.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from json.encoder import encode_basestring as quoted
from typing import TYPE_CHECKING, Any

import structlog
from structlog.contextvars import bind_contextvars as bind
from structlog.contextvars import bound_contextvars as bound
from structlog.contextvars import clear_contextvars as clear

if TYPE_CHECKING:
    from server.core.settings import Settings

__all__ = ["answered", "bind", "bound", "clear", "configure"]

SECRET_FIELDS = frozenset({"authorization", "cookie", "password", "secret", "token", "refresh_token", "access_token"})
QUIETER = {
    "alembic": logging.WARNING,
    "uvicorn.access": logging.WARNING,
    "procrastinate": logging.WARNING,
    "httpx": logging.WARNING,
}
# Without the values of local variables: tokens and passwords are among them.
TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

REQUESTS = "etabli.http"
_JSON = json.JSONEncoder(ensure_ascii=False, default=repr)


def configure(settings: Settings) -> None:
    """Write our own lines and the standard library's in one form on stderr; ours directly, for there is one with each request."""
    json_lines = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    level = settings.log_level.upper()
    _Request.is_plain_json = json_lines and logging.getLevelName(level) <= logging.INFO
    structlog.configure(
        processors=[*SHARED, *_last(json_lines=json_lines)],
        logger_factory=_Lines,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    processors = [remove, *_last(json_lines=json_lines)]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=SHARED, processors=processors))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name, lowest in QUIETER.items():
        logging.getLogger(name).setLevel(lowest)


class _Request:
    """A line as structlog makes it, in a sixth of the time: there is one with each request."""

    is_plain_json = False

    @staticmethod
    def line(request_id: str, method: str, path: str, status: int, ms: float) -> str:
        at = datetime.now(UTC).replace(tzinfo=None).isoformat()
        return (
            f'{{"method": {quoted(method)}, "path": {quoted(path)}, "status": {status}, "ms": {ms}, "event": "request",'
            f' "request_id": {quoted(request_id)}, "logger": "{REQUESTS}", "level": "info", "timestamp": "{at}Z"}}\n'
        )


def answered(request_id: str, method: str, path: str, status: int, ms: float) -> None:
    if _Request.is_plain_json:
        sys.stderr.write(_Request.line(request_id, method, path, status, ms))
    else:
        structlog.get_logger(REQUESTS).info("request", method=method, path=path, status=status, ms=ms, request_id=request_id)


class _Lines(structlog.WriteLogger):
    def __init__(self, name: str = "etabli") -> None:
        super().__init__(sys.stderr)
        self.name = name


def _last(*, json_lines: bool) -> list[structlog.typing.Processor]:
    if json_lines:
        return [_hide_secrets, TRACEBACKS, structlog.processors.JSONRenderer(_encoded)]
    return [_hide_secrets, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)]


def _encoded(event: structlog.typing.EventDict, **_: object) -> str:
    return _JSON.encode(event)


def _hide_secrets(_logger: object, _method: str, event: structlog.typing.EventDict) -> dict[str, Any]:
    return {key: "•••" if key.lower() in SECRET_FIELDS else value for key, value in event.items()}
