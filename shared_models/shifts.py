"""When a site works: its shifts by weekday on its wall clock, and its holidays. What is computed of it is instants.

A wall clock's time is the first instant at which the clock shows it or later: one that the clocks leave out is the moment they jump, one
that they repeat is the first of the two. Shifts that follow each other on the wall so follow each other in every night of the year.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from shared_models.base import Hour, Name, PlanDay, RuleError, Schema
from shared_models.numbers import NUMBER
from shared_models.zones import jump

MINUTES_OF_DAY = 24 * 60
MINUTES_OF_WEEK = 7 * MINUTES_OF_DAY
ONE_DAY = timedelta(days=1)
REACH = timedelta(days=10)
"""Whoever asks for the last shift is content with one of so long ago."""
Weekday = Annotated[int, Field(ge=0, le=6, description="0 is Monday"), NUMBER]
Weekdays = Annotated[list[Weekday], Field(min_length=1, max_length=7), AfterValidator(lambda days: sorted(set(days)))]


class Shift(Schema):
    """It begins on each of these weekdays, and ends on the next day where `ends` is not later; the same hour twice is a whole day."""

    name: Name
    weekdays: Weekdays
    begins: Hour
    ends: Hour


class Holiday(Schema):
    """Nothing is required of machines on this day, from its midnight to the next one."""

    day: PlanDay
    name: Name


def overlapping(shifts: Sequence[Shift]) -> tuple[Shift, Shift] | None:
    """Two that are on at the same minute of a week."""
    spans = sorted(_minutes(shifts), key=lambda span: span[0])
    around = [*spans, *((begins + MINUTES_OF_WEEK, ends + MINUTES_OF_WEEK, shift) for begins, ends, shift in spans[:1])]
    return next(((one, other) for (_, ends, one), (begins, _, other) in pairwise(around) if begins < ends), None)


def _minutes(shifts: Sequence[Shift]) -> Iterator[tuple[int, int, Shift]]:
    for shift in shifts:
        begins, ends = (at.hour * 60 + at.minute for at in (shift.begins, shift.ends))
        lasts = (ends - begins - 1) % MINUTES_OF_DAY + 1
        yield from ((day * MINUTES_OF_DAY + begins, day * MINUTES_OF_DAY + begins + lasts, shift) for day in shift.weekdays)


def _apart(shifts: list[Shift]) -> list[Shift]:
    if overlapping(shifts):
        raise RuleError("shifts_overlap", "shifts")
    return shifts


def _once(holidays: list[Holiday]) -> list[Holiday]:
    if len({holiday.day for holiday in holidays}) < len(holidays):
        raise RuleError("holiday_twice", "holidays")
    return sorted(holidays, key=lambda holiday: holiday.day)


Shifts = Annotated[list[Shift], Field(max_length=50), AfterValidator(_apart)]
Holidays = Annotated[list[Holiday], Field(max_length=500), AfterValidator(_once)]


@dataclass(frozen=True)
class Hours:
    """When a site works, by its own clock."""

    shifts: Sequence[Shift]
    holidays: Collection[date]
    zone: ZoneInfo

    def between(self, since: datetime, until: datetime) -> list["OnShift"]:
        """Those that are on at any time of it, in order."""
        first, last = (at.astimezone(self.zone).date() for at in (since, until))
        days = [first + timedelta(days=ahead) for ahead in range(-2, (last - first).days + 1)]
        found = [on for day in days for shift in self.shifts if day.weekday() in shift.weekdays for on in self._on(shift, day)]
        return sorted((on for on in found if on.begins_at < until and on.ends_at > since), key=lambda on: on.begins_at)

    def at(self, instant: datetime) -> "OnShift | None":
        """The shift that is on."""
        return next(iter(self.between(instant, instant + timedelta(microseconds=1))), None)

    def last_over(self, at: datetime) -> "OnShift | None":
        """The last that has ended by then, if that is not long ago."""
        over = [on for on in self.between(at - REACH, at) if on.ends_at <= at]
        return over[-1] if over else None

    def required(self, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
        """The times of it at which machines are to run; none for a site that has said no shifts."""
        joined: list[tuple[datetime, datetime]] = []
        for on in self.between(since, until):
            begins, ends = max(on.begins_at, since), min(on.ends_at, until)
            if joined and joined[-1][1] == begins:
                begins = joined.pop()[0]
            joined.append((begins, ends))
        return joined

    def _on(self, shift: Shift, day: date) -> Iterator["OnShift"]:
        """What holidays leave of it, which is one piece or nothing: it lasts a day at most."""
        midnight = self.wall(day + ONE_DAY, time())
        begins = midnight if day in self.holidays else self.wall(day, shift.begins)
        ends = self.wall(day + ONE_DAY if shift.ends <= shift.begins else day, shift.ends)
        if day + ONE_DAY in self.holidays:
            ends = min(ends, midnight)
        if begins < ends:
            yield OnShift(shift.name, begins, ends)

    def wall(self, day: date, at: time) -> datetime:
        """The first instant at which the site's clock shows it, or later."""
        shown = datetime.combine(day, at)
        before, after = (shown.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (1, 0))
        is_left_out = after.astimezone(self.zone).replace(tzinfo=None) != shown
        return jump(self.zone, before, after) if is_left_out else after


@dataclass(frozen=True)
class OnShift:
    """A shift on one day."""

    name: str
    begins_at: datetime
    ends_at: datetime
