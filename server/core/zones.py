"""The clocks of sites. A name that nobody knows any more takes no list away from the other sites: it counts as UTC, and is logged."""

from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from prometheus_client import Counter

from server.core.errors import Invalid
from shared_models.zones import UTC_NAME

UNKNOWN = Counter("site_clocks_unknown", "Sites' time zones that could not be computed with", registry=None)
_log = structlog.get_logger(__name__)


class TimeZoneUnknown(Invalid):
    """To this server's Python, or to its database."""

    code = "time_zone_unknown"


def zone_of(name: str) -> ZoneInfo:
    return clock_of(name, name)


def clock_of(wanted: str, clock: str) -> ZoneInfo:
    """Of a site whose time zone is `wanted`; `clock` is what its database makes of that."""
    zone = _zone(clock)
    if zone is None or wanted != clock:
        UNKNOWN.inc()
        _log.warning("site.clock_unknown", time_zone=wanted)
    return zone or ZoneInfo(UTC_NAME)


@cache
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
