"""The card of a job, of a machine and of a request, the same wherever they are listed."""

from datetime import datetime
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_ago, format_duration, language, n, t
from mobile_app.domain import marks
from mobile_app.domain.client import Client
from mobile_app.domain.due_marks import job_due, local_day, short_why
from mobile_app.domain.lookup import doer, dotted, parts_of_job, place, stands
from mobile_app.domain.pictures import StoredPicture
from mobile_app.domain.readiness import Readiness
from mobile_app.domain.steps import failed_chip, progress
from mobile_app.ui.buttons import Handler
from mobile_app.ui.cards import NoticeCard, RowCard, Trailing
from mobile_app.ui.chips import IconTile, StatusChip
from mobile_app.ui.theme import Tone
from shared_models.equipment.life import RepeatNotice
from shared_models.equipment.rows import Criticality, EquipmentRow, EquipmentStatus
from shared_models.interventions.lifecycle import OPEN, InterventionStatus
from shared_models.interventions.rows import InterventionRow, Priority, StopKind
from shared_models.interventions.sheet import down_time
from shared_models.plans.rows import PlanRow
from shared_models.requests.rows import WorkRequestRow

_PHOTO = 72
"""Large enough to see what an operator meant."""


def due(job: InterventionRow, now: datetime, plan: PlanRow | None = None) -> Trailing | str:
    """Late, today, tomorrow or the date; for a job without a date, when it was asked for."""
    return job_due(job, local_day(now), plan) or format_ago(job.created_at, now)


def job_tone(job: InterventionRow, now: datetime) -> Tone:
    """The colour of a job's tile: its urgency while it waits, its state afterwards."""
    if job.status != InterventionStatus.pending:
        return (marks.VALIDATED if job.is_validated else marks.JOB[job.status]).tone
    if job.priority == Priority.urgent:
        return Tone.bad
    trailing = due(job, now)
    return trailing.tone if isinstance(trailing, Trailing) else marks.TYPE[job.intervention_type].tone


def job_chips(job: InterventionRow, now: datetime, *, pending: bool = False) -> list[ft.Control]:
    """What is worth knowing before opening the job, most important first."""
    chips: list[ft.Control] = []
    if job.is_validated:
        chips.append(marks.VALIDATED.chip())
    elif job.status == InterventionStatus.in_progress and job.returned_at:
        chips.append(marks.RETURNED.chip())
    elif job.status != InterventionStatus.pending:
        chips.append(marks.JOB[job.status].chip())
    if job.stop_kind == StopKind.failure and (stop := down_time(job, now)):
        chips.append(StatusChip(t("domain.stop_time", duration=format_duration(stop)), Tone.bad))
    if failed := progress(job).failed:
        chips.append(failed_chip(failed))
    if job.priority in {Priority.high, Priority.urgent} and job.status != InterventionStatus.completed:
        chips.append(marks.PRIORITY[job.priority].chip())
    if job.temporary_until:
        chips.append(StatusChip(t("domain.temporary"), Tone.warning, icon=ft.Icons.HOURGLASS_BOTTOM_ROUNDED))
    if pending:
        chips.append(StatusChip(t("domain.unsent"), Tone.off, icon=ft.Icons.CLOUD_UPLOAD_ROUNDED))
    return chips


def JobCard(
    client: Client,
    job: InterventionRow,
    *,
    on_open: Handler,
    with_machine: bool = True,
    selected: bool = False,
    flat: bool = False,
    light: Readiness | None = None,
) -> ft.Control:
    """With its ready `light`, where one looks for what can begin."""
    now = client.now()
    is_over = job.status in {InterventionStatus.completed, InterventionStatus.cancelled}
    trailing = (
        format_ago(job.actual_end, now)
        if is_over and job.actual_end
        else due(job, now, client.tables.plans.get(job.scheduled_maintenance_id))
    )
    return RowCard(
        job.title,
        meta=place(client, job.equipment_id) if with_machine else "",
        trailing=trailing,
        icon=marks.TYPE[job.intervention_type].icon,
        tone=job_tone(job, now),
        chips=[*([light.mark.chip()] if light else []), *job_chips(job, now, pending=job.id in client.interventions.pending)],
        note=dotted(
            *(light.lacks if light else ()),
            _why_now(job),
            doer(client, job.assigned_technician_id, job.assigned_team_id) or t("domain.unassigned"),
        ),
        on_click=on_open,
        selected=selected,
        flat=flat,
    )


