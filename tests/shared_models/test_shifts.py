"""The hours of a site against somebody who looks at its clock every minute."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from shared_models.shifts import Holiday, Hours, Shift, overlapping
from shared_models.sites import SiteUpdate
from shared_models.zones import MINUTE

ZONES = st.sampled_from([ZoneInfo(name) for name in ("Europe/Paris", "America/St_Johns", "Australia/Lord_Howe", "UTC")])
CLOCK = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
WEEKDAYS = st.lists(st.integers(0, 6), min_size=1, unique=True)
SHIFTS = st.lists(st.builds(Shift, name=st.just("Matin"), weekdays=WEEKDAYS, begins=CLOCK, ends=CLOCK), max_size=4)
DAYS = ((2026, 3, 28), (2026, 10, 24), (2026, 4, 4), (2026, 3, 7), (2026, 6, 13))
CHANGES = st.sampled_from([datetime(*day, tzinfo=UTC) for day in DAYS])
PARIS = ZoneInfo("Europe/Paris")


def _seen(shifts: list[Shift], holidays: set[date], zone: ZoneInfo, since: datetime, minutes: int) -> list[bool]:
    """Whether anything is on, minute by minute, to somebody who has watched the clock for four days before: a shift is on from when it
    shows the shift's beginning or more until it shows its end or more.
    """
    edges = []
    for ahead in range(-4, 5):
        day = since.astimezone(zone).date() + timedelta(days=ahead)
        for shift in shifts:
            if day.weekday() in shift.weekdays:
                last = day + timedelta(days=1) if shift.ends <= shift.begins else day
                edges.append((datetime.combine(day, shift.begins), datetime.combine(last, shift.ends)))
    seen, furthest = [], datetime(2000, 1, 1)  # noqa: DTZ001 - a wall clock's
    for passed in range(-4 * 24 * 60, minutes):
        local = (since + passed * MINUTE).astimezone(zone).replace(tzinfo=None)
        furthest = max(furthest, local)
        is_on = any(begins <= furthest < ends for begins, ends in edges)
        seen.append(is_on and furthest.date() not in holidays)
    return seen[4 * 24 * 60 :]


@settings(max_examples=25, deadline=None)
@given(SHIFTS, ZONES, CHANGES, st.sets(st.integers(-1, 3), max_size=2), st.integers(0, 24 * 60))
def test_required_is_what_the_clock_shows(shifts, zone, change, holidays, minute):
    if overlapping(shifts):
        return
    since, minutes = change + minute * MINUTE, 36 * 60
    days = {change.date() + timedelta(days=ahead) for ahead in holidays}
    hours = Hours(shifts, days, zone)
    until = since + minutes * MINUTE
    found = hours.required(since, until)
    assert [any(a <= since + n * MINUTE < b for a, b in found) for n in range(minutes)] == _seen(shifts, days, zone, since, minutes)
    assert all(since <= a < b <= until for a, b in found)
    assert all(b < a for (_, b), (a, _) in pairwise(found)), "joined, and in order"
    for on in hours.between(since, until):
        assert hours.at(on.begins_at) == on
        assert hours.last_over(on.ends_at) == on


def _three() -> list[Shift]:
    every = list(range(7))
    edges = (("Matin", 5, 13), ("Après-midi", 13, 21), ("Nuit", 21, 5))
    return [Shift(name=name, weekdays=every, begins=time(a), ends=time(b)) for name, a, b in edges]


@pytest.mark.parametrize(("night", "lasts"), [(date(2026, 3, 28), 7), (date(2026, 10, 24), 9), (date(2026, 6, 10), 8)])
def test_a_night_has_the_hours_that_it_has(night, lasts):
    evening = datetime.combine(night, time(22), PARIS)
    on = Hours(_three(), (), PARIS).at(evening)
    assert (on.name, on.ends_at - on.begins_at) == ("Nuit", timedelta(hours=lasts))


def test_a_holiday_cuts_the_night_at_midnight():
    hours = Hours(_three(), {date(2026, 12, 25)}, PARIS)
    eve = datetime(2026, 12, 24, 23, tzinfo=UTC)
    assert hours.required(eve - timedelta(hours=2), eve + timedelta(hours=25)) == [
        (eve - timedelta(hours=2), eve), (eve + timedelta(hours=24), eve + timedelta(hours=25))
    ]  # fmt: skip
    assert hours.at(eve) is None


@pytest.mark.parametrize("shifts", [
    [Shift(name="A", weekdays=[0], begins=time(5), ends=time(13)), Shift(name="B", weekdays=[0, 1], begins=time(12, 59), ends=time(21))],
    [Shift(name="A", weekdays=[6], begins=time(21), ends=time(5)), Shift(name="B", weekdays=[0], begins=time(4), ends=time(12))],
    [Shift(name="A", weekdays=[0, 1], begins=time(6), ends=time(6)), Shift(name="B", weekdays=[2], begins=time(5), ends=time(7))],
])  # fmt: skip
def test_two_at_once_are_refused(shifts):
    with pytest.raises(ValidationError, match="shifts_overlap"):
        SiteUpdate(version=1, shifts=shifts)


def test_one_day_is_one_holiday():
    day = Holiday(day=date(2026, 12, 25), name="Noël")
    with pytest.raises(ValidationError, match="holiday_twice"):
        SiteUpdate(version=1, holidays=[day, day])
