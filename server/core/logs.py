"""Structured logs: one JSON object a line, or coloured lines in a terminal.

`bind(request_id=…)` adds to every line of the current request or job.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

import structlog
from structlog.contextvars import bind_contextvars as bind
from structlog.contextvars import bound_contextvars as bound
from structlog.contextvars import clear_contextvars as clear

if TYPE_CHECKING:
    from server.core.settings import Settings

__all__ = ["bind", "bound", "clear", "configure"]

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


def configure(settings: Settings) -> None:
    """Send the standard library's and structlog's lines through one handler on stderr."""
    json_lines = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(json_lines=json_lines))
    logging.basicConfig(handlers=[handler], level=settings.log_level.upper(), force=True)
    for name, level in QUIETER.items():
        logging.getLogger(name).setLevel(level)


def _formatter(*, json_lines: bool) -> logging.Formatter:
    last: list[structlog.typing.Processor]
    if json_lines:
        last = [TRACEBACKS, structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        last = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _hide_secrets, *last],
    )


def _hide_secrets(_logger: object, _method: str, event: structlog.typing.EventDict) -> dict[str, Any]:
    return {key: "•••" if key.lower() in SECRET_FIELDS else value for key, value in event.items()}
