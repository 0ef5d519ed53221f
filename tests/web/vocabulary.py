"""Builds every schema and tries it on an example: run by the tests' Python and by the bundle's, which must answer alike.

Pure pydantic and standard library, without a word of pytest: it travels into the bundle as it stands.
"""

import functools
import importlib
import importlib.util
import json
import pkgutil
import sys
import zipfile
from types import ModuleType, UnionType
from typing import Annotated, Any, Union, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.errors import PydanticInvalidForJsonSchema

from shared_models.labels.codes import check_character

ID = "0198f1d0-7c3a-7000-8000-0000000000a1"
BY_FORMAT = {
    "uuid": ID, "date-time": "2026-11-23T12:00:00+01:00", "date": "2026-11-23", "time": "08:30:00", "duration": "PT1H",
    "email": "Jean@Example.org", "uri": "https://example.org/",
}  # fmt: skip
BY_PATTERN = {
    "^(fr|en)$": "fr", "^[A-Z]{3}$": "EUR", "^#[0-9A-Fa-f]{6}$": "#1F5FBF", "^[MLml0-9., -]+$": "M0 0L9 9",
    "^[a-z][a-z0-9_]{0,39}$": "speed",
}  # fmt: skip
BY_NAME = {
    "label_code": "ABCD234" + check_character("ABCD234"), "mode_unknown": False, "low": 0,
    "ended_at": "2026-11-23T13:00:00+01:00",
}  # fmt: skip


def module_names(archive: str | None, package: str) -> list[str]:
    """Those of `package`, in the zip that the bundle imports from or on disk; the build's own are not the app's."""
    if archive:
        with zipfile.ZipFile(archive) as source:
            names = [name.rsplit(".", 1)[0].removesuffix("/__init__").replace("/", ".") for name in source.namelist() if ".py" in name]
    else:
        found = importlib.import_module(package)
        names = [package, *(each.name for each in pkgutil.walk_packages(found.__path__, f"{package}."))]
    return sorted(name for name in names if name.split(".")[0] == package and not name.startswith("mobile_app.web"))


def import_troubles(names: list[str]) -> dict[str, str]:
    troubles = {}
    for name in names:
        try:
            importlib.import_module(name)
        except Exception as error:  # noqa: BLE001 - told to the test
            troubles[name] = repr(error)
    return troubles


def vocabulary(names: list[str]) -> dict[str, Any]:
    """Models, and annotated types and unions, by where they are defined."""
    modules = [sys.modules[name] for name in names if name in sys.modules]
    return {
        f"{module.__name__}.{name}": value for module in modules for name, value in sorted(vars(module).items()) if _is_ours(module, value)
    }


def _is_ours(module: ModuleType, value: Any) -> bool:
    if isinstance(value, type):
        return issubclass(value, BaseModel) and value.__module__ == module.__name__
    return get_origin(value) in {Annotated, Union, UnionType}


def answers(found: dict[str, Any]) -> dict[str, Any]:
    return {name: _answer(kind) for name, kind in found.items()}


def _answer(kind: Any) -> Any:
    """What the schema makes of its example: the JSON it would send, or the codes of what it refuses."""
    try:
        if isinstance(kind, type):
            kind.model_rebuild(force=True)
        adapter = TypeAdapter(kind)
        adapter.rebuild(force=True)
        schema = _schema(adapter)
        made = _validated(adapter, example(schema, schema.get("$defs", {})))
        return json.loads(adapter.dump_json(made))
    except ValidationError as error:
        return {"refused": [[".".join(map(str, found["loc"])), found["type"], found["msg"]] for found in error.errors()]}
    except Exception as error:  # noqa: BLE001 - told to the test
        return {"broken": repr(error)}


def _validated(adapter: TypeAdapter[Any], told: Any) -> Any:
    """JSON schema does not say which times are a wall clock's."""
    try:
        return adapter.validate_json(json.dumps(told))
    except ValidationError as error:
        clocks = [found["loc"] for found in error.errors() if found["type"] == "timezone_naive"]
        if not clocks:
            raise
        for *path, last in clocks:
            functools.reduce(lambda at, part: at[part], path, told)[last] = "2026-11-23T12:00:00"
        return adapter.validate_json(json.dumps(told))


def _schema(adapter: TypeAdapter[Any]) -> dict[str, Any]:
    try:
        return adapter.json_schema()
    except PydanticInvalidForJsonSchema:
        return {}


def example(schema: dict[str, Any], defs: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return example(defs[schema["$ref"].rsplit("/", 1)[1]], defs)
    for given in ("examples", "enum"):
        if schema.get(given):
            return schema[given][0]
    if "const" in schema:
        return schema["const"]
    for union in ("anyOf", "oneOf", "allOf"):
        if union in schema:
            return example(schema[union][0], defs)
    return _of_type(schema, defs)


def _of_type(schema: dict[str, Any], defs: dict[str, Any]) -> Any:
    kind = schema.get("type")
    if kind == "object":
        return {name: BY_NAME[name] if name in BY_NAME else example(each, defs) for name, each in schema.get("properties", {}).items()}
    if kind == "array":
        items = schema.get("items") or schema.get("prefixItems", [{}])[0]
        return [example(items, defs)] * max(1, schema.get("minItems", 0))
    if kind == "boolean":
        return True
    if kind in {"integer", "number"}:
        return max(1, schema.get("minimum", 1), schema.get("exclusiveMinimum", 0) + 1)
    if "pattern" in schema:
        return BY_PATTERN.get(schema["pattern"], "")
    return BY_FORMAT.get(schema.get("format", ""), "abcdefghijkl"[: schema.get("maxLength", 12)])


def told(archive: str | None, packages: list[str]) -> str:
    names = [name for package in packages for name in module_names(archive, package)]
    troubles = import_troubles(names)
    return json.dumps({"modules": names, "troubles": troubles, "answers": answers(vocabulary(names))})
