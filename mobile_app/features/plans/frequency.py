"""How often, as people say it: every three months, on the last Friday, every 500 hours or at the latest every six months."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

import flet as ft

from mobile_app.core.i18n import capital, measure, n, t
from mobile_app.domain.due_marks import sensible
from mobile_app.domain.lookup import dotted
from mobile_app.features.plans.values import BY_MONTH, CALENDAR, has_weekdays, may_clamp
from mobile_app.ui.choices import Choice, ChoiceChips, ChoiceGrid, Segments
from mobile_app.ui.fields import Field, Toggle
from mobile_app.ui.forms import Form
from mobile_app.ui.numbers import NumberInput, NumberStepper
from mobile_app.ui.pickers import Picker
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Body
from shared_models.meters.rows import MeterRow
from shared_models.plans.planning import Basis
from shared_models.plans.recurrence import CalendarRule, FrequencyType, MonthEnd, one_later

WEEKS: Final = ("1", "2", "3", "4", "-1")
MOST = 1_000


def frequency(form: Form, meters: list[MeterRow], today: date) -> list[ft.Control]:
    by_meter = form.get("by") == "meter"
    asked = _by_meter(form, meters, today) if by_meter else _by_calendar(form)
    month_end = [_month_end(form)] if may_clamp(form.values) else []
    return [*_source(form, meters, today), *asked, _basis(form), *_weekdays(form), *month_end]


def _source(form: Form, meters: list[MeterRow], today: date) -> list[ft.Control]:
    """By the calendar or by use; a machine without a counter leaves no choice."""
    if not meters and form.get("by") != "meter":
        return []

    def pick(key: str) -> None:
        form.set("by", key)
        form.set("starts_on", today.isoformat() if key == "meter" else form.get("starts_on"))
        if key == "meter" and form.get("meter_id") is None and meters:
            form.set("meter_id", str(meters[0].id))

    icons = {"calendar": ft.Icons.CALENDAR_MONTH_ROUNDED, "meter": ft.Icons.SPEED_ROUNDED}
    return [Segments([Choice(key, t(f"plans.by.{key}"), icon) for key, icon in icons.items()], form.get("by", "calendar"), pick)]


def _by_calendar(form: Form) -> list[ft.Control]:
    return [Field(t("plans.how_often"), _every(form, "every", "unit"), error=form.error("every"))]


def _every(form: Form, count: str, unit: str) -> ft.Control:
    """“Every [3] [months]”."""
    value, kind = int(form.get(count) or 1), form.get(unit)
    units = [Choice(key, n(f"plans.unit.{key}", value)) for key in CALENDAR]
    stepper = NumberStepper(t("plans.how_often"), value, lambda number: form.set(count, number), least=1, most=MOST)
    head = ft.Row([Body(t(f"plans.every.{kind}")), stepper], spacing=10, wrap=True)
    return ft.Column([head, ChoiceChips(units, kind, lambda key: form.set(unit, key))], spacing=8, tight=True)


def _by_meter(form: Form, meters: list[MeterRow], today: date) -> list[ft.Control]:
    choices = [Choice(str(row.id), row.name, note=_stand(row)) for row in meters]
    meter = next((row for row in meters if str(row.id) == form.get("meter_id")), None)

    def limit(is_on: bool) -> None:  # noqa: FBT001 - as in every field
        form.set("limit", is_on)
        if is_on:
            form.set("starts_on", _first_limit(form, today).isoformat())

    parts: list[ft.Control] = [
        Picker(
            t("plans.meter"), choices, form.get("meter_id"), lambda key: form.set("meter_id", key), error=form.error("meter_id")
        ),
        NumberInput(
            t("plans.every_meter"), form.get("interval"), lambda value: form.set("interval", int(value) if value else None),
            unit=meter.unit if meter else "", decimals=False, error=form.error("every"), hint=_stand(meter) if meter else "",
        ),
        Toggle(t("plans.limit"), form.get("limit", False), limit, meta=t("plans.limit_note")),
    ]  # fmt: skip
    if form.get("limit"):
        parts.append(Field(t("plans.at_the_latest"), _every(form, "limit_value", "limit_type"), error=form.error("limit_value")))
    return parts


def _stand(meter: MeterRow) -> str:
    total = measure(sensible(meter.last_total), meter.unit) if meter.last_total is not None else ""
    use = t("plans.per_day", use=measure(sensible(meter.per_day), meter.unit)) if meter.per_day else ""
    return dotted(total, use)


def _first_limit(form: Form, today: date) -> date:
    """One period from today, unless it is said otherwise."""
    rule = CalendarRule(FrequencyType(form.get("limit_type", "monthly")), int(form.get("limit_value") or 1))
    start = datetime.combine(today, datetime.min.time())
    return (one_later(rule, start, start.time()) or start).date()


def _basis(form: Form) -> ft.Control:
    def pick(key: str) -> None:
        form.set("basis", key)
        if key == Basis.floating:
            form.set("weekdays", [])
            form.set("week", None)

    icons = {Basis.floating: ft.Icons.HISTORY_ROUNDED, Basis.fixed: ft.Icons.EVENT_AVAILABLE_ROUNDED}
    choices = [Choice(basis.value, t(f"plans.basis.{basis}"), icon, note=t(f"plans.basis.{basis}_note")) for basis, icon in icons.items()]
    return Field(t("plans.counting"), ChoiceGrid(choices, form.get("basis", Basis.floating.value), pick))


def _days(form: Form, on_pick: Callable[[str], None]) -> ft.Control:
    days = [Choice(str(day), capital(t(f"why.weekday.{day}"))) for day in range(7)]
    return ChoiceChips(days, [str(day) for day in form.get("weekdays", [])], on_pick)


def _weekdays(form: Form) -> list[ft.Control]:
    """The days of a week, several; or instead of the day of the month, one such as the last Friday."""
    if not has_weekdays(form.values):
        return []
    error = form.error("weekdays")
    if form.get("unit") == "weekly":
        return [Field(t("plans.on_days"), _days(form, _toggling(form)), error=error, optional=True)]
    if form.get("unit") not in BY_MONTH:
        return []

    def which(key: str) -> None:
        form.set("week", None if key == "date" else -1)
        form.set("weekdays", [] if key == "date" else [4])

    chosen = "date" if form.get("week") is None else "weekday"
    kinds = [Choice("date", t("plans.on_date")), Choice("weekday", t("plans.on_weekday"))]
    parts: list[Any] = [ChoiceChips(kinds, chosen, which)]
    if chosen == "weekday":
        weeks = [Choice(week, t(f"plans.week.{'last' if week == '-1' else week}")) for week in WEEKS]
        parts.append(ChoiceChips(weeks, str(form.get("week")), lambda key: form.set("week", int(key))))
        parts.append(_days(form, lambda key: form.set("weekdays", [int(key)])))
    return [Field(t("plans.which_day"), Stack(*parts, spacing=10), error=error)]


def _toggling(form: Form) -> Callable[[str], None]:
    def toggle(key: str) -> None:
        days, day = list(form.get("weekdays", [])), int(key)
        form.set("weekdays", sorted(set(days) ^ {day}))

    return toggle


def _month_end(form: Form) -> ft.Control:
    started = date.fromisoformat(form.get("starts_on"))
    choices = [Choice(policy.value, t(f"plans.month_end.{policy}")) for policy in MonthEnd]
    picked = ChoiceChips(choices, form.get("month_end", MonthEnd.clamp.value), lambda key: form.set("month_end", key))
    return Field(t("plans.month_end", day=started.day), picked)
