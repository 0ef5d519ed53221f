"""When the reports of a schedule are due: each period once, after its last day, on any clock."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from shared_models.kpis.periods import Days
from shared_models.reports.periods import SENT_AT, due, last_over
from shared_models.reports.rows import Every

ZONES = st.sampled_from(["Europe/Paris", "Indian/Reunion", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe", "UTC"])
STARTS = st.datetimes(datetime(2024, 1, 1), datetime(2031, 1, 1))  # noqa: DTZ001 - made one of UTC below
STEPS = st.lists(st.timedeltas(timedelta(minutes=1), timedelta(days=70)), max_size=60)


@given(st.sampled_from(Every), ZONES, STARTS, STEPS)
def test_each_period_comes_once_after_it_is_over_and_of_those_missed_the_last(
    every: Every, zone: str, start: datetime, steps: list[timedelta]
):
    at = start.replace(tzinfo=ZoneInfo("UTC"))

    def wall() -> datetime:
        return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)

    done_until, told = last_over(every, wall()).until, list[Days]()
    for step in steps:
        at += step
        found = due(every, done_until, wall())
        if found is not None:
            assert found.until <= (wall() - SENT_AT).date()
            told.append(found)
            done_until = found.until
        assert due(every, done_until, wall()) is None
        assert (wall() - SENT_AT).date() < _after(every, done_until)
    assert all(before.until <= after.since for before, after in pairwise(told))
    assert all((each.since.day, each.until.day) == (1, 1) if every is Every.month else each.count == 7 for each in told)


def _after(every: Every, until: date) -> date:
    """The first day after the period that begins there."""
    return until + timedelta(days=7) if every is Every.week else (until + timedelta(days=31)).replace(day=1)
