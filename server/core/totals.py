"""How many rows a list has, counted once and known until something of it changes.

The mark is the newest transaction that has changed a row, or taken one away (`Held.newest`). A total is kept when every transaction
up to the mark has ended: whatever changes afterwards has a greater number, and moves the mark.
"""

from collections.abc import Hashable
from typing import NamedTuple

_MOST = 2_000
UNKNOWN = -1


class Total(NamedTuple):
    mark: int
    rows: int


class Totals:
    """Of one database, by what is listed, to whom, and how it is narrowed."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Total] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: Hashable) -> Total:
        return self._kept.get(key, Total(UNKNOWN, 0))

    def keep(self, key: Hashable, total: Total) -> None:
        if len(self._kept) >= _MOST:
            self._kept.clear()
        self._kept[key] = total
