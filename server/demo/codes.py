"""Rows of the classes and of their pick-lists."""

import json
from collections.abc import Iterator
from uuid import UUID

from server.demo import catalogue, failures
from server.demo.catalogue import MachineClass
from server.demo.chance import BORN, Dice, instant

EVERYWHERE = ("FTS", "NOI", "SER", "VIB", "OHE", "STD")  # modes that any machine can show


class Codes:
    """Ids of classes, and of entries by class, kind and code."""

    def __init__(self, seed: int) -> None:
        dice = Dice(seed, "codes")
        self.classes = {kind.code: dice.id_at(BORN) for kind in catalogue.CLASSES}
        self.items: dict[tuple[str, str, str], UUID] = {}
        self._rows = [row for kind in catalogue.CLASSES for row in self._items_of(kind, dice)]

    def item(self, kind: MachineClass, list_name: str, code: str) -> UUID:
        return self.items[kind.code, list_name, code]

    def class_rows(self, since: float) -> list[dict[str, object]]:
        at = instant(since)
        return [
            {
                "id": self.classes[kind.code], "created_at": at, "updated_at": at, "code": kind.code, "icon": kind.icon,
                "names": json.dumps({"fr": kind.fr, "en": kind.en}), "spec_fields": json.dumps(_spec_fields(kind)),
            }
            for kind in catalogue.CLASSES
        ]  # fmt: skip

    def item_rows(self) -> list[dict[str, object]]:
        return self._rows

    def _items_of(self, kind: MachineClass, dice: Dice) -> Iterator[dict[str, object]]:
        for list_name, entries in _lists(kind).items():
            for position, (code, fr, en, icon) in enumerate(entries):
                self.items[kind.code, list_name, code] = item_id = dice.id_at(BORN)
                yield {
                    "id": item_id, "class_id": self.classes[kind.code], "kind": list_name, "code": code,
                    "names": json.dumps({"fr": fr, "en": en}), "icon": icon, "position": position,
                }  # fmt: skip


def _lists(kind: MachineClass) -> dict[str, list[tuple[str, str, str, str]]]:
    modes = dict.fromkeys([*(fault.mode for fault in kind.faults), *EVERYWHERE])
    mechanisms = sorted({fault.mechanism for fault in kind.faults} | {"2.4", "1.5"})
    return {
        "mode": [(code, failures.MODES[code].fr, failures.MODES[code].en, failures.MODES[code].icon) for code in modes],
        "mechanism": [(code, *failures.MECHANISMS[code], "") for code in mechanisms],
        "cause": [(code, *names, "") for code, names in failures.CAUSES.items()],
        "remedy": [(code, *names) for code, names in failures.REMEDIES.items()],
    }


def _spec_fields(kind: MachineClass) -> list[dict[str, object]]:
    return [{"key": spec.key, "names": {"fr": spec.fr, "en": spec.en}, "unit": spec.unit} for spec in kind.specs]
