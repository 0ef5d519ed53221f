"""Creating and editing a machine; what was typed survives a refusal, a reload and a dead battery."""

from datetime import datetime
from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.answers import use_server
from mobile_app.domain.client import Client
from mobile_app.domain.context import asked, go, id_of, opener, use_tables
from mobile_app.domain.line_form import new_line_sheet
from mobile_app.domain.papers import lacks_a_title, papers_of
from mobile_app.domain.removal import Removal
from mobile_app.domain.specifications import as_typed
from mobile_app.domain.submit import made, sender, submit
from mobile_app.features.equipment.fields import fields
from mobile_app.features.equipment.machine import unknown_machine
from mobile_app.ui.buttons import PrimaryButton
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, ErrorState, SkeletonList
from mobile_app.ui.forms import Form, use_form
from mobile_app.ui.hooks import use_state
from mobile_app.ui.sheets import use_sheet
from mobile_app.ui.shell import Page, PageHeader
from shared_models.equipment.commands import PAPERS, CreateEquipment, UpdateEquipment
from shared_models.equipment.rows import EquipmentRow
from shared_models.ids import uuid7
from shared_models.permissions import Permission


@component
def EquipmentFormScreen() -> ft.Control:
    client = use_tables("sites", "lines", "classes", "equipment")
    wanted = ft.use_route_params().get("equipment_id")
    held = client.equipment.get(id_of(wanted)) if wanted else None
    is_whole = held is None or held.is_whole

    async def read() -> EquipmentRow | None:
        return None if is_whole else EquipmentRow.model_validate(await client.api.get(f"/equipment/{wanted}"))

    answer = use_server(read, [wanted, is_whole])
    machine = held if is_whole else answer.data
    title = PageHeader(
        t("machine_form.edit" if wanted else "machine_form.new"), on_back=opener(f"/equipment/{wanted}" if wanted else "/equipment")
    )
    if not client.may(Permission.equipment_write):
        return Page(title, EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("machine_form.read_only"), t("machine_form.read_only_body")))
    if held and machine is None and answer.error:
        return Page(title, ErrorState(t("common.load_failed"), on_retry=answer.reload))
    if wanted and machine is None:
        return Page(title, SkeletonList(3) if held or not client.equipment.ready else unknown_machine())
    return MachineForm(client, machine, title, key=wanted or "new")


def _initial(machine: EquipmentRow | None) -> dict[str, Any]:
    return machine.model_dump(mode="json") if machine else {"id": str(uuid7()), "site_id": None, "criticality": "medium"}


@component
def MachineForm(client: Client, machine: EquipmentRow | None, title: ft.Control) -> ft.Control:
    initial = ft.use_memo(lambda: _initial(machine), [machine.version if machine else 0])
    form = use_form(f"equipment:{machine.id if machine else 'new'}", initial, machine.version if machine else None)
    adding_line, add_line = use_state(False)

    def line_made(line_id: str) -> None:
        add_line(False)
        if line_id:
            form.set("production_line_id", line_id)

    ft.use_effect(lambda: take_what_was_made(client, form), [form.ready])
    site = form.get("site_id")
    use_sheet(new_line_sheet(client, UUID(site), line_made) if adding_line and site else None, lambda: add_line(False))

    async def save() -> None:
        if form.busy or not form.require("name", "site_id") or lacks_a_title(form):
            return
        command, papers = command_of(form, machine, client.now()), papers_of(client, PAPERS, form.values, UUID(form.get("id")))
        if command and await submit(client, command, form, said="machine_form.saved"):
            for paper in papers:
                await submit(client, paper)
            go(f"/equipment/{command.equipment_id}{'' if machine else '?made=1'}")

    if not form.ready:
        return Page(title, SkeletonList(3))
    button = PrimaryButton(t("machine_form.save"), save, busy=form.busy, icon=ft.Icons.CHECK_ROUNDED)
    archive = [Removal(client, client.equipment, "/equipment", machine.id, machine.name, "equipment")] if machine else []
    return Page(title, *fields(client, form, machine, lambda: add_line(True)), *archive, footer=sender(form, button), max_width=640)


def take_what_was_made(client: Client, form: Form) -> None:
    """What another page was asked to make for this form; the only site there is."""
    if not form.ready:
        return
    for name in ("site_id", "class_id"):
        if asked(name):
            form.set(name, asked(name))
    if len(client.sites.rows) == 1:
        form.suggest("site_id", str(next(iter(client.sites.rows))))


FIELDS = (
    "name", "site_id", "production_line_id", "parent_id", "stops_parent", "class_id", "criticality", "model", "manufacturer",
    "serial_number", "purchase_date", "installation_date", "warranty_expiry", "expected_lifespan", "hourly_downtime_cost",
    "replacement_value", "currency", "notes",
)  # fmt: skip


def command_of(form: Form, machine: EquipmentRow | None, at: datetime) -> CreateEquipment | UpdateEquipment | None:
    """The server gives a code to a machine without one; one that had a code keeps it where none is told."""
    fields = {name: form.get(name) for name in FIELDS if form.get(name) is not None}
    fields |= {"specifications": as_typed(form.get("specifications") or {}), "occurred_at": at, "equipment_id": form.get("id")}
    code = form.get("code") or None
    if machine is None:
        return made(form, CreateEquipment, {**fields, "code": code})
    return made(form, UpdateEquipment, {**fields, "code": code or machine.code or None, "version": form.get("version")})
