"""How a plan comes along: its next date, when somebody takes it up, and what follows from that.

Dates come from where the product takes them: `shared_models.plans.outlook`.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from server.demo.calendars import DAY, HOUR, MINUTE, on_a_working_day
from server.demo.chance import instant
from server.demo.plans import Plan
from server.demo.sheets import Occurrence
from server.plans.wall import SiteClock
from shared_models.plans import planning, recurrence
from shared_models.plans.outlook import Outlook
from shared_models.plans.planning import Basis, Reference, ReferenceKind
from shared_models.plans.recurrence import FrequencyType
from shared_models.plans.scheduling import OUT_OF_SERVICE

MOST_DELAY = 45
FORGOTTEN = 0.05


def outlook(plan: Plan, at: float | None = None) -> Outlook:
    """With what was known at `at`, or with all that is known."""
    zone, meter = SiteClock(plan.machine.site.calendar.zone), plan.meter
    if meter is None:
        return Outlook(plan.rule, zone)
    if at is None:
        return Outlook(plan.rule, zone, meter.gauge.unit, meter.per_day(meter.points), meter.read)
    then = instant(at)
    return Outlook(plan.rule, zone, meter.gauge.unit, meter.use_until(then), meter.read_until(then))


def begin(plan: Plan) -> None:
    """The first date is counted from the plan's start; with a meter, from what was done some time before."""
    starts_at = plan.rule.starts_at
    plan.reference = Reference(kind=ReferenceKind.start, at=starts_at)
    if plan.meter and plan.meter.read and plan.rule.meter_interval:
        share, first = plan.dice.random(), plan.meter.read[0]
        local = plan.machine.site.calendar.local(first.at.timestamp())
        plan.reference = Reference(kind=ReferenceKind.done, at=local, total=max(0.0, first.total - round(share * plan.rule.meter_interval)))
    plan.reason = outlook(plan, plan.ended_at).due(plan.reference)
    plan.original_due = plan.reason.due if plan.reason else None


def look_again(plan: Plan) -> None:
    """With the readings that have come since; the date's identity stays."""
    if plan.meter and plan.reference:
        plan.reason = outlook(plan).due(plan.reference)


def dates(plan: Plan, until: float) -> Iterator[float]:
    """When each date is taken up; the next one follows from what became of the one before."""
    begin(plan)
    until = min(until, plan.machine.idle_from or until, plan.ends_at)
    while plan.original_due is not None and not (plan.pin and plan.original_due >= plan.pin.due):
        expected = plan.original_due
        look_again(plan)
        at = _taken_up(plan)
        if at is None or at >= until:
            return
        yield at
        if plan.original_due == expected:
            return


def due_at(plan: Plan) -> float:
    assert plan.due is not None
    return plan.machine.site.calendar.epoch(plan.due)


def created_at(plan: Plan) -> float:
    """When the job of the next date is made."""
    return max(due_at(plan) - plan.horizon_days * DAY, plan.ended_at + MINUTE)


def tolerance(plan: Plan) -> float:
    per_day = plan.reason.per_day if plan.reason else None
    return planning.tolerance(plan.tolerance_days, plan.rule.interval_days(per_day))


def _taken_up(plan: Plan) -> float | None:
    if plan.due is None:
        return None
    dice, calendar = plan.dice, plan.machine.site.calendar
    if plan.frequency is FrequencyType.daily:
        days = dice.randint(1, 2) if dice.happens(FORGOTTEN) else 0
        return max(due_at(plan) + days * DAY + dice.randint(2, 90) * MINUTE, created_at(plan))
    day = calendar.day_of(due_at(plan)) + _delay(plan)
    at = calendar.at(on_a_working_day(day), dice.randint(6, 16) * HOUR + dice.randrange(60) * MINUTE)
    return max(at, created_at(plan) + 30 * MINUTE)


