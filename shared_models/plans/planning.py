"""When maintenance is due, and why: pure rules on the site's wall clock, the same for the server and for the app.

A plan has a calendar rule, a meter interval, or both, where whichever comes first counts. A fixed calendar plan follows its
series whatever happens. Everything else runs from a *reference*: the last completion when the plan floats, the last due point
when it is fixed, the plan's start before either.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from math import ceil

from shared_models.base import Local, Row
from shared_models.plans import recurrence
from shared_models.plans.recurrence import CalendarRule, FrequencyType

FORECAST = timedelta(days=400)
MOST_FORECAST = 400
_TOLERANCE = 0.1  # of the interval, EN 15341 / SMRP practice
_FAR_DAYS = 365 * 20
_DAY = timedelta(days=1)


class Basis(StrEnum):
    fixed = "fixed"
    floating = "floating"


class Trigger(StrEnum):
    calendar = "calendar"
    meter = "meter"


class ReferenceKind(StrEnum):
    start = "start"
    done = "done"
    due = "due"
    skipped = "skipped"


class Outcome(StrEnum):
    on_time = "on_time"
    late = "late"
    early = "early"
    missed = "missed"
    skipped = "skipped"


class MeterView(Row):
    """What a forecast needs of a meter: its last reading and its use per day."""

    unit: str
    at: Local | None = None
    total: float | None = None
    per_day: float | None = None


class Reference(Row):
    """What the next date is counted from; `total` is the meter's then.

    `is_read`: it is what the readings tell of that moment, and follows those that come later; else a threshold, or a planner's word.
    """

    kind: ReferenceKind
    at: Local
    total: float | None = None
    is_read: bool = False


class DueReason(Row):
    """Why a date is what it is; `shared_models.why` makes a sentence of it."""

    due: Local
    wins: Trigger
    basis: Basis
    reference: Reference
    frequency: FrequencyType | None = None
    every: int | None = None
    weekdays: list[int] = []
    week: int | None = None
    calendar_due: Local | None = None
    is_clamped: bool = False
    meter_interval: float | None = None
    threshold: float | None = None
    meter_due: Local | None = None
    is_reached: bool = False
    unit: str = ""
    per_day: float | None = None
    moved_from: Local | None = None
    missed: int = 0
    is_forecast: bool = False

    def by_rule(self) -> "DueReason":
        """As the rule has it, wherever the date was moved by hand."""
        dates = [date for date in (self.calendar_due, self.meter_due) if date is not None]
        return self.model_copy(update={"due": min(dates), "moved_from": None}) if dates else self


@dataclass(frozen=True)
class PlanRule:
    """`starts_at`: the first due date of a calendar rule, and the time of day of every one."""

    starts_at: datetime
    basis: Basis
    calendar: CalendarRule | None = None
    meter_interval: float | None = None

    @property
    def is_series(self) -> bool:
        """Whether every date is known beforehand, so that each can be moved alone."""
        return self.basis is Basis.fixed and self.calendar is not None and self.meter_interval is None

    @property
    def due_time(self) -> time:
        return self.starts_at.time()

    def interval_days(self, per_day: float | None) -> float | None:
        """The mean interval in days; None where a meter does not tell."""
        by_meter = self.meter_interval / per_day if self.meter_interval and per_day else None
        spans = [span for span in (self.calendar.days if self.calendar else None, by_meter) if span]
        return min(spans) if spans else None


def _calendar_due(rule: PlanRule, ref: Reference) -> datetime | None:
    if rule.calendar is None:
        return None
    if rule.is_series:
        if ref.kind is ReferenceKind.start:
            return recurrence.first(rule.calendar, rule.starts_at)
        return recurrence.after(rule.calendar, rule.starts_at, ref.at)
    return rule.starts_at if ref.kind is ReferenceKind.start else recurrence.one_later(rule.calendar, ref.at, rule.due_time)


def _meter_due(rule: PlanRule, threshold: float, meter: MeterView, reached: datetime | None) -> datetime | None:
    """The day on which the threshold was or will be reached, at the plan's time of day."""
    moment = reached or _crossing(threshold, meter)
    return datetime.combine(moment.date(), rule.due_time) if moment else None


def _crossing(threshold: float, meter: MeterView) -> datetime | None:
    """By the last reading and the use per day; a threshold already passed is due at that reading."""
    if meter.at is None or meter.total is None:
        return None
    if meter.total >= threshold:
        return meter.at
    if not meter.per_day or meter.per_day <= 0:
        return None
    days = (threshold - meter.total) / meter.per_day
    return meter.at + timedelta(days=days) if days < _FAR_DAYS else None


