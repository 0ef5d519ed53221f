"""The days that a report is asked for."""

from datetime import date, timedelta

from shared_models.kpis.periods import Days, Period, days_of


def last_whole(period: Period, today: date) -> Days:
    """The period that ended last, before the one that `today` is in."""
    return days_of(period, days_of(period, today).since - timedelta(days=1))
