"""What lists remember of a database, so that a page costs little: how many rows there are, and rows as they were written as JSON.

Nothing is remembered for a time: it is good as long as the database says that it is.

- A total holds until something of the list changes. Its mark is the newest transaction that has changed a row or taken one away
  (`Held.newest`); it is kept when every transaction up to the mark has ended, since whatever changes afterwards has a greater number.
  So does what a search has found.
- A row's text holds until the row has another `sync_xid`, which each change of it or of its children gives it, or something has
  another name (`server.core.names`); it is kept when those transactions, and all before them, have ended.

- A whole page holds as long as the database is in the very state that it was read in: no transaction has ended since (`STATE`).

- Where a pull has found something new, and what, holds until something else of all that it asks about has changed. It is the same
  from anywhere in a stretch of transactions that changed nothing of it.

- What a first load has still to bring is a list of keys, good for the load that it was found for: what changes meanwhile comes after it.

How a page is asked for is remembered too, since putting a statement together takes as long as some statements.

A new connection may lead to another state of the database, which was restored meanwhile: then all is forgotten.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from server.core.together import InTurns

_MOST = 2_000
_MOST_ROWS = 20_000
_MOST_STATEMENTS = 300  # of some kilobytes
_MOST_PAGES = 100  # of thirty kilobytes
_LONGEST_PAGE = 200_000
_MOST_STRETCHES = 16
_MOST_KEYS = 400_000  # of 24 bytes
K = TypeVar("K")
V = TypeVar("V")


class Total(NamedTuple):
    mark: int
    rows: int
    ids: Sequence[UUID] | None = None
    """Of one page, where to find them costs more than all the rest: of a search."""


NOTHING_KNOWN = Total(mark=-2, rows=0)  # no transaction has such a number


class Text(NamedTuple):
    xid: int
    named: int
    json: str


class Prepared(NamedTuple):
    """A page's statement with its parameters, for what was known when it was put together; `key` is its total's, if that is kept.

    The last parameter is the state of the database in which nothing is to be read.
    """

    key: Hashable | None
    known: Total
    statement: tuple[Any, ...]
    is_timeless: bool


class Answer(NamedTuple):
    state: str | None
    body: bytes


NO_ANSWER = Answer(None, b"")


class Changed(NamedTuple):
    """In which sources there was something new when the database was last asked, in `state`; every transaction below `xmin` had ended.

    It is so from anywhere between `since` and `until`: what those transactions changed is not asked about.

    `of` is the state in which that was read: nothing has changed between them of what was asked about. `run` is the database's own:
    what was replaced, or is another one, has another.
    """

    run: UUID | None
    since: int
    until: int
    state: str | None
    xmin: int
    sources: frozenset[int]
    of: str | None

    def then(self, run: UUID, state: str, xmin: int, newer: frozenset[int]) -> "Changed":
        """Asked again, for what is newer than before."""
        sources = self.sources | newer
        return Changed(run, self.since, self.until if sources else xmin, state, xmin, sources, state if newer else self.of or state)


def not_asked(position: int) -> Changed:
    return Changed(None, position, position, None, position, frozenset(), None)


class News(NamedTuple):
    """All that a pull has found in one source, as JSON texts, and how far the log had come; `of` is a `Changed`'s."""

    of: str | None
    changes: Sequence[bytes]
    position: int


NO_NEWS = News(None, (), 0)


class Keys(NamedTuple):
    """Of rows, in the order of their transactions and ids; an id takes sixteen bytes."""

    xids: "array[int]"
    ids: bytes

    def after(self, xid: int, row_id: UUID) -> int:
        """Where those begin that come after this one."""
        low, high = bisect_left(self.xids, xid), bisect_right(self.xids, xid)
        return bisect_right(range(len(self.xids)), row_id.bytes, low, high, key=self.id)

    def id(self, rank: int) -> bytes:
        return self.ids[16 * rank : 16 * rank + 16]

    def ids_of(self, ranks: range) -> bytes:
        return self.ids[16 * ranks.start : 16 * ranks.stop]


