"""What a meter's readings and resets say together: a line of totals that never runs backwards, and what would break it.

A reset is a point of that line too: what the meter last showed. A reading of the same instant counts as taken after it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared_models.metering import Doubt, Point, Reset, doubt, gauge_doubt, offset_at
from shared_models.meters import MeterKind

DIGITS = 4
"""What the database keeps of a value."""


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
class Limits:
    """What is known of a meter beside its past."""

    kind: MeterKind
    low: float | None
    high: float | None
    most_per_day: float | None
    per_day: float | None


def reading_doubt(readings: Iterable[Point], limits: Limits, at: datetime, value: float, resets: Sequence[Reset]) -> Doubt | None:
    """Why a reading should be asked about; `low` and `high` are what the meter itself would show.

    Of all `readings`, only the last before and the first after `at` matter.
    """
    if limits.kind is MeterKind.gauge:
        return gauge_doubt(value, limits.low, limits.high)
    # Of several at one instant `doubt` takes the first: that is the highest before `at`, the lowest after it.
    strictest = sorted(line(readings, resets), key=lambda point: -point.total if point.at <= at else point.total)
    found = doubt(strictest, at, total(limits.kind, value, at, resets), most_per_day=limits.most_per_day, per_day=limits.per_day)
    offset = offset_at(resets, at)
    return Doubt(found.kind, _shown(found.low, offset), _shown(found.high, offset)) if found else None


def reset_doubt(readings: Sequence[Point], limits: Limits, reset: Reset, resets: Sequence[Reset]) -> Doubt | None:
    """Why what the meter last showed should be asked about, or cannot be."""
    before = [point for point in readings if point.at < reset.at]
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
