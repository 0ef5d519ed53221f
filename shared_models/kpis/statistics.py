"""What can be said of few events: how long a machine holds at least, whether failures come closer together, and who is in the middle."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from math import exp, lgamma, log, log1p, sqrt

CONFIDENCE = 0.9
FEW = 3
"""With fewer events than that, a figure stands beside its bound and has no arrow."""
LEAST_TREND = 4
_SURE = 1.96
_CLOSE = 1e-13


def failures_at_most(n: int, confidence: float) -> float:
    """The mean of the Poisson law under which `n` events or fewer are seen with a chance of 1 - `confidence`: χ²(confidence; 2n + 2) / 2.

    Solved exactly: for whole n the chance is a finite sum, whose slope is its last term.
    """
    mean = -log(1 - confidence) if n == 0 else n + 1 + sqrt(n + 1)
    for _ in count():
        last = exp(n * log(mean) - mean - lgamma(n + 1))
        step = (_at_most(n, mean, last) - (1 - confidence)) / last
        step = max(-mean / 2, min(step, mean))
        mean += step
        if abs(step) <= _CLOSE * mean:
            break
    return mean


def _at_most(n: int, mean: float, last: float) -> float:
    """The chance of n events or fewer, summed from its last term down to where nothing more is added."""
    total = term = last
    for k in range(n, 0, -1):
        term *= k / mean
        total += term
        if term < total * 1e-17:
            break
    return total


def mtbf_at_least(time: float, failures: int, confidence: float = CONFIDENCE) -> float:
    """The one-sided lower bound of the mean time between failures, 2T / χ²(confidence; 2n + 2), in the unit of `time`."""
    return time / failures_at_most(failures, confidence)


def laplace(instants: Sequence[float], time: float) -> float | None:
    """Laplace's u of events within `[0, time]`: above 0 they come closer together. None for too few."""
    n = len(instants)
    if n < LEAST_TREND or time <= 0:
        return None
    return laplace_of(sum(instants) / n, n, time)


def laplace_of(mean: float, n: int, time: float) -> float:
    return (mean - time / 2) / (time * sqrt(1 / (12 * n)))


def is_trend(u: float | None) -> bool:
    return u is not None and abs(u) > _SURE


def percentile(values: Sequence[float], share: float) -> float | None:
    """Between the two nearest by proportion, as spreadsheets have it (`PERCENTILE.INC`) and PostgreSQL (`percentile_cont`)."""
    if not values:
        return None
    ordered, at = sorted(values), share * (len(values) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


@lru_cache(maxsize=10_000)
def share_at_most(k: int, n: int, confidence: float = CONFIDENCE) -> float:
    """The upper one-sided bound of a share of which `k` of `n` were seen (Clopper and Pearson): `k` or fewer would be that rare."""
    if k >= n:
        return 1.0
    low, high = 0.0, 1.0
    while high - low > _CLOSE:
        middle = (low + high) / 2
        low, high = (middle, high) if _binomial(k, n, middle) > 1 - confidence else (low, middle)
    return (low + high) / 2


def share_at_least(k: int, n: int, confidence: float = CONFIDENCE) -> float:
    """The lower one."""
    return 1 - share_at_most(n - k, n, confidence)


def _binomial(k: int, n: int, share: float) -> float:
    """The chance of `k` or fewer of `n`, where no more than `n` x `share` are asked about: summed from its last term down, too."""
    ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    total = term = exp(ways + k * log(share) + (n - k) * log1p(-share))
    for i in range(k, 0, -1):
        term *= i * (1 - share) / ((n - i + 1) * share)
        total += term
        if term < total * 1e-17:
            break
    return total
