"""What a plan keeps of its dates, read and written: its rule, what the next date counts from, and why it is what it is."""

from server.plans.models import Plan, PlanOccurrence
from shared_models.plans.fields import rule_of
from shared_models.plans.planning import DueReason, PlanRule, Reference


def rule(plan: Plan) -> PlanRule:
    return rule_of(plan)


def reference_of(plan: Plan) -> Reference:
    return Reference.model_validate(plan.reference)


def reason_of(plan: Plan) -> DueReason | None:
    return DueReason.model_validate(plan.reason) if plan.reason else None


def is_moved(plan: Plan, row: PlanOccurrence) -> bool:
    """By hand: a series' date is moved where it differs; elsewhere the meter moves it too, and the reason tells."""
    if rule(plan).is_series:
        return row.due != row.original_due
    reason = reason_of(plan)
    return reason is not None and reason.moved_from is not None


def keep_reference(plan: Plan, ref: Reference) -> None:
    plan.reference = ref.model_dump(mode="json")


def keep_reason(plan: Plan, reason: DueReason | None) -> None:
    plan.reason = reason.model_dump(mode="json") if reason else None
