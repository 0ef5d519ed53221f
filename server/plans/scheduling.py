"""Planning anew: from a plan's reference to its next date, its row, and the instants at which somebody has to look at it again.

Everything here can be done twice. The plan is locked; its times are what the site's clock says.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col

from server.core import clock
from server.core.database import Session
from server.equipment.service import ARCHIVED
from server.plans import facts, repository
from server.plans.facts import Facts
from server.plans.kept import is_moved, keep_reason, keep_reference, reason_of, reference_of
from server.plans.models import Plan, PlanOccurrence
from server.plans.outlook import Outlook
from server.plans.timeline import Passed, Timeline
from shared_models.plans.planning import DueReason, Outcome, Reference, ReferenceKind
from shared_models.plans.rows import OccurrenceState

LOOK_AGAIN = timedelta(days=30)
PAUSED = "plan.reason.paused"
OUT_OF_SERVICE = "plan.reason.out_of_service"
"""Keys of the catalogue, in the place of what a person would have written."""
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


async def look(session: Session, plan: Plan, *moments: datetime) -> Facts:
    """All that the plan's dates follow from; the readings go back to its reference, or to the first of `moments` if that is earlier."""
    return (await facts.gather(session, [plan], *moments))[plan.id]


async def replan(session: Session, *plans: Plan) -> None:
    """Work out everything that follows from the plans' rules, their references, their meters, their sites' clocks, and the present."""
    now = clock.now()
    known = await facts.gather(session, plans)
    for plan in plans:
        await _replan(session, plan, known[plan.id], now)
    await session.flush()


async def _replan(session: Session, plan: Plan, known: Facts, now: datetime) -> None:
    outlook, times = known.outlook, known.times
    keep_reference(plan, outlook.reevaluated(reference_of(plan), known.done_at))
    view = outlook.meter
    plan.meter = view.model_dump(mode="json") if view else None
    for row in times.planned.values():
        row.due_at = outlook.instant(row.due)
    if times.open is not None:
        await _keep_wall_time(session, plan, outlook, times.open, now)
    if known.is_archived:
        await _stand_still(session, plan, outlook, times)
        return
    _come_back(session, plan, known, now)
    if times.open is not None:
        await _follow(session, plan, outlook, times, times.open, now)
    elif plan.is_active:
        await _plan_next(session, plan, outlook, times, now)
    else:
        await rest(session, plan, times)


# --- archived machines


async def _stand_still(session: Session, plan: Plan, outlook: Outlook, times: Timeline) -> None:
    """Nothing is due, and nothing passes. A job that was returned since is the only one to be done."""
    await rest(session, plan, times)
    if times.open is not None:
        plan.next_due, plan.next_due_date, plan.upcoming = times.open.due, times.open.due_at, [_first_of(outlook, times.open)]
    if plan.is_active:
        plan.inactive_reason = ARCHIVED


def _come_back(session: Session, plan: Plan, known: Facts, now: datetime) -> None:
    """The machine was archived and is not any more: nothing was due meanwhile."""
    if plan.is_active and plan.inactive_reason == ARCHIVED:
        pass_over(session, plan, known, now, ARCHIVED, is_told=False)
        plan.inactive_reason = ""


# --- the date of which a job is open


async def _follow(session: Session, plan: Plan, outlook: Outlook, times: Timeline, current: PlanOccurrence, now: datetime) -> None:
    plan.next_due, plan.next_due_date, plan.generate_at = current.due, current.due_at, None
    if not plan.is_active:
        plan.upcoming, plan.refresh_at = [_first_of(outlook, current)], None
        return
    following = None
    if outlook.rule.is_series:
        await miss_passed(session, plan, outlook, times, now)
        following = next(unsettled(outlook, times, anchor(plan, current)), None)
        later = outlook.series_from(following.original_due, now) if following else []
        plan.upcoming = [current.original_due, *(date for date in later if date not in times.settled)]
        look_at = following.due_at if following else None
    else:
        look_at = _ignored_at(plan, outlook, current)
        if look_at is not None and look_at <= now and not await repository.in_service(session, plan.equipment_id, now):
            look_at = now + _DAY
        elif look_at is not None and look_at <= now:
            plan.ignored_since, look_at = plan.ignored_since or look_at, None
        later = outlook.upcoming(reference_of(plan), now)[1:]
        plan.upcoming = [current.due, *(date for date in later if date > current.due)]
    plan.refresh_at = min([now + LOOK_AGAIN, *([look_at] if look_at else [])])


