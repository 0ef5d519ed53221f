"""A handover as a mail tells it, in its reader's language and by the clock of its site."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from server.core.i18n import translator
from server.core.zones import zone_of
from server.notifications.subjects import in_a_mail
from shared_models.handovers.rows import HandoverItem, Part
from shared_models.handovers.wording import Tongue, told

MOST = 60
"""Of so many lines; the rest is on the page."""


@in_a_mail("handover")
def lines(handover: Mapping[str, Any], lang: str) -> list[dict[str, str]]:
    """The first of each part has its name."""
    zone = zone_of(handover["clock"])
    t = translator(lang).t
    tongue = Tongue(t, partial(_moment, lang, zone), partial(_day, lang), partial(_wall, lang))
    said = [
        {"head": "" if number else t("handovers.words"), "title": word["by"], "message": word["text"]}
        for number, word in enumerate(handover["words"])
    ]
    read = [HandoverItem.model_validate(item) for item in handover["items"]][:MOST]
    for number, item in enumerate(read):
        is_first = not number or read[number - 1].part is not item.part
        title = " · ".join(filter(None, [item.machine, item.title]))
        said.append({"head": _head(t, item.part) if is_first else "", "title": title, "message": told(item, tongue), "path": item.path})
    return said


def _head(t: Any, part: Part) -> str:
    return str(t(f"handovers.part.{part}"))


def _moment(lang: str, zone: ZoneInfo, at: datetime) -> str:
    return str(format_datetime(at, "d MMM HH:mm", tzinfo=zone, locale=lang))


def _wall(lang: str, at: datetime) -> str:
    return str(format_datetime(at, "d MMM HH:mm", locale=lang))


def _day(lang: str, day: date) -> str:
    return str(format_date(day, "d MMMM", locale=lang))
