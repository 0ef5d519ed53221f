"""Rows of the classes and of their pick-lists."""

import json
from collections.abc import Iterator
from uuid import UUID

from server.demo import catalogue
from server.demo.catalogue import MachineClass
from server.demo.chance import BORN, Dice, instant


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
                "id": self.classes[kind.code], "created_at": at, "updated_at": at, "code": kind.code, "icon": kind.ready.icon,
                "names": json.dumps({"fr": kind.ready.fr, "en": kind.ready.en}), "spec_fields": json.dumps(_spec_fields(kind)),
            }
            for kind in catalogue.CLASSES
        ]  # fmt: skip

    def item_rows(self) -> list[dict[str, object]]:
        return self._rows

    def _items_of(self, kind: MachineClass, dice: Dice) -> Iterator[dict[str, object]]:
        for list_name, entries in kind.ready.lists().items():
            for position, (code, entry) in enumerate(entries.items()):
                self.items[kind.code, list_name, code] = item_id = dice.id_at(BORN)
                yield {
                    "id": item_id, "class_id": self.classes[kind.code], "kind": list_name, "code": code,
                    "names": json.dumps({"fr": entry.fr, "en": entry.en}), "icon": entry.icon, "position": position,
                }  # fmt: skip


def _spec_fields(kind: MachineClass) -> list[dict[str, object]]:
    return [{"key": spec.key, "names": {"fr": spec.fr, "en": spec.en}, "unit": spec.unit} for spec in kind.ready.specs]