def _first_of(outlook: Outlook, current: PlanOccurrence) -> datetime:
    """What stands first in `upcoming`: a series tells its dates by their names."""
    return current.original_due if outlook.rule.is_series else current.due


async def _keep_wall_time(session: Session, plan: Plan, outlook: Outlook, current: PlanOccurrence, now: datetime) -> None:
    """The site's clock may have been set to another zone."""
    due_at = outlook.instant(current.due)
    if due_at != current.due_at and current.intervention_id is not None:
        reason = reason_of(plan)
        await repository.move_job(session, current.intervention_id, current.due, due_at, reason.model_dump_json() if reason else None, now)
    current.due_at = due_at


def _ignored_at(plan: Plan, outlook: Outlook, current: PlanOccurrence) -> datetime | None:
    """One interval after its date, a job that nobody does is an ignored plan."""
    days = outlook.rule.interval_days(outlook.per_day)
    if days is None or plan.ignored_since is not None:
        return None
    return current.due_at + timedelta(days=min(days, 36_500))


def anchor(plan: Plan, current: PlanOccurrence | None) -> datetime | None:
    """After which date of a series the next one comes; None before the first."""
    ref = reference_of(plan)
    known = [ref.at] if ref.kind is not ReferenceKind.start else []
    return max([*known, *([current.original_due] if current else [])], default=None)


def unsettled(outlook: Outlook, times: Timeline, after: datetime | None) -> Iterator[Passed]:
    """A series' dates after `after` that have not ended, wherever they were moved."""
    for date in outlook.series_after(after or outlook.rule.starts_at - _MINUTE):
        if date not in times.settled:
            row = times.planned.get(date)
            due = row.due if row else date
            yield Passed(date, due, outlook.instant(due))


async def miss_passed(session: Session, plan: Plan, outlook: Outlook, times: Timeline, until: datetime) -> None:
    """Dates that pass while the job of an earlier one is open are missed: one job stands for them.

    Those that pass while the machine is out of service are left out, and nobody has ignored them.
    """
    current = times.open
    if current is None:
        return
    for passed in unsettled(outlook, times, anchor(plan, current)):
        if passed.due_at > until:
            return
        if not await repository.in_service(session, plan.equipment_id, passed.due_at):
            settle_passed(session, plan, times, passed, OccurrenceState.skipped, OUT_OF_SERVICE)
            continue
        settle_passed(session, plan, times, passed, OccurrenceState.missed)
        current.missed += 1
        plan.ignored_since = plan.ignored_since or passed.due_at


def pass_over(session: Session, plan: Plan, known: Facts, now: datetime, why: str, *, is_told: bool = True) -> None:
    """The dates that have passed are left out; unless `is_told`, only those that had a row are written down."""
    outlook, times = known.outlook, known.times
    if outlook.rule.is_series:
        _pass_series_over(session, plan, known, now, why, is_told=is_told)
        return
    if times.open is not None:
        return
    if (row := times.first) is not None:
        if row.due_at > now:
            return
        settle_passed(session, plan, times, Passed(row.original_due, row.due, row.due_at), OccurrenceState.skipped, why)
    ref, count = outlook.past(reference_of(plan), outlook.local(now))
    if count:
        keep_reference(plan, ref.model_copy(update={"kind": ReferenceKind.skipped}))


def _pass_series_over(session: Session, plan: Plan, known: Facts, now: datetime, why: str, *, is_told: bool) -> None:
    last = None
    for date in unsettled(known.outlook, known.times, anchor(plan, known.times.open)):
        if date.due_at > now:
            break
        last = date.original_due
        if is_told or last in known.times.planned:
            settle_passed(session, plan, known.times, date, OccurrenceState.skipped, why)
    if last is not None:
        keep_reference(plan, Reference(kind=ReferenceKind.due, at=last))


def settle_passed(session: Session, plan: Plan, times: Timeline, passed: Passed, state: OccurrenceState, reason: str = "") -> None:
    """Write down that a date ended without a job."""
    row = times.planned.pop(passed.original_due, None)
    if row is None:
        row = PlanOccurrence(plan_id=plan.id, original_due=passed.original_due, due=passed.due, due_at=passed.due_at)
        session.add(row)
    row.state, row.reason = state, reason
    row.outcome = Outcome.missed if state is OccurrenceState.missed else Outcome.skipped
    times.settled.add(passed.original_due)


# --- the next date


