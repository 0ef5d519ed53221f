"""What a meter's readings and resets say together: a line of totals that never runs backwards, and what would break it.

A reset is a point of that line too: what the meter last showed. A reading of the same instant counts as taken after it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from shared_models.meters.metering import TOO_FAST, Doubt, Implausible, Point, Reset, doubt, gauge_doubt, offset_at
from shared_models.meters.rows import MeterKind, ResetKind

DIGITS = 4
"""What the database keeps of a value."""
_SURE = 10


def exact(value: float) -> float:
    """Without the dust of binary fractions."""
    return round(value, DIGITS)


def total(kind: MeterKind, value: float, at: datetime, resets: Sequence[Reset]) -> float:
    return exact(value if kind is MeterKind.gauge else value + offset_at(resets, at))


def reset_points(resets: Sequence[Reset]) -> list[Point]:
    """`resets` in order of time."""
    points, offset = [], 0.0
    for reset in resets:
        points.append(Point(reset.at, exact(reset.final_value + offset)))
        offset += reset.final_value - reset.start_value
    return points


def line(readings: Iterable[Point], resets: Sequence[Reset]) -> list[Point]:
    return sorted([*readings, *reset_points(resets)], key=lambda point: (point.at, point.total))


@dataclass(frozen=True)
class Dial:
    """What a counter can show: `digits` before the point, None where nobody has counted them."""

    digits: int | None
    decimals: int = 0

    @property
    def turn(self) -> float | None:
        """What the counter has counted when it shows nought again."""
        return None if self.digits is None else float(10**self.digits)

    @property
    def highest(self) -> float | None:
        return None if self.turn is None else exact(self.turn - 10**-self.decimals)

    def turn_after(self, shown: float) -> float:
        """Of a counter that has gone past its last digit after it showed `shown`: the next power of ten where its digits are not known."""
        return self.turn or float(10 ** len(str(int(max(0.0, shown - 1)))))


def final_of(kind: ResetKind, final_value: float, dial: Dial) -> float:
    """What the meter had counted at a reset: one that rolled over went on to the end of its dial, whatever was last seen."""
    return max(exact(final_value), dial.turn_after(final_value)) if kind is ResetKind.rollover else exact(final_value)


def rollover_id(reading_id: UUID) -> UUID:
    """Of the rollover that a confirmed reading tells of; the same on the server and on the device."""
    return uuid5(reading_id, "rollover")


@dataclass(frozen=True)
class Limits:
    """What is known of a meter beside its past."""

    kind: MeterKind
    low: float | None
    high: float | None
    most_per_day: float | None
    per_day: float | None
    digits: int | None = None
    decimals: int = 0

    @property
    def dial(self) -> Dial:
        return Dial(self.digits, self.decimals)


def reading_doubt(readings: Iterable[Point], limits: Limits, at: datetime, value: float, resets: Sequence[Reset]) -> Doubt | None:
    """Why a reading should be asked about; `low` and `high` are what the meter itself would show.

    Of all `readings`, only the last before and the first after `at` matter.
    """
    if limits.kind is MeterKind.gauge:
        return gauge_doubt(value, limits.low, limits.high)
    if off := _off_dial(limits, value):
        return off
    # Of several at one instant `doubt` takes the first: that is the highest before `at`, the lowest after it.
    strictest = sorted(line(readings, resets), key=lambda point: -point.total if point.at <= at else point.total)
    found = doubt(strictest, at, total(limits.kind, value, at, resets), most_per_day=limits.most_per_day, per_day=limits.per_day)
    offset = offset_at(resets, at)
    if found is None:
        return None
    shown = Doubt(found.kind, _shown(found.low, offset), _shown(found.high, offset))
    return Doubt(Implausible.rolled_over, shown.low, shown.high) if _has_rolled_over(strictest, limits, at, value, shown) else shown


def _off_dial(limits: Limits, value: float) -> Doubt | None:
    """A counter counts from nought."""
    highest = limits.dial.highest
    return Doubt(Implausible.off_dial, 0.0, highest) if value < 0 or (highest is not None and value > highest) else None


def _has_rolled_over(points: Sequence[Point], limits: Limits, at: datetime, value: float, found: Doubt) -> bool:
    """Whether less than before, on the last reading, is what is left of a turn: no more than the machine can do, or a tenth of the dial."""
    turn, before = limits.dial.turn, max((point.at for point in points if point.at <= at), default=None)
    if found.kind is not Implausible.backwards or turn is None or found.low is None or before is None or any(p.at > at for p in points):
        return False
    fastest = limits.most_per_day or (limits.per_day or 0.0) * TOO_FAST
    most = max(turn / _SURE, fastest * ((at - before) / timedelta(days=1)))
    return 0 <= value + turn - found.low <= most


def reset_doubt(readings: Sequence[Point], limits: Limits, reset: Reset, resets: Sequence[Reset]) -> Doubt | None:
    """Why what the meter last showed should be asked about, or cannot be."""
    before = [point for point in readings if point.at < reset.at]
    if limits.dial.turn == reset.final_value and limits.kind is MeterKind.counter:
        limits = replace(limits, digits=None)  # the end of the dial, which it never shows
    return reading_doubt(before, limits, reset.at, reset.final_value, [known for known in resets if known.at < reset.at])


def most_at_start(readings: Iterable[Point], reset: Reset, resets: Sequence[Reset]) -> float | None:
    """What the meter can have shown after `reset` at most, by what came later; None without a limit."""
    later = [point.total for point in readings if point.at >= reset.at]
    later += [point.total for point in reset_points(resets) if point.at > reset.at]
    return _shown(min(later, default=None), offset_at(resets, reset.at))


def _shown(total_then: float | None, offset: float) -> float | None:
    return None if total_then is None else exact(total_then - offset)


@dataclass(frozen=True)
class Last:
    """The latest that is known: what the meter shows, and its total then."""

    value: float
    total: float
    at: datetime


def last_of(reading: Last | None, kind: MeterKind, resets: Sequence[Reset]) -> Last | None:
    """`reading`: the latest one. A reset after it says what the meter shows since."""
    if kind is MeterKind.gauge or not resets or (reading and reading.at >= resets[-1].at):
        return reading
    return Last(exact(resets[-1].start_value), reset_points(resets)[-1].total, resets[-1].at)
