"""Days and numbers of a site."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from server.core.database import Session
from server.core.numbers import next_number, next_numbers


def end_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(23, 59), zone).astimezone(UTC)


async def intervention_number(session: Session, zone: ZoneInfo, at: datetime) -> str:
    """`INT-2026-000123`; the year is the site's."""
    year = at.astimezone(zone).year
    return f"INT-{year}-{await next_number(session, f'INT-{year}'):06}"


async def intervention_numbers(session: Session, zones: Sequence[ZoneInfo], at: datetime) -> list[str]:
    """In the order of the jobs; the year is each site's."""
    years = [at.astimezone(zone).year for zone in zones]
    series = {year: iter(await next_numbers(session, f"INT-{year}", years.count(year))) for year in sorted(set(years))}
    return [f"INT-{year}-{next(series[year]):06}" for year in years]
