"""What is asked on a machine's page: start a job, change the status."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.core.limits import text_limit
from mobile_app.domain import marks
from mobile_app.domain.client import Client
from mobile_app.domain.context import go
from mobile_app.domain.submit import submit
from mobile_app.ui.buttons import PrimaryButton
from mobile_app.ui.choices import Choice, ChoiceGrid
from mobile_app.ui.component import component
from mobile_app.ui.fields import TextInput
from mobile_app.ui.hooks import use_draft
from mobile_app.ui.sheets import Sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import Space
from shared_models.equipment.commands import ChangeEquipmentStatus
from shared_models.equipment.rows import EquipmentRow, EquipmentStatus
from shared_models.ids import uuid7
from shared_models.interventions.commands import CreateIntervention
from shared_models.interventions.rows import InterventionType, Priority, StopKind

BREAKDOWN, FAULT, ROUND = "breakdown", "fault", "round"
KINDS = {
    BREAKDOWN: (InterventionType.corrective, ft.Icons.ERROR_OUTLINE_ROUNDED),
    FAULT: (InterventionType.corrective, ft.Icons.BUILD_OUTLINED),
    ROUND: (InterventionType.preventive, ft.Icons.CHECKLIST_ROUNDED),
}
Done = Callable[[], None]


def start_sheet(client: Client, machine: EquipmentRow, on_done: Done) -> Sheet:
    return Sheet(t("machine.start_title"), StartForm(client, machine, on_done))


@component
def StartForm(client: Client, machine: EquipmentRow, on_done: Done) -> ft.Control:
    """One tap on what it is starts the clock; the title can wait."""
    draft = use_draft(f"start:{machine.id}", {"title": ""})

    async def start(kind: str) -> None:
        intervention_id = uuid7()
        command = new_job(client, machine, intervention_id, kind, draft.get("title", ""), starts=True)
        if await submit(client, command, said="machine.started"):
            await draft.clear()
            on_done()
            go(f"/jobs/{intervention_id}")

    choices = [Choice(kind, t(f"machine.kind.{kind}"), icon, note=t(f"machine.kind.{kind}_note")) for kind, (_, icon) in KINDS.items()]

    return Stack(
        TextInput(
            t("machine.what"),
            draft.get("title", ""),
            draft.setter("title"),
            placeholder=t("machine.what_hint"),
            max_length=text_limit(CreateIntervention, "title"),
            optional=True,
        ),
        Meta(t("machine.start_hint")),
        ChoiceGrid(choices, None, start, columns=1),
        spacing=Space.m,
    )


def new_job(
    client: Client, machine: EquipmentRow, intervention_id: UUID, kind: str, title: str, *, starts: bool, **more: Any
) -> CreateIntervention:
    now = client.now()
    stops = kind == BREAKDOWN
    already = machine.status == EquipmentStatus.broken
    fields = {
        "occurred_at": now,
        "intervention_id": intervention_id,
        "equipment_id": machine.id,
        "title": (title or "").strip() or t(f"machine.kind.{kind}_title"),
        "intervention_type": KINDS[kind][0],
        "priority": Priority.high if stops else Priority.medium,
        "assigned_technician_id": client.user.id if starts else None,
        "stop_kind": StopKind.failure if stops else None,
        "reported_at": now if stops else None,
        "stopped_at": (machine.status_since if already else now) if stops else None,
        "action_id": uuid7() if starts else None,
    }
    return CreateIntervention.model_validate(fields | more)


def status_sheet(client: Client, machine: EquipmentRow, on_done: Done) -> Sheet:
    return Sheet(t("machine.status_title"), StatusForm(client, machine, on_done))


@component
def StatusForm(client: Client, machine: EquipmentRow, on_done: Done) -> ft.Control:
    status, set_status = ft.use_state(machine.status.value)
    reason, set_reason = ft.use_state("")

    async def save() -> None:
        command = ChangeEquipmentStatus(
            occurred_at=client.now(), equipment_id=machine.id, status=EquipmentStatus(status), reason=reason.strip()
        )
        if await submit(client, command, said="machine.status_changed"):
            on_done()

    choices = [Choice(s.value, marks.EQUIPMENT[s].word, marks.EQUIPMENT[s].icon) for s in EquipmentStatus]
    return Stack(
        ChoiceGrid(choices, status, set_status),
        TextInput(t("machine.status_reason"), reason, set_reason, max_length=text_limit(ChangeEquipmentStatus, "reason"), optional=True),
        PrimaryButton(t("machine.status_save"), save, disabled=status == machine.status),
    )
