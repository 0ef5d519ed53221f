"""Finding machines as people type: without accents, by the beginnings of words, forgiving a slip of the finger."""

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from mobile_app.core.folding import fold
from mobile_app.domain.lookup import down_first
from shared_models.equipment.rows import EquipmentRow
from shared_models.labels.codes import label_code_in

_WORD = re.compile(r"[^\W_]+")
_FORGIVING_FROM = 4  # shorter words have too many neighbours
_haystacks: dict[UUID, tuple[EquipmentRow, str]] = {}


def words(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def search_equipment(rows: Iterable[EquipmentRow], query: str, limit: int = 50) -> list[EquipmentRow]:
    """Every word of `query` begins a word of the machine's name, code, model, manufacturer or serial number; best first.

    Where nothing does, words may differ by one slip. An empty query gives what is down first, then by name.
    """
    machines, wanted = list(rows), words(query)
    if code := label_code_in(query):
        labelled = [machine for machine in machines if code in machine.label_codes]
        if labelled:
            return labelled
    if not wanted:
        return sorted(machines, key=down_first)[:limit]
    hays = [(machine, _haystack(machine)) for machine in machines]
    found = [machine for machine, hay in hays if all(f" {word}" in hay for word in wanted)]
    return _ranked(found or _forgiving(hays, wanted), wanted)[:limit]


def _haystack(machine: EquipmentRow) -> str:
    known = _haystacks.get(machine.id)
    if known is not None and known[0] is machine:
        return known[1]
    fields = (machine.code, machine.name, machine.model, machine.manufacturer, machine.serial_number or "")
    spaced = words(" ".join(fields))
    joined = [fold(re.sub(r"[\s\-_./]", "", field)) for field in (machine.code, machine.model, machine.serial_number or "") if field]
    hay = f" {' '.join([*spaced, *joined])} "
    _haystacks[machine.id] = (machine, hay)
    return hay


def _ranked(machines: list[EquipmentRow], wanted: list[str]) -> list[EquipmentRow]:
    whole = "".join(wanted)

    def rank(machine: EquipmentRow) -> tuple[Any, ...]:
        code, name = "".join(words(machine.code)), fold(machine.name)
        return code != whole, not code.startswith(whole), not name.startswith(wanted[0]), *down_first(machine)

    return sorted(machines, key=rank)


def _forgiving(hays: list[tuple[EquipmentRow, str]], wanted: list[str]) -> list[EquipmentRow]:
    vocabulary = set()
    for _, hay in hays:
        vocabulary.update(hay.split())
    choices = [_neighbours(word, vocabulary) for word in wanted]
    return [machine for machine, hay in hays if all(any(f" {near}" in hay for near in choice) for choice in choices)]


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
