"""Creating and editing a machine; what was typed survives a refusal, a reload and a dead battery."""

from datetime import date
from typing import Any

import flet as ft

from mobile_app.core.client import Client
from mobile_app.core.i18n import language, t
from mobile_app.core.limits import text_limit
from mobile_app.domain import marks
from mobile_app.domain.context import go, use_tables
from mobile_app.ui.buttons import PrimaryButton
from mobile_app.ui.cards import NoticeCard, SectionHeader
from mobile_app.ui.choices import Choice, Segments
from mobile_app.ui.component import component
from mobile_app.ui.dates import DateInput
from mobile_app.ui.feedback import ErrorState, SkeletonList, toast
from mobile_app.ui.fields import TextInput
from mobile_app.ui.forms import Form, use_form
from mobile_app.ui.hooks import use_async
from mobile_app.ui.pickers import Picker
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.theme import Tone
from shared_models.equipment import CreateEquipment, Criticality, EquipmentRead, in_language
from shared_models.ids import uuid7

TEXTS = ("model", "manufacturer")
DATES = ("installation_date", "warranty_expiry")


@component
def EquipmentFormScreen() -> ft.Control:
    client = use_tables("sites", "lines", "classes")
    wanted = ft.use_route_params().get("equipment_id")

    async def load() -> EquipmentRead | None:
        return EquipmentRead.model_validate(await client.api.get(f"/equipment/{wanted}")) if wanted else None

    answer = use_async(load, [wanted])
    title = PageHeader(t("machine_form.edit" if wanted else "machine_form.new"), on_back=lambda: go(f"/equipment/{wanted or ''}"))
    if answer.error:
        return Page(title, ErrorState(t("machine_form.offline"), t("machine_form.offline_body"), on_retry=answer.reload))
    if wanted and answer.data is None:
        return Page(title, SkeletonList(3))
    return MachineForm(client, answer.data, title, key=wanted or "new")


def _initial(client: Client, machine: EquipmentRead | None) -> dict[str, Any]:
    if machine is None:
        sites = list(client.sites.rows)
        return {"id": str(uuid7()), "site_id": str(sites[0]) if len(sites) == 1 else None, "criticality": "medium"}
    return {**machine.model_dump(mode="json"), "version": machine.version}


@component
def MachineForm(client: Client, machine: EquipmentRead | None, title: ft.Control) -> ft.Control:
    form = use_form(f"equipment:{machine.id if machine else 'new'}", _initial(client, machine))

    async def save() -> None:
        if not form.require("name", "site_id"):
            return
        if await form.submit(lambda values: send(client, machine, values)):
            toast(t("machine_form.saved"))
            await client.sync.now()
            go(f"/equipment/{machine.id if machine else form.get('id')}")

    if not form.ready:
        return Page(title, SkeletonList(3))
    footer = PrimaryButton(t("machine_form.save"), save, busy=form.busy, icon=ft.Icons.CHECK_ROUNDED)
    problem = [NoticeCard(form.problem, t("machine_form.kept"), tone=Tone.bad)] if form.problem else []
    return Page(title, *problem, *_fields(client, form), footer=footer, max_width=640)


def _fields(client: Client, form: Form) -> list[ft.Control]:
    sites = [Choice(str(site.id), site.name) for site in client.sites.rows.values()]
    site = form.get("site_id")
    lines = [Choice(str(line.id), line.name) for line in client.lines.rows.values() if str(line.site_id) == site]
    classes = [Choice(str(c.id), in_language(c.names, language()), marks.icon_named(c.icon)) for c in client.classes.rows.values()]
    ranks = [Choice(c.value, marks.CRITICALITY[c].word) for c in Criticality]
    return [
        TextInput(t("equipment_list.name"), **form.field("name"), max_length=text_limit(CreateEquipment, "name")),
        _picker(form, "class_id", t("machine.class"), classes, optional=True),
        _picker(form, "site_id", t("equipment_list.site"), sites),
        _picker(form, "production_line_id", t("equipment_list.line"), lines, optional=True),
        SectionHeader(t("equipment_list.criticality")),
        Segments(ranks, form.get("criticality", "medium"), lambda value: form.set("criticality", value)),
        SectionHeader(t("machine_form.plate")),
        TextInput(
            t("equipment_list.code"),
            **form.field("code"),
            max_length=text_limit(CreateEquipment, "code"),
            hint=t("machine_form.code_hint"),
            optional=True,
        ),
        *(
            TextInput(t(f"machine_form.{name}"), **form.field(name), max_length=text_limit(CreateEquipment, name), optional=True)
            for name in TEXTS
        ),
        TextInput(
            t("machine.serial"), **_nullable(form, "serial_number"), max_length=text_limit(CreateEquipment, "serial_number"), optional=True
        ),
        *(_date(form, name) for name in DATES),
        TextInput(t("machine_form.notes"), **form.field("notes"), lines=3, max_length=text_limit(CreateEquipment, "notes"), optional=True),
    ]


def _nullable(form: Form, name: str) -> Any:
    return {**form.field(name), "value": form.get(name) or "", "on_change": lambda text: form.set(name, text or None)}


def _picker(form: Form, name: str, label: str, choices: list[Choice], *, optional: bool = False) -> ft.Control:
    ordered = sorted(choices, key=lambda choice: choice.label)
    return Picker(label, ordered, form.get(name), lambda key: form.set(name, key), error=form.errors.get(name, ""), optional=optional)


def _date(form: Form, name: str) -> ft.Control:
    chosen = form.get(name)
    day = date.fromisoformat(chosen) if chosen else None
    return DateInput(
        t(f"machine_form.{name}"), day, lambda d: form.set(name, d.isoformat()), error=form.errors.get(name, ""), optional=True
    )


SENT = (
    "name", "code", "site_id", "production_line_id", "parent_id", "class_id", "criticality", "model", "manufacturer", "serial_number",
    "purchase_date", "installation_date", "warranty_expiry", "expected_lifespan", "hourly_downtime_cost", "replacement_value", "currency",
    "specifications", "notes",
)  # fmt: skip


async def send(client: Client, machine: EquipmentRead | None, values: dict[str, Any]) -> None:
    """Editing needs the server's word at once: codes and serial numbers are unique everywhere."""
    body = {name: values[name] for name in SENT if values.get(name) is not None}
    body |= {"occurred_at": client.now().isoformat(), "equipment_id": str(machine.id) if machine else values["id"]}
    if not body.get("code"):
        body.pop("code", None)
    if machine is None:
        await client.api.post("/equipment", body)
    else:
        await client.api.put(f"/equipment/{machine.id}", {**body, "version": values["version"]})
