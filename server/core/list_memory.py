"""What lists remember of a database, so that a page costs little: how many rows there are, and rows as they were written as JSON.

Nothing is remembered for a time: it is good as long as the database says that it is.

- A total holds until something of the list changes. Its mark is the newest transaction that has changed a row or taken one away
  (`Held.newest`); it is kept when every transaction up to the mark has ended, since whatever changes afterwards has a greater number.
- A row's text holds until the row has another `sync_xid`, which each change of it or of its children gives it; it is kept when that
  transaction, and all before it, have ended.

Another connection may lead to another state of the database, which was restored meanwhile: then all is forgotten.
"""

from collections.abc import Hashable
from typing import NamedTuple
from uuid import UUID

_TOTALS = 2_000
_ROWS = 20_000
UNKNOWN = -2


class Total(NamedTuple):
    mark: int
    rows: int


class Text(NamedTuple):
    xid: int
    json: str


class ListMemory:
    """Of one database. The oldest goes when there is too much: a row takes half a kilobyte."""

    def __init__(self) -> None:
        self.totals: dict[Hashable, Total] = {}
        self._texts: dict[tuple[str, UUID], Text] = {}

    def total(self, key: Hashable) -> Total:
        return self.totals.get(key, Total(UNKNOWN, 0))

    def keep_total(self, key: Hashable, total: Total) -> None:
        self.totals[key] = total
        if len(self.totals) > _TOTALS:
            del self.totals[next(iter(self.totals))]

    def text(self, name: str, row_id: UUID, xid: int) -> str | None:
        kept = self._texts.get((name, row_id))
        return kept.json if kept is not None and kept.xid == xid else None

    def keep_text(self, name: str, row_id: UUID, text: Text) -> None:
        self._texts[name, row_id] = text
        if len(self._texts) > _ROWS:
            del self._texts[next(iter(self._texts))]

    def clear(self) -> None:
        self.totals.clear()
        self._texts.clear()
