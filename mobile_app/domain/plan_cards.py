"""The card of a plan, and a machine's next dates, the same wherever they are shown."""

from uuid import UUID

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain import due_marks, marks
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener
from mobile_app.domain.due import local_day, open_occurrence, past_occurrences, plan_due_state
from mobile_app.domain.lookup import doer, dotted, place
from mobile_app.domain.views import plans_of
from mobile_app.ui.buttons import Handler, TextLink, spoken, tap
from mobile_app.ui.cards import Card, CardHeader, Divider, RowCard
from mobile_app.ui.chips import StatusChip
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta, Strong
from mobile_app.ui.theme import Tone
from shared_models.equipment.rows import EquipmentStatus
from shared_models.plans.rows import PlanRow

_MOST = 6


def who_does(client: Client, plan: PlanRow) -> str:
    return doer(client, plan.assigned_technician_id, plan.team_id)


def is_out_of_service(client: Client, plan: PlanRow) -> bool:
    """Whether its machine stands unused: no jobs are made for it, and nothing is late."""
    machine = client.equipment.get(plan.equipment_id)
    return machine is not None and machine.status is EquipmentStatus.inactive


def plan_chips(client: Client, plan: PlanRow) -> list[ft.Control]:
    """What keeps a plan from going by itself."""
    chips: list[ft.Control] = []
    if not plan.is_active:
        chips.append(due_marks.PAUSED.chip())
    elif plan.ignored_since is not None:
        chips.append(due_marks.IGNORED.chip())
    if plan.is_active and open_occurrence(plan):
        chips.append(StatusChip(t("due.job_open"), Tone.info, icon=ft.Icons.ASSIGNMENT_ROUNDED))
    if plan.id in client.tables.plans.pending:
        chips.append(StatusChip(t("domain.unsent"), Tone.off, icon=ft.Icons.CLOUD_UPLOAD_ROUNDED))
    return chips


def PlanCard(client: Client, plan: PlanRow, *, on_open: Handler, selected: bool = False, flat: bool = False) -> ft.Control:
    today = local_day(client.now())
    is_out = is_out_of_service(client, plan)
    state = None if is_out else plan_due_state(plan, today)
    strip = due_marks.ComplianceStrip(past_occurrences(plan))
    return RowCard(
        plan.title,
        meta=place(client, plan.equipment_id),
        trailing=due_marks.plan_due(plan, today, is_out=is_out) or "",
        icon=marks.TYPE[plan.intervention_type].icon,
        tone=due_marks.DUE[state].tone if state else Tone.off,
        chips=[*plan_chips(client, plan), strip],
        note=dotted(due_marks.frequency_words(plan), who_does(client, plan)),
        on_click=on_open,
        selected=selected,
        flat=flat,
    )


def NextDues(client: Client, equipment_id: UUID, *, may_plan: bool) -> list[ft.Control]:
    """“Prochaine échéance”: the next date of each of a machine's plans, and why; the nearest first."""
    plans = plans_of(client.tables.plans.having(equipment_id=[equipment_id]), equipment_id)
    if not plans and not may_plan:
        return []
    add = TextLink(t("due.new_plan"), opener(f"/plans/new?equipment_id={equipment_id}")) if may_plan else ""
    lines: list[ft.Control] = [CardHeader(t("due.next"), add)]
    for plan in plans[:_MOST]:
        lines += [Divider(), _next_due(client, plan)]
    if not plans:
        lines.append(Meta(t("due.no_plan")))
    return [Card(Stack(*lines, spacing=10))]


def _next_due(client: Client, plan: PlanRow) -> ft.Control:
    head = ft.Row(
        [
            ft.Column([Strong(plan.title), Meta(due_marks.frequency_words(plan))], spacing=0, tight=True, expand=True),
            ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20),
        ],
        spacing=8,
    )
    parts: list[ft.Control] = [head]
    if is_out_of_service(client, plan):
        parts.append(due_marks.OUT_OF_SERVICE.chip())
    elif plan.is_active and plan.next_due:
        parts.append(due_marks.DueLine(plan.next_due.date(), local_day(client.now()), plan.lead_days, plan.reason))
    chips = plan_chips(client, plan)
    if chips:
        parts.append(ft.Row(chips, spacing=6, wrap=True))
    column = ft.Column(parts, spacing=6, tight=True)
    return spoken(ft.Container(column, ink=True, border_radius=10, on_click=tap(opener(f"/plans/{plan.id}"))))
