"""The days that a report is asked for, and when those of a schedule are over."""

from datetime import date, datetime, timedelta

from shared_models.kpis.periods import Days, Period, days_of
from shared_models.reports.rows import Every

SENT_AT = timedelta(hours=6)
"""On the first day after: by then phones have sent what they had kept back, and somebody is there to read it."""


def last_whole(period: Period, today: date) -> Days:
    """The period that ended last, before the one that `today` is in."""
    return days_of(period, days_of(period, today).since - timedelta(days=1))


def last_over(every: Every, wall: datetime) -> Days:
    """Of a schedule, on the clock of its site."""
    return last_whole(Period(every.value), (wall - SENT_AT).date())


def due(every: Every, done_until: date, wall: datetime) -> Days | None:
    """What is to be told of now: the last period alone, however many were missed before it."""
    last = last_over(every, wall)
    return last if last.until > done_until else None