def _delay(plan: Plan) -> int:
    """In days: mostly none, sometimes within what is tolerated, now and then too many."""
    dice, tolerated = plan.dice, int(tolerance(plan))
    if plan.pin:
        return 0
    if plan.is_short and dice.happens(FORGOTTEN):
        return 7 + dice.randint(0, 4)  # the next one comes before it is done
    if dice.happens(0.4 if plan.careless else 0.04):
        return min(MOST_DELAY, tolerated + 1 + dice.randint(0, max(1, 2 * tolerated)))
    if tolerated == 0 or dice.happens(0.7):
        return 0
    if dice.happens(0.3):
        return -min(dice.randint(1, plan.horizon_days - 1), tolerated + (1 if dice.happens(0.1) else 0))
    return dice.randint(1, min(tolerated, 5))


# ---------------------------------------------------------------- what becomes of a date


def complete(plan: Plan, job_id: UUID, done_at: float) -> list[Occurrence]:
    """The rows of the date that is done, and of those that passed meanwhile; then the next one is expected."""
    local = plan.machine.site.calendar.local(done_at)
    ended, *missed = rows = _ended(plan, job_id, local)
    ended.state, ended.done_at = "done", instant(done_at)
    ended.outcome = planning.judge(ended.original_due, local, tolerance(plan)).value
    _go_on(plan, ReferenceKind.done, done_at, missed)
    return rows


def skip(plan: Plan, job_id: UUID, at: float, reason: str) -> list[Occurrence]:
    ended, *missed = rows = _ended(plan, job_id, plan.machine.site.calendar.local(at))
    ended.state = ended.outcome = "skipped"
    ended.reason = reason
    _go_on(plan, ReferenceKind.skipped, at, missed)
    return rows


def out_of_service(plan: Plan, until: float) -> list[Occurrence]:
    """Dates of a series that pass while the machine is set aside."""
    rows: list[Occurrence] = []
    while plan.rule.is_series and plan.original_due is not None and due_at(plan) <= until:
        row = occurrence(plan, plan.original_due, plan.original_due)
        row.state = row.outcome = "skipped"
        row.reason = OUT_OF_SERVICE
        rows.append(row)
        _go_on(plan, ReferenceKind.skipped, due_at(plan), [])
    return rows


def occurrence(plan: Plan, original_due: datetime, due: datetime) -> Occurrence:
    at = plan.machine.site.calendar.epoch(due)
    return Occurrence(plan.dice.id_at(at), plan.id, original_due, due, instant(at))


def passed_since(plan: Plan, original_due: datetime, until: datetime) -> list[Occurrence]:
    """Dates of a series that are missed because an earlier one's job is open."""
    if not plan.rule.is_series or plan.rule.calendar is None:
        return []
    rows = [occurrence(plan, date, date) for date in recurrence.between(plan.rule.calendar, plan.rule.starts_at, original_due, until)]
    for row in rows:
        row.state = row.outcome = "missed"
    return rows


def _ended(plan: Plan, job_id: UUID, until: datetime) -> list[Occurrence]:
    assert plan.original_due is not None
    assert plan.due is not None
    ended = occurrence(plan, plan.original_due, plan.due)
    ended.intervention_id = job_id
    missed = passed_since(plan, plan.original_due, until)
    ended.missed = len(missed)
    return [ended, *missed]


def _go_on(plan: Plan, kind: ReferenceKind, at: float, missed: list[Occurrence]) -> None:
    """A series goes on from its last settled date, fixed running hours from their threshold, everything else from the completion."""
    assert plan.original_due is not None
    assert plan.reason is not None
    if plan.rule.is_series:
        plan.reference = Reference(kind=ReferenceKind.due, at=missed[-1].original_due if missed else plan.original_due)
    elif plan.rule.basis is Basis.fixed:
        plan.reference = Reference(kind=ReferenceKind.due, at=plan.reason.due, total=plan.reason.threshold)
    else:
        plan.reference = _from(plan, kind, max(at, due_at(plan)) if kind is ReferenceKind.skipped else at)
    plan.ended_at = at
    plan.reason = outlook(plan, at).due(plan.reference)
    plan.original_due = plan.reason.due if plan.reason else None


def _from(plan: Plan, kind: ReferenceKind, at: float) -> Reference:
    return Reference(kind=kind, at=plan.machine.site.calendar.local(at), total=outlook(plan).total_at(instant(at)), is_read=True)
