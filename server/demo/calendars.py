"""Local days and shifts of a site, in seconds since 1970."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from shared_models.shifts import Shift

MINUTE = 60
HOUR = 3600
DAY = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_THURSDAY = 3  # 1 January 1970
SHIFTS = ((5 * HOUR, 13 * HOUR), (13 * HOUR, 21 * HOUR), (8 * HOUR, 16 * HOUR + 30 * MINUTE))


class Calendar:
    """`day` is a number of days since 1970 in the site's own calendar."""

    def __init__(self, time_zone: str) -> None:
        self.zone = ZoneInfo(time_zone)
        self._midnights: dict[int, int] = {}

    def midnight(self, day: int) -> int:
        found = self._midnights.get(day)
        if found is None:
            local = (_EPOCH + timedelta(days=day)).replace(tzinfo=self.zone)
            found = self._midnights[day] = int(local.timestamp())
        return found

    def day_of(self, at: float) -> int:
        day = int(at // DAY)
        while self.midnight(day + 1) <= at:
            day += 1
        while self.midnight(day) > at:
            day -= 1
        return day

    def at(self, day: int, seconds: float) -> int:
        return self.midnight(day) + int(seconds)

    def local(self, at: float) -> datetime:
        """The site's wall clock, naive."""
        return datetime.fromtimestamp(int(at), self.zone).replace(tzinfo=None)

    def epoch(self, local: datetime) -> float:
        """A time that the clocks leave out is taken with the offset before it, as RFC 5545 says."""
        return local.replace(tzinfo=self.zone).timestamp()

    def time_of_day(self, at: float) -> float:
        return at - self.midnight(self.day_of(at))

    def clock(self, at: float) -> str:
        """As written on a sheet: `14:05`."""
        minutes = int(self.time_of_day(at)) // MINUTE
        return f"{minutes // 60:02d}:{minutes % 60:02d}"

    @cached_property
    def summer_heat(self) -> tuple[float, ...]:
        """Failures by month, January first: lines run faster in summer, and everything is warmer."""
        return (0.85, 0.85, 0.95, 1.0, 1.1, 1.25, 1.3, 1.2, 1.05, 0.95, 0.85, 0.8)

    def month(self, day: int) -> int:
        return (_EPOCH + timedelta(days=day)).month


def weekday(day: int) -> int:
    """Monday is 0."""
    return (day + _THURSDAY) % 7


def on_a_working_day(day: int) -> int:
    """The day, or the Monday after a week-end."""
    return day + (7 - weekday(day) if weekday(day) >= 5 else 0)


_WEEK = (0, 1, 2, 3, 4)
_KEPT = (
    (("Matin", _WEEK, time(5), time(13)), ("Après-midi", _WEEK, time(13), time(21)), ("Nuit", (6, 0, 1, 2, 3), time(21), time(5))),
    (("Matin", (*_WEEK, 5), time(5), time(13)), ("Après-midi", _WEEK, time(13), time(21))),
    (),
)
_HOLIDAYS = (
    (1, 1, "Jour de l’an"), (5, 1, "Fête du travail"), (5, 8, "Victoire 1945"), (7, 14, "Fête nationale"), (8, 15, "Assomption"),
    (11, 1, "Toussaint"), (11, 11, "Armistice 1918"), (12, 25, "Noël"),
)  # fmt: skip


def kept_shifts(site: int) -> list[dict[str, object]]:
    """As they are kept of the site of this number: three, two, or none yet."""
    kept = [Shift(name=name, weekdays=list(days), begins=begins, ends=ends) for name, days, begins, ends in _KEPT[site % len(_KEPT)]]
    return [shift.model_dump(mode="json") for shift in kept]


def kept_holidays(site: int, now: datetime) -> list[dict[str, object]]:
    """Of last year, this one and the next."""
    years = range(now.year - 1, now.year + 2) if kept_shifts(site) else ()
    return [{"day": date(year, month, day).isoformat(), "name": name} for year in years for month, day, name in _HOLIDAYS]
