"""A class while it is being written: plain values that a draft can keep, and what is sent of them."""

import re
from collections.abc import Iterable
from typing import Any

from mobile_app.core.folding import fold
from mobile_app.core.i18n import LANGUAGES, language, t
from shared_models.equipment.rows import EquipmentClassRow, FailureItemKind, in_language
from shared_models.ids import uuid7

Values = dict[str, Any]
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]{0,39}")
_LONGEST = 24


def languages() -> list[str]:
    """The reader's own first."""
    return sorted(LANGUAGES, key=lambda lang: lang != language())


def blank() -> Values:
    return {"id": str(uuid7()), "code": "", "names": {}, "icon": "", "is_active": True, "items": [], "specs": []}


def blank_item(kind: FailureItemKind) -> Values:
    return {"id": str(uuid7()), "kind": kind.value, "code": "", "names": {}, "icon": ""}


def blank_spec() -> Values:
    return {"id": str(uuid7()), "key": "", "names": {}, "unit": ""}


def of_class(row: EquipmentClassRow) -> Values:
    return {
        "id": str(row.id), "version": row.version, "code": row.code, "names": dict(row.names), "icon": row.icon, "is_active": row.is_active,
        "items": [item.model_dump(mode="json") for item in row.failure_items],
        "specs": [{"id": spec.key, **spec.model_dump(mode="json")} for spec in row.spec_fields],
    }  # fmt: skip


def of_kind(values: Values, kind: FailureItemKind) -> list[Values]:
    return [item for item in values["items"] if item["kind"] == kind.value]


def named(names: dict[str, str]) -> dict[str, str]:
    """Without the languages that were left empty."""
    return {lang: text.strip() for lang, text in names.items() if text.strip()}


def title_of(names: dict[str, str]) -> str:
    return in_language(named(names), language())


def wrong_with(values: Values) -> dict[str, str]:
    """What is missing or amiss, by the id of its entry; under `names` and `code` for the class itself."""
    found = {} if named(values["names"]) else {"names": t("common.required")}
    if values["code"] and not CODE.fullmatch(values["code"].strip()):
        found["code"] = t("classes.code_shape")
    taken: set[tuple[str, str]] = set()
    for entry in (*values["items"], *values["specs"]):
        code = str(entry.get("code", "")).strip()
        place = (entry.get("kind", ""), code.upper())
        if not named(entry["names"]):
            found[entry["id"]] = t("classes.name_missing")
        elif code and not CODE.fullmatch(code):
            found[entry["id"]] = t("classes.code_shape")
        elif code and place in taken:
            found[entry["id"]] = t("classes.code_twice", code=code.upper())
        taken.add(place)
    return found


def body_of(values: Values) -> Values:
    """What the server is sent; codes and keys that were left empty are made of the names."""
    codes = {(item["kind"], item["code"].strip().upper()) for item in values["items"]}
    items = []
    for item in values["items"]:
        code = item["code"].strip().upper()
        if not code:
            code = code_of(item["names"], (known for kind, known in codes if kind == item["kind"]))
            codes.add((item["kind"], code))
        items.append({"id": item["id"], "kind": item["kind"], "code": code, "names": named(item["names"]), "icon": item["icon"]})
    keys: list[str] = [spec["key"] for spec in values["specs"] if spec["key"]]
    specs = []
    for spec in values["specs"]:
        key = spec["key"]
        if not key:
            key = key_of(spec["names"], keys)
            keys.append(key)
        specs.append({"key": key, "names": named(spec["names"]), "unit": spec["unit"].strip()})
    plain = {name: values[name] for name in ("id", "icon", "is_active")}
    code = values["code"].strip().upper() or code_of(values["names"], ())
    body = {**plain, "code": code, "names": named(values["names"]), "failure_items": items, "spec_fields": specs}
    return {**body, "version": values["version"]} if "version" in values else body


def code_of(names: dict[str, str], taken: Iterable[str]) -> str:
    """`Fuite au joint` → `FUITE-AU-JOINT`; the next number where that is taken."""
    return _free(re.sub(r"[^A-Z0-9]+", "-", fold(title_of(names)).upper()).strip("-")[:_LONGEST].strip("-") or "X", taken, "-")


def key_of(names: dict[str, str], taken: Iterable[str]) -> str:
    """`Débit nominal` → `debit_nominal`."""
    plain = re.sub(r"[^a-z0-9]+", "_", fold(title_of(names))).strip("_")[:_LONGEST].strip("_")
    return _free(plain if plain[:1].isalpha() else f"x{plain}", taken, "_")


def _free(wish: str, taken: Iterable[str], joint: str) -> str:
    known, number = set(taken), 2
    found = wish
    while found in known:
        found, number = f"{wish}{joint}{number}", number + 1
    return found


def moved(items: list[Values], item_id: str, by: int) -> list[Values]:
    """With the entry moved by `by` places among those of its kind."""
    at = next(index for index, item in enumerate(items) if item["id"] == item_id)
    same = [index for index, item in enumerate(items) if item.get("kind") == items[at].get("kind")]
    to = same.index(at) + by
    if not 0 <= to < len(same):
        return items
    changed = list(items)
    changed[at], changed[same[to]] = items[same[to]], items[at]
    return changed