async def _plan_next(session: Session, plan: Plan, outlook: Outlook, times: Timeline, now: datetime) -> None:
    ref, reason = _next_reason(outlook, reference_of(plan), times)
    keep_reference(plan, ref)
    plan.ignored_since = None
    row = await _row_of_next(session, plan, outlook, times, reason)
    if row is None:
        plan.upcoming, plan.next_due, plan.next_due_date, plan.generate_at = [], None, None, None
        keep_reason(plan, None)
    else:
        _announce(plan, outlook, row, reason)
        plan.upcoming = _upcoming(outlook, ref, times, row.due, now)
    plan.refresh_at = now + LOOK_AGAIN


def _next_reason(outlook: Outlook, ref: Reference, times: Timeline) -> tuple[Reference, DueReason | None]:
    """Later dates of a series may have been skipped beforehand."""
    reason = outlook.due(ref)
    while outlook.rule.is_series and reason is not None and reason.due in times.settled:
        ref = Reference(kind=ReferenceKind.due, at=reason.due)
        reason = outlook.due(ref)
    return ref, reason


def _upcoming(outlook: Outlook, ref: Reference, times: Timeline, following: datetime, now: datetime) -> list[datetime]:
    """Where the rule has the next date, which may have been moved to `following`, and those to come after it."""
    if not outlook.rule.is_series:
        return [date for rank, date in enumerate(outlook.upcoming(ref, now)) if rank == 0 or date > following]
    reason = outlook.due(ref)
    return [date for date in outlook.series_from(reason.due, now) if date not in times.settled] if reason else []


async def _row_of_next(
    session: Session, plan: Plan, outlook: Outlook, times: Timeline, reason: DueReason | None
) -> PlanOccurrence | None:  # fmt: skip
    """The next date's row. Its identity stays while a meter moves its date; a date set by hand stays too."""
    if outlook.rule.is_series:
        return await _row(session, plan, outlook, times, reason.due) if reason else None
    row = times.first
    if row is None:
        keep_reason(plan, reason)
        return await _row(session, plan, outlook, times, reason.due) if reason else None
    if is_moved(plan, row):
        return row
    if reason is None:
        await session.delete(row)
        return None
    row.due = reason.due
    return row


async def _row(session: Session, plan: Plan, outlook: Outlook, times: Timeline, due: datetime) -> PlanOccurrence:
    """Two dates of a plan by completion or by meter may fall together: the second one's identity is a minute later."""
    if (row := times.planned.get(due)) is not None:
        return row
    taken = times.settled if outlook.rule.is_series else await repository.identities_from(session, plan.id, due)
    identity = due
    while identity in taken:
        identity += _MINUTE
    row = PlanOccurrence(plan_id=plan.id, original_due=identity, due=due, due_at=outlook.instant(due))
    session.add(row)
    times.planned[identity] = row
    return row


def _announce(plan: Plan, outlook: Outlook, row: PlanOccurrence, reason: DueReason | None) -> None:
    row.due_at = outlook.instant(row.due)
    told = reason or reason_of(plan)
    if told is not None and is_moved(plan, row):
        told = told.model_copy(update={"due": row.due, "moved_from": row.original_due})
    keep_reason(plan, told)
    plan.next_due, plan.next_due_date = row.due, row.due_at
    plan.generate_at = row.due_at - timedelta(days=plan.horizon_days)


async def rest(session: Session, plan: Plan, times: Timeline) -> None:
    """A paused plan, or one of an archived machine, has no dates, but for those that somebody has moved or assigned."""
    kept = [row for row in times.planned.values() if is_moved(plan, row) or row.assigned_technician_id]
    for row in times.planned.values():
        if row not in kept:
            await session.delete(row)
    if not kept and times.open is None:
        keep_reason(plan, None)
    plan.next_due = plan.next_due_date = plan.generate_at = plan.refresh_at = plan.ignored_since = None
    plan.upcoming = []


async def forget_planned(session: Session, plan: Plan, *, but_by_hand: bool = False) -> None:
    """The dates without a job go; with `but_by_hand`, those of a series that were moved or assigned stay."""
    row = PlanOccurrence
    statement = sa.delete(row).where(col(row.plan_id) == plan.id, col(row.state) == OccurrenceState.planned)
    if but_by_hand:
        statement = statement.where(col(row.due) == col(row.original_due), col(row.assigned_technician_id).is_(None))
    await session.execute(statement.execution_options(synchronize_session="fetch"))
