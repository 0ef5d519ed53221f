"""What commands do on this device beyond one sheet: new sheets, a repair's follow-up, the readings of a checklist."""

from datetime import datetime, time
from uuid import UUID

from mobile_app.core.projection import Rows, carries, foretells, keep
from shared_models.checklists.answering import answer_step, meters_of
from shared_models.checklists.commands import AnswerStep
from shared_models.checklists.rows import ChecklistRow
from shared_models.equipment.rows import EquipmentRow
from shared_models.interventions.closing import RepairIsTemporary
from shared_models.interventions.commands import CreateIntervention
from shared_models.interventions.creation import snapshot
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import InterventionRow
from shared_models.interventions.rules import create
from shared_models.meters.rows import MeterRow
from shared_models.refusals import AlreadyExists
from shared_models.requests.rules import JobAsked
from shared_models.rules import By, apply


@foretells(CreateIntervention)
def _create(rows: Rows, cmd: CreateIntervention, by: By) -> None:
    _ask(rows, cmd, by)


def _ask(rows: Rows, cmd: CreateIntervention, by: By, request_id: UUID | None = None) -> None:
    if rows.get(InterventionRow, cmd.intervention_id):
        raise AlreadyExists(field="intervention_id")
    machine = rows.get(EquipmentRow, cmd.equipment_id)
    if machine is not None:
        checklist = snapshot(rows.get(ChecklistRow, cmd.checklist_id))
        keep(rows, create(machine, cmd, by, checklist=checklist, request_id=request_id), by)


@carries(JobAsked)
def _asked(rows: Rows, asked: JobAsked, by: By) -> None:
    _ask(rows, asked.job, by, asked.request_id)
    job = rows.get(InterventionRow, asked.job.intervention_id)
    if job and asked.photo:
        keep(rows, apply(job, asked.photo, by), by)


@carries(RepairIsTemporary)
def _follow_up(rows: Rows, repair: RepairIsTemporary, by: By) -> None:
    """Unless this device knows of one that is not called off; its own clock stands for the site's."""
    jobs = rows.every(InterventionRow)
    if not any(job.permanent_repair_of == repair.job.id and job.status is not InterventionStatus.cancelled for job in jobs):
        if rows.get(InterventionRow, repair.permanent_id):
            raise AlreadyExists(field="permanent_id")
        rows.put(repair.follow_up(datetime.combine(repair.until, time(23, 59)).astimezone(), by))


@foretells(AnswerStep)
def _answer(rows: Rows, cmd: AnswerStep, by: By) -> None:
    job = rows.get(InterventionRow, cmd.intervention_id)
    if job is not None:
        keep(rows, answer_step(job, cmd, by, meters_of(rows.every(MeterRow), job.equipment_id)), by)
