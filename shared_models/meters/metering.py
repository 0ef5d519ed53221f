"""What follows from a meter's readings: the virtual total, the use per day, when a threshold is or was reached, what is plausible.

A counter's *total* runs on through resets and replacements; a gauge's total is its value. Times here are of one kind, all aware
or all naive.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

USE_WINDOW = timedelta(days=90)
LEAST_SPAN = timedelta(days=1)
FAR = timedelta(days=365 * 20)
TOO_FAST = 4.0  # times the usual use
ALWAYS_POSSIBLE = 1.0  # of the unit a day: a meter that hardly moved may wake up
_DAY = timedelta(days=1)


class Implausible(StrEnum):
    """Why a reading is asked about.

    `backwards` cannot be confirmed: the meter was reset, or the value is wrong. Nor can `off_dial`, which no such meter can show.
    `rolled_over`, confirmed, says that the counter has gone past its last digit.
    """

    backwards = "backwards"
    off_dial = "off_dial"
    rolled_over = "rolled_over"
    too_fast = "too_fast"
    out_of_range = "out_of_range"


@dataclass(frozen=True)
class Point:
    at: datetime
    total: float


@dataclass(frozen=True)
class Reset:
    """From `at` on the meter shows `start_value`, having shown `final_value` before."""

    at: datetime
    final_value: float
    start_value: float


def offset_at(resets: Sequence[Reset], at: datetime) -> float:
    """What has to be added to a value read at `at` to give the total."""
    return sum(reset.final_value - reset.start_value for reset in resets if reset.at <= at)


def use_per_day(points: Sequence[Point], expected: float | None = None) -> float | None:
    """The mean use per day over the last ninety days of readings; `expected` until there are readings a day apart.

    `points` are in order of time. None: nothing is known.
    """
    if points:
        last = points[-1]
        earliest = last.at - USE_WINDOW
        within = [point for point in points if point.at >= earliest]
        if before := [point for point in points if point.at < earliest]:
            within = [Point(earliest, total_at(points, earliest, 0.0) or before[-1].total), *within]
        span = last.at - within[0].at
        if span >= LEAST_SPAN:
            return max(0.0, (last.total - within[0].total) / (span / _DAY))
    return expected


def total_at(points: Sequence[Point], at: datetime, per_day: float | None) -> float | None:
    """The total at `at`: between two readings by interpolation, after the last one by the use per day; None before the first."""
    if not points or at < points[0].at:
        return None
    following = bisect_right([point.at for point in points], at)
    before = points[following - 1]
    if following == len(points):
        return before.total + (per_day or 0.0) * ((at - before.at) / _DAY)
    then = points[following]
    return before.total + (then.total - before.total) * ((at - before.at) / (then.at - before.at))


def reached_at(points: Sequence[Point], threshold: float, per_day: float | None) -> datetime | None:
    """When the total reached `threshold`, or will; None when that cannot be known or is twenty years away."""
    before: Point | None = None
    for point in points:
        if point.total >= threshold:
            if before is None or point.total == before.total:
                return point.at
            return before.at + (point.at - before.at) * ((threshold - before.total) / (point.total - before.total))
        before = point
    if before is None or not per_day or per_day <= 0:
        return None
    days = (threshold - before.total) / per_day
    return before.at + timedelta(days=days) if days < FAR / _DAY else None


@dataclass(frozen=True)
class Doubt:
    """`low` and `high`: the totals (or a gauge's values) between which a reading would pass without a question."""

    kind: Implausible
    low: float | None
    high: float | None


def doubt(points: Sequence[Point], at: datetime, total: float, *, most_per_day: float | None, per_day: float | None) -> Doubt | None:
    """Why a counter's `total` at `at` should be asked about; None when it fits between the readings before and after it.

    `most_per_day`: what the machine can do in a day (24 for running hours); else four times its use per day.
    """
    before = max((point for point in points if point.at <= at), key=lambda point: point.at, default=None)
    following = min((point for point in points if point.at > at), key=lambda point: point.at, default=None)
    low = before.total if before else None
    high = following.total if following else None
    if (low is not None and total < low) or (high is not None and total > high):
        return Doubt(Implausible.backwards, low, high)
    fastest = most_per_day or (max(per_day * TOO_FAST, ALWAYS_POSSIBLE) if per_day else None)
    if before is not None and fastest is not None:
        most = before.total + fastest * max((at - before.at) / _DAY, 1 / 24)
        if total > most:
            return Doubt(Implausible.too_fast, low, most)
    if following is not None and fastest is not None:
        least = following.total - fastest * max((following.at - at) / _DAY, 1 / 24)
        if total < least:
            return Doubt(Implausible.too_fast, least, following.total)
    return None


def gauge_doubt(value: float, low: float | None, high: float | None) -> Doubt | None:
    if (low is not None and value < low) or (high is not None and value > high):
        return Doubt(Implausible.out_of_range, low, high)
    return None
