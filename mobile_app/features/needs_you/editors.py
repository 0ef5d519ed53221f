"""What was refused is put right where it was refused: a field of a command, asked for as its kind is asked for anywhere."""

from collections.abc import Callable
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_date, format_datetime, format_number, t
from mobile_app.core.limits import text_limit
from mobile_app.core.outbox import Refused
from mobile_app.domain.client import Client
from mobile_app.domain.lookup import name_of
from mobile_app.domain.people import workers_at
from mobile_app.features.needs_you.offers import LISTS, PEOPLE, Asked, choices_of
from mobile_app.ui.choices import Choice, ChoiceChips
from mobile_app.ui.dates import DateInput, TimeInput
from mobile_app.ui.fields import Field, TextInput, Toggle
from mobile_app.ui.numbers import NumberInput
from mobile_app.ui.pickers import Picker
from mobile_app.ui.stack import Stack
from shared_models.equipment.rows import FailureItemKind

Put = Callable[[Any], None]


def refused_fields(client: Client, item: Refused) -> list[str]:
    """Those that were refused and can be put right here."""
    if item.command is None:
        return []
    names = dict.fromkeys(wrong.field for wrong in item.problem.errors)
    return [name for name in names if can_edit(Asked(client, item, name, None))]


def can_edit(asked: Asked) -> bool:
    top, _, inner = asked.name.partition(".")
    kind = type(asked.command)
    if top not in kind.model_fields or (asked.command.on and top == asked.command.on[1]):
        return False
    if top == "failure":
        return inner.removesuffix("_id") in set(FailureItemKind)
    return top in _SEVERAL or choices_of(asked) is not None or _plain(asked.kinds) is not None


def _plain(kinds: set[Any]) -> type | None:
    for kind in (bool, datetime, date, time, int, float, str):
        if kind in kinds or any(isinstance(one, type) and issubclass(one, kind) and not issubclass(one, StrEnum) for one in kinds):
            return kind
    named = {getattr(one, "__name__", "") for one in kinds}
    return datetime if named & {"AwareDatetime", "NaiveDatetime"} else float if "Decimal" in named else None


def editor(asked: Asked, put: Put) -> ft.Control:
    """The control for it; `put` is told what it is to hold, as JSON."""
    if (several := _SEVERAL.get(asked.name)) is not None:
        return several(asked, put)
    choices = choices_of(asked)
    if choices is not None:
        none = [Choice("", t("common.none"))] if asked.is_optional else []
        return Picker(asked.label, [*none, *choices], str(asked.value or ""), lambda key: put(key or None))
    kind = _plain(asked.kinds)
    if kind is bool:
        return Toggle(asked.label, bool(asked.value), put)
    if kind in {int, float}:
        number = None if asked.value is None else float(asked.value)
        return NumberInput(asked.label, number, lambda value: put(_figure(value, kind)), decimals=kind is float)
    if kind in {date, time, datetime}:
        return _moment(asked, kind, put)
    most = text_limit(type(asked.command), asked.name)
    return TextInput(asked.label, asked.value or "", put, max_length=most)


def _figure(value: float | None, kind: type | None) -> float | int | None:
    return round(value) if value is not None and kind is int else value


def _members(asked: Asked, put: Put) -> ft.Control:
    """Those who may not be in it are gone from what is offered, and from what is sent."""
    offered = [Choice(one.key, one.label) for one in workers_at(asked.client, asked.site_id)]
    fits = {one.key for one in offered}
    chosen = [key for key in asked.value or [] if key in fits]

    def toggle(key: str) -> None:
        put([one for one in chosen if one != key] if key in chosen else [*chosen, key])

    return Field(asked.label, ChoiceChips(offered, chosen, toggle))


def _left(asked: Asked, put: Put) -> ft.Control:
    """What stands there, to be taken out; what is no more is gone from what is sent."""
    known = {one.key: one for one in _each(asked)}
    kept = [known[key] for key in map(str, asked.value or []) if key in known]

    def drop(key: str) -> None:
        put([one.key for one in kept if one.key != key])

    return Field(asked.label, ChoiceChips(kept, [one.key for one in kept], drop))


_SEVERAL: dict[str, Callable[[Asked, Put], ft.Control]] = {"member_ids": _members, **dict.fromkeys(LISTS, _left)}


def _each(asked: Asked) -> list[Choice]:
    return choices_of(asked._replace(name=LISTS[asked.name])) or []


def _moment(asked: Asked, kind: type | None, put: Put) -> ft.Control:
    if kind is time:
        at = time.fromisoformat(asked.value) if asked.value else None
        return TimeInput(asked.label, at, lambda value: put(value.isoformat()))
    if kind is date:
        day = date.fromisoformat(asked.value) if asked.value else None
        return DateInput(asked.label, day, lambda value: put(value.isoformat()))
    moment = datetime.fromisoformat(asked.value) if asked.value else asked.client.now()
    shown = moment.astimezone() if moment.tzinfo else moment

    def at_day(day: date) -> None:
        put(datetime.combine(day, shown.timetz()).isoformat())

    def at_time(clock: time) -> None:
        put(datetime.combine(shown.date(), clock.replace(tzinfo=shown.tzinfo)).isoformat())

    return Stack(DateInput(asked.label, shown.date(), at_day), TimeInput(asked.label, shown.time(), at_time), spacing=8)


def said(asked: Asked) -> str:
    """What stands there, in words; empty where nothing does."""
    if asked.value in (None, "", []):
        return ""
    if asked.name in PEOPLE or asked.name == "member_ids":
        people = asked.value if isinstance(asked.value, list) else [asked.value]
        return ", ".join(name_of(asked.client, UUID(one)) for one in people)
    if asked.name in LISTS:
        return ", ".join(one.label for one in _each(asked) if one.key in set(map(str, asked.value)))
    choices = choices_of(asked)
    if choices is not None:
        return next((one.label for one in choices if one.key == str(asked.value)), "")
    return _written(asked.value, _plain(asked.kinds))


def _written(value: Any, kind: type | None) -> str:
    if kind in {int, float} and isinstance(value, int | float):
        return format_number(value, 0 if float(value).is_integer() else 2)
    if kind is date:
        return format_date(date.fromisoformat(value))
    moment = datetime.fromisoformat(value) if kind is datetime else None
    return format_datetime(moment) if moment and moment.tzinfo else str(value)


def value_at(payload: dict[str, Any], name: str) -> Any:
    top, _, inner = name.partition(".")
    value = payload.get(top)
    return (value or {}).get(inner) if inner else value


def with_values(payload: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """The payload with `values` in their (dotted) places."""
    changed = dict(payload)
    for name, value in values.items():
        top, _, inner = name.partition(".")
        changed[top] = {**(changed.get(top) or {}), inner: value} if inner else value
    return changed
