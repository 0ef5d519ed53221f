"""What is said of one step, by its kind."""

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.context import use_client
from mobile_app.domain.lookup import dotted
from mobile_app.domain.steps import KIND_ICON
from mobile_app.features.checklists.values import NUMBERS, Values, options_of, takes_photo
from mobile_app.ui import environment
from mobile_app.ui.choices import Choice, ChoiceChips
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.fields import TextInput, Toggle
from mobile_app.ui.hooks import use_breakpoint
from mobile_app.ui.numbers import NumberInput
from mobile_app.ui.pickers import Picker
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import Space
from shared_models.checklists.rows import StepKind
from shared_models.meters.rows import MeterRow

Change = Callable[[str, Any], None]

USUAL = 6


@component
def StepFields(step: Values, change: Change, on_enter: Callable[[], None]) -> ft.Control:
    """Enter in the title goes on to the next step, of the same kind."""
    size = use_breakpoint()
    kind = StepKind(step["kind"])
    is_wide = size >= Breakpoint.tablet and not environment.current().has_big_text
    kinds = [Choice(known.value, t(f"checklists.kind.{known.value}"), KIND_ICON[known]) for known in StepKind]
    fields: list[ft.Control] = [
        TextInput(
            t("checklists.step_title"), step["title"], partial(change, "title"), autofocus=not step["title"],
            on_submit=on_enter if step["title"].strip() else None, placeholder=t(f"checklists.example.{kind.value}"), max_length=200,
        ),
        Picker(t("checklists.kind_label"), kinds, kind.value, partial(change, "kind")),
        *([MeterName(step, change)] if kind is StepKind.meter else []),
        *(_number(step, change, wide=is_wide) if kind in NUMBERS else []),
        *(_options(step, change) if kind is StepKind.choice else []),
        TextInput(t("checklists.help"), step["help"], partial(change, "help"), lines=2, optional=True),
        Toggle(t("checklists.required"), step["is_required"], partial(change, "is_required"), meta=t("checklists.required_hint")),
    ]  # fmt: skip
    if takes_photo(kind):
        fields.append(Toggle(t("checklists.needs_photo"), step["needs_photo"], partial(change, "needs_photo")))
    return Stack(*fields)


@component
def MeterName(step: Values, change: Change) -> ft.Control:
    """The meter that is meant, by what it is called on the machines; the usual names are one tap away."""
    known = usual_meters(use_client().tables.meters.rows.values(), step["unit"])
    name = step.get("meter_name", "")

    def pick(key: str) -> None:
        unit, _, picked = key.partition(":")
        change("meter_name", "" if picked == name else picked)
        change("unit", unit)

    field = TextInput(
        t("checklists.meter_name"), name, partial(change, "meter_name"), hint=t("checklists.meter_name_hint"), optional=True, max_length=100
    )
    choices = [Choice(f"{unit}:{called}", dotted(called, unit)) for called, unit in known]
    chips = [ChoiceChips(choices, f"{step['unit']}:{name}", pick)] if choices else []
    return Stack(field, *chips, spacing=Space.s)


def usual_meters(meters: Iterable[MeterRow], unit: str) -> list[tuple[str, str]]:
    """Names and units of the meters there are most of, those of `unit` alone once it is said and known."""
    counted = Counter((meter.name, meter.unit) for meter in meters if meter.is_active)
    of_unit = [pair for pair, _ in counted.most_common() if pair[1] == unit]
    return (of_unit or [pair for pair, _ in counted.most_common()])[:USUAL]


def _number(step: Values, change: Change, *, wide: bool) -> list[ft.Control]:
    low = NumberInput(t("checklists.low"), step["low"], partial(change, "low"), unit=step["unit"], signed=True, optional=True)
    high = NumberInput(t("checklists.high"), step["high"], partial(change, "high"), unit=step["unit"], signed=True, optional=True)
    unit = TextInput(t("checklists.unit"), step["unit"], partial(change, "unit"), optional=True, placeholder="bar", max_length=20)
    if not wide:
        return [unit, low, high]
    cells: list[ft.Control] = [ft.Container(field, expand=1) for field in (unit, low, high)]
    return [ft.Row(cells, spacing=Space.m, vertical_alignment=ft.CrossAxisAlignment.START)]


def _options(step: Values, change: Change) -> list[ft.Control]:
    """One option a line; those that mean a failure are tapped."""
    known = options_of(step)
    bad = [option for option in step["bad_options"] if option in known]

    def mark(option: str) -> None:
        change("bad_options", [other for other in bad if other != option] if option in bad else [*bad, option])

    fields: list[ft.Control] = [
        TextInput(t("checklists.options"), step["options"], partial(change, "options"), lines=3, hint=t("checklists.options_hint"))
    ]
    if known:
        fields += [Meta(t("checklists.bad_options")), ChoiceChips([Choice(option, option) for option in known], bad, mark)]
    return fields
