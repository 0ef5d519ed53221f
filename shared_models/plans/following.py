"""What becomes of a plan when the job of one of its dates is closed, cancelled or returned. Completion counts, not validation."""

from datetime import datetime
from typing import TypeVar

from shared_models.plans import planning
from shared_models.plans.course import Course
from shared_models.plans.jobs import JobCalledOff, JobClosed, JobReopened
from shared_models.plans.outlook import RESOLUTION
from shared_models.plans.planning import Basis, DueReason, Outcome, Reference, ReferenceKind, Trigger
from shared_models.plans.rows import OccurrenceRow, OccurrenceState
from shared_models.plans.scheduling import forget_planned, miss_passed, replan

JobChange = JobClosed | JobCalledOff | JobReopened
C = TypeVar("C", bound=Course)


def after_job(course: C, change: JobChange) -> C:
    """The course as it goes on after `change`; the same where the job is of none of its dates that is known."""
    row, job = course.of_job(change.job.id), change.job
    if row is None:
        return course
    course = course.copy()
    match change:
        case JobReopened():
            _reopened(course, row, job.due_reason)
        case JobCalledOff():
            _ended(course, row, change.at, ReferenceKind.skipped, OccurrenceState.skipped, Outcome.skipped, change.reason)
        case JobClosed():
            _ended(course, row, change.at, ReferenceKind.done, OccurrenceState.done, _judged(course, row, change))
    return course


def _judged(course: Course, row: OccurrenceRow, closing: JobClosed) -> Outcome:
    """By where the rule had the date, whoever moved it: a meter has moved it on since `original_due` was foretold."""
    reason, outlook = closing.job.due_reason, course.outlook
    due = row.original_due if outlook.rule.is_series or reason is None else reason.by_rule().due
    return planning.judge(due, outlook.local(closing.at), planning.tolerance(course.plan.tolerance_days, outlook.interval_days))


def _ended(
    course: Course, row: OccurrenceRow, at: datetime, kind: ReferenceKind, state: OccurrenceState, outcome: Outcome, why: str = ""
) -> None:  # fmt: skip
    """The date has come to its end, and the next one is planned, unless its job was open beside the next one's."""
    was_open = row.state is OccurrenceState.open
    if was_open:
        _close(course, row, at, kind)
    done_at = at if kind is ReferenceKind.done else None
    course.put(course.rows[row.original_due], state=state, outcome=outcome, done_at=done_at, reason=why)
    if was_open:
        replan(course)


def _close(course: Course, row: OccurrenceRow, at: datetime, kind: ReferenceKind) -> None:
    """The plan counts from this date on."""
    outlook, reference = course.outlook, course.plan.reference
    if outlook.rule.is_series:
        revived = _count_missed(course, row, at)
        last = max(reference.at, row.original_due) if reference.kind is ReferenceKind.due else row.original_due
        last = min(last, revived - RESOLUTION) if revived else last
        course.tell(reference=Reference(kind=ReferenceKind.due, at=last))
    elif kind is ReferenceKind.done and outlook.rule.basis is Basis.floating:
        course.tell(reference=Reference(kind=kind, at=outlook.local(at), total=outlook.total_at(at), is_read=True))
    else:
        count_on(course, row, at, kind)


def count_on(course: Course, row: OccurrenceRow, at: datetime, kind: ReferenceKind) -> None:
    """From where the date was due; what was due meanwhile, until `at`, is passed over. Not for a series."""
    outlook, ref, local = course.outlook, _due_point(course, row, kind), course.outlook.local(at)
    if outlook.rule.basis is Basis.fixed:
        ref = ref.model_copy(update={"kind": ReferenceKind.due if kind is ReferenceKind.done else kind})
        ref, passed = outlook.past(ref, local)
        course.put(row, missed=row.missed + passed)
    elif local > ref.at:
        ref = ref.model_copy(update={"at": local, "total": outlook.total_at(at), "is_read": True})
    course.tell(reference=ref)


def _due_point(course: Course, row: OccurrenceRow, kind: ReferenceKind) -> Reference:
    """Where a date was due by the rule, and the meter's total then."""
    reason = course.plan.reason.by_rule() if course.plan.reason is not None else None
    if reason is not None and reason.threshold is not None and reason.wins is Trigger.meter:
        return Reference(kind=kind, at=reason.due, total=reason.threshold)
    at = reason.due if reason is not None else row.original_due
    return Reference(kind=kind, at=at, total=course.outlook.total_at(course.outlook.instant(at)), is_read=True)


def _count_missed(course: Course, row: OccurrenceRow, at: datetime) -> datetime | None:
    """Of a series, what passed before the job was done is missed, whenever anybody heard of it; what passed later is not.

    The first of those that are to be done again. Nothing passes in a pause, nor of an archived machine.
    """
    later = [each for each in course.rows.values() if each.state is OccurrenceState.missed and each.original_due > row.original_due]
    revived = [each for each in later if course.outlook.instant(each.due) > at]
    for each in revived:
        course.put(each, state=OccurrenceState.planned, outcome=None)
    course.put(row, missed=row.missed - len(revived))
    if course.plan.is_active and not course.is_archived:
        miss_passed(course, at)
    return min((each.original_due for each in revived), default=None)


def _reopened(course: Course, row: OccurrenceRow, reason: DueReason | None) -> None:
    """The date is not done yet after all; what was planned after it is planned anew when it is.

    Where the next job exists already, that one goes on, and this date keeps its place behind it.
    """
    if course.open is not None:
        return
    is_series = course.outlook.rule.is_series
    forget_planned(course, but_by_hand=is_series)
    row = course.put(row, state=OccurrenceState.open, outcome=None, done_at=None)
    if reason is not None:
        if not is_series or course.plan.reference.at <= row.original_due:  # nor back to dates that passed since, or came before the rule
            course.tell(reference=reason.reference)
        course.tell(reason=reason)
        course.put(row, missed=row.missed if is_series else reason.missed)
    replan(course)
