"""Time zones as a subscriber's program reads them, against the clocks of these zones."""

import io
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from dateutil.tz import tzical

from server.feeds.zones import definition

YEARS = (2026, 2027)
# Their clocks follow a calendar of the moon, or what was decided for each year: no rule can say it.
BY_DATES = {"Africa/Casablanca", "Africa/El_Aaiun", "Asia/Gaza", "Asia/Hebron"}
NO_PLACE = {"Factory", "localtime", "posixrules"}
ZONES = sorted(name for name in available_timezones() if name not in NO_PLACE and not name.startswith(("posix/", "right/")))


def text_of(name, years=YEARS):
    return definition(name, ZoneInfo(name), *years).to_ical().decode()


@cache
def as_read(block):
    """By a program that knows nothing of zones but this text; most of six hundred names share their text with another one."""
    return tzical(io.StringIO(block.replace("\r\n", "\n"))).get("Z")


def reader_of(name):
    return as_read(text_of(name).replace(f"TZID:{name}\r\n", "TZID:Z\r\n"))


def moments(zone):
    """Every twenty days of the feed's years, and half an hour around each change: those that a wall clock shows once."""
    at, end = datetime(YEARS[0], 1, 1, 5, tzinfo=UTC), datetime(YEARS[1] + 1, 1, 1, tzinfo=UTC)
    while at < end:
        later = at + timedelta(days=20)
        if at.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            yield from _around_change(zone, at, later)
        yield at
        at = later


def _around_change(zone, before, after):
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) / 2
        before, after = (middle, after) if middle.astimezone(zone).utcoffset() == old else (before, middle)
    yield from (before - timedelta(minutes=30), after + timedelta(minutes=30), before - timedelta(hours=2), after + timedelta(hours=2))


def shown_once(wall, zone):
    return wall.replace(tzinfo=zone).utcoffset() == wall.replace(tzinfo=zone, fold=1).utcoffset()


@pytest.mark.parametrize("region", sorted({name.partition("/")[0] for name in ZONES}))
def test_every_moment_is_read_as_it_was_meant(region):
    for name in ZONES:
        if name.partition("/")[0] == region:
            zone, reader = ZoneInfo(name), reader_of(name)
            for at in moments(zone):
                wall = at.astimezone(zone).replace(tzinfo=None)
                if shown_once(wall, zone):
                    assert reader.utcoffset(wall) == wall.replace(tzinfo=zone).utcoffset(), (name, wall)


def test_yearly_changes_are_rules():
    """Two blocks and nothing else: what even the simplest programs understand."""
    for name in ZONES:
        zone, text = ZoneInfo(name), text_of(name)
        offsets = {datetime(2026, month, 1, tzinfo=zone).utcoffset() for month in range(1, 13)}
        blocks = [text.count(f"BEGIN:{kind}") for kind in ("STANDARD", "DAYLIGHT")]
        if name in BY_DATES:
            assert "RDATE" in text, name
        elif len(offsets) > 1:
            assert (blocks, text.count("RRULE"), text.count("RDATE")) == ([1, 1], 2, 0), name
        else:
            assert (blocks, text.count("RRULE")) == ([1, 0], 0), name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Europe/Paris", ["DTSTART:20250330T020000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\nTZNAME:CEST", "BYDAY=-1SU;BYMONTH=10"]),
        ("Europe/Dublin", ["BEGIN:DAYLIGHT\r\nDTSTART:20250330T010000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\nTZNAME:IST"]),
        ("America/New_York", ["DTSTART:20250309T020000\r\nRRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3", "BYDAY=1SU;BYMONTH=11"]),
        ("Australia/Lord_Howe", ["TZOFFSETFROM:+1100\r\nTZOFFSETTO:+1030", "BYDAY=1SU;BYMONTH=10"]),
        ("America/Santiago", ["RRULE:FREQ=YEARLY;BYDAY=SU;BYMONTHDAY=2,3,4,5,6,7,8;BYMONTH=9"]),
        ("Asia/Tokyo", ["BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZNAME:JST\r\nTZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900"]),
    ],
)
def test_says(name, said):
    assert all(part in text_of(name) for part in said), text_of(name)


def test_a_rule_that_begins_within_the_years_follows_the_dates_before_it():
    text = text_of("America/Asuncion", (2023, 2026))  # Paraguay has had its summer time all the year since October 2024
    assert "RRULE" not in text
    assert "20241006T000000" in text
    reader = tzical(io.StringIO(text.replace("\r\n", "\n"))).get("America/Asuncion")
    hours = [reader.utcoffset(datetime(year, 7, 1)) / timedelta(hours=1) for year in (2023, 2024, 2025)]  # noqa: DTZ001 - a wall clock
    assert hours == [-4, -4, -3]
