"""Quiet hours, pauses and digests against what somebody finds who looks at the clock every minute."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from shared_models.interventions.rows import Priority
from shared_models.notices.quiet import WEEK, Hours, Quiet, next_digest
from shared_models.zones import MINUTE

ZONES = [ZoneInfo(name) for name in ("Europe/Paris", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "UTC")]
CLOCK = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
HOURS = st.lists(st.builds(Hours, st.integers(0, 6), CLOCK, CLOCK), max_size=6).map(tuple)
JUMPS = [
    datetime(2026, 3, 29, tzinfo=UTC),
    datetime(2026, 10, 25, tzinfo=UTC),
    datetime(2026, 4, 4, tzinfo=UTC),
    datetime(2026, 3, 8, tzinfo=UTC),
]
INSTANT = st.builds(lambda day, minutes: day + timedelta(minutes=minutes), st.sampled_from(JUMPS), st.integers(-2 * 1440, 2 * 1440))


def is_quiet(hours: tuple[Hours, ...], zone: ZoneInfo, at: datetime) -> bool:
    """As a wall clock and a calendar tell."""
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    for each in hours:
        begins, ends = each.begins.hour * 60 + each.begins.minute, each.ends.hour * 60 + each.ends.minute
        if begins < ends:
            if local.weekday() == each.weekday and begins <= minute < ends:
                return True
        elif (local.weekday() == each.weekday and minute >= begins) or ((local.weekday() - 1) % 7 == each.weekday and minute < ends):
            return True
    return False


@settings(max_examples=120)
@given(hours=HOURS, zone=st.sampled_from(ZONES), at=INSTANT, paused=st.none() | st.integers(-600, 3000))
def test_the_first_minute_that_is_not_quiet(hours, zone, at, paused):
    until = None if paused is None else at + timedelta(minutes=paused)
    quiet = Quiet(zone, hours, urgent_passes=True, paused_until=until)
    expected = max(at, until or at)
    assert quiet.allowed(at, Priority.urgent) == expected
    limit = expected + timedelta(days=WEEK + 1)
    while expected < limit and is_quiet(hours, zone, expected):
        expected += MINUTE
    assert quiet.allowed(at, Priority.medium) == expected
    assert Quiet(zone, hours, urgent_passes=False, paused_until=until).allowed(at, Priority.urgent) == expected


@settings(max_examples=120)
@given(zone=st.sampled_from(ZONES), at=INSTANT, hour=CLOCK)
def test_the_digest_comes_once_a_day_at_its_hour(zone, at, hour):
    first = next_digest(at, hour, zone)
    assert at < first <= at + timedelta(hours=26)
    local = first.astimezone(zone)
    is_left_out = (
        local.replace(tzinfo=None, hour=hour.hour, minute=hour.minute).replace(tzinfo=zone).astimezone(UTC).astimezone(zone).time() != hour
    )
    assert local.time() == hour or is_left_out
    assert next_digest(first, hour, zone).astimezone(zone).date() > local.date() or is_left_out
