"""A time zone as RFC 5545 has it: by yearly rules where the zone has them, by single dates where it has none.

Calendar programs that know no rule but what the feed says (Outlook's is one) are an hour off in summer with dates alone.
The rule is read off the zone's own clock, twenty-eight years ahead: in that time every date falls on every day of the week.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_CYCLE_YEARS = 28
_WEEK = 7
_LONG_AGO = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock
Rule = dict[str, Any]


@dataclass(frozen=True)
class _Change:
    """What a wall clock showed when it was put from one offset to another."""

    wall: datetime
    before: timedelta
    after: timedelta
    name: str


@lru_cache(maxsize=64)
def definition(name: str, zone: tzinfo, first_year: int, last_year: int) -> Timezone:
    """Right for every date of these years, and as long as the rules last for those after them."""
    changes = _changes(zone, first_year - 1, last_year + _CYCLE_YEARS)
    made = Timezone()
    made.add("tzid", name)
    if not changes or changes[0].wall.year >= first_year:
        offset = zone.utcoffset(datetime(first_year, 1, 1, tzinfo=zone)) or timedelta()
        start = _Change(_LONG_AGO, offset, offset, zone.tzname(datetime(first_year, 1, 1, tzinfo=zone)) or name)
        made.add_component(_observance([start], None, is_summer=False))
    for alike in _alike(changes):
        goes_back = any(other.before == alike[0].after and other.after == alike[0].before for other in changes)
        is_summer = alike[0].after > alike[0].before and goes_back
        for dates, rule in _described(alike, last_year):
            made.add_component(_observance(dates, rule, is_summer=is_summer))
    return made


def _changes(zone: tzinfo, first_year: int, last_year: int) -> list[_Change]:
    """All from the start of one year to the end of another; no clock has been put forth and back within a week since 1970."""
    found = []
    at, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    offset = _offset(zone, at)
    while at < end:
        later = min(end, at + timedelta(days=_WEEK))
        if (following := _offset(zone, later)) != offset:
            found.append(_change(zone, at, later))
        at, offset = later, following
    return found


def _change(zone: tzinfo, before: datetime, after: datetime) -> _Change:
    old = _offset(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        before, after = (middle, after) if _offset(zone, middle) == old else (before, middle)
    return _Change((after + old).replace(tzinfo=None), old, _offset(zone, after), after.astimezone(zone).tzname() or "")


def _offset(zone: tzinfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _alike(changes: Iterable[_Change]) -> Iterator[list[_Change]]:
    groups: dict[tuple[timedelta, timedelta], list[_Change]] = defaultdict(list)
    for change in changes:
        groups[change.before, change.after].append(change)
    yield from groups.values()


def _described(alike: list[_Change], last_year: int) -> Iterator[tuple[list[_Change], Rule | None]]:
    """The dates before the rule began, one by one, and the rule from its first date on."""
    rule = _rule([change.wall for change in alike[-_CYCLE_YEARS:]], last_year + _CYCLE_YEARS)
    begins = len(alike) - _length_of(alike, rule) if rule else len(alike)
    dates = [change for change in alike[:begins] if change.wall.year <= last_year + 1]
    if dates:
        yield dates, None
    if rule:
        yield alike[begins:], rule


def _length_of(alike: Sequence[_Change], rule: Rule) -> int:
    """How many years the rule goes back."""
    length = _CYCLE_YEARS
    while length < len(alike) and _rule([change.wall for change in alike[-length - 1 :]], alike[-1].wall.year) == rule:
        length += 1
    return length


def _rule(walls: Sequence[datetime], last_year: int) -> Rule | None:
    """The yearly rule by which all of these dates come, if there is one."""
    years = [wall.year for wall in walls]
    is_yearly = len(walls) >= _CYCLE_YEARS and years == list(range(last_year - len(walls) + 1, last_year + 1))
    if not is_yearly or len({wall.time() for wall in walls}) > 1:
        return None
    on = _day_rule(walls) if len({wall.month for wall in walls}) == 1 else _across_months(walls)
    return {"freq": "yearly", **on} if on else None


def _across_months(walls: Sequence[datetime]) -> Rule | None:
    """As in Cairo, whose last Thursday of October ends at midnight: the Friday between two days counted from the year's end."""
    days = [(wall.replace(month=12, day=31) - wall).days + 1 for wall in walls]
    if len({wall.weekday() for wall in walls}) > 1 or max(days) - min(days) >= _WEEK:
        return None
    return {"byday": _DAYS[walls[0].weekday()], "byyearday": [-day for day in range(max(days), max(days) - _WEEK, -1)]}


def _day_rule(walls: Sequence[datetime]) -> Rule | None:
    """A date, the second or the last Sunday, or the Saturday between two dates."""
    month, dates = {"bymonth": walls[0].month}, sorted({wall.day for wall in walls})
    if len(dates) == 1:
        return {**month, "bymonthday": dates[0]}
    if len({wall.weekday() for wall in walls}) > 1:
        return None
    day = _DAYS[walls[0].weekday()]
    weeks = {(wall.day - 1) // _WEEK + 1 for wall in walls}
    if len(weeks) == 1:
        return {**month, "byday": f"{weeks.pop()}{day}"}
    if all(wall.day > monthrange(wall.year, wall.month)[1] - _WEEK for wall in walls):
        return {**month, "byday": f"-1{day}"}
    return {**month, "byday": day, "bymonthday": list(range(dates[0], dates[0] + _WEEK))} if dates[-1] - dates[0] < _WEEK else None


def _observance(dates: Sequence[_Change], rule: Rule | None, *, is_summer: bool) -> TimezoneStandard | TimezoneDaylight:
    made = TimezoneDaylight() if is_summer else TimezoneStandard()
    made.add("dtstart", dates[0].wall)
    made.add("tzoffsetfrom", dates[0].before)
    made.add("tzoffsetto", dates[0].after)
    made.add("tzname", dates[-1].name)
    if rule:
        made.add("rrule", rule)
    elif len(dates) > 1:
        made.add("rdate", [change.wall for change in dates[1:]])
    return made
