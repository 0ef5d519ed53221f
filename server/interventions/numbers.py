"""Days and numbers of a site."""

from datetime import UTC, date, datetime, time

from server.core.database import Session
from server.core.numbers import next_number
from server.core.zones import zone_of


def end_of(day: date, time_zone: str) -> datetime:
    return datetime.combine(day, time(23, 59), zone_of(time_zone)).astimezone(UTC)


async def intervention_number(session: Session, at: datetime, time_zone: str) -> str:
    """`INT-2026-000123`; the year is the site's."""
    year = at.astimezone(zone_of(time_zone)).year
    return f"INT-{year}-{await next_number(session, f'INT-{year}'):06}"
