"""What pydantic found wrong, as field problems with stable codes in the reader's language; the same on server and phone."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from shared_models.i18n import Translator
from shared_models.problems import FieldProblem

_OWN_CODE = re.compile(r"[a-z][a-z0-9_]+")
_FAMILIES = (
    ("datetime_", "datetime_invalid"), ("timezone_", "timezone_missing"), ("date_", "date_invalid"),
    ("time_", "time_invalid"), ("int_", "int_invalid"), ("float_", "number_invalid"), ("decimal_", "number_invalid"),
    ("finite_number", "number_invalid"),
    ("bool_", "bool_invalid"), ("uuid_", "uuid_invalid"), ("json_", "json_invalid"), ("url_", "url_invalid"),
    ("string_type", "string_invalid"), ("string_unicode", "string_invalid"), ("string_sub_type", "string_invalid"),
    ("bytes_", "string_invalid"), ("list_", "list_invalid"), ("set_", "list_invalid"), ("tuple_", "list_invalid"),
    ("dict_", "object_invalid"), ("model_", "object_invalid"), ("union_tag", "choice_invalid"),
    ("literal_error", "choice_invalid"), ("enum", "choice_invalid"),
)  # fmt: skip
_KEPT_PARAMS = ("min_length", "max_length", "ge", "gt", "le", "lt", "expected", "pattern")


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
    return [_field_problem(error, translator, skip) for error in errors]


def _field_problem(error: Mapping[str, Any], translator: Translator, skip: int) -> FieldProblem:
    code = error_code(error)
    context = error.get("ctx") or {}
    params = {name: context[name] for name in _KEPT_PARAMS if name in context}
    key = f"validation.{code}" if translator.has(f"validation.{code}") else "validation.invalid"
    field = ".".join(str(part) for part in error["loc"][skip:])
    return FieldProblem(field=field, code=code, message=translator.t(key, **params))
