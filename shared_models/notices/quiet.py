"""When somebody may be disturbed: quiet hours by weekday, a pause, and the hour of the daily digest, in a time zone of theirs.

Computed minute by minute in the local clock's terms: an hour that the clocks leave out is not there, one that they repeat counts twice.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared_models.interventions.rows import Priority
from shared_models.zones import jump

WEEK = 7


@dataclass(frozen=True)
class Hours:
    """Quiet from `begins` on this weekday to `ends`, on the next day where that is not later; the same hour twice is the whole day."""

    weekday: int
    begins: time
    ends: time


@dataclass(frozen=True)
class Quiet:
    """`urgent_passes`: what is urgent comes in quiet hours too, never in a pause."""

    zone: ZoneInfo
    hours: tuple[Hours, ...] = ()
    urgent_passes: bool = True
    paused_until: datetime | None = None

    def is_quiet(self, at: datetime) -> bool:
        """Whether the quiet hours say so."""
        local = at.astimezone(self.zone)
        return any(_holds(hours, local) for hours in self.hours)

    def allowed(self, at: datetime, priority: Priority) -> datetime:
        """The first minute from `at` on at which something of this priority may come; after a week without any, then."""
        begins = max(at, self.paused_until or at)
        if priority is Priority.urgent and self.urgent_passes:
            return begins
        if not self.is_quiet(begins):
            return begins
        limit = begins + timedelta(days=WEEK + 1)
        for candidate in sorted(self._ends(begins, limit)):
            if not self.is_quiet(candidate):
                return candidate
        return limit

    def _ends(self, after: datetime, limit: datetime) -> set[datetime]:
        """The instants at which quiet hours can end: their own ends, the day's, and the clocks' own jumps."""
        found: set[datetime] = set()
        first = after.astimezone(self.zone).date()
        for ahead in range(-1, WEEK + 2):
            day = first + timedelta(days=ahead)
            walls = {hours.ends for hours in self.hours} | {time()}
            for wall in walls:
                for fold in (0, 1):
                    instant = datetime.combine(day, wall, self.zone).replace(fold=fold).astimezone(UTC)
                    found.add(instant)
            found |= _jumps(self.zone, datetime.combine(day, time(), self.zone).astimezone(UTC))
        return {instant for instant in found if after <= instant <= limit}


def _holds(hours: Hours, local: datetime) -> bool:
    now, today = local.time().replace(tzinfo=None, fold=0), local.weekday()
    if hours.begins < hours.ends:
        return today == hours.weekday and hours.begins <= now < hours.ends
    return (today == hours.weekday and now >= hours.begins) or (today == (hours.weekday + 1) % WEEK and now < hours.ends)


def _jumps(zone: ZoneInfo, midnight: datetime) -> set[datetime]:
    """The minute of this day at which the clocks change, if they do."""
    low, high = midnight, midnight + timedelta(hours=25)
    is_changed = low.astimezone(zone).utcoffset() != high.astimezone(zone).utcoffset()
    return {jump(zone, low, high)} if is_changed else set()


def next_digest(at: datetime, hour: time, zone: ZoneInfo) -> datetime:
    """The next time after `at` that the clock shows `hour`; in a day that leaves it out, as soon as it is past."""
    day = at.astimezone(zone).date()
    for ahead in range(3):
        instant = datetime.combine(day + timedelta(days=ahead), hour, zone).astimezone(UTC)
        if instant > at:
            return instant
    raise AssertionError  # two days ahead is later in every zone
