"""Entering a meter, and changing what is known of it."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.domain.submit import made, sender, submit
from mobile_app.domain.typed_number import TypedNumber
from mobile_app.ui.buttons import PrimaryButton
from mobile_app.ui.choices import Choice, ChoiceChips, Segments
from mobile_app.ui.component import component
from mobile_app.ui.fields import Field, TextInput, Toggle
from mobile_app.ui.forms import Form, use_form
from mobile_app.ui.numbers import NumberStepper
from mobile_app.ui.sheets import Sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from shared_models.base import Command
from shared_models.ids import uuid7
from shared_models.meters.commands import CreateMeter, UpdateMeter
from shared_models.meters.rows import MeterKind, MeterRow

UNITS = ("h", "cycles", "km", "m³", "bar", "°C")
HOURS, MOST_HOURS = "h", 24.0
WORDS = ("name", "unit")
_FIELDS = ("name", "unit", "kind", "digits", "decimals", "most_per_day", "expected_per_day", "low", "high", "is_active")
_NEW: dict[str, Any] = {"unit": HOURS, "kind": MeterKind.counter.value, "decimals": 0, "is_active": True}


def meter_sheet(client: Client, equipment_id: UUID, meter: MeterRow | None, on_done: Callable[[], Any]) -> Sheet:
    title = t("meters.edit_title", meter=meter.name) if meter else t("meters.new")
    return Sheet(title, MeterForm(client, equipment_id, meter, on_done), tall=True)


@component
def MeterForm(client: Client, equipment_id: UUID, meter: MeterRow | None, on_done: Callable[[], Any]) -> ft.Control:
    known = ft.use_memo(lambda: _initial(meter), [meter.version if meter else 0])
    form = use_form(f"meter:{meter.id}" if meter else f"meter:new:{equipment_id}", known, meter.version if meter else None)
    is_counter = form.get("kind") == MeterKind.counter

    async def save() -> None:
        low, high = form.get("low"), form.get("high")
        if not form.require(*WORDS):
            return
        if not is_counter and low is not None and high is not None and low >= high:
            form.refuse_with(t("meters.low_above_high"))
            return
        if (command := _command(client, equipment_id, meter, form)) and await submit(client, command, form):
            on_done()

    kinds = [Choice(kind.value, t(f"meters.is.{kind}")) for kind in MeterKind]
    parts = [
        TextInput(t("meters.name"), **form.field("name"), placeholder=t("meters.name_hint")),
        *([] if meter else [Field(t("meters.kind"), Segments(kinds, form.get("kind"), lambda kind: form.set("kind", kind)))]),
        TextInput(t("meters.unit"), **form.field("unit")),
        ChoiceChips([Choice(unit, unit) for unit in UNITS], form.get("unit"), lambda unit: form.set("unit", unit)),
        Field(t("meters.decimals"), Segments(_digits(), str(form.get("decimals", 0)), lambda many: form.set("decimals", int(many)))),
        *(_of_counter(form) if is_counter else _of_gauge(form)),
        *([Toggle(t("meters.is_active"), form.get("is_active", True), lambda on: form.set("is_active", on))] if meter else []),
        sender(form, PrimaryButton(t("meters.keep"), save, icon=ft.Icons.CHECK_ROUNDED, busy=form.busy)),
    ]
    return Stack(*parts)


def _initial(meter: MeterRow | None) -> dict[str, Any]:
    return {"meter_id": str(meter.id), **{name: getattr(meter, name) for name in _FIELDS}} if meter else {"meter_id": str(uuid7()), **_NEW}


def _digits() -> list[Choice]:
    return [Choice(str(many), str(many)) for many in range(4)]


def _of_counter(form: Form) -> list[ft.Control]:
    unit = t("meters.unit_per_day", unit=form.get("unit") or "")
    most = MOST_HOURS if form.get("unit") == HOURS else None
    return [
        Field(
            t("meters.digits"),
            NumberStepper(t("meters.digits"), form.get("digits") or 0, lambda many: form.set("digits", many or None), most=12),
        ),
        Meta(t("meters.digits_hint")),
        _number(form, "most_per_day", unit, t("meters.most_hint"), most),
        _number(form, "expected_per_day", unit, t("meters.expected_hint")),
    ]


def _of_gauge(form: Form) -> list[ft.Control]:
    unit = form.get("unit") or ""
    return [_number(form, "low", unit), _number(form, "high", unit, t("meters.range_hint"))]


def _number(form: Form, name: str, unit: str, hint: str = "", usual: float | None = None) -> ft.Control:
    value, put, error = form.get(name, usual), partial(form.set, name), form.error(name)
    return TypedNumber(t(f"meters.{name}"), value, put, unit=unit, hint=hint, error=error, optional=True, key=name)


def _command(client: Client, equipment_id: UUID, meter: MeterRow | None, form: Form) -> Command | None:
    """A gauge has no use per day, a counter no range."""
    is_counter = form.get("kind") == MeterKind.counter
    most = form.get("most_per_day", MOST_HOURS if form.get("unit") == HOURS else None)
    fields: dict[str, Any] = {"occurred_at": client.now(), "decimals": form.get("decimals", 0)}
    fields |= {name: form.get(name) for name in ("meter_id", *WORDS)}
    if is_counter:
        fields |= {"digits": form.get("digits") or None, "most_per_day": most or None, "expected_per_day": form.get("expected_per_day")}
    else:
        fields |= {"low": form.get("low"), "high": form.get("high")}
    if meter:
        return made(form, UpdateMeter, fields | {"version": form.get("version"), "is_active": form.get("is_active", True)})
    return made(form, CreateMeter, fields | {"equipment_id": equipment_id, "kind": form.get("kind")})
