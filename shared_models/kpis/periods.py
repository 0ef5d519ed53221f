"""Periods of whole local days, and the one before that each is compared with."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

_DAY = timedelta(days=1)
_MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}


class Period(StrEnum):
    """`week`, `month`, `quarter` and `year` are the ones that the day is in; `rolling` are the twelve months that end with it."""

    week = "week"
    month = "month"
    quarter = "quarter"
    year = "year"
    rolling = "rolling"
    custom = "custom"


@dataclass(frozen=True)
class Days:
    """`until` is the first day that is not in it."""

    since: date
    until: date

    @property
    def count(self) -> int:
        return (self.until - self.since).days


def months_later(day: date, months: int) -> date:
    """The same day of another month, or its last."""
    month = day.year * 12 + day.month - 1 + months
    first = date(month // 12, month % 12 + 1, 1)
    following = date((month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - _DAY)


def days_of(period: Period, today: date) -> Days:
    """All of them, those to come too. A custom period says its days itself."""
    if period is Period.week:
        since = today - timedelta(days=today.weekday())
        return Days(since, since + timedelta(days=7))
    if period is Period.rolling:
        return Days(months_later(today + _DAY, -12), today + _DAY)
    months = _MONTHS_OF[period]
    first = date(today.year, (today.month - 1) // months * months + 1, 1)
    return Days(first, months_later(first, months))


def before(period: Period, days: Days, today: date) -> Days:
    """The period that came before; of one that still runs, as many days of it as have begun of this one.

    Before chosen days that are whole months come as many months, before others as many days.
    """
    begun = Days(days.since, max(days.since + _DAY, min(days.until, today + _DAY)))
    months = _whole_months(days) if period is Period.custom else _MONTHS_OF.get(period, 12)
    if period is Period.custom and not months:
        return Days(days.since - timedelta(days=begun.count), days.since)
    since = days.since - timedelta(days=7) if period is Period.week else months_later(days.since, -months)
    if begun == days:
        return Days(since, days.since)
    return Days(since, min(days.since, since + timedelta(days=begun.count)))


def _whole_months(days: Days) -> int:
    """How many they are; 0 for any other days."""
    is_whole = (days.since.day, days.until.day) == (1, 1)
    return (days.until.year - days.since.year) * 12 + days.until.month - days.since.month if is_whole else 0