class ListMemory:
    """Of one database. The oldest goes when there is too much: a row takes half a kilobyte."""

    def __init__(self) -> None:
        self.totals: dict[Hashable, Total] = {}
        self._texts: dict[str, dict[UUID, Text]] = defaultdict(dict)
        self._prepared: dict[Hashable, Prepared] = {}
        self._answers: dict[Hashable, Answer] = {}
        self._changed: dict[Hashable, dict[int, Changed]] = {}
        self._news: dict[Hashable, News] = {}
        self._keys: dict[Hashable, Keys] = {}
        self.times_cleared = 0
        self.in_turns = InTurns()
        self.row_sizes: dict[str, float] = {}
        """How long rows of an entity were of late, in bytes: a guess."""

    def total(self, key: Hashable) -> Total:
        return self.totals.get(key, NOTHING_KNOWN)

    def keep_total(self, key: Hashable, total: Total) -> None:
        _keep(self.totals, key, total, _MOST)

    def texts(self, name: str) -> Mapping[UUID, Text]:
        """Of a list, by the row's id."""
        return self._texts[name]

    def keep_text(self, name: str, row_id: UUID, text: Text) -> None:
        _keep(self._texts[name], row_id, text, _MOST_ROWS)

    def prepared(self, asked: Hashable) -> Prepared | None:
        """What was put together for this before, unless more is known now."""
        found = self._prepared.get(asked)
        return found if found is not None and found.known == self.total(found.key) else None

    def keep_prepared(self, asked: Hashable, prepared: Prepared) -> None:
        _keep(self._prepared, asked, prepared, _MOST_STATEMENTS)

    def answer(self, asked: Hashable) -> Answer:
        return self._answers.get(asked, NO_ANSWER)

    def keep_answer(self, asked: Hashable, answer: Answer) -> None:
        if len(answer.body) <= _LONGEST_PAGE:
            _keep(self._answers, asked, answer, _MOST_PAGES)

    def changed(self, sites: Hashable, position: int) -> Changed:
        """Of all that is asked about at these sites."""
        stretches = self._changed.get(sites, {}).values()
        return next((one for one in stretches if one.since <= position <= one.until), None) or not_asked(position)

    def keep_changed(self, sites: Hashable, changed: Changed) -> None:
        """Whoever asked earlier and was answered later has nothing to add."""
        if sites not in self._changed:
            _keep(self._changed, sites, {}, _MOST_STATEMENTS)
        stretches = self._changed[sites]
        if (known := stretches.get(changed.since)) is None or known.xmin <= changed.xmin:
            stretches.pop(changed.since, None)
            _keep(stretches, changed.since, changed, _MOST_STRETCHES)

    def news(self, since: Hashable) -> News:
        return self._news.get(since, NO_NEWS)

    def keep_news(self, since: Hashable, news: News) -> None:
        if sum(map(len, news.changes)) <= _LONGEST_PAGE:
            _keep(self._news, since, news, _MOST_PAGES)

    def keys(self, load: Hashable) -> Keys | None:
        return self._keys.get(load)

    def keep_keys(self, load: Hashable, keys: Keys) -> None:
        self._keys[load] = keys
        while sum(len(kept.xids) for kept in self._keys.values()) > _MOST_KEYS and len(self._keys) > 1:
            del self._keys[next(iter(self._keys))]

    def clear(self) -> None:
        self.times_cleared += 1
        self._keys.clear()
        self._answers.clear()
        self._changed.clear()
        self._news.clear()
        self.totals.clear()
        self._texts.clear()
        self._prepared.clear()


def _keep(kept: dict[K, V], key: K, value: V, most: int) -> None:
    kept[key] = value
    if len(kept) > most:
        del kept[next(iter(kept))]
