"""Planning anew: from what a plan counts from to its next date, and the instants at which somebody has to look at it again.

The functions change the course that they are given. Everything here can be done twice.
"""

from datetime import datetime, timedelta

from shared_models.plans.course import Course
from shared_models.plans.planning import DueReason, Reference, ReferenceKind
from shared_models.plans.rows import OccurrenceRow, OccurrenceState

LOOK_AGAIN = timedelta(days=30)
FAR_DAYS = 36_500
PAUSED = "plan.reason.paused"
OUT_OF_SERVICE = "plan.reason.out_of_service"
ARCHIVED = "plan.reason.archived"
"""Keys of the catalogue, in the place of what a person would have written. A plan in force of an archived machine says so."""
_DAY = timedelta(days=1)


def replan(course: Course) -> None:
    """Work out everything that follows from the plan's rule, its reference, its meter, its site's clock, and the present."""
    reference = course.outlook.reevaluated(course.plan.reference, course.done_at)
    course.tell(reference=reference, meter=course.outlook.meter)
    if course.is_archived:
        _stand_still(course)
        return
    _come_back(course)
    if course.open is not None:
        _follow(course)
    elif course.plan.is_active:
        _plan_next(course)
    else:
        rest(course)


# --- archived machines


def _stand_still(course: Course) -> None:
    """Nothing is due, and nothing passes. A job that was returned since is the only one to be done."""
    rest(course)
    if (current := course.open) is not None:
        due_at = course.outlook.instant(current.due)
        course.tell(next_due=current.due, next_due_date=due_at, upcoming=[_first_of(course, current)])
    if course.plan.is_active:
        course.tell(inactive_reason=ARCHIVED)


def _come_back(course: Course) -> None:
    """The machine was archived and is not any more: nothing was due meanwhile."""
    if course.plan.is_active and course.plan.inactive_reason == ARCHIVED:
        pass_over(course, course.now, ARCHIVED, writes_all=False)
        course.tell(inactive_reason="")


# --- the date of which a job is open


def _follow(course: Course) -> None:
    current, outlook = course.open, course.outlook
    assert current is not None
    course.tell(next_due=current.due, next_due_date=outlook.instant(current.due))
    course.generate_at = course.refresh_at = None
    if not course.plan.is_active:
        course.tell(upcoming=[_first_of(course, current)])
        return
    if outlook.rule.is_series:
        miss_passed(course, course.now)
        following = next(course.to_come(), None)
        look_at = following.due_at if following else None
        later = _series_from(course, following.original_due) if following else []
    else:
        look_at = _ignore(course, current)
        later = [date for date in outlook.upcoming(course.plan.reference, course.now)[1:] if date > current.due]
    course.tell(upcoming=[_first_of(course, current), *later])
    course.refresh_at = min([course.now + LOOK_AGAIN, *([look_at] if look_at else [])])


def _first_of(course: Course, current: OccurrenceRow) -> datetime:
    """What stands first in `upcoming`: a series tells its dates by their names."""
    return current.original_due if course.outlook.rule.is_series else current.due


def _series_from(course: Course, date: datetime) -> list[datetime]:
    return [each for each in course.outlook.series_from(date, course.now) if not course.is_ended(each)]


def _ignore(course: Course, current: OccurrenceRow) -> datetime | None:
    """One interval after its date, a job that nobody does is an ignored plan; when to look whether it is one."""
    look_at = None if course.plan.ignored_since else ignored_at(course.outlook.instant(current.due), course.outlook.interval_days)
    if look_at is None or look_at > course.now:
        return look_at
    if not course.service.was_in_service(course.now):
        return course.now + _DAY
    course.tell(ignored_since=look_at)
    return None


def ignored_at(due_at: datetime, interval_days: float | None) -> datetime | None:
    return None if interval_days is None else due_at + timedelta(days=min(interval_days, FAR_DAYS))


def miss_passed(course: Course, until: datetime) -> None:
    """Dates that pass while the job of an earlier one is open are missed: one job stands for them.

    Those that pass while the machine is out of service are left out, and nobody has ignored them.
    """
    for date in course.to_come() if course.open else ():
        if date.due_at > until:
            return
        if not course.service.was_in_service(date.due_at):
            course.end(date, OccurrenceState.skipped, OUT_OF_SERVICE)
            continue
        course.end(date, OccurrenceState.missed)
        if (current := course.open) is not None:
            course.put(current, missed=current.missed + 1)
        course.tell(ignored_since=course.plan.ignored_since or date.due_at)


