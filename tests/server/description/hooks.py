"""What Schemathesis is told about the API that no description says, and what it may complain about.

It reads this file by name (`SCHEMATHESIS_HOOKS`). In `ETABLI_ROWS` are the rows it may name, ids by the names that paths and bodies give
them, and in `ETABLI_REFUSALS` the codes of ours: nothing of the server is imported here, whose sources Hypothesis would read for constants.
"""

import json
import os
from typing import Any
from uuid import UUID, uuid4

import schemathesis
from schemathesis import Case, CheckContext, HookContext, Response

ROWS: dict[str, str] = json.loads(os.environ.get("ETABLI_ROWS", "{}"))
DOMAIN_RULES = set(json.loads(os.environ.get("ETABLI_REFUSALS", "[]"))) - {"invalid"}
"""Refusals of what is well formed: a row is not there, or stands otherwise. They name what they refuse."""
FIELD_RULES = {
    # What becomes of a text once blanks, hidden characters and decompositions are out of it, or what none can hold.
    "string_too_short", "string_too_long", "character_unreadable", "control_character",
    # More than a format says: domains need a dot; a password's bytes, letters and owner; a code's check character; the clocks known.
    "email_invalid", "username_invalid", "password_too_simple", "password_is_name", "password_too_long", "label_code_invalid",
    "time_zone_unknown",
    # A month's days and our calendar's years, which a pattern does not know; digits that a float does not keep.
    "datetime_invalid", "date_invalid", "implausible_time", "time_in_future",
    "implausible_date", "due_time_unfit", "number_too_exact",
    # Rules of several fields together.
    "days_do_not_count", "days_unfit", "shifts_overlap", "holiday_twice",
    "ends_before_start", "restarts_before_stop", "temporary_needs_follow_up", "mode_and_unknown", "low_above_high", "span_unfit",
    "choice_needs_options", "bad_option_unknown", "step_id_twice", "skip_needs_reason", "frequency_needs_meter", "never_due",
    "calendar_has_no_meter", "limit_incomplete", "frequency_too_long", "weekdays_unfit", "week_of_month_unfit", "floating_has_no_weekdays",
    "part_twice", "supplier_twice", "two_preferred", "part_unnamed", "missing",
}  # fmt: skip
FEW_LABELS = 3
"""As many as may be printed at once take seconds to draw."""
MADE = {
    "equipment": "equipment_id", "interventions": "intervention_id", "meters": "meter_id", "scheduled": "plan_id",
    "types": "maintenance_type_id", "teams": "team_id", "parts": "part_id", "categories": "category_id", "suppliers": "supplier_id",
    "places": "place_id", "orders": "order_id", "stocktakes": "stocktake_id",
}  # fmt: skip
"""What is posted to a collection has an id of its own."""


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Good requests name rows that are there, say the same in address and body, and use a key once."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    path = case.path_parameters or {}
    for name in path:
        if name in ROWS and case.operation.method.upper() != "DELETE":
            path[name] = ROWS[name]
    if case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = str(uuid4())
    if isinstance(case.body, dict):
        case.body.pop("command_id", None)
        own = MADE.get(case.operation.path.rpartition("/")[2])
        for name, value in ROWS.items():
            if name in case.body and _is_id(case.body[name]):
                case.body[name] = str(uuid4()) if name == own else value
        for name in path.keys() & case.body.keys():
            case.body[name] = path[name]
        if case.operation.path.endswith("/labels/blank") and isinstance(case.body.get("count"), int):
            case.body["count"] = min(case.body["count"], FEW_LABELS)


def _is_id(value: Any) -> bool:
    try:
        return bool(UUID(value))
    except (ValueError, TypeError, AttributeError):
        return False


@schemathesis.check
def refusals_have_reasons(ctx: CheckContext, response: Response, case: Case) -> None:
    """In place of `positive_data_acceptance`: what fits the description is refused by a rule of the domain only."""
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code != 422:
        return
    problem = response.json()
    unreasoned = [error for error in problem["errors"] if error["code"] not in FIELD_RULES | DOMAIN_RULES]
    assert problem["code"] in DOMAIN_RULES or (problem["errors"] and not unreasoned), f"well formed, yet refused: {problem}"
