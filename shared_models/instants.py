"""Times as they are sent: each kind has a range beyond which it can only be a mistake, and none leaves what can be computed with.

What has happened, a device reads off its own clock, which may have stopped with its battery. Nothing is judged there: the server
judges by its own clock, once it has made up for the device's (`read_by`).
"""

import re
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, NaiveDatetime, WithJsonSchema

PLANT_BEGAN = datetime(2000, 1, 1, tzinfo=UTC)
"""Nothing that is reported was done before."""
LAST_YEAR = 2200
AHEAD = timedelta(days=7)
"""A clock that runs ahead by less counts as now."""
SOON = timedelta(minutes=5)
"""The same where a person tells the time: a meter is not read ahead of it."""
_BUILT, _PLANT = 1900, PLANT_BEGAN.year
IMPLAUSIBLE = "implausible_time"
_NUMBER = re.compile(r"\s*[-+]?[\d._]+(e[-+]?\d+)?\s*", re.IGNORECASE)


_clock: ContextVar[datetime | None] = ContextVar("clock", default=None)
"""What the clock shows of whoever reads."""


class read_by:  # noqa: N801 - it is used as a function: as one it takes three times as long, of each request
    """Inside, what is said to have happened must have, by a clock that shows `now`; None: whatever a device's clock said."""

    __slots__ = ("_now", "_token")

    def __init__(self, now: datetime | None) -> None:
        self._now = now

    def __enter__(self) -> None:
        self._token = _clock.set(self._now)

    def __exit__(self, *_: object) -> None:
        _clock.reset(self._token)


def _within(at: datetime, first: int, last: int = LAST_YEAR) -> datetime:
    """In UTC; years are looked at first, because at the ends of the calendar not every instant can be written in another zone."""
    if not first <= at.year < last:
        raise ValueError(IMPLAUSIBLE)
    return at.astimezone(UTC)


def is_plausible(at: datetime, now: datetime) -> bool:
    return PLANT_BEGAN <= at <= now + AHEAD


def _happened(at: datetime) -> datetime:
    at_utc, clock = _within(at, _BUILT), _clock.get()
    if clock is not None and not is_plausible(at_utc, clock):
        raise ValueError("time_in_future" if at_utc > clock else IMPLAUSIBLE)
    return at_utc


def _planned(at: datetime) -> datetime:
    return _within(at, _PLANT)


def _bound(at: datetime) -> datetime:
    return _within(at, _BUILT)


def _wall(at: datetime) -> datetime:
    if not _PLANT <= at.year < LAST_YEAR:
        raise ValueError(IMPLAUSIBLE)
    return at.replace(fold=0)


def _day(day: date) -> date:
    if not _BUILT <= day.year < LAST_YEAR:
        raise ValueError("implausible_date")
    return day


def _plan_day(day: date) -> date:
    if not _PLANT <= day.year < LAST_YEAR:
        raise ValueError("implausible_date")
    return day


def _hour(at: time) -> time:
    if at.tzinfo is not None:
        raise ValueError("timezone_superfluous")
    if at.second or at.microsecond:
        raise ValueError("due_time_unfit")
    return at


def _moment(at: datetime) -> datetime:
    return _wall(at) if at.tzinfo is None else _planned(at)


def _written_out(code: str) -> BeforeValidator:
    """A bare number would be read as seconds since 1970."""

    def check(value: Any) -> Any:
        if isinstance(value, int | float) or (isinstance(value, str) and _NUMBER.fullmatch(value)):
            raise ValueError(code)
        return value

    return BeforeValidator(check)


INSTANT_WRITTEN, DAY_WRITTEN, HOUR_WRITTEN = map(_written_out, ("datetime_invalid", "date_invalid", "time_invalid"))
HAPPENED, PLANNED, BOUND = AfterValidator(_happened), AfterValidator(_planned), AfterValidator(_bound)
WALL, MOMENT, HOUR = AfterValidator(_wall), AfterValidator(_moment), AfterValidator(_hour)
DAY, PLAN_DAY = AfterValidator(_day), AfterValidator(_plan_day)

Instant = Annotated[datetime, AwareDatetime]
"""As it is read: a row tells what the server has kept."""
Happened = Annotated[AwareDatetime, HAPPENED, INSTANT_WRITTEN]
READ = object()
ReadAt = Annotated[Happened, READ]
"""When a meter showed something: what is told of a time to come is refused."""
Planned = Annotated[AwareDatetime, PLANNED, INSTANT_WRITTEN]
Bound = Annotated[AwareDatetime, BOUND, INSTANT_WRITTEN]
"""Where a query begins or ends, and what a device's clock shows as it sends."""

_CLOCK = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?"
_DATE = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"

# The formats of OpenAPI's registry: JSON Schema's own `date-time` and `time` ask for an offset.
_LOCAL = {"type": "string", "format": "date-time-local", "pattern": f"^{_DATE}T{_CLOCK}$"}
Local = Annotated[NaiveDatetime, WithJsonSchema(_LOCAL)]
"""A site's wall clock: what is planned for eight o'clock stays at eight o'clock when the clocks change."""
Wall = Annotated[Local, WALL, INSTANT_WRITTEN]
"""A wall clock's time as it is sent."""
Moment = Annotated[datetime, MOMENT, INSTANT_WRITTEN, WithJsonSchema({"anyOf": [{"type": "string", "format": "date-time"}, _LOCAL]})]
"""An instant, or without an offset a wall clock's time."""
Day = Annotated[date, DAY, DAY_WRITTEN]
"""Of a machine's life."""
PlanDay = Annotated[date, PLAN_DAY, DAY_WRITTEN]
_HOUR = {"type": "string", "format": "time-local", "pattern": f"^{_CLOCK}$"}
Hour = Annotated[time, HOUR, HOUR_WRITTEN, WithJsonSchema(_HOUR)]
