"""A refusal in the words that the app speaks now, whenever and in whatever language the server gave it."""

import re
from datetime import date
from typing import Any

from mobile_app.core.errors import Offline, ProblemError, ServerTrouble, StoreTrouble
from mobile_app.core.i18n import format_date, format_number, n, t
from shared_models.problems import Problem

_UNFILLED = re.compile(r"{\w+}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DIGITS = 3
_TOO_MANY = 429


def explained(problem: Problem) -> str:
    """What it is, then why and what to do; the server's own words for a code that this version of the app does not know."""
    known = [words for words in (_worded(problem, "title"), _worded(problem, "detail")) if words]
    return _sentences(*(known or filter(None, [problem.title, problem.detail])))


def reasons(problem: Problem) -> str:
    """Without what it is, where that is said already."""
    return _worded(problem, "detail") or problem.detail or explained(problem)


def _sentences(*said: str) -> str:
    *before, last = said
    return " ".join([*(words if words[-1] in ".?!…" else f"{words}." for words in before), last])


def why(error: Exception, offline: str = "common.needs_network") -> str:
    """What went wrong, and what to do, for a screen that asked the server; `offline` is the key of its words without a network."""
    if isinstance(error, Offline):
        return t(offline)
    if isinstance(error, ProblemError):
        return explained(error.problem)
    if isinstance(error, StoreTrouble):
        return t("common.store_full" if error.kind == "full" else "common.store_trouble")
    if isinstance(error, ServerTrouble) and error.status == _TOO_MANY:
        return n("common.too_many", max(1, round((error.retry_after or 0) / 60)))
    return t("common.server_trouble")


def _worded(problem: Problem, part: str) -> str:
    key = f"problem.{problem.code}.{part}"
    words = t(key, **{name: _said(value) for name, value in problem.params.items() if value is not None})
    return "" if words == key or _UNFILLED.search(words) else words


def _said(value: Any) -> Any:
    """Dates and measured values as people read them."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        return format_date(date.fromisoformat(value))
    if isinstance(value, float | int) and not isinstance(value, bool):
        digits = len(f"{value:.{_DIGITS}f}".rstrip("0").partition(".")[2])
        return format_number(value, digits)
    return value
