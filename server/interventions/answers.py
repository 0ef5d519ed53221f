"""What is found at the steps of a job's checklist, and what a job must have before it is closed."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from server.core.access import Actor
from server.core.database import Session
from server.core.errors import AlreadyExists
from server.core.times import past
from server.interventions import repository
from server.interventions.errors import (
    ChecklistIncomplete,
    PhotoMissing,
    PhotoRequired,
    SignatureRequired,
    StepPhotoMissing,
    StepUnknown,
    StepValueMissing,
    StepValueUnfit,
)
from server.interventions.job import Job
from server.interventions.models import Intervention, InterventionAnswer
from server.meters import service as meters
from shared_models.checklists.commands import AnswerStep
from shared_models.checklists.rows import ANSWERABLE, AnswerRow, JobChecklist, Step, StepKind
from shared_models.checklists.rules import AnswerFault, fault, judged, kept_value, meter_of, unanswered
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import Signature
from shared_models.interventions.rules import has_photo, is_signed
from shared_models.meters.commands import RecordReading, VoidReading
from shared_models.permissions import Permission

_FAULTS = {
    AnswerFault.value_missing: (StepValueMissing, "value"),
    AnswerFault.value_unfit: (StepValueUnfit, "value"),
    AnswerFault.photo_missing: (StepPhotoMissing, "photo_id"),
}
_TOLD = 3
"""So many missing steps are named."""


async def answer_step(session: Session, actor: Actor, cmd: AnswerStep) -> Intervention:
    """Answer a step, anew if need be, or take its answer back; a mistaken reading goes with it."""
    job = await Job.take(session, actor, cmd.intervention_id)
    job.ensure_may_work()
    if job.row.status not in ANSWERABLE:
        raise await job.not_now("answer_step")
    step = _step(job.row, cmd.step_id)
    at = past(cmd.occurred_at)
    former = next((answer for answer in await repository.answers_of(session, job.row.id) if answer.step_id == step.id), None)
    if former is not None:
        await _take_back(job, former, at)
    answer = await _answer(job, step, cmd, at) if cmd.state is not None else None
    told = f"step.{step.title}"
    return await job.record("intervention.step_answered", at, before={told: _told(former)}, more={told: _told(answer)})


def _step(row: Intervention, step_id: UUID) -> Step:
    for step in checklist_of(row).steps if row.checklist else ():
        if step.id == step_id:
            return step
    raise StepUnknown(field="step_id")


def checklist_of(row: Intervention) -> JobChecklist:
    return JobChecklist.model_validate(row.checklist)


def _told(answer: InterventionAnswer | None) -> dict[str, Any] | None:
    if answer is None:
        return None
    said = {"state": answer.state, "value": answer.value, "reason": answer.reason, "photo": answer.photo_id}
    return {name: value for name, value in said.items() if value not in (None, "")}


async def _take_back(job: Job, former: InterventionAnswer, at: datetime) -> None:
    await job.session.delete(former)
    await job.session.flush()
    meter_id = await repository.meter_of_reading(job.session, former.reading_id) if former.reading_id else None
    if meter_id and former.reading_id:
        cmd = VoidReading(meter_id=meter_id, reading_id=former.reading_id, occurred_at=at)
        whose_ever = replace(job.actor, permissions=job.actor.permissions | {Permission.maintenance_write})
        await meters.void_reading(job.session, whose_ever, cmd)


async def _answer(job: Job, step: Step, cmd: AnswerStep, at: datetime) -> InterventionAnswer:
    assert cmd.state
    if (wrong := fault(step, cmd.state, cmd.value, cmd.photo_id)) is not None:
        error, field = _FAULTS[wrong]
        raise error(field=field)
    if cmd.photo_id and not await repository.picture_exists(job.session, cmd.photo_id, job.row.site_id):
        raise PhotoMissing(field="photo_id")
    if await repository.id_is_taken(job.session, InterventionAnswer, cmd.answer_id):
        raise AlreadyExists(field="answer_id")
    value = kept_value(step, cmd.state, cmd.value)
    answer = InterventionAnswer(
        id=cmd.answer_id, intervention_id=job.row.id, user_id=job.actor.user_id, step_id=step.id, occurred_at=at,
        state=judged(step, cmd.state, value), value=value, reason=cmd.reason, photo_id=cmd.photo_id,
        reading_id=await _read(job, step, cmd, value, at),
    )  # fmt: skip
    job.session.add(answer)
    return answer


async def _read(job: Job, step: Step, cmd: AnswerStep, value: object, at: datetime) -> UUID | None:
    """The reading that goes with a meter step; a machine without a meter has none, and the answer stands alone."""
    if step.kind is not StepKind.meter or not isinstance(value, float | int):
        return None
    meter = meter_of(step, await repository.meters_of(job.session, job.row.equipment_id), cmd.meter_id)
    if meter is None:
        return None
    reading_id = cmd.reading_id or cmd.answer_id
    await meters.record_reading(job.session, job.actor, RecordReading(
        meter_id=meter.id, reading_id=reading_id, value=value, read_at=at, occurred_at=at, is_confirmed=cmd.is_confirmed,
        intervention_id=job.row.id,
    ))  # fmt: skip
    return reading_id


async def ensure_complete(job: Job, signature: Signature | None) -> None:
    """Required steps are answered, and what the plan asks for is there."""
    row, session = job.row, job.session
    if not (row.checklist or row.needs_photo or row.needs_signature):
        return
    answers = [AnswerRow.model_validate(answer) for answer in await repository.answers_of(session, row.id)]
    if row.checklist and (open_steps := unanswered(checklist_of(row).steps, answers)):
        titles = ", ".join(step.title for step in open_steps[:_TOLD])
        raise ChecklistIncomplete(count=len(open_steps), titles=titles + (" …" if len(open_steps) > _TOLD else ""))
    sheet = job.sheet(answers)
    if row.needs_photo and not has_photo(sheet) and not await repository.has_photos(session, row.id):
        raise PhotoRequired
    if row.needs_signature and signature is None and not is_signed(sheet):
        raise SignatureRequired


async def ensure_still_shown(job: Job) -> None:
    """What was closed with a picture that its plan asks for keeps one."""
    row, session = job.row, job.session
    if row.status is not InterventionStatus.completed or not row.needs_photo or await repository.has_photos(session, row.id):
        return
    answers = [AnswerRow.model_validate(answer) for answer in await repository.answers_of(session, row.id)]
    if not has_photo(job.sheet(answers)):
        raise PhotoRequired
