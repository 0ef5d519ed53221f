"""One machine's time: how long it was seen, stood still and ran, and what its failures tell."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared_models.kpis.intervals import OpenSpan, Span, clip, difference, length, union
from shared_models.kpis.statistics import CONFIDENCE, mtbf_at_least

HOUR = timedelta(hours=1)
HOUR_UNITS = ("h", "hr", "hour", "hours", "heure", "heures")
"""As people write the unit of a meter that counts how long a machine ran."""


@dataclass(frozen=True)
class Stopped:
    """`ended_at` None while it stands still."""

    started_at: datetime
    ended_at: datetime | None
    is_failure: bool = True

    @property
    def span(self) -> OpenSpan:
        return self.started_at, self.ended_at


@dataclass(frozen=True)
class Metered:
    """What a meter of running hours has counted between two readings."""

    over: Span
    ran: timedelta


@dataclass(frozen=True)
class Reliability:
    """`operating` is estimated unless a meter has counted all of it; `unfinished` failures are not yet restored at the window's end."""

    seen: timedelta = timedelta()
    down: timedelta = timedelta()
    operating: timedelta = timedelta()
    is_estimated: bool = False
    failures: int = 0
    downs: int = 0
    restored: int = 0
    restoring: timedelta = timedelta()
    unfinished: int = 0
    spans: list[Span] = field(default_factory=list)

    def __add__(self, other: "Reliability") -> "Reliability":
        """Of several machines: sums over sums, never a mean of means."""
        return Reliability(
            self.seen + other.seen, self.down + other.down, self.operating + other.operating, self.is_estimated or other.is_estimated,
            self.failures + other.failures, self.downs + other.downs, self.restored + other.restored, self.restoring + other.restoring,
            self.unfinished + other.unfinished,
        )  # fmt: skip

    @property
    def availability(self) -> float | None:
        return (self.seen - self.down) / self.seen if self.seen else None

    @property
    def mtbf(self) -> timedelta | None:
        return self.operating / self.failures if self.failures else None

    @property
    def mttr(self) -> timedelta | None:
        return self.restoring / self.restored if self.restored else None

    @property
    def mdt(self) -> timedelta | None:
        return self.down / self.downs if self.downs else None

    def mtbf_at_least(self, confidence: float = CONFIDENCE) -> timedelta:
        return timedelta(hours=mtbf_at_least(self.operating / HOUR, self.failures, confidence))


def reliability(stops: Iterable[Stopped], window: Span, now: datetime, metered: Metered | None = None) -> Reliability:
    """Over `[a, b)`, or until `now` where that comes first. What began before counts as time only; a failure counts where it begins."""
    window = window[0], min(window[1], now)
    if window[0] >= window[1]:
        return Reliability()
    stops = list(stops)
    down = union(clip((stop.span for stop in stops), window))
    failures = [stop for stop in stops if stop.is_failure]
    restored = [stop for stop in failures if stop.ended_at is not None and window[0] <= stop.ended_at < window[1]]
    unmetered = difference([window], [metered.over] if metered else [])
    ran = length(difference(unmetered, down)) + (metered.ran if metered else timedelta())
    return Reliability(
        seen=window[1] - window[0], down=length(down), operating=ran, is_estimated=bool(unmetered), downs=len(down), spans=down,
        failures=sum(window[0] <= stop.started_at < window[1] for stop in failures),
        restored=len(restored), restoring=sum((end - begin for stop in restored for begin, end in clip([stop.span], window)), timedelta()),
        unfinished=sum(stop.started_at < window[1] and (stop.ended_at is None or stop.ended_at >= window[1]) for stop in failures),
    )  # fmt: skip
