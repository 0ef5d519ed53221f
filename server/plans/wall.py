"""The site's wall clock. A time that the clocks leave out in spring is taken with the offset before the change (RFC 5545)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def instant_of(local: datetime, zone: ZoneInfo) -> datetime:
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def local_of(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


@dataclass(frozen=True)
class SiteClock:
    """A `shared_models.plans.outlook.Clock`."""

    zone: ZoneInfo

    def local(self, instant: datetime) -> datetime:
        return local_of(instant, self.zone)

    def instant(self, local: datetime) -> datetime:
        return instant_of(local, self.zone)
