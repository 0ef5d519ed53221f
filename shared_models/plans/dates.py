"""One date of a plan: moved, given to somebody, or left out. The rule and the other dates stay."""

from datetime import datetime, timedelta

from shared_models.interventions.planned import JobAssigned, JobMoved
from shared_models.plans.commands import AssignOccurrence, MoveOccurrence, OnOccurrence, SkipOccurrence
from shared_models.plans.course import Course, anchor
from shared_models.plans.following import count_on
from shared_models.plans.planning import Outcome, ReferenceKind
from shared_models.plans.refusals import (
    MovePastNeighbour,
    OccurrenceHasJob,
    OccurrenceIsForecast,
    OccurrenceSettled,
    OccurrenceUnknown,
)
from shared_models.plans.rows import OccurrenceRow, OccurrenceState
from shared_models.plans.scheduling import replan
from shared_models.refusals import Invalid
from shared_models.rules import By, rule

_YEARS = (2000, 2200)
_LATER = timedelta(days=365 * 5)


@rule(MoveOccurrence)
def move(course: Course, cmd: MoveOccurrence, _: By) -> Course:
    """An open job moves with its date. Back to `original_due`, the date follows the rule again."""
    course = course.copy()
    row = _row(course, cmd)
    if not _YEARS[0] <= cmd.to.year <= _YEARS[1]:
        raise Invalid(field="to")
    if course.outlook.rule.is_series:
        _ensure_between(course, row, cmd.to)
    moved = course.put(row, due=cmd.to.replace(second=0, microsecond=0))
    _explain(course, moved)
    if moved.state is OccurrenceState.open:
        due_at = course.outlook.instant(moved.due)
        if due_at > course.now and not moved.missed:
            course.tell(ignored_since=None)
        if moved.intervention_id is not None:
            course.then += (JobMoved(cmd.occurred_at, moved.intervention_id, row.due, moved.due, due_at, course.plan.reason),)
    replan(course)
    return course


def _explain(course: Course, row: OccurrenceRow) -> None:
    reason, is_back = course.plan.reason, row.due == row.original_due
    if reason is not None and (row.state is OccurrenceState.open or not course.outlook.rule.is_series):
        moved = {"due": row.due, "moved_from": None if is_back else row.original_due}
        by_rule = is_back and row.state is OccurrenceState.planned
        course.tell(reason=reason.by_rule() if by_rule else reason.model_copy(update=moved))


def room_of(course: Course, original_due: datetime) -> tuple[datetime | None, datetime | None]:
    """Between which dates one of a series may be moved, both excluded: they keep their order, so that none is overtaken and lost."""
    current = course.open
    before = current.due if current is not None and current.original_due != original_due else None
    for date in course.to_come():
        if date.original_due > original_due:
            return before, date.due
        if date.original_due < original_due:
            before = date.due
    return before, None


def _ensure_between(course: Course, row: OccurrenceRow, to: datetime) -> None:
    before, after = room_of(course, row.original_due)
    if after is not None and to >= after:
        raise MovePastNeighbour(day=after.date())
    if before is not None and to <= before:
        raise MovePastNeighbour(day=before.date())


@rule(AssignOccurrence)
def assign(course: Course, cmd: AssignOccurrence, _: By) -> Course:
    """This date's technician, before the plan's own; an open job is given to them too."""
    course = course.copy()
    row = _row(course, cmd)
    course.put(row, assigned_technician_id=cmd.technician_id)
    if row.state is OccurrenceState.open and row.intervention_id is not None:
        technician = cmd.technician_id or course.plan.assigned_technician_id
        course.then += (JobAssigned(cmd.occurred_at, row.intervention_id, row.assigned_technician_id, technician),)
    replan(course)
    return course


@rule(SkipOccurrence)
def skip(course: Course, cmd: SkipOccurrence, _: By) -> Course:
    """A date that has its job is left out by cancelling the job."""
    course = course.copy()
    row = _row(course, cmd)
    if row.state is OccurrenceState.open:
        raise OccurrenceHasJob(number=course.number)
    row = course.put(row, state=OccurrenceState.skipped, outcome=Outcome.skipped, reason=cmd.reason)
    if not course.outlook.rule.is_series:
        count_on(course, row, cmd.occurred_at, ReferenceKind.skipped)
    replan(course)
    return course


def _row(course: Course, cmd: OnOccurrence) -> OccurrenceRow:
    """The date that the command names; a later date of a series gets a row."""
    if (known := course.rows.get(cmd.original_due)) is not None:
        if course.is_ended(cmd.original_due):
            raise OccurrenceSettled
        return known
    if not course.outlook.rule.is_series:
        raise OccurrenceIsForecast if cmd.original_due in course.plan.upcoming else OccurrenceUnknown(field="original_due")
    after, too_far = anchor(course.rows, course.plan.reference), course.outlook.local(course.now) + _LATER
    if (after is not None and cmd.original_due <= after) or cmd.original_due > too_far or not course.outlook.is_of_series(cmd.original_due):
        raise OccurrenceUnknown(field="original_due")
    return course.add(cmd.original_due, cmd.original_due)
