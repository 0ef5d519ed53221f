"""What the editor's answers mean: a plan's fields, or what is wrong with them. Pure: the form keeps its answers as JSON."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from mobile_app.ui.numbers import parse_exact
from shared_models.ids import uuid7
from shared_models.interventions.rows import InterventionType, Priority
from shared_models.meters.rows import MeterRow
from shared_models.plans.commands import CreatePlan, UpdatePlan
from shared_models.plans.planning import Basis, ReferenceKind
from shared_models.plans.recurrence import BY_METER, FrequencyType, MonthEnd
from shared_models.plans.rows import OccurrenceState, PlanRow

Values = Mapping[str, Any]
CALENDAR: Final = ("daily", "weekly", "monthly", "quarterly", "yearly")
BY_MONTH: Final = ("monthly", "quarterly", "yearly")
HOURS: Final = ("h", "hr", "hour", "hours", "heure", "heures")
FIRST_IN = timedelta(days=7)
SHORTEST_MONTH = 28

FIELD_OF: Final = {
    "frequency_needs_meter": "meter_id",
    "calendar_has_no_meter": "meter_id",
    "limit_incomplete": "limit_value",
    "frequency_too_long": "every",
    "weekdays_unfit": "weekdays",
    "week_of_month_unfit": "weekdays",
    "floating_has_no_weekdays": "weekdays",
    "due_time_unfit": "due_time",
    "never_due": "starts_on",
}
"""Where the codes of `PlanFields` belong in the form."""

_FIELD: Final = {"frequency_value": "every", "week_of_month": "weekdays", "frequency_type": "every", "limit_type": "limit_value"}


def blank(today: date, equipment_id: str | None = None) -> dict[str, Any]:
    return {
        "plan_id": str(uuid7()), "equipment_id": equipment_id, "title": "", "description": "",
        "intervention_type": InterventionType.preventive.value, "maintenance_type_id": None, "by": "calendar", "every": 1,
        "unit": "monthly", "weekdays": [], "week": None, "month_end": MonthEnd.clamp.value, "basis": Basis.floating.value,
        "meter_id": None, "interval": None, "limit": False, "limit_value": 6, "limit_type": "monthly",
        "starts_on": (today + FIRST_IN).isoformat(), "due_time": "08:00", "last_done_on": None, "last_done_total": None,
        "technician_id": None, "team_id": None, "duration": None, "priority": Priority.medium.value, "checklist_id": None, "parts": [],
        "needs_photo": False, "needs_signature": False, "needs_validation": True, "lead_days": 7, "horizon_days": 7,
        "tolerance_days": None,
    }  # fmt: skip


def of_plan(plan: PlanRow) -> dict[str, Any]:
    """The answers that made `plan`."""
    by_meter = plan.frequency_type in BY_METER
    row = plan.model_dump(mode="json")
    same = (
        "equipment_id", "title", "description", "intervention_type", "maintenance_type_id", "weekdays", "month_end", "basis", "meter_id",
        "team_id", "priority", "checklist_id", "parts", "needs_photo", "needs_signature", "needs_validation", "lead_days",
        "horizon_days", "tolerance_days",
    )  # fmt: skip
    return {
        **blank(plan.starts_at.date()), **{name: row[name] for name in same}, "plan_id": row["id"],
        "by": "meter" if by_meter else "calendar", "every": 1 if by_meter else plan.frequency_value,
        "unit": "monthly" if by_meter else plan.frequency_type.value, "week": plan.week_of_month,
        "interval": plan.frequency_value if by_meter else None, "limit": plan.limit_type is not None,
        "limit_value": plan.limit_value or 6, "limit_type": plan.limit_type.value if plan.limit_type else "monthly",
        "starts_on": plan.starts_at.date().isoformat(), "due_time": f"{plan.starts_at:%H:%M}",
        "technician_id": row["assigned_technician_id"], "duration": plan.estimated_duration, **_last_done(plan),
    }  # fmt: skip


def _last_done(plan: PlanRow) -> dict[str, Any]:
    """What was told of before the plan, as long as nothing has been done since."""
    is_given = plan.reference.kind is ReferenceKind.done and not any(row.state is OccurrenceState.done for row in plan.occurrences)
    if not is_given:
        return {}
    return {"last_done_on": plan.reference.at.date().isoformat(), "last_done_total": plan.reference.total}


def has_weekdays(values: Values) -> bool:
    """Whether days of the week can be chosen: of a week, or the one day of a month."""
    return bool(values["by"] == "calendar" and values["basis"] == Basis.fixed and values["unit"] != "daily")


def may_clamp(values: Values) -> bool:
    """Whether the start's day is missing from some months."""
    started = date.fromisoformat(values["starts_on"]) if values.get("starts_on") else None
    months = values["unit"] in BY_MONTH if values["by"] == "calendar" else values["limit"] and values["limit_type"] in BY_MONTH
    return bool(months and values["week"] is None and started and started.day > SHORTEST_MONTH)


