"""What becomes of a plan when the job of one of its dates is closed, cancelled or returned, in the same transaction.

The callers are services that hold the job's row; the plan is locked after it.
"""

from datetime import datetime, timedelta
from uuid import UUID

from server.core.database import Session
from server.plans import repository, scheduling
from server.plans.kept import keep_reason, keep_reference, reason_of, reference_of, rule
from server.plans.models import Plan, PlanOccurrence
from server.plans.outlook import Outlook
from shared_models.plans import planning
from shared_models.plans.planning import Basis, DueReason, Outcome, Reference, ReferenceKind, Trigger
from shared_models.plans.rows import OccurrenceState

_MINUTE = timedelta(minutes=1)


async def completed(session: Session, plan_id: UUID, intervention_id: UUID, at: datetime) -> None:
    """The date is done, and the next one is planned. Completion counts, not validation."""
    plan, row = await _of_job(session, plan_id, intervention_id)
    if row is None:
        return
    was_open = row.state is OccurrenceState.open
    outlook = (await scheduling.look(session, plan, at)).outlook
    tolerance = planning.tolerance(plan.tolerance_days, outlook.rule.interval_days(outlook.per_day))
    if was_open:
        await _close(session, plan, row, outlook, at, ReferenceKind.done)
    row.state, row.done_at, row.reason = OccurrenceState.done, at, ""
    row.outcome = planning.judge(await _judged_by(session, row, outlook), outlook.local(at), tolerance)
    await _plan_on(session, plan, was_open=was_open)


async def _judged_by(session: Session, row: PlanOccurrence, outlook: Outlook) -> datetime:
    """Where the rule had the date, whoever moved it: a meter has moved it on since `original_due` was foretold."""
    told = await repository.job_reason(session, row.intervention_id) if row.intervention_id and not outlook.rule.is_series else None
    return DueReason.model_validate(told).by_rule().due if told else row.original_due


async def cancelled(session: Session, plan_id: UUID, intervention_id: UUID, at: datetime, reason: str) -> None:
    """The date is skipped, and the next one is planned."""
    plan, row = await _of_job(session, plan_id, intervention_id)
    if row is None:
        return
    was_open = row.state is OccurrenceState.open
    if was_open:
        outlook = (await scheduling.look(session, plan, at)).outlook
        await _close(session, plan, row, outlook, at, ReferenceKind.skipped)
    row.state, row.outcome, row.reason, row.done_at = OccurrenceState.skipped, Outcome.skipped, reason, None
    await _plan_on(session, plan, was_open=was_open)


async def reopened(session: Session, plan_id: UUID, intervention_id: UUID) -> None:
    """The date is not done yet after all; what was planned after it is planned anew when it is.

    Where the next job exists already, that one goes on, and this date keeps its place behind it.
    """
    plan, row = await _of_job(session, plan_id, intervention_id)
    if row is None or row.state is OccurrenceState.open:
        return
    times = (await scheduling.look(session, plan)).times
    if times.open is not None:
        return
    told = await repository.job_reason(session, intervention_id)
    is_series = rule(plan).is_series
    await scheduling.forget_planned(session, plan, but_by_hand=is_series)
    row.state, row.outcome, row.done_at = OccurrenceState.open, None, None
    if told:
        reason = DueReason.model_validate(told)
        if not is_series or reference_of(plan).at <= row.original_due:  # nor back to dates that passed since, or came before the rule
            keep_reference(plan, reason.reference)
        keep_reason(plan, reason)
        row.missed = row.missed if is_series else reason.missed
    await session.flush()
    await scheduling.replan(session, plan)


async def _of_job(session: Session, plan_id: UUID, intervention_id: UUID) -> tuple[Plan, PlanOccurrence | None]:
    await session.flush()
    plan = await repository.lock(session, plan_id)
    return plan, await repository.occurrence_of(session, intervention_id)


async def _plan_on(session: Session, plan: Plan, *, was_open: bool) -> None:
    await session.flush()
    if was_open:
        await scheduling.replan(session, plan)


async def _close(session: Session, plan: Plan, row: PlanOccurrence, outlook: Outlook, at: datetime, kind: ReferenceKind) -> None:
    """The plan counts from this date on."""
    if outlook.rule.is_series:
        revived = await _count_missed(session, plan, row, outlook, at)
        last = max(reference_of(plan).at, row.original_due) if reference_of(plan).kind is ReferenceKind.due else row.original_due
        last = min(last, revived - _MINUTE) if revived else last
        keep_reference(plan, Reference(kind=ReferenceKind.due, at=last))
        return
    if kind is ReferenceKind.done and outlook.rule.basis is Basis.floating:
        keep_reference(plan, Reference(kind=kind, at=outlook.local(at), total=outlook.total_at(at), is_read=True))
    else:
        count_on(plan, row, outlook, at, kind)


def count_on(plan: Plan, row: PlanOccurrence, outlook: Outlook, at: datetime, kind: ReferenceKind) -> None:
    """From where the date was due; what was due meanwhile, until `at`, is passed over. Not for a series."""
    ref, local = _due_point(plan, row, outlook, kind), outlook.local(at)
    if outlook.rule.basis is Basis.fixed:
        ref = ref.model_copy(update={"kind": ReferenceKind.due if kind is ReferenceKind.done else kind})
        ref, passed = outlook.past(ref, local)
        row.missed += passed
    elif local > ref.at:
        ref = ref.model_copy(update={"at": local, "total": outlook.total_at(at), "is_read": True})
    keep_reference(plan, ref)


def _due_point(plan: Plan, row: PlanOccurrence, outlook: Outlook, kind: ReferenceKind) -> Reference:
    """Where a date was due by the rule, and the meter's total then."""
    reason = reason_of(plan)
    told = reason.by_rule() if reason is not None else None
    if told is not None and told.threshold is not None and told.wins is Trigger.meter:
        return Reference(kind=kind, at=told.due, total=told.threshold)
    at = told.due if told is not None else row.original_due
    return Reference(kind=kind, at=at, total=outlook.total_at(outlook.instant(at)), is_read=True)


async def _count_missed(session: Session, plan: Plan, row: PlanOccurrence, outlook: Outlook, at: datetime) -> datetime | None:
    """Of a series, what passed before the job was done is missed, whenever the server heard of it; what passed later is not.

    The first of those that are to be done again. Nothing passes in a pause, nor of an archived machine.
    """
    revived = await repository.missed_after(session, plan.id, row.original_due, at)
    for early in revived:
        early.state, early.outcome = OccurrenceState.planned, None
        row.missed -= 1
    await session.flush()
    known = await scheduling.look(session, plan)
    if plan.is_active and not known.is_archived:
        await scheduling.miss_passed(session, plan, outlook, known.times, at)
    return min((early.original_due for early in revived), default=None)
