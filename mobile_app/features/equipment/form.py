"""Creating and editing a machine; what was typed survives a refusal, a reload and a dead battery."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.client import Client
from mobile_app.core.i18n import t
from mobile_app.domain.context import arrived, asked, go, opener, use_tables
from mobile_app.domain.line_form import new_line_sheet
from mobile_app.domain.saving import made_once, sender, unless_stale
from mobile_app.features.equipment.fields import as_told, fields
from mobile_app.ui.buttons import PrimaryButton
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, ErrorState, SkeletonList, toast
from mobile_app.ui.forms import Form, use_form
from mobile_app.ui.hooks import use_async, use_state
from mobile_app.ui.sheets import use_sheet
from mobile_app.ui.shell import Page, PageHeader
from shared_models.equipment.rows import EquipmentRead
from shared_models.ids import uuid7
from shared_models.permissions import Permission


@component
def EquipmentFormScreen() -> ft.Control:
    client = use_tables("sites", "lines", "classes")
    wanted = ft.use_route_params().get("equipment_id")

    async def load() -> EquipmentRead | None:
        return EquipmentRead.model_validate(await client.api.get(f"/equipment/{wanted}")) if wanted else None

    answer = use_async(load, [wanted])
    back = f"/equipment/{wanted}" if wanted else "/equipment"
    title = PageHeader(t("machine_form.edit" if wanted else "machine_form.new"), on_back=opener(back))
    if not client.may(Permission.equipment_write):
        return Page(title, EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("machine_form.read_only"), t("machine_form.read_only_body")))
    if answer.error and answer.data is None:
        return Page(title, ErrorState(t("machine_form.offline"), t("machine_form.offline_body"), on_retry=answer.reload))
    if wanted and answer.data is None:
        return Page(title, SkeletonList(3))
    return MachineForm(client, answer.data, title, answer.reload, key=wanted or "new")


def _initial(machine: EquipmentRead | None) -> dict[str, Any]:
    if machine is None:
        return {"id": str(uuid7()), "site_id": None, "criticality": "medium"}
    return {**machine.model_dump(mode="json"), "version": machine.version}


@component
def MachineForm(client: Client, machine: EquipmentRead | None, title: ft.Control, reload: Callable[[], None]) -> ft.Control:
    initial = ft.use_memo(lambda: _initial(machine), [machine.version if machine else 0])
    form = use_form(f"equipment:{machine.id if machine else 'new'}", initial)
    adding_line, add_line = use_state(False)

    def line_made(line_id: str) -> None:
        add_line(False)
        if line_id:
            form.set("production_line_id", line_id)

    ft.use_effect(lambda: take_what_was_made(client, form), [form.ready])
    site = form.get("site_id")
    use_sheet(new_line_sheet(client, UUID(site), line_made) if adding_line and site else None, lambda: add_line(False))

    async def save() -> None:
        if form.busy or not form.require("name", "site_id"):
            return
        machine_id = UUID(form.get("id"))
        if await form.submit(lambda values: unless_stale(send(client, machine, values), reload)):
            toast(t("machine_form.saved"))
            await arrived(client, client.equipment, lambda: is_shown(client, machine_id, machine))
            go(f"/equipment/{machine_id}{'' if machine else '?made=1'}")

    if not form.ready:
        return Page(title, SkeletonList(3))
    button = PrimaryButton(t("machine_form.save"), save, busy=form.busy, icon=ft.Icons.CHECK_ROUNDED)
    footer = sender(form, button, machine.version if machine else None, initial)
    return Page(title, *fields(client, form, machine, lambda: add_line(True)), footer=footer, max_width=640)


def take_what_was_made(client: Client, form: Form) -> None:
    """What another page was asked to make for this form; the only site there is."""
    if not form.ready:
        return
    for name in ("site_id", "class_id"):
        if asked(name):
            form.set(name, asked(name))
    if len(client.sites.rows) == 1:
        form.suggest("site_id", str(next(iter(client.sites.rows))))


def is_shown(client: Client, machine_id: UUID, before: EquipmentRead | None) -> bool:
    row = client.equipment.get(machine_id)
    return row is not None and (before is None or row.version > before.version)


SENT = (
    "name", "code", "site_id", "production_line_id", "parent_id", "class_id", "criticality", "model", "manufacturer", "serial_number",
    "purchase_date", "installation_date", "warranty_expiry", "expected_lifespan", "hourly_downtime_cost", "replacement_value", "currency",
    "specifications", "notes",
)  # fmt: skip


async def send(client: Client, machine: EquipmentRead | None, values: dict[str, Any]) -> None:
    """Editing needs the server's word at once: codes and serial numbers are unique everywhere."""
    body = {name: values[name] for name in SENT if values.get(name) is not None}
    body["specifications"] = as_told(values.get("specifications") or {})
    body |= {"occurred_at": client.now().isoformat(), "equipment_id": str(machine.id) if machine else values["id"]}
    if not body.get("code"):
        body.pop("code", None)
    if machine is None:
        await made_once(lambda: client.api.post("/equipment", body), lambda: _make_it_say(client, body))
    else:
        await client.api.put(f"/equipment/{machine.id}", {**body, "version": values["version"]})


async def _make_it_say(client: Client, body: dict[str, Any]) -> None:
    path = f"/equipment/{body['equipment_id']}"
    there = await client.api.get(path)
    await client.api.put(path, {"code": there["code"], **body, "version": there["version"]})
