"""What has made a figure change: whose share in it grew or shrank most, in the direction in which the whole went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=str)
MOST = 3


@dataclass(frozen=True)
class Share(Generic[K]):
    of: K
    before: float
    now: float

    @property
    def change(self) -> float:
        return self.now - self.before


@dataclass(frozen=True)
class Change(Generic[K]):
    """`shares` are the largest in its direction, the largest first; `part` is how much of the whole they make, None where others made
    up for some of them, so that a part would say nothing.
    """

    before: float
    now: float
    shares: Sequence[Share[K]]
    part: float | None

    @property
    def change(self) -> float:
        return self.now - self.before


def changed(before: Mapping[K, float], now: Mapping[K, float], *, most: int = MOST, least: float = 1e-6) -> Change[K]:
    """`least`: what is no change."""
    shares = [Share(of, before.get(of, 0.0), now.get(of, 0.0)) for of in sorted(before.keys() | now.keys())]
    was, is_now = sum(before.values()), sum(now.values())
    sign = 1 if is_now >= was else -1
    if abs(is_now - was) <= least:
        return Change(was, is_now, [], None)
    along = sorted((share for share in shares if share.change * sign > least), key=lambda share: -share.change * sign)[:most]
    part = sum(share.change for share in along) / (is_now - was)
    return Change(was, is_now, along, part if part <= 1 + least else None)
