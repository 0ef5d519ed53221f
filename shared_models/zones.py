"""Time zones of sites: plain IANA names, spelt exactly, that can be computed with here. The server asks its database too."""

import re
from datetime import datetime, timedelta
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints

from shared_models.base import ON_PHONE
from shared_models.text import ONE_LINE

UTC_NAME = "UTC"
MINUTE = timedelta(minutes=1)
_PLACE = re.compile(r"(?!posix/|right/|SystemV/|Etc/)[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+){1,2}")
"""An area and a place: no offset, no abbreviation, nothing that means another zone on another machine (`localtime`, `Factory`)."""


@cache
def zone_names() -> frozenset[str]:
    """What this machine knows; a phone has no list, and starts faster without asking for one."""
    if ON_PHONE:
        return frozenset()
    from zoneinfo import available_timezones

    return frozenset(name for name in available_timezones() if name == UTC_NAME or _PLACE.fullmatch(name))


def _known(value: str) -> str:
    """A device without the list of zones leaves it to the server."""
    is_known = value in names if (names := zone_names()) else _PLACE.fullmatch(value) or value == UTC_NAME
    if not is_known:
        raise ValueError("time_zone_unknown")
    return value


TimeZone = Annotated[str, StringConstraints(max_length=60), ONE_LINE, AfterValidator(_known), Field(examples=["Europe/Paris"])]


def jump(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The minute at which the zone's clocks change, which they do between the two."""
    before = low.astimezone(zone).utcoffset()
    while high - low > MINUTE:
        middle = low + ((high - low) // MINUTE // 2) * MINUTE
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    return high
