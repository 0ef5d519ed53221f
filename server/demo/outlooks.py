"""What follows from a plan, as the server keeps it: its next date and why, the dates after it, and when to look at it again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from server.core.kept import written
from server.demo import courses
from server.demo.chance import instant
from server.demo.plans import Plan
from shared_models.plans.outlook import Outlook
from shared_models.plans.scheduling import LOOK_AGAIN

COLUMNS = (
    "id", "reference", "meter", "next_due", "next_due_date", "reason", "upcoming", "generate_at", "refresh_at", "ignored_since",
)  # fmt: skip
STAGE = """
CREATE TEMPORARY TABLE outlook ON COMMIT DROP AS
SELECT id, reference, meter, next_due, next_due_date, reason, upcoming, generate_at, refresh_at, ignored_since FROM scheduled_maintenances LIMIT 0
"""
FILL = f"UPDATE scheduled_maintenances p SET ({', '.join(COLUMNS[1:])}) = ({', '.join(f'o.{name}' for name in COLUMNS[1:])}) FROM outlook o WHERE o.id = p.id"  # noqa: S608


def record(plan: Plan, now: float) -> Sequence[object]:
    assert plan.reference is not None
    outlook, then = courses.outlook(plan), instant(now)
    view, due = outlook.meter, plan.due
    due_at = outlook.instant(due) if due else None
    upcoming, look_at = _open(plan, outlook, then) if plan.job else (_planned(plan, outlook, then), [])
    generate_at = due_at - timedelta(days=plan.horizon_days) if due_at and plan.job is None else None
    return (
        plan.id, written(plan.reference), written(view), due, due_at,
        written(plan.reason), upcoming, generate_at, min([then + LOOK_AGAIN, *look_at]), plan.ignored_since,
    )  # fmt: skip


def _planned(plan: Plan, outlook: Outlook, now: datetime) -> list[datetime]:
    assert plan.reference is not None
    if plan.original_due is None:
        return []
    return outlook.series_from(plan.original_due, now) if plan.rule.is_series else outlook.upcoming(plan.reference, now)


def _open(plan: Plan, outlook: Outlook, now: datetime) -> tuple[list[datetime], list[datetime]]:
    """With the instant at which the plan counts as ignored."""
    assert plan.reference is not None
    assert plan.original_due is not None
    assert plan.due is not None
    if plan.rule.is_series:
        ahead = outlook.local(now)
        following = next(date for date in outlook.series_after(max(plan.original_due, ahead)))
        return [plan.original_due, *outlook.series_from(following, now)], [outlook.instant(following)]
    later = [date for date in outlook.upcoming(plan.reference, now)[1:] if date > plan.due]
    days = outlook.rule.interval_days(outlook.per_day)
    look_at = [] if days is None or plan.ignored_since else [outlook.instant(plan.due) + timedelta(days=days)]
    return [plan.due, *later], look_at