def due(rule: PlanRule, ref: Reference, meter: MeterView | None = None, *, reached: datetime | None = None) -> DueReason | None:
    """The next due date after `ref`, with its reason; None while nothing tells (a meter without use).

    `reached`: when the readings say that the threshold was passed; it is more exact than the last reading's time.
    """
    calendar_due = _calendar_due(rule, ref)
    threshold = ref.total + rule.meter_interval if rule.meter_interval and ref.total is not None else None
    meter_due = None
    if threshold is not None and meter is not None:
        meter_due = _meter_due(rule, threshold, meter, reached)
    dates = [date for date in (calendar_due, meter_due) if date is not None]
    if not dates:
        return None
    wins = Trigger.meter if meter_due is not None and (calendar_due is None or meter_due < calendar_due) else Trigger.calendar
    calendar = rule.calendar
    return DueReason(
        due=min(dates), wins=wins, basis=rule.basis, reference=ref,
        frequency=calendar.frequency if calendar else None, every=calendar.every if calendar else None,
        weekdays=list(calendar.weekdays) if calendar else [], week=calendar.week if calendar else None,
        calendar_due=calendar_due, is_clamped=_is_clamped(rule, ref, calendar_due),
        meter_interval=rule.meter_interval, threshold=threshold, meter_due=meter_due,
        is_reached=bool(threshold is not None and meter and meter.total is not None and meter.total >= threshold),
        unit=meter.unit if meter else "", per_day=meter.per_day if meter else None,
    )  # fmt: skip


def _is_clamped(rule: PlanRule, ref: Reference, found: datetime | None) -> bool:
    if rule.calendar is None or found is None or not rule.calendar.months or rule.calendar.week is not None:
        return False
    if rule.is_series:
        return recurrence.is_clamped(rule.calendar, rule.starts_at, found)
    return ref.kind is not ReferenceKind.start and found.day < ref.at.day


def following(rule: PlanRule, reason: DueReason, meter: MeterView | None) -> Reference:
    """The reference of the date after `reason`, were it done when due."""
    kind = ReferenceKind.done if rule.basis is Basis.floating else ReferenceKind.due
    return Reference(kind=kind, at=reason.due, total=total_when_due(reason, meter))


def total_when_due(reason: DueReason, meter: MeterView | None) -> float | None:
    """The meter's total at a due date: its threshold, or where its use takes it until the calendar's date."""
    if reason.threshold is None:
        return None
    if reason.wins is Trigger.meter:
        return reason.threshold
    if meter is None or meter.at is None or meter.total is None:
        return reason.reference.total
    ahead = max(0.0, (reason.due - meter.at) / _DAY)
    return max(reason.reference.total or 0.0, meter.total + (meter.per_day or 0.0) * ahead)


def forecast(rule: PlanRule, ref: Reference, meter: MeterView | None = None, *, reached: datetime | None = None) -> Iterator[DueReason]:
    """The dates to come, each assumed to be done when due; all but the first of a plan that is no series are forecasts.

    A meter may reach several thresholds in a day: the first of them stands for the day.
    """
    reason = due(rule, ref, meter, reached=reached)
    while reason is not None:
        yield reason
        then = _later(rule, reason, meter)
        if then is None:
            return
        reason = then.model_copy(update={"is_forecast": not rule.is_series})


def _later(rule: PlanRule, reason: DueReason, meter: MeterView | None) -> DueReason | None:
    """The next date that is after `reason`'s, were that done when due."""
    ref = following(rule, reason, meter)
    then = due(rule, ref, meter)
    while then is not None and then.due <= reason.due:
        beyond = _beyond_the_day(rule, reason.due, ref, meter)
        if beyond is None or beyond == ref:
            return None
        ref, then = beyond, due(rule, beyond, meter)
    return then


def _beyond_the_day(rule: PlanRule, day: datetime, ref: Reference, meter: MeterView | None) -> Reference | None:
    """The last threshold that the meter's use reaches before the next day begins, one on at least."""
    if not rule.meter_interval or ref.total is None or meter is None or meter.at is None or meter.total is None:
        return None
    ahead = max(0.0, (datetime.combine(day.date() + _DAY, time()) - meter.at) / _DAY)
    by_then = meter.total + (meter.per_day or 0.0) * ahead
    count = max(1, ceil((by_then - ref.total) / rule.meter_interval) - 1)
    return ref.model_copy(update={"total": ref.total + count * rule.meter_interval})


def upcoming(rule: PlanRule, ref: Reference, meter: MeterView | None, now: datetime, *, reached: datetime | None = None) -> list[datetime]:
    """The due dates until `FORECAST` after `now`, at most `MOST_FORECAST`; the first one always."""
    found: list[datetime] = []
    for reason in forecast(rule, ref, meter, reached=reached):
        if found and (reason.due > now + FORECAST or len(found) == MOST_FORECAST):
            break
        found.append(reason.due)
    return found


def tolerance(days: float | None, interval_days: float | None) -> float:
    """Days either side of a due date within which it is met on time: as set, else a tenth of the interval."""
    return days if days is not None else (interval_days or 0.0) * _TOLERANCE


def judge(due_at: datetime, done_at: datetime, tolerance_days: float) -> Outcome:
    """By whole local days: what is due on a day is on time all that day."""
    days = (done_at.date() - due_at.date()).days
    if abs(days) <= tolerance_days:
        return Outcome.on_time
    return Outcome.late if days > 0 else Outcome.early
