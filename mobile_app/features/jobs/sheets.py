"""What is asked on a job: a reason, a person."""

from collections.abc import Callable

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.domain.context import use_client
from mobile_app.domain.people import teams_at, workers_at
from mobile_app.domain.reasons import ReasonForm, Saying
from mobile_app.features.jobs.commands import JobCommands
from mobile_app.ui.choices import Choice, ChoiceGrid
from mobile_app.ui.component import component
from mobile_app.ui.pickers import PickList
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Heading
from mobile_app.ui.theme import Space
from shared_models.equipment.rows import EquipmentStatus
from shared_models.interventions.rows import InterventionRow
from shared_models.interventions.sheet import leaves_stop_unexplained

HOLD_REASONS = ("part", "access", "help", "shift")
CANCEL_REASONS = ("duplicate", "not_needed", "mistake")
MACHINE_STATES = {
    EquipmentStatus.active: ft.Icons.PLAY_CIRCLE_OUTLINE_ROUNDED,
    EquipmentStatus.broken: ft.Icons.ERROR_OUTLINE_ROUNDED,
    EquipmentStatus.inactive: ft.Icons.PAUSE_CIRCLE_OUTLINE_ROUNDED,
}


def machine_states() -> list[Choice]:
    """What a job can leave its machine in."""
    return [Choice(state.value, t(f"close.runs.{state.value}"), icon) for state, icon in MACHINE_STATES.items()]


@component
def AssignForm(job: InterventionRow, on_pick: Saying) -> ft.Control:
    """A person or a team of the site; their keys are ids, of which no two are alike."""
    client, own = use_client(), job.assigned_technician_id or job.assigned_team_id
    workers = workers_at(client, job.site_id, team=job.assigned_team_id, now=own)
    choices = [Choice("", t("domain.unassigned")), *workers, *teams_at(client, job.site_id)]
    return PickList(choices, str(own) if own else "", on_pick)


@component
def CancelForm(client: Client, job: InterventionRow, commands: JobCommands, on_close: Callable[[], None]) -> ft.Control:
    """Why; and, when nothing else says why the machine stands still, whether it runs again."""
    picked, set_picked = ft.use_state("")
    asks = leaves_stop_unexplained(job, client.interventions.having(equipment_id=[job.equipment_id]))

    async def send(reason: str) -> bool:
        on_close()
        return await commands.cancel(reason, EquipmentStatus(picked) if asks else None)

    grid = ChoiceGrid(machine_states(), picked, set_picked, columns=3)
    question = Stack(Heading(t("close.runs")), grid, spacing=Space.s)
    return ReasonForm(
        f"cancel:{job.id}", CANCEL_REASONS, "job.cancel_reason", t("job.cancel"), send,
        question=question if asks else None, ready=bool(picked) or not asks,
    )  # fmt: skip
