"""Finding machines and parts as people type: without accents, by the beginnings of words, forgiving a slip of the finger.

All words of all rows stand in one text, in the order in which rows are shown: one walk through it finds what has a word.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from operator import attrgetter, is_not
from typing import Any, Final, Generic, NamedTuple, TypeVar
from uuid import UUID

from mobile_app.core.folding import fold
from mobile_app.domain.lookup import down_first, natural
from shared_models.base import EntityRow
from shared_models.equipment.rows import EquipmentRow
from shared_models.inventory.rows import PartRow
from shared_models.labels.codes import label_code_in

_WORD = re.compile(r"[^\W_]+")
_JOINTS = re.compile(r"[\s\-_./]")
_FORGIVING_FROM = 4  # shorter words have too many neighbours
R = TypeVar("R", bound=EntityRow)


def words(text: str) -> list[str]:
    return _WORD.findall(fold(text))


class _Hay(NamedTuple):
    """`text`: its words, a blank before each and a line's end after the last."""

    row: Any
    text: str
    code: str
    name: str
    order: Any


class _Lines:
    """Lines, each with a blank before each of its words, as one text."""

    def __init__(self, lines: list[str]) -> None:
        self.text = "".join(lines)
        self._ends = list(accumulate(map(len, lines)))

    def holding(self, sought: str) -> set[int]:
        """The places of those lines."""
        ends, find = self._ends, self.text.find
        found: set[int] = set()
        at = find(sought)
        while at >= 0:
            place = bisect_right(ends, at)
            found.add(place)
            at = find(sought, ends[place])
        return found


class _Vocabulary:
    def __init__(self, text: str) -> None:
        self._words = list(set(text.split()))
        self._lines = _Lines([f" {word}\n" for word in self._words])

    def near(self, word: str) -> list[str]:
        """What differs from it by one slip, or begins so. A slip is in one half: the other one is right, at its place or next to it."""
        half = len(word) // 2
        start, end = word[:half], word[half + 1 :]
        alike = self._lines.holding(f" {start}") | self._lines.holding(end)
        return [other for place in alike if _is_near(word, other := self._words[place])]


class _Stack:
    """Hays in their order."""

    def __init__(self, hays: list[_Hay]) -> None:
        self.hays = hays
        self._lines = _Lines([hay.text for hay in hays])

    def having(self, choices: Iterable[list[str]]) -> list[_Hay]:
        """Those with a word of each choice, in their order."""
        found = set[int].intersection(*(set[int]().union(*(self._lines.holding(f" {start}") for start in starts)) for starts in choices))
        return [self.hays[place] for place in sorted(found)]

    @cached_property
    def _vocabulary(self) -> _Vocabulary:
        return _Vocabulary(self._lines.text)

    def near(self, word: str) -> list[str]:
        """The word alone where it is right, or too short to tell."""
        if len(word) < _FORGIVING_FROM or f" {word}" in self._lines.text:
            return [word]
        return self._vocabulary.near(word)


@dataclass(eq=False)
class Kind(Generic[R]):
    """`code` and `name` are what a match is ranked by, `texts` what else it is found by, `joined` of those also without what joins."""

    code: Callable[[R], str]
    name: Callable[[R], str]
    texts: Callable[[R], Iterable[str]]
    joined: Callable[[R], Iterable[str]]
    order: Callable[[R], Any]
    _known: dict[UUID, _Hay] = field(default_factory=dict)
    _rows: list[R] = field(default_factory=list)
    _stack: _Stack = field(default_factory=lambda: _Stack([]))

    def _stacked(self, rows: list[R]) -> _Stack:
        """Each hay is made once for each state of its row, and stacked anew when other rows are asked for."""
        if len(rows) != len(self._rows) or any(map(is_not, rows, self._rows)):
            known = self._known
            hays = [hay if (hay := known.get(row.id)) is not None and hay.row is row else self._made(row) for row in rows]
            before = {id(hay): place for place, hay in enumerate(self._stack.hays)}
            hays.sort(key=lambda hay: before.get(id(hay), 0))  # what is nearly in order is put in order at once
            self._rows, self._stack = rows, _Stack(sorted(hays, key=attrgetter("order")))
        return self._stack

    def _made(self, row: R) -> _Hay:
        code, name = fold(self.code(row)), fold(self.name(row))
        apart = _WORD.findall(f"{code} {name} {fold(' '.join(self.texts(row)))}")
        joined = fold(" ".join([_JOINTS.sub("", text) for text in (code, *self.joined(row))])).split()
        text = f" {' '.join(dict.fromkeys([*apart, *joined]))}\n"
        hay = self._known[row.id] = _Hay(row, text, "".join(_WORD.findall(code)), name, self.order(row))
        return hay

    def search(self, rows: Iterable[R], query: str, limit: int) -> list[R]:
        """Every word of `query` begins a word of it; best first. Where nothing does, words may differ by one slip."""
        stack, wanted = self._stacked(list(rows)), words(query)
        if not wanted:
            return [hay.row for hay in stack.hays[:limit]]
        found = stack.having([word] for word in wanted) or stack.having(map(stack.near, wanted))
        whole, first = "".join(wanted), wanted[0]

        def rank(hay: _Hay) -> tuple[bool, bool, bool]:
            return hay.code != whole, not hay.code.startswith(whole), not hay.name.startswith(first)

        return [hay.row for hay in sorted(found, key=rank)[:limit]]


MACHINES: Final = Kind[EquipmentRow](
    code=lambda row: row.code,
    name=lambda row: row.name,
    texts=lambda row: (row.model, row.manufacturer, row.serial_number or ""),
    joined=lambda row: (row.model, row.serial_number or ""),
    order=down_first,
)
PARTS: Final = Kind[PartRow](
    code=lambda row: row.part_number,
    name=lambda row: row.name,
    texts=lambda row: (row.manufacturer, row.manufacturer_reference, *(offer.reference for offer in row.offers)),
    joined=lambda row: (row.manufacturer_reference, *row.barcodes),
    order=lambda row: (natural(row.name), row.part_number),
)


def search_equipment(rows: Iterable[EquipmentRow], query: str, limit: int = 50) -> list[EquipmentRow]:
    """By name, code, model, manufacturer or serial number, else what is down first; a label's code finds its machine alone."""
    machines = list(rows)
    if code := label_code_in(query):
        labelled = [machine for machine in machines if code in machine.label_codes]
        if labelled:
            return labelled
    return MACHINES.search(machines, query, limit)


def search_parts(rows: Iterable[PartRow], query: str, limit: int = 50) -> list[PartRow]:
    """By name, number, maker, the maker's or a supplier's reference; what was scanned finds its part alone, as a label's code does."""
    parts, scanned = list(rows), query.strip()
    found = [part for part in parts if scanned in part.barcodes] if scanned else []
    code = None if found else label_code_in(query)
    labelled = [part for part in parts if code in part.label_codes] if code else []
    return found or labelled or PARTS.search(parts, query, limit)


def _is_near(word: str, other: str) -> bool:
    """By one slip, or it begins with what is."""
    spare = len(other) - len(word)
    return (abs(spare) <= 1 and _one_slip(word, other)) or (spare > 1 and _one_slip(word, other[: len(word)]))


def _one_slip(one: str, other: str) -> bool:
    """One letter missing, extra, wrong, or two neighbours swapped."""
    if one == other:
        return True
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, other_rest = one[start:], other[start:]
    return (
        rest[1:] == other_rest[1:]
        or rest[1:] == other_rest
        or rest == other_rest[1:]
        or (rest[:2] == other_rest[1::-1] and rest[2:] == other_rest[2:])
    )
