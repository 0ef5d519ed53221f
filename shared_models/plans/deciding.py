"""What to do about a plan whose time has come: one job, for the latest date that is due or the next one; none while its machine rests."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from uuid import UUID

from shared_models.plans.course import PlanDate, Rows, anchor, to_come
from shared_models.plans.outlook import Outlook
from shared_models.plans.planning import DueReason, Reference, ReferenceKind
from shared_models.plans.rows import OccurrenceState
from shared_models.plans.scheduling import LOOK_AGAIN, ignored_at

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Waiting:
    """As much of a plan as is needed; `works`: whether its machine is in service."""

    outlook: Outlook
    reference: Reference
    rows: Rows
    works: bool = True
    horizon_days: int = 0


@dataclass(frozen=True)
class NewJob:
    """`missed`: how many dates before it passed without a job; `reason` where it is another than the plan's."""

    date: PlanDate
    technician_id: UUID | None
    missed: int = 0
    reason: DueReason | None = None


@dataclass
class Decision:
    """`passed` are dates that end without a job; `next` is the date that comes instead where no job is made."""

    job: NewJob | None = None
    passed: list[PlanDate] = field(default_factory=list)
    next: PlanDate | None = None
    reason: DueReason | None = None
    reference: Reference | None = None
    generate_at: datetime | None = None
    refresh_at: datetime | None = None


def decide(plan: Waiting, now: datetime) -> Decision:
    if not plan.outlook.rule.is_series:
        return _by_reference(plan, now)
    return _one_job(plan, now) if plan.works else _pass_over(plan, now)


def _by_reference(plan: Waiting, now: datetime) -> Decision:
    """There is only one date to come."""
    row = min((row for row in plan.rows.values() if row.state is OccurrenceState.planned), key=lambda row: row.original_due, default=None)
    if row is None or not plan.works:
        return Decision(generate_at=now + DAY if row is not None else None)
    date = PlanDate(row.original_due, row.due, plan.outlook.instant(row.due))
    look_at = ignored_at(date.due_at, plan.outlook.interval_days)
    return Decision(NewJob(date, row.assigned_technician_id), refresh_at=min(now + LOOK_AGAIN, look_at or now + LOOK_AGAIN))


def _one_job(plan: Waiting, now: datetime) -> Decision:
    dates, decision = to_come(plan.outlook, plan.rows, anchor(plan.rows, plan.reference)), Decision()
    date, following = next(dates, None), next(dates, None)
    while date is not None and following is not None and following.due_at <= now:
        decision.passed.append(date)
        date, following = following, next(dates, None)
    if date is None:
        return decision
    reason = _go_on(decision, plan, date) if decision.passed else None
    row = plan.rows.get(date.original_due)
    decision.job = NewJob(date, row.assigned_technician_id if row else None, len(decision.passed), reason)
    decision.refresh_at = min(now + LOOK_AGAIN, following.due_at if following else now + LOOK_AGAIN)
    return decision


def _go_on(decision: Decision, plan: Waiting, date: PlanDate) -> DueReason | None:
    """The reason of `date`, counted from the last date that ended before it."""
    decision.reference = Reference(kind=ReferenceKind.due, at=decision.passed[-1].original_due)
    reason = plan.outlook.due(decision.reference)
    if reason is None or not decision.passed:
        return reason
    moved = {"due": date.due, "moved_from": date.original_due} if date.due != date.original_due else {}
    return reason.model_copy(update={**moved, "missed": len(decision.passed) if plan.works else 0})


def _pass_over(plan: Waiting, now: datetime) -> Decision:
    begin = anchor(plan.rows, plan.reference)
    passed = list(takewhile(lambda date: date.due_at <= now, to_come(plan.outlook, plan.rows, begin)))
    decision = Decision(passed=passed)
    following = next(to_come(plan.outlook, plan.rows, passed[-1].original_due if passed else begin), None)
    if following is not None:
        if passed:
            decision.next, decision.reason = following, _go_on(decision, plan, following)
        wished = following.due_at - timedelta(days=plan.horizon_days)
        decision.generate_at = wished if wished > now else min(now + DAY, following.due_at)
    return decision
