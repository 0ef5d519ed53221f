"""Calendar recurrence on a site's wall clock: the subset of RFC 5545 that maintenance plans use.

Weeks begin on Monday. Dates are computed from the start each time, never from the previous one, so nothing drifts: the 31st
comes back after a February. `rrule` gives the same series as an RFC 5545 rule.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import count

MONTHS_OF_YEAR = 12
DAYS_OF_WEEK = 7
LAST_WEEK = -1
_LAST_YEAR = 9_000
_DAY_NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class FrequencyType(StrEnum):
    daily = "daily"
    weekly = "weekly"
    monthly = "monthly"
    quarterly = "quarterly"
    yearly = "yearly"
    hours = "hours"
    cycles = "cycles"


class MonthEnd(StrEnum):
    """What becomes of the 29th, 30th and 31st in shorter months: their last day, or nothing until the next month that has it."""

    clamp = "clamp"
    skip = "skip"


BY_METER = frozenset({FrequencyType.hours, FrequencyType.cycles})
_MONTHS = {FrequencyType.monthly: 1, FrequencyType.quarterly: 3, FrequencyType.yearly: 12}
_DAYS = {FrequencyType.daily: 1, FrequencyType.weekly: DAYS_OF_WEEK}
_MEAN_MONTH = 365.2425 / MONTHS_OF_YEAR


@dataclass(frozen=True)
class CalendarRule:
    """Every `every` days, weeks, months, quarters or years.

    `weekdays` (0 = Monday) are the days of a weekly rule, or with `week` (1 to 4, -1 for the last) the one day of a monthly,
    quarterly or yearly one: the last Friday. Without them, the start's own day counts.
    """

    frequency: FrequencyType
    every: int
    weekdays: tuple[int, ...] = ()
    week: int | None = None
    month_end: MonthEnd = MonthEnd.clamp

    @property
    def months(self) -> int:
        """The period in months; 0 for daily and weekly rules."""
        return _MONTHS.get(self.frequency, 0) * self.every

    @property
    def days(self) -> float:
        """The mean period in days."""
        return self.months * _MEAN_MONTH or float(_DAYS[self.frequency] * self.every)


def days_in(year: int, month: int) -> int:
    return monthrange(year, month)[1]


def on_day(year: int, month: int, day: int, policy: MonthEnd) -> date | None:
    """The `day` of a month by the month-end policy; None where it is skipped."""
    last = days_in(year, month)
    if day <= last:
        return date(year, month, day)
    return date(year, month, last) if policy is MonthEnd.clamp else None


def _nth_weekday(year: int, month: int, week: int, weekday: int) -> date:
    if week == LAST_WEEK:
        last = date(year, month, days_in(year, month))
        return last - timedelta(days=(last.weekday() - weekday) % DAYS_OF_WEEK)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % DAYS_OF_WEEK + (week - 1) * DAYS_OF_WEEK)


def _month(start: date, months: int) -> tuple[int, int]:
    index = start.year * MONTHS_OF_YEAR + start.month - 1 + months
    return index // MONTHS_OF_YEAR, index % MONTHS_OF_YEAR + 1


def _period(rule: CalendarRule, start: date, number: int) -> list[date]:
    """The days of the rule's period `number`, counted from the start's."""
    if rule.months:
        year, month = _month(start, number * rule.months)
        if rule.week is not None:
            weekday = rule.weekdays[0] if rule.weekdays else start.weekday()
            return [_nth_weekday(year, month, rule.week, weekday)]
        found = on_day(year, month, start.day, rule.month_end)
        return [found] if found else []
    if rule.frequency is FrequencyType.weekly and rule.weekdays:
        monday = start - timedelta(days=start.weekday()) + timedelta(weeks=number * rule.every)
        return [monday + timedelta(days=weekday) for weekday in sorted(set(rule.weekdays))]
    return [start + timedelta(days=number * rule.every * _DAYS[rule.frequency])]


def _period_of(rule: CalendarRule, start: date, day: date) -> int:
    """The number of a period that is not after `day`."""
    if rule.months:
        return max(0, ((day.year - start.year) * MONTHS_OF_YEAR + day.month - start.month) // rule.months)
    monday = start - timedelta(days=start.weekday()) if rule.weekdays else start
    return max(0, (day - monday).days // (_DAYS[rule.frequency] * rule.every))


def from_day(rule: CalendarRule, start: datetime, day: date) -> Iterator[datetime]:
    """The series from `day` on, ascending; it ends with the calendar."""
    first = start.date()
    for number in count(_period_of(rule, first, day)):
        try:
            days = _period(rule, first, number)
        except (ValueError, OverflowError):
            return
        for found in days:
            if found.year > _LAST_YEAR:
                return
            if found >= first and found >= day:
                yield datetime.combine(found, start.time())
        if rule.months and _month(first, number * rule.months)[0] > _LAST_YEAR:
            return


def after(rule: CalendarRule, start: datetime, moment: datetime) -> datetime | None:
    """The first date of the series after `moment`; None when there is none."""
    return next((found for found in from_day(rule, start, moment.date()) if found > moment), None)


def first(rule: CalendarRule, start: datetime) -> datetime | None:
    return next(from_day(rule, start, start.date()), None)


def between(rule: CalendarRule, start: datetime, since: datetime, until: datetime) -> Iterator[datetime]:
    """The dates of the series after `since`, up to and with `until`."""
    for found in from_day(rule, start, since.date()):
        if found > until:
            return
        if found > since:
            yield found


def is_clamped(rule: CalendarRule, start: datetime, found: datetime) -> bool:
    """Whether `found` stands for a day that its month has not."""
    return bool(rule.months) and rule.week is None and found.day < start.day


def one_later(rule: CalendarRule, moment: datetime, at: time) -> datetime | None:
    """One period after `moment`, at the time of day `at`: what a floating plan comes to."""
    day = moment.date()
    try:
        if not rule.months:
            return datetime.combine(day + timedelta(days=rule.every * _DAYS[rule.frequency]), at)
        for number in count(1):
            year, month = _month(day, number * rule.months)
            if year > _LAST_YEAR:
                return None
            if found := on_day(year, month, day.day, rule.month_end):
                return datetime.combine(found, at)
    except (ValueError, OverflowError):
        return None
    return None


def rrule(rule: CalendarRule, start: date) -> str:
    """The series as an RFC 5545 rule for a DTSTART of `start`.

    Clamping is said in the RFC's own words: of the days 28 to 31, the last one that the month has.
    """
    if rule.frequency is FrequencyType.daily:
        return f"FREQ=DAILY;INTERVAL={rule.every}"
    if rule.frequency is FrequencyType.weekly:
        days = ",".join(_DAY_NAMES[day] for day in sorted(set(rule.weekdays)) or [start.weekday()])
        return f"FREQ=WEEKLY;INTERVAL={rule.every};WKST=MO;BYDAY={days}"
    if rule.frequency is FrequencyType.yearly:
        return f"FREQ=YEARLY;INTERVAL={rule.every};BYMONTH={start.month};{_day_of_month(rule, start)}"
    return f"FREQ=MONTHLY;INTERVAL={rule.months};{_day_of_month(rule, start)}"


_SHORTEST = 28


def _day_of_month(rule: CalendarRule, start: date) -> str:
    if rule.week is not None:
        return f"BYDAY={rule.week}{_DAY_NAMES[rule.weekdays[0] if rule.weekdays else start.weekday()]}"
    if start.day <= _SHORTEST or rule.month_end is MonthEnd.skip:
        return f"BYMONTHDAY={start.day}"
    return f"BYMONTHDAY={','.join(str(day) for day in range(_SHORTEST, start.day + 1))};BYSETPOS=-1"