def _why_now(job: InterventionRow) -> str:
    """What a plan counts by, while the job is to do."""
    return short_why(job.due_reason) if job.due_reason and job.status in OPEN else ""


def status_chip(machine: EquipmentRow, now: datetime) -> ft.Control:
    """`En panne depuis 25 min` for what is not running, else the plain word."""
    mark = marks.EQUIPMENT[machine.status]
    since = format_duration(now - machine.status_since)
    if machine.status == EquipmentStatus.broken:
        return mark.chip(t("domain.equipment.broken_since", duration=since))
    if machine.status == EquipmentStatus.maintenance:
        return mark.chip(t("domain.equipment.maintenance_since", duration=since))
    return mark.chip()


def class_icon(client: Client, class_id: UUID | None) -> ft.IconData:
    of_class = client.classes.get(class_id) if class_id else None
    return marks.icon_named(of_class.icon) if of_class else marks.icon_named("")


def MachineCard(client: Client, machine: EquipmentRow, *, on_open: Handler, selected: bool = False, flat: bool = False) -> ft.Control:
    chips = [status_chip(machine, client.now())] if machine.status != EquipmentStatus.active else []
    if machine.criticality == Criticality.critical:
        chips.append(marks.CRITICALITY[Criticality.critical].chip())
    return RowCard(  # running is the rule: only what is not running says so
        machine.name,
        meta=dotted(machine.code, machine.model, stands(client, machine.id)),
        icon=class_icon(client, machine.class_id),
        tone=marks.EQUIPMENT[machine.status].tone if machine.status != EquipmentStatus.active else Tone.primary,
        chips=chips,
        on_click=on_open,
        selected=selected,
        flat=flat,
    )


def RequestCard(
    client: Client,
    request: WorkRequestRow,
    *,
    on_open: Handler,
    with_machine: bool = True,
    selected: bool = False,
    flat: bool = False,
) -> ft.Control:
    symptom = marks.SYMPTOM[request.symptom]
    tile = IconTile(symptom.icon, symptom.tone)
    photo = StoredPicture(request.photo_id, _PHOTO, tile, label=t("requests.photo")) if request.photo_id else None
    return RowCard(
        request.text.split("\n")[0] or symptom.word,
        meta=place(client, request.equipment_id) if with_machine else "",
        trailing=format_ago(request.created_at, client.now()),
        icon=None if flat else symptom.icon,
        leading=None if flat else photo,
        tone=symptom.tone,
        chips=[symptom.chip(), *([marks.REQUEST[request.status].chip()] if request.status != "new" else [])],
        note=request.requester,
        on_click=on_open,
        selected=selected,
        flat=flat,
    )


def ordinal(count: int) -> str:
    """`3e` or `3rd`."""
    if language() == "fr":
        return "1re" if count == 1 else f"{count}e"
    ending = {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th") if count % 100 not in {11, 12, 13} else "th"
    return f"{count}{ending}"


def RepeatCard(client: Client, notice: RepeatNotice) -> ft.Control:
    """“Third time in six months”: what the last repair took, and how long it held."""
    fix = notice.last.work_performed.split("\n")[0] or notice.last.title
    days, parts = n("domain.held_days", notice.last_fix_held_days), ", ".join(parts_of_job(client, notice.last.id))
    said = {"fix": fix.rstrip("."), "who": notice.last.technician, "days": days}
    body = t("domain.last_fix_with", parts=parts, **said) if parts else t("domain.last_fix", **said)
    return NoticeCard(t("domain.repeat", ordinal=ordinal(notice.count)), body, icon=ft.Icons.REPLAY_ROUNDED)