def pass_over(course: Course, until: datetime, why: str, *, writes_all: bool = True) -> None:
    """The dates that have passed are left out; unless `writes_all`, only those that had a row are written down."""
    if course.outlook.rule.is_series:
        _pass_series_over(course, until, why, writes_all=writes_all)
        return
    if course.open is not None:
        return
    if (row := course.first) is not None:
        if course.outlook.instant(row.due) > until:
            return
        course.end(row, OccurrenceState.skipped, why)
    ref, count = course.outlook.past(course.plan.reference, course.outlook.local(until))
    if count:
        course.tell(reference=ref.model_copy(update={"kind": ReferenceKind.skipped}))


def _pass_series_over(course: Course, until: datetime, why: str, *, writes_all: bool) -> None:
    last = None
    for date in course.to_come():
        if date.due_at > until:
            break
        last = date.original_due
        if writes_all or last in course.rows:
            course.end(date, OccurrenceState.skipped, why)
    if last is not None:
        course.tell(reference=Reference(kind=ReferenceKind.due, at=last))


# --- the next date


def _plan_next(course: Course) -> None:
    reason = _next_reason(course)
    course.tell(ignored_since=None)
    row = _row_of_next(course, reason)
    if row is None:
        course.tell(upcoming=[], next_due=None, next_due_date=None, reason=None)
        course.generate_at = None
    else:
        _announce(course, row, reason)
        course.tell(upcoming=_upcoming(course, row.due))
    course.refresh_at = course.now + LOOK_AGAIN


def _next_reason(course: Course) -> DueReason | None:
    """Later dates of a series may have been skipped beforehand: it counts from the last of these."""
    reason = course.outlook.due(course.plan.reference)
    while course.outlook.rule.is_series and reason is not None and course.is_ended(reason.due):
        course.tell(reference=Reference(kind=ReferenceKind.due, at=reason.due))
        reason = course.outlook.due(course.plan.reference)
    return reason


def _upcoming(course: Course, following: datetime) -> list[datetime]:
    """Where the rule has the next date, which may have been moved to `following`, and those to come after it."""
    outlook, ref = course.outlook, course.plan.reference
    if not outlook.rule.is_series:
        return [date for rank, date in enumerate(outlook.upcoming(ref, course.now)) if rank == 0 or date > following]
    reason = outlook.due(ref)
    return _series_from(course, reason.due) if reason else []


def _row_of_next(course: Course, reason: DueReason | None) -> OccurrenceRow | None:
    """The next date's row. Its identity stays while a meter moves its date; a date set by hand stays too."""
    if course.outlook.rule.is_series:
        return _row(course, reason.due) if reason else None
    row = course.first
    if row is None:
        course.tell(reason=reason)
        return _row(course, reason.due) if reason else None
    if course.is_moved(row):
        return row
    if reason is None:
        course.drop(row)
        return None
    return course.put(row, due=reason.due)


def _row(course: Course, due: datetime) -> OccurrenceRow:
    """Two dates of a plan by completion or by meter may fall together: the second one's identity is a minute later."""
    known = course.rows.get(due)
    if known is not None and known.state is OccurrenceState.planned:
        return known
    identity = due
    while identity in course.rows:
        identity += timedelta(minutes=1)
    return course.add(identity, due)


def _announce(course: Course, row: OccurrenceRow, reason: DueReason | None) -> None:
    reason, due_at = reason or course.plan.reason, course.outlook.instant(row.due)
    if reason is not None and course.is_moved(row):
        reason = reason.model_copy(update={"due": row.due, "moved_from": row.original_due})
    course.tell(reason=reason, next_due=row.due, next_due_date=due_at)
    course.generate_at = due_at - timedelta(days=course.plan.horizon_days)


def rest(course: Course) -> None:
    """A paused plan, or one of an archived machine, has no dates, but for those that somebody has moved or assigned."""
    forget_planned(course, but_by_hand=True)
    if not course.planned and course.open is None:
        course.tell(reason=None)
    course.generate_at = course.refresh_at = None
    course.tell(next_due=None, next_due_date=None, ignored_since=None, upcoming=[])


def forget_planned(course: Course, *, but_by_hand: bool = False) -> None:
    """The dates without a job go."""
    for row in course.planned:
        if not (but_by_hand and course.is_by_hand(row)):
            course.drop(row)
