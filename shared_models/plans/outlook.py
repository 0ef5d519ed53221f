"""What the dates of a plan follow from: its rule, the site's clock, and what the readings say.

Every date comes from `shared_models.plans.planning`; here it is only asked with all that is known.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import floor
from typing import Protocol

from shared_models.meters import metering
from shared_models.meters.metering import Point
from shared_models.plans import planning, recurrence
from shared_models.plans.planning import DueReason, MeterView, PlanRule, Reference, ReferenceKind, Trigger
from shared_models.plans.recurrence import CalendarRule

RESOLUTION = timedelta(minutes=1)
"""Dates lie on whole minutes."""
_DAY = timedelta(days=1)


class Clock(Protocol):
    """The clock on the wall where a plan's machine stands: the server knows every site's zone, a device stands for its own site."""

    def local(self, instant: datetime) -> datetime: ...
    def instant(self, local: datetime) -> datetime: ...


def moments_between(rule: PlanRule, clock: Clock, since: datetime, until: datetime) -> Iterator[datetime]:
    """Between these instants, each day's beginning and its time of a due date.

    With the readings around them, the total at every due date is exact, and so is the day on which a total is reached.
    """
    day, last = clock.local(since).date(), clock.local(until).date() + _DAY
    while day <= last:
        for at in (time(), rule.due_time):
            yield clock.instant(datetime.combine(day, at))
        day += _DAY


@dataclass(frozen=True)
class Outlook:
    """`points` are the readings from the last one before the reference on, in order of time: all, or those around `moments_between`."""

    rule: PlanRule
    clock: Clock
    unit: str = ""
    per_day: float | None = None
    points: Sequence[Point] = ()

    @property
    def meter(self) -> MeterView | None:
        if self.rule.meter_interval is None:
            return None
        last = self.points[-1] if self.points else None
        return MeterView(unit=self.unit, at=self.local(last.at) if last else None, total=last.total if last else None, per_day=self.per_day)

    def local(self, instant: datetime) -> datetime:
        return self.clock.local(instant)

    def instant(self, local: datetime) -> datetime:
        return self.clock.instant(local)

    @property
    def interval_days(self) -> float | None:
        return self.rule.interval_days(self.per_day)

    # --- what the meter says

    def total_at(self, instant: datetime) -> float | None:
        """The total then; before the first reading, the first reading's."""
        if self.rule.meter_interval is None or not self.points:
            return None
        found = metering.total_at(self.points, instant, self.per_day)
        return self.points[0].total if found is None else found

    def _reached(self, threshold: float | None) -> datetime | None:
        """When the readings say that it was passed; None while they do not."""
        if threshold is None or not self.points or self.points[-1].total < threshold:
            return None
        at = metering.reached_at(self.points, threshold, self.per_day)
        return self.local(at) if at else None

    def _threshold(self, ref: Reference) -> float | None:
        return ref.total + self.rule.meter_interval if self.rule.meter_interval and ref.total is not None else None

    # --- dates

    def due(self, ref: Reference) -> DueReason | None:
        return planning.due(self.rule, ref, self.meter, reached=self._reached(self._threshold(ref)))

    def forecast(self, ref: Reference) -> Iterator[DueReason]:
        return planning.forecast(self.rule, ref, self.meter, reached=self._reached(self._threshold(ref)))

    def upcoming(self, ref: Reference, now: datetime) -> list[datetime]:
        """The next date, and those after it that are still to come."""
        found = planning.upcoming(self.rule, ref, self.meter, self.local(now), reached=self._reached(self._threshold(ref)))
        return [date for rank, date in enumerate(found) if rank == 0 or date > self.local(now)]

    def series_from(self, since: datetime, now: datetime) -> list[datetime]:
        """The dates of a series from `since`, one of them, until the forecast's end."""
        until = max(since, self.local(now)) + planning.FORECAST
        later = recurrence.between(self.calendar, self.rule.starts_at, since, until)
        return [since, *(date for date, _ in zip(later, range(planning.MOST_FORECAST - 1), strict=False))]

    def series_after(self, moment: datetime) -> Iterator[datetime]:
        for date in recurrence.from_day(self.calendar, self.rule.starts_at, moment.date()):
            if date > moment:
                yield date

    def is_of_series(self, date: datetime) -> bool:
        return recurrence.after(self.calendar, self.rule.starts_at, date - timedelta(microseconds=1)) == date

    @property
    def calendar(self) -> CalendarRule:
        if self.rule.calendar is None:
            raise ValueError("the plan has no calendar rule")
        return self.rule.calendar

    # --- what the next date counts from

    def counted_from(self, last: Reference | None, now: datetime) -> Reference:
        """The reference of a plan that is new or has a new rule; `last` is what was ended last before.

        A series does not look back: of its dates before, only the latest since `last` is still to be done.
        """
        if not self.rule.is_series:
            return last or Reference(kind=ReferenceKind.start, at=self.local(now), total=self.total_at(now))
        local = self.local(now)
        if last is not None:
            passed = list(recurrence.between(self.calendar, self.rule.starts_at, last.at, local))
            return Reference(kind=ReferenceKind.due, at=passed[-1] - RESOLUTION if passed else last.at)
        today = datetime.combine(local.date(), time())
        if self.rule.starts_at >= today:
            return Reference(kind=ReferenceKind.start, at=self.rule.starts_at)
        return Reference(kind=ReferenceKind.due, at=today - RESOLUTION)

    def past(self, ref: Reference, until: datetime) -> tuple[Reference, int]:
        """The reference that leads beyond `until`, a local time, and how many dates it passes; not for a series.

        A meter's threshold is passed when readings show it: what its use has only foretold is still to be done.
        """
        passed = 0
        while (reason := self.due(ref)) is not None and reason.due <= until and (reason.wins is Trigger.calendar or reason.is_reached):
            ref, count = self._beyond(reason, ref, until)
            passed += count
        return ref, passed

    def _beyond(self, reason: DueReason, ref: Reference, until: datetime) -> tuple[Reference, int]:
        kind, interval = ReferenceKind.skipped if ref.kind is ReferenceKind.start else ref.kind, self.rule.meter_interval
        if reason.wins is not Trigger.meter or reason.threshold is None or not interval:
            total = self.total_at(self.instant(reason.due)) if reason.threshold is not None else None
            return Reference(kind=kind, at=reason.due, total=total, is_read=True), 1
        reached = self.total_at(self.instant(until)) or reason.threshold
        reached = min(reached, self.points[-1].total) if self.points else reached
        count = max(1, floor((reached - reason.threshold) / interval) + 1)
        total = reason.threshold + (count - 1) * interval
        at = self._reached(total)
        day = max(reason.due, datetime.combine(at.date(), self.rule.due_time)) if at else reason.due
        return Reference(kind=kind, at=day, total=total), count

    def reevaluated(self, ref: Reference, done_at: datetime | None) -> Reference:
        """A reading that came late may tell another total at the reference; a threshold and what a planner has entered stay."""
        if self.rule.meter_interval is None:
            return ref
        is_completion = done_at is not None and ref.kind is ReferenceKind.done and abs(ref.at - self.local(done_at)) < _DAY
        if is_completion and ref.at == self.local(done_at or self.instant(ref.at)):
            ref = ref.model_copy(update={"is_read": True})  # written before totals said whether they were read
        if ref.kind is not ReferenceKind.start and ref.total is not None and not ref.is_read:
            return ref
        at = done_at if is_completion and done_at is not None else self.instant(ref.at)  # the site's clock may be another one since
        return ref.model_copy(update={"total": self.total_at(at), "is_read": True})
