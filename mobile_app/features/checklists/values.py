"""A template while it is being written: plain values that a draft can keep, and the command they come to."""

from datetime import datetime
from typing import Any

from pydantic import ValidationError

from mobile_app.core.i18n import t, translator
from shared_models.checklists.commands import WriteChecklist
from shared_models.checklists.rows import ChecklistRow, StepKind
from shared_models.ids import uuid7
from shared_models.validation import field_problems

Values = dict[str, Any]
NUMBERS = frozenset({StepKind.number, StepKind.meter})
_PHOTO_FITS = frozenset({StepKind.check, StepKind.pass_fail, StepKind.number, StepKind.choice, StepKind.meter, StepKind.text})
LEAST_OPTIONS = 2


def takes_photo(kind: StepKind) -> bool:
    """Whether a photo can be asked for beside the answer."""
    return kind in _PHOTO_FITS


def blank_step(kind: str = StepKind.pass_fail.value) -> Values:
    return {
        "id": str(uuid7()), "kind": kind, "title": "", "help": "", "is_required": True, "needs_photo": False, "unit": "", "low": None,
        "high": None, "options": "", "bad_options": [], "meter_id": None, "meter_name": "",
    }  # fmt: skip


def blank() -> Values:
    return {"id": str(uuid7()), "name": "", "description": "", "is_active": True, "steps": [blank_step()]}


def of_checklist(row: ChecklistRow) -> Values:
    return {
        "id": str(row.id), "name": row.name, "description": row.description, "is_active": row.is_active,
        "steps": [{**step.model_dump(mode="json"), "options": "\n".join(step.options)} for step in row.steps],
    }  # fmt: skip


def options_of(step: Values) -> list[str]:
    """One a line, each once."""
    return list(dict.fromkeys(filter(None, (part.strip() for part in str(step["options"]).split("\n")))))


def wrong_with(values: Values, at: datetime) -> dict[str, str]:
    """What is missing or does not fit, by step id, or by the field; under an empty key when there is no step."""
    found = {} if str(values.get("name", "")).strip() else {"name": t("common.required")}
    if not values.get("steps"):
        found[""] = t("checklists.no_step")
    found |= {step["id"]: wrong for step in values.get("steps", []) if (wrong := _wrong_step(step))}
    return found or _unfit(values, at)


def _unfit(values: Values, at: datetime) -> dict[str, str]:
    """What the command does not take, in the words of the field."""
    try:
        command_of(values, at)
    except ValidationError as error:
        return {_place(problem.field, values): problem.message for problem in reversed(field_problems(error.errors(), translator()))}
    return {}


def _place(field: str, values: Values) -> str:
    """`steps.3.options` is of that step."""
    name, _, rest = field.partition(".")
    at = rest.partition(".")[0]
    return str(values["steps"][int(at)]["id"]) if name == "steps" and at.isdecimal() else "" if name == "steps" else name


def _wrong_step(step: Values) -> str:
    if not step["title"].strip():
        return t("checklists.title_missing")
    if step["kind"] in NUMBERS and step["low"] is not None and step["high"] is not None and step["low"] > step["high"]:
        return t("checklists.low_above_high")
    if step["kind"] == StepKind.choice and len(options_of(step)) < LEAST_OPTIONS:
        return t("checklists.options_missing")
    return ""


def command_of(values: Values, at: datetime) -> WriteChecklist:
    """Fields that a kind of step does not use are left out."""
    return WriteChecklist.model_validate({
        "occurred_at": at, "checklist_id": values["id"], "version": values.get("version"), "name": values["name"],
        "description": values.get("description", ""), "is_active": values.get("is_active", True),
        "steps": [_step(step) for step in values["steps"]],
    })  # fmt: skip


def _step(step: Values) -> Values:
    kind = StepKind(step["kind"])
    fields = {name: step[name] for name in ("id", "kind", "title", "help", "is_required")}
    if kind in NUMBERS:
        fields |= {name: step[name] for name in ("unit", "low", "high")}
    if kind is StepKind.meter:
        fields |= {"meter_id": step["meter_id"], "meter_name": step.get("meter_name", "")}
    if kind is StepKind.choice:
        options = options_of(step)
        fields |= {"options": options, "bad_options": [option for option in step["bad_options"] if option in options]}
    return {**fields, "needs_photo": takes_photo(kind) and step["needs_photo"]}


def moved(steps: list[Values], at: int, by: int) -> list[Values]:
    """With the step at `at` moved by `by` places, as far as there are places."""
    to = max(0, min(len(steps) - 1, at + by))
    rest = [step for index, step in enumerate(steps) if index != at]
    return [*rest[:to], steps[at], *rest[to:]]


def inserted(steps: list[Values], after: int, step: Values) -> list[Values]:
    return [*steps[: after + 1], step, *steps[after + 1 :]]
