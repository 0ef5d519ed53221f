"""What pydantic found wrong, as field problems with stable codes in the reader's language; the same on server and phone."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from shared_models.base import RuleError
from shared_models.i18n import Translator
from shared_models.problems import FieldProblem
from shared_models.text import printable

_OWN_CODE = re.compile(r"[a-z][a-z0-9_]+")
_FAMILIES = (
    ("timezone_naive", "timezone_superfluous"),
    ("datetime_", "datetime_invalid"), ("timezone_", "timezone_missing"), ("date_", "date_invalid"),
    ("time_", "time_invalid"), ("int_", "int_invalid"), ("float_", "number_invalid"), ("decimal_max", "number_too_exact"),
    ("decimal_whole", "number_too_exact"), ("decimal_", "number_invalid"),
    ("finite_number", "number_invalid"),
    ("bool_", "bool_invalid"), ("uuid_", "uuid_invalid"), ("json_", "json_invalid"), ("url_", "url_invalid"),
    ("string_type", "string_invalid"), ("string_unicode", "character_unreadable"), ("string_sub_type", "string_invalid"),
    ("bytes_", "string_invalid"), ("list_", "list_invalid"), ("set_", "list_invalid"), ("tuple_", "list_invalid"),
    ("dict_", "object_invalid"), ("model_", "object_invalid"), ("union_tag", "choice_invalid"),
    ("literal_error", "choice_invalid"), ("enum", "choice_invalid"),
)  # fmt: skip
_KEPT_PARAMS = ("min_length", "max_length", "ge", "gt", "le", "lt", "expected", "pattern")
_PYDANTICS_OWN = re.compile(r"(function|constrained|nullable|chain|lax|json-or|lazy|definition|is-instance|tagged)[-\w]*+(\[.*)?|\[key\]")
"""Names that pydantic gives to the ways it has tried; they are no part of what was sent."""


def error_code(error: Mapping[str, Any]) -> str:
    """Our own codes come as the text of a ValueError; pydantic's are grouped into the few a person can act on."""
    kind = str(error["type"])
    context = error.get("ctx") or {}
    if kind == "value_error":
        text = str(context.get("error", ""))
        return text if _OWN_CODE.fullmatch(text) else "invalid"
    if kind in {"too_short", "too_long"} and isinstance(error.get("input"), str):
        return f"string_{kind}"
    return next((code for prefix, code in _FAMILIES if kind.startswith(prefix)), kind)


def field_problems(errors: Iterable[Mapping[str, Any]], translator: Translator, *, skip: int = 0) -> list[FieldProblem]:
    """`skip` leaves out the first parts of each location, such as `body`."""
    return [problem for error in errors for problem in _field_problems(error, translator, skip)]


def _field_problems(error: Mapping[str, Any], translator: Translator, skip: int) -> Iterator[FieldProblem]:
    code = error_code(error)
    context = error.get("ctx") or {}
    params = {name: _plain(context[name]) for name in _KEPT_PARAMS if name in context}
    key = f"validation.{code}" if translator.has(f"validation.{code}") else "validation.invalid"
    for field in fields_of(error, skip):
        yield FieldProblem(field=field, code=code, message=translator.t(key, **params))


def fields_of(error: Mapping[str, Any], skip: int = 0) -> list[str]:
    """Dotted paths into what was sent. A rule about a whole model names the fields that can be changed to meet it."""
    path = [printable(part) for part in error["loc"][skip:] if not _PYDANTICS_OWN.fullmatch(str(part))]
    broken = (error.get("ctx") or {}).get("error")
    named = broken.fields if isinstance(broken, RuleError) else ()
    return [".".join([*path, name]) for name in named] or [".".join(path)]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
