"""Times that make sense, and numbers."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from server.core.clock import now
from server.core.database import Session
from server.core.numbers import next_number
from server.interventions.errors import ImplausibleTime

_FIRST_YEAR, _LAST_YEAR = 2000, 2200


def plausible(at: datetime, field: str) -> datetime:
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise ImplausibleTime(field=field)
    return at.astimezone(UTC)


def past(at: datetime, field: str = "occurred_at") -> datetime:
    """What has happened did not happen in the future: a clock that runs ahead counts as now."""
    return min(plausible(at, field), now())


def end_of(day: date, time_zone: str) -> datetime:
    return datetime.combine(day, time(23, 59), ZoneInfo(time_zone)).astimezone(UTC)


async def intervention_number(session: Session, at: datetime, time_zone: str) -> str:
    """`INT-2026-000123`; the year is the site's."""
    year = at.astimezone(ZoneInfo(time_zone)).year
    return f"INT-{year}-{await next_number(session, f'INT-{year}'):06}"
