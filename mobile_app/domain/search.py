"""Finding machines and parts as people type: without accents, by the beginnings of words, forgiving a slip of the finger."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from heapq import nsmallest
from operator import attrgetter
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
    row: Any
    text: str
    words: frozenset[str]
    code: str
    name: str
    order: Any


@dataclass(frozen=True, eq=False)
class Kind(Generic[R]):
    """`code` and `name` are what a match is ranked by, `texts` what else it is found by, `joined` of those also without what joins."""

    code: Callable[[R], str]
    name: Callable[[R], str]
    texts: Callable[[R], Iterable[str]]
    joined: Callable[[R], Iterable[str]]
    order: Callable[[R], Any]
    _known: dict[UUID, _Hay] = field(default_factory=dict)

    def hays(self, rows: Iterable[R]) -> list[_Hay]:
        """Each made once for each state of its row."""
        known = self._known
        return [hay if (hay := known.get(row.id)) is not None and hay.row is row else self._made(row) for row in rows]

    def _made(self, row: R) -> _Hay:
        code = self.code(row)
        spaced = words(" ".join([code, self.name(row), *self.texts(row)]))
        found = [*spaced, *(fold(_JOINTS.sub("", text)) for text in (code, *self.joined(row)) if text)]
        whole = "".join(words(code))
        hay = self._known[row.id] = _Hay(row, f" {' '.join(found)} ", frozenset(found), whole, fold(self.name(row)), self.order(row))
        return hay

    def search(self, rows: Iterable[R], query: str, limit: int) -> list[R]:
        """Every word of `query` begins a word of it; best first. Where nothing does, words may differ by one slip."""
        wanted, hays = words(query), self.hays(rows)
        if not wanted:
            return [hay.row for hay in _first(hays, limit, attrgetter("order"))]
        begun = [f" {word}" for word in wanted]
        found = [hay for hay in hays if all(word in hay.text for word in begun)]
        whole = "".join(wanted)

        def rank(hay: _Hay) -> tuple[Any, ...]:
            return hay.code != whole, not hay.code.startswith(whole), not hay.name.startswith(wanted[0]), hay.order

        return [hay.row for hay in _first(found or _forgiving(hays, wanted), limit, rank)]


def _first(hays: list[_Hay], limit: int, rank: Callable[[_Hay], Any]) -> list[_Hay]:
    """Sorting all of twenty thousand to show thirty is what takes long."""
    return nsmallest(limit, hays, key=rank) if limit < len(hays) // 4 else sorted(hays, key=rank)[:limit]


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
    """By name, number, maker, the maker's or a supplier's reference; what was scanned finds its part alone."""
    parts = list(rows)
    scanned = [part for part in parts if query.strip() in part.barcodes] if query.strip() else []
    return scanned or PARTS.search(parts, query, limit)


def _forgiving(hays: list[_Hay], wanted: list[str]) -> list[_Hay]:
    vocabulary = set[str]().union(*(hay.words for hay in hays))
    choices = [_neighbours(word, vocabulary) for word in wanted]
    return [hay for hay in hays if all(any(f" {near}" in hay.text for near in choice) for choice in choices)]


def _neighbours(word: str, vocabulary: set[str]) -> list[str]:
    """The word alone where it is right, or too short to tell."""
    if len(word) < _FORGIVING_FROM or any(other.startswith(word) for other in vocabulary):
        return [word]
    near = [other for other in vocabulary if abs(len(other) - len(word)) <= 1 and _one_slip(word, other)]
    starts = [other for other in vocabulary if len(other) > len(word) + 1 and _one_slip(word, other[: len(word)])]
    return [word, *near, *starts]


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