def fields_of(values: Values, meter: MeterRow | None) -> dict[str, Any]:
    """As `PlanFields` takes them; answers that no longer apply are left out."""
    by_meter = values["by"] == "meter"
    weekly, days = values["unit"] == "weekly", has_weekdays(values)
    one_day = days and not weekly and values["week"] is not None
    limited = by_meter and values["limit"]
    same = (
        "equipment_id", "title", "description", "intervention_type", "maintenance_type_id", "month_end", "basis", "starts_on", "due_time",
        "last_done_on", "team_id", "priority", "checklist_id", "needs_photo", "needs_signature", "needs_validation", "lead_days",
        "horizon_days", "tolerance_days",
    )  # fmt: skip
    return {
        **{name: values[name] for name in same}, "frequency_type": _meter_frequency(meter) if by_meter else values["unit"],
        "frequency_value": values["interval"] if by_meter else values["every"],
        "weekdays": values["weekdays"] if days and (weekly or one_day) else [], "week_of_month": values["week"] if one_day else None,
        "meter_id": values["meter_id"] if by_meter else None,
        "limit_type": values["limit_type"] if limited else None, "limit_value": values["limit_value"] if limited else None,
        "last_done_total": values["last_done_total"] if by_meter else None,
        "assigned_technician_id": values["technician_id"], "estimated_duration": values["duration"],
        "parts": [_part(part) for part in values["parts"] if part.get("part_id") or (part.get("name") or "").strip()],
    }  # fmt: skip


def _part(part: Mapping[str, Any]) -> dict[str, Any]:
    """Of the catalogue, in whose unit it is, or by name; what is no quantity is left to be refused as it was typed."""
    text = str(part.get("quantity") or "1")
    value = parse_exact(text)
    quantity = text if value is None else f"{value:f}"
    return {"part_id": part.get("part_id"), "name": part.get("name") or "", "quantity": quantity, "unit": part.get("unit") or ""}


def _meter_frequency(meter: MeterRow | None) -> str:
    """Running hours are hours; whatever else a machine counts are cycles."""
    hours = meter is not None and meter.unit.casefold() in HOURS
    return FrequencyType.hours.value if hours else FrequencyType.cycles.value


def command_of(values: Values, meter: MeterRow | None, now: datetime, version: int | None = None) -> CreatePlan | UpdatePlan:
    """Raises `ValidationError`: see `errors_of`."""
    said = {**fields_of(values, meter), "plan_id": values["plan_id"], "occurred_at": now}
    if version is None:
        return CreatePlan.model_validate(said)
    return UpdatePlan.model_validate({**said, "version": version})


def errors_of(error: ValidationError) -> dict[str, str]:
    """A code for each field of the form, the first of each: `missing`, one of `FIELD_OF`, or `unfit`."""
    found: dict[str, str] = {}
    for item in error.errors():
        code = str(item["ctx"]["error"]) if item["type"] == "value_error" else _code(item["type"], item.get("input"))
        name = FIELD_OF.get(code) or (str(item["loc"][0]) if item["loc"] else "")
        found.setdefault(form_field(name), code)
    return found


def form_field(name: str) -> str:
    """The form's name of a plan's field."""
    renamed = {"assigned_technician_id": "technician_id", "estimated_duration": "duration"}
    return _FIELD.get(name) or renamed.get(name) or name


def _code(kind: str, given: object) -> str:
    empty = given is None or (isinstance(given, str) and not given.strip())
    return "missing" if kind == "missing" or empty else "unfit"


def machine_of(values: Values) -> UUID | None:
    return UUID(values["equipment_id"]) if values.get("equipment_id") else None
