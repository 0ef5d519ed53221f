"""What to do about a plan whose time has come: one job, for the latest date that is due or the next one; or none, while its machine rests.

Pure: the plan, its dates and the time go in, a decision comes out.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from uuid import UUID
from zoneinfo import ZoneInfo

from server.plans.kept import rule
from server.plans.models import Plan
from server.plans.outlook import Outlook
from server.plans.scheduling import LOOK_AGAIN, anchor, unsettled
from server.plans.timeline import Passed, Timeline
from shared_models.plans.planning import DueReason, MeterView, Reference, ReferenceKind

DAY = timedelta(days=1)


@dataclass(frozen=True)
class NewJob:
    """`missed`: how many dates before it passed without a job; `reason` where it is another than the plan's."""

    date: Passed
    technician_id: UUID | None
    missed: int
    reason: DueReason | None


@dataclass
class Decision:
    """`passed` are dates that end without a job; `next` is the date that comes instead where no job is made."""

    plan: Plan
    zone: ZoneInfo
    job: NewJob | None = None
    passed: list[Passed] = field(default_factory=list)
    next: Passed | None = None
    reason: DueReason | None = None
    reference: Reference | None = None
    generate_at: datetime | None = None
    refresh_at: datetime | None = None


def decide(plan: Plan, zone: ZoneInfo, times: Timeline, now: datetime, *, works: bool) -> Decision:
    """`works`: whether the machine is in service."""
    outlook = Outlook(rule(plan), zone)
    decision = Decision(plan, zone)
    if not outlook.rule.is_series:
        _by_reference(decision, outlook, times, now, works=works)
    elif works:
        _one_job(decision, outlook, times, now)
    else:
        _pass_over(decision, outlook, times, now)
    return decision


def stand_still(plan: Plan, zone: ZoneInfo, now: datetime) -> Decision:
    """Of an archived machine: its dates go when it is looked at again."""
    return Decision(plan, zone, refresh_at=now)


def _by_reference(decision: Decision, outlook: Outlook, times: Timeline, now: datetime, *, works: bool) -> None:
    """There is only one date to come."""
    row, plan = times.first, decision.plan
    if row is None or not works:
        decision.generate_at = now + DAY if row is not None else None
        return
    date = Passed(row.original_due, row.due, row.due_at)
    decision.job = NewJob(date, row.assigned_technician_id, 0, None)
    view = MeterView.model_validate(plan.meter) if plan.meter else None
    days = outlook.rule.interval_days(view.per_day if view else None)
    ignored_at = date.due_at + timedelta(days=min(days, 36_500)) if days else None
    decision.refresh_at = min(now + LOOK_AGAIN, ignored_at or now + LOOK_AGAIN)


def _one_job(decision: Decision, outlook: Outlook, times: Timeline, now: datetime) -> None:
    plan = decision.plan
    dates = unsettled(outlook, times, anchor(plan, None))
    date = next(dates, None)
    following = next(dates, None)
    while date is not None and following is not None and following.due_at <= now:
        decision.passed.append(date)
        date, following = following, next(dates, None)
    if date is None:
        return
    reason = _go_on(decision, outlook, decision.passed[-1], date) if decision.passed else None
    row = times.planned.get(date.original_due)
    decision.job = NewJob(date, row.assigned_technician_id if row else None, len(decision.passed), reason)
    decision.refresh_at = min(now + LOOK_AGAIN, following.due_at if following else now + LOOK_AGAIN)


def _go_on(decision: Decision, outlook: Outlook, last: Passed, date: Passed) -> DueReason | None:
    """The reason of `date`, counted from the last date that ended before it."""
    decision.reference = Reference(kind=ReferenceKind.due, at=last.original_due)
    reason = outlook.due(decision.reference)
    if reason is not None:
        moved = {"due": date.due, "moved_from": date.original_due} if date.due != date.original_due else {}
        reason = reason.model_copy(update=moved)
    return reason


def _pass_over(decision: Decision, outlook: Outlook, times: Timeline, now: datetime) -> None:
    dates = unsettled(outlook, times, anchor(decision.plan, None))
    decision.passed = list(takewhile(lambda date: date.due_at <= now, dates))
    last = decision.passed[-1] if decision.passed else None
    following = next(unsettled(outlook, times, last.original_due if last else anchor(decision.plan, None)), None)
    if last is not None and following is not None:
        decision.next = following
        decision.reason = _go_on(decision, outlook, last, following)
    if following is not None:
        wished = following.due_at - timedelta(days=decision.plan.horizon_days)
        decision.generate_at = wished if wished > now else min(now + DAY, following.due_at)
