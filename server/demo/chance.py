"""Chance that repeats itself: every stream is named, so that adding one never disturbs another."""

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import Self, TypeVar
from uuid import UUID

from shared_models.labels.codes import ALPHABET, LENGTH, check_character

T = TypeVar("T")
BORN = 1_672_617_600  # what does not move with today has ids of 2 January 2023, the same on every day
_VERSION_AND_VARIANT = 0x7 << 76 | 0b10 << 62


class Dice(Random):
    """A stream of chance named by a seed and words. Times are whole seconds since 1970, as everywhere in this package."""

    def __new__(cls, *_words: object) -> Self:
        return super().__new__(cls)

    def __init__(self, *words: object) -> None:
        super().__init__("/".join(map(str, words)))

    def id_at(self, at: float) -> UUID:
        """A UUIDv7 of that instant, its random part from this stream."""
        bits = self.getrandbits(74)
        return UUID(int=int(at * 1000) << 80 | _VERSION_AND_VARIANT | bits >> 62 << 64 | bits & 0x3FFF_FFFF_FFFF_FFFF)

    def around(self, median: float, spread: float = 0.45) -> float:
        """Lognormal, as durations of work are."""
        return median * self.lognormvariate(0, spread)

    def happens(self, probability: float) -> bool:
        return self.random() < probability

    def pick(self, items: Sequence[T]) -> T:
        return items[int(self.random() * len(items))]

    def label_code(self) -> str:
        payload = "".join(self.pick(ALPHABET) for _ in range(LENGTH - 1))
        return payload + check_character(payload)


def instant(at: float) -> datetime:
    return datetime.fromtimestamp(int(at), UTC)
