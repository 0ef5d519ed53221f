"""A field of a refused command, and what the server would take in it."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from mobile_app.core.i18n import language, t
from mobile_app.core.outbox import Refused
from mobile_app.domain import marks
from mobile_app.domain.client import Client
from mobile_app.domain.lookup import by_name, by_name_and_site, dotted, item_name, machines_to_choose
from mobile_app.domain.people import workers_at
from mobile_app.features.needs_you.ways import machine_in, row_in
from mobile_app.ui.choices import Choice
from shared_models.base import Command
from shared_models.commands import leaves
from shared_models.equipment.rows import EquipmentClassRow, in_language
from shared_models.inventory.commands import WritePlace

PEOPLE = frozenset({"technician_id", "assigned_technician_id", "user_id"})
TEAMS = frozenset({"team_id", "assigned_team_id"})
LISTS = {"class_ids": "class_id", "equipment_ids": "equipment_id", "equivalent_ids": "part_id", "place_ids": "place_id"}
"""Of several rows, and what one of them is called."""
ENUMS: dict[str, Callable[[str], str]] = {
    "EquipmentStatus": lambda value: marks.EQUIPMENT[value].word,  # type: ignore[index]
    "Criticality": lambda value: marks.CRITICALITY[value].word,  # type: ignore[index]
    "Priority": lambda value: marks.PRIORITY[value].word,  # type: ignore[index]
    "InterventionType": lambda value: marks.TYPE[value].word,  # type: ignore[index]
    "PhotoKind": lambda value: t(f"job.photo.{value}"),
    "MeterKind": lambda value: t(f"meters.is.{value}"),
    "ResetKind": lambda value: t(f"meters.kind.{value}"),
    "Basis": lambda value: t(f"plans.basis.{value}"),
    "PlaceKind": lambda value: t(f"domain.place_kind.{value}"),
    "MonthEnd": lambda value: t(f"plans.month_end.{value}"),
}
"""The choices that have words of their own."""


class Asked(NamedTuple):
    """A field of a refused command: its name (dotted, inside a coding) and what stands there now, as JSON."""

    client: Client
    item: Refused
    name: str
    value: Any

    @property
    def command(self) -> Command:
        assert self.item.command is not None
        return self.item.command

    @property
    def label(self) -> str:
        return t(f"needs_you.field.{self.name.rpartition('.')[2]}")

    @property
    def kinds(self) -> set[Any]:
        """What it may hold."""
        field = type(self.command).model_fields[self.name.split(".")[0]]
        return {kind for kind, _ in leaves(field.annotation, tuple(field.metadata))}

    @property
    def is_optional(self) -> bool:
        return type(None) in self.kinds

    @property
    def site_id(self) -> UUID | None:
        """Of the machine it is about; of what is chosen in the command itself, where it has none yet."""
        machine = self.client.equipment.get(machine_in(self.client, self.command))
        row = machine or row_in(self.client, self.command)
        found = self.item.payload.get("site_id") or getattr(row, "site_id", None)
        return UUID(str(found)) if found else None


def choices_of(asked: Asked) -> list[Choice] | None:
    """What the server would take; None for what is not chosen from among rows or words."""
    if asked.name.startswith("failure."):
        return _failure_items(asked)
    if (offer := OFFERS.get(asked.name)) is not None:
        return offer(asked)
    enum = next((kind for kind in asked.kinds if isinstance(kind, type) and issubclass(kind, StrEnum)), None)
    return [Choice(each.value, ENUMS[enum.__name__](each)) for each in enum] if enum and enum.__name__ in ENUMS else None


def _people(asked: Asked) -> list[Choice]:
    return workers_at(asked.client, asked.site_id)


def _teams(asked: Asked) -> list[Choice]:
    return by_name_and_site(asked.client, _here(asked, asked.client.tables.teams.rows.values()))


def _machines(asked: Asked) -> list[Choice]:
    machines = asked.client.equipment.rows.values()
    return machines_to_choose(asked.client, _here(asked, machines) if asked.name == "parent_id" else machines)


def _parents(asked: Asked) -> list[Choice]:
    return _places(asked) if isinstance(asked.command, WritePlace) else _machines(asked)


def _places(asked: Asked) -> list[Choice]:
    """A part goes to or from wherever somebody sees; a place belongs to the site that it is of."""
    places = asked.client.tables.places.rows.values()
    return by_name_and_site(asked.client, _here(asked, places) if asked.name == "parent_id" else (row for row in places if row.is_active))


def _parts(asked: Asked) -> list[Choice]:
    return [Choice(str(row.id), dotted(row.part_number, row.name)) for row in asked.client.tables.parts.rows.values()]


def _languages(_: Asked) -> list[Choice]:
    return [Choice("fr", "Français"), Choice("en", "English")]


def _lines(asked: Asked) -> list[Choice]:
    return by_name_and_site(asked.client, _here(asked, asked.client.lines.rows.values()))


def _meters(asked: Asked) -> list[Choice]:
    own = machine_in(asked.client, asked.command)
    return by_name(row for row in asked.client.tables.meters.having(equipment_id=[own]) if row.is_active) if own else []


def _classes(asked: Asked) -> list[Choice]:
    return [Choice(str(row.id), in_language(row.names, language())) for row in asked.client.classes.rows.values() if row.is_active]


def _of(table: str) -> "Offer":
    return lambda asked: by_name(
        row for row in getattr(asked.client.tables, table).rows.values() if getattr(row, "is_active", True)
    )  # fmt: skip


Offer = Callable[[Asked], list[Choice]]
OFFERS: dict[str, Offer] = {
    **dict.fromkeys(PEOPLE, _people),
    **dict.fromkeys(TEAMS, _teams),
    "equipment_id": _machines,
    "parent_id": _parents,
    **dict.fromkeys(("place_id", "to_place_id"), _places),
    "part_id": _parts,
    "category_id": _of("categories"),
    "supplier_id": _of("suppliers"),
    "lang": _languages,
    "production_line_id": _lines,
    "meter_id": _meters,
    "class_id": _classes,
    "site_id": _of("sites"),
    "maintenance_type_id": _of("types"),
    "checklist_id": _of("checklists"),
}


def _here(asked: Asked, rows: Iterable[Any]) -> list[Any]:
    site_id = asked.site_id
    return [row for row in rows if site_id in {None, row.site_id} and getattr(row, "is_active", True)]


def _failure_items(asked: Asked) -> list[Choice]:
    machine = asked.client.equipment.get(machine_in(asked.client, asked.command))
    of_class: EquipmentClassRow | None = asked.client.classes.get(machine.class_id) if machine else None
    kind = asked.name.partition(".")[2].removesuffix("_id")
    return [Choice(str(item.id), item_name(item)) for item in (of_class.failure_items if of_class else []) if item.kind == kind]
