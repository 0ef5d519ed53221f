"""Types of maintenance with their colour, and the teams of each site: small sheets."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import n, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.lookup import by_name, dotted, site_name
from mobile_app.domain.people import workers_at
from mobile_app.domain.submit import made, sender, submit
from mobile_app.ui.buttons import PrimaryButton, TextLink, spoken, tap
from mobile_app.ui.cards import LineItem
from mobile_app.ui.choices import Choice, ChoiceChips
from mobile_app.ui.component import component
from mobile_app.ui.fields import Field, TextInput, Toggle
from mobile_app.ui.forms import Form, use_form
from mobile_app.ui.hooks import use_state
from mobile_app.ui.pickers import Maker, Picker
from mobile_app.ui.sheets import Sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import C, Space
from shared_models.ids import uuid7
from shared_models.permissions import Permission
from shared_models.plans.commands import WriteMaintenanceType, WriteTeam
from shared_models.plans.rows import MaintenanceTypeRow, TeamRow

COLOURS: Final = {
    "#1F5FBF": "blue", "#0B5563": "teal", "#1B7F4D": "green", "#6B7A00": "olive", "#9A5B00": "amber", "#C2410C": "orange",
    "#B3261E": "red", "#9D2A6E": "pink", "#6D3FC0": "violet", "#5F6B76": "grey",
}  # fmt: skip
"""Dark enough for white words, light enough on a dark ground."""


def kinds_sheet(name: str, client: Client) -> Sheet | None:
    """`types` or `teams`; None for anything else."""
    if name == "types":
        return Sheet(t("plans.types"), Types(client), tall=True)
    if name == "teams":
        return Sheet(t("plans.teams"), Teams(client), tall=True)
    return None


def dot(colour: str, size: float = 18) -> ft.Control:
    return ft.Container(width=size, height=size, border_radius=size / 2, bgcolor=colour)


@component
def Types(client: Client) -> ft.Control:
    use_tables("types")
    editing, edit = use_state("")
    if editing:
        row = client.tables.types.rows.get(UUID(editing)) if editing != "new" else None
        return TypeForm(client, row, lambda: edit(""), key=editing)
    rows = sorted(client.tables.types.rows.values(), key=lambda row: (not row.is_active, row.name))
    lines = [
        LineItem(
            row.name, meta=row.description if row.is_active else t("plans.out_of_use"), leading=dot(row.color), on_click=_open(edit, row)
        )
        for row in rows
    ]
    return Stack(*lines, TextLink(t("plans.new_type"), lambda: edit("new")), spacing=Space.s)


@component
def Teams(client: Client) -> ft.Control:
    use_tables("teams", "users", "sites")
    editing, edit = use_state("")
    if editing:
        row = client.tables.teams.rows.get(UUID(editing)) if editing != "new" else None
        return TeamForm(client, row, lambda: edit(""), key=editing)
    rows = sorted(client.tables.teams.rows.values(), key=lambda row: (not row.is_active, row.name))
    lines = [LineItem(row.name, meta=_members(client, row), icon=ft.Icons.GROUPS_ROUNDED, on_click=_open(edit, row)) for row in rows]
    return Stack(*(lines or [Meta(t("plans.no_team"))]), TextLink(t("plans.new_team"), lambda: edit("new")), spacing=Space.s)


def _open(edit: Callable[[str], None], row: MaintenanceTypeRow | TeamRow) -> Callable[[], None]:
    return lambda: edit(str(row.id))


def _members(client: Client, team: TeamRow) -> str:
    if not team.is_active:
        return t("plans.out_of_use")
    return dotted(site_name(client, team.site_id), n("plans.members", len(team.member_ids)))


def ColourChoice(colour: str, on_pick: Callable[[str], None]) -> ft.Control:
    """Swatches with a name for the ear; the picked one carries a check."""
    offered = COLOURS if colour in COLOURS else {colour: "present", **COLOURS}
    swatches = [_swatch(value, name, on_pick, picked=value == colour) for value, name in offered.items()]
    return Field(t("plans.colour"), ft.Row(list[ft.Control](swatches), wrap=True, spacing=6, run_spacing=6))


def _swatch(value: str, name: str, on_pick: Callable[[str], None], *, picked: bool) -> ft.Control:
    mark = ft.Icon(ft.Icons.CHECK_ROUNDED, color=ft.Colors.WHITE, size=20) if picked else None
    face = ft.Container(mark, width=40, height=40, border_radius=20, bgcolor=value, alignment=ft.Alignment.CENTER)
    ring = ft.Container(
        face, width=48, height=48, border_radius=24, alignment=ft.Alignment.CENTER, ink=True, on_click=tap(lambda: on_pick(value)),
        border=ft.Border.all(2, C.primary) if picked else None,
    )  # fmt: skip
    return spoken(ring, t(f"plans.colour.{name}"), picked=picked)


def _buttons(form: Form, save: Any, on_done: Callable[[], None]) -> list[ft.Control]:
    return [sender(form, PrimaryButton(t("common.save"), save, busy=form.busy)), TextLink(t("common.back"), on_done)]


@component
def TypeForm(client: Client, row: MaintenanceTypeRow | None, on_done: Callable[[], None]) -> ft.Control:
    known = (
        row.model_dump(mode="json") if row else {"id": str(uuid7()), "name": "", "description": "", "color": "#1F5FBF", "is_active": True}
    )
    form = use_form(f"maintenance_type:{row.id if row else 'new'}", known, row.version if row else None)

    async def save() -> None:
        fields = {name: form.get(name) for name in ("name", "description", "color", "is_active", "version")}
        fields |= {"maintenance_type_id": form.get("id"), "occurred_at": client.now()}
        if form.require("name") and (command := made(form, WriteMaintenanceType, fields)) and await submit(client, command, form):
            on_done()

    return Stack(
        TextInput(t("plans.type_name"), **form.field("name")),
        ColourChoice(form.get("color"), lambda value: form.set("color", value)),
        TextInput(t("plans.type_description"), **form.field("description"), lines=2, optional=True),
        Toggle(t("plans.in_use"), form.get("is_active", True), lambda value: form.set("is_active", value)),
        *_buttons(form, save, on_done),
    )


@component
def TeamForm(client: Client, row: TeamRow | None, on_done: Callable[[], None]) -> ft.Control:
    places = by_name(client.sites.rows.values())
    new: dict[str, Any] = {
        "id": str(uuid7()),
        "name": "",
        "site_id": places[0].key if places else None,
        "is_active": True,
        "member_ids": [],
    }
    form = use_form(f"team:{row.id if row else 'new'}", row.model_dump(mode="json") if row else new, row.version if row else None)
    chosen: list[str] = form.get("member_ids", [])

    async def save() -> None:
        fields = {name: form.get(name) for name in ("site_id", "name", "is_active", "member_ids", "version")}
        fields |= {"team_id": form.get("id"), "occurred_at": client.now()}
        if form.require("name", "site_id") and (command := made(form, WriteTeam, fields)) and await submit(client, command, form):
            on_done()

    def toggle(key: str) -> None:
        form.set("member_ids", [one for one in chosen if one != key] if key in chosen else [*chosen, key])

    place = form.get("site_id")
    choices = [Choice(one.key, one.label) for one in workers_at(client, UUID(place) if place else None)]
    return Stack(
        TextInput(t("plans.team_name"), **form.field("name")),
        *_site(client, form, places),
        Field(t("plans.team_members"), ChoiceChips(choices, chosen, toggle)),
        Toggle(t("plans.in_use"), form.get("is_active", True), lambda value: form.set("is_active", value)),
        *_buttons(form, save, on_done),
    )


def _site(client: Client, form: Form, places: list[Choice]) -> list[ft.Control]:
    """Nothing to choose where there is one."""
    if len(places) == 1:
        return []
    maker = Maker(t("machine_form.make_site"), opener("/sites/new?next=/plans")) if client.may(Permission.sites_write) else None
    chosen, error = form.get("site_id"), form.error("site_id")
    why = t("plans.no_site")

    def pick(key: str) -> None:
        """Whoever is of the new site too stays in the team."""
        here = {one.key for one in workers_at(client, UUID(key))}
        form.set("site_id", key)
        form.set("member_ids", [one for one in form.get("member_ids", []) if one in here])

    return [Picker(t("equipment_list.site"), places, chosen, pick, error=error, none=why, maker=None if places else maker)]
