"""What the calendar shows, as its address asks: chips on a wide screen, a sheet on a phone."""

from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import date
from functools import partial
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import flet as ft
from pydantic import Field

from mobile_app.core.i18n import t
from mobile_app.domain.agenda import NOBODY, Entry, Filters, passes
from mobile_app.domain.client import Client
from mobile_app.domain.lookup import by_name, by_name_and_site, dotted, has_several_sites, machines_to_choose, site_name
from mobile_app.features.calendar.load import workers
from mobile_app.ui import address
from mobile_app.ui.address import Key
from mobile_app.ui.buttons import SecondaryButton
from mobile_app.ui.choices import Choice, FilterBar, FilterChip, FilterMenu
from mobile_app.ui.pickers import Picker
from mobile_app.ui.stack import Stack
from mobile_app.ui.theme import Space

View = Literal["month", "week", "agenda"]
NAMES: Final = tuple(field.name for field in fields(Filters))
_FEW: Final = 40
"""Machines that still fit a menu."""


class Asked(address.Asked):
    """The view, the day that it is about, and what of it is shown."""

    view: View | None = None
    day: Annotated[date | None, Field(alias="date")] = None
    site: Key | None = None
    line: Key | None = None
    machine: Key | None = None
    technician: Key | None = None
    team: Key | None = None
    type: Key | None = None

    @property
    def filters(self) -> Filters:
        told = {name: getattr(self, name) for name in NAMES}
        return Filters(**{name: UUID(key) for name, key in told.items() if key})


def filtered(client: Client, entries: Iterable[Entry], filters: Filters) -> list[Entry]:
    members = {team.id: frozenset(team.member_ids) for team in client.tables.teams.rows.values()}

    def line_of(equipment_id: UUID) -> UUID | None:
        row = client.equipment.get(equipment_id)
        return row.production_line_id if row else None

    return [entry for entry in entries if passes(entry, filters, line_of, members)]


def choices_of(client: Client, filters: Filters, name: str) -> list[Choice]:
    """What can be chosen of it; nothing where there is no choice."""

    def here(row: Any) -> bool:
        return filters.site in {None, row.site_id}

    match name:
        case "site":
            return by_name(client.sites.rows.values()) if has_several_sites(client) else []
        case "line":
            return by_name_and_site(client, (row for row in client.lines.rows.values() if here(row)))
        case "machine":
            return machines_to_choose(client, client.equipment.having(**_machines(filters)))
        case "technician":
            of_site = [user for user in workers(client) if filters.site is None or user.works_at(filters.site)]
            people = [Choice(str(user.id), f"{user.first_name} {user.last_name}") for user in of_site]
            return [Choice(str(NOBODY), t("domain.unassigned")), *people]
        case "team":
            return by_name_and_site(client, (row for row in client.tables.teams.rows.values() if row.is_active and here(row)))
        case _:
            return by_name(row for row in client.tables.types.rows.values() if row.is_active)


def _machines(filters: Filters) -> dict[str, list[UUID]]:
    wanted = {"site_id": filters.site, "production_line_id": filters.line}
    return {field: [value] for field, value in wanted.items() if value}


Set = Callable[[str, str | None], None]


def FilterChips(client: Client, filters: Filters, on_set: Set, on_machine: Callable[[], None]) -> ft.Control:
    """`on_machine` opens a search where a menu would be too long."""
    chips: list[ft.Control] = []
    for name in NAMES:
        value = getattr(filters, name)
        if name == "machine" and client.equipment.count(**_machines(filters)) > _FEW:
            row = client.equipment.get(value)
            label = dotted(row.name, site_name(client, row.site_id)) if row else t("calendar.filter.machine")
            chips.append(FilterChip(label, on_machine, active=row is not None))
        elif (choices := choices_of(client, filters, name)) or value:
            picked = str(value) if value else None
            chips.append(FilterMenu(t(f"calendar.filter.{name}"), choices, picked, partial(on_set, name)))
    if filters.count > 1:
        chips.append(FilterChip(t("calendar.filter.clear"), lambda: clear(on_set)))
    return FilterBar(chips)


def FilterForm(client: Client, filters: Filters, on_set: Set, *, names: Iterable[str] = NAMES) -> ft.Control:
    """The same in a sheet."""
    everything = Choice("", t("common.all"))
    parts: list[ft.Control] = []
    for name in names:
        value = getattr(filters, name)
        known = choices_of(client, filters, name)
        if known or value:
            picked = str(value) if value else ""
            choices = [everything, *known]
            parts.append(Picker(t(f"calendar.filter.{name}"), choices, picked, lambda key, name=name: on_set(name, key or None)))
    if filters.count:
        parts.append(SecondaryButton(t("calendar.filter.clear"), lambda: clear(on_set)))
    return Stack(*parts, spacing=Space.m)


def clear(on_set: Set) -> None:
    for name in NAMES:
        on_set(name, None)
