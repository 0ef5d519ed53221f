"""Events as RFC 5545 has them: every date with its site's time zone, an identity that outlives moves, and what was called off."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from icalendar import Calendar, Event, Timezone

from server.core.zones import zone_of
from server.feeds.zones import definition
from server.plans.wording import sentence
from shared_models.i18n import Translator
from shared_models.plans.planning import DueReason

PRODUCT = "-//Etabli//Maintenance//FR"
_USUAL_MINUTES = 60
_PRIORITIES = {"urgent": 1, "high": 3, "medium": 5, "low": 9}


def identity(row: Any) -> UUID:
    """A series names an event by the date it had first; any other plan by the number of its turn; a job of no plan by itself."""
    if row["plan_id"] is None:
        return UUID(str(row["intervention_id"]))
    if row["is_series"]:
        return uuid5(row["plan_id"], row["original_due"].isoformat())
    return uuid5(row["plan_id"], f"turn {row['turn']}")


def calendar(name: str, rows: Iterable[Any], called_off: Iterable[Any], words: Translator, public_url: str) -> bytes:
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("name", name)
    made.add("x-wr-calname", name)
    made.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for row in rows:
        made.add_component(_event(row, words, public_url))
    for row in called_off:
        made.add_component(_gone(row, words))
    made.subcomponents[:0] = _zones(made)
    return bytes(made.to_ical())


def _zones(made: Calendar) -> list[Timezone]:
    """For the years of the calendar's events."""
    years = [event.decoded(edge).year for event in made.walk("VEVENT") for edge in ("dtstart", "dtend")]
    return [definition(name, zone_of(name), min(years), max(years)) for name in sorted(made.get_used_tzids())]


def _base(row: Any) -> Event:
    event = Event()
    event.add("uid", f"{identity(row)}@etabli")
    event.add("dtstamp", row["changed_at"].astimezone(UTC))
    event.add("last-modified", row["changed_at"].astimezone(UTC))
    event.add("sequence", row["sequence"])
    start = _later(row["due"].replace(tzinfo=zone_of(row["time_zone"])), 0)  # an hour that the clocks leave out is none
    event.add("dtstart", start)
    event.add("dtend", _later(start, row["estimated_duration"] or _USUAL_MINUTES))
    return event


def _later(start: datetime, minutes: int) -> datetime:
    """Minutes that pass, not minutes on the wall: they differ on the two days when the clocks change."""
    return (start.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(start.tzinfo)


def _event(row: Any, words: Translator, public_url: str) -> Event:
    event = _base(row)
    event.add("summary", f"{row['title']} · {row['equipment_name']}")
    event.add("location", " · ".join(part for part in (row["site_name"], row["line_name"], row["equipment_code"]) if part))
    event.add("status", "TENTATIVE" if row["is_forecast"] else "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("priority", _PRIORITIES[row["priority"]])
    event.add("url", _link(row, public_url))
    event.add("description", "\n\n".join(part for part in _paragraphs(row, words) if part))
    return event


def _paragraphs(row: Any, words: Translator) -> list[str]:
    state = words.t("feed.forecast") if row["is_forecast"] else words.t(f"feed.status.{row['status']}")
    number = f"{row['number']} · " if row["number"] else ""
    why = sentence(DueReason.model_validate_json(row["reason"]), words.lang) if row["reason"] else ""
    return [f"{number}{state}", why, row["description"]]


def _link(row: Any, public_url: str) -> str:
    if row["intervention_id"] is not None:
        return f"{public_url}/jobs/{row['intervention_id']}"
    return f"{public_url}/plans/{row['plan_id']}"


def _gone(row: Any, words: Translator) -> Event:
    event = _base(row)
    event.add("summary", f"{row['title']} · {row['equipment_name']}")
    event.add("status", "CANCELLED")
    event.add("description", words.t("feed.called_off", reason=row["why_not"]))
    return event
