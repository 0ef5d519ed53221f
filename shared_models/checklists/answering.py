"""What is found at the steps of a job's checklist."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from shared_models.checklists.commands import AnswerStep
from shared_models.checklists.refusals import StepPhotoMissing, StepUnknown, StepValueMissing, StepValueUnfit
from shared_models.checklists.rows import ANSWERABLE, AnswerRow, Step, StepKind, StepState
from shared_models.checklists.rules import AnswerFault, M, fault, judged, kept_value, meter_of
from shared_models.interventions.moving import changed, ensure_may_work, not_now, somebody, with_new
from shared_models.interventions.rows import InterventionRow
from shared_models.meters.rows import MeterRow
from shared_models.meters.rules import ReadingTaken, ReadingVoided
from shared_models.refusals import AlreadyExists
from shared_models.rules import By, Consequence, Outcome

_FAULTS = {
    AnswerFault.value_missing: (StepValueMissing, "value"),
    AnswerFault.value_unfit: (StepValueUnfit, "value"),
    AnswerFault.photo_missing: (StepPhotoMissing, "photo_id"),
}


def step_of(job: InterventionRow, cmd: AnswerStep) -> Step:
    for step in job.checklist.steps if job.checklist else ():
        if step.id == cmd.step_id:
            return step
    raise StepUnknown(field="step_id")


def meters_of(meters: Iterable[MeterRow], equipment_id: UUID) -> list[MeterRow]:
    """The active ones of a machine, oldest first."""
    return sorted((meter for meter in meters if meter.equipment_id == equipment_id and meter.is_active), key=lambda meter: meter.id)


def reads_a_meter(job: InterventionRow, cmd: AnswerStep) -> bool:
    steps = job.checklist.steps if job.checklist else []
    return cmd.state is not None and any(step.id == cmd.step_id and step.kind is StepKind.meter for step in steps)


def answer_step(job: InterventionRow, cmd: AnswerStep, by: By, meters: Sequence[M]) -> Outcome[InterventionRow]:
    """Answer a step, anew if need be, or take its answer back; a mistaken reading goes with it.

    `meters`: of a meter step, the active ones of the machine, oldest first. Without any, the answer stands alone.
    """
    ensure_may_work(job, by)
    if job.status not in ANSWERABLE:
        raise not_now(job, "answer_step")
    step = step_of(job, cmd)
    former = next((answer for answer in job.answers if answer.step_id == step.id), None)
    answers = [answer for answer in job.answers if answer is not former]
    then: list[Consequence] = [ReadingVoided(former.reading_id, cmd.occurred_at)] if former and former.reading_id else []
    if cmd.state is not None:
        reading = _reading(job, step, cmd, cmd.state, meters)
        answer = _answer(step, cmd, cmd.state, reading, by)
        if former and former.id == answer.id:
            return _sent_again(job, former, answer)
        then += [reading] if reading else []
        answers = with_new(answers, answer, "answer_id")
    return Outcome(changed(job, answers=answers), tuple(then))


def _sent_again(job: InterventionRow, former: AnswerRow, answer: AnswerRow) -> Outcome[InterventionRow]:
    if any(getattr(former, name) != getattr(answer, name) for name in ("state", "value", "reason", "photo_id")):
        raise AlreadyExists(field="answer_id")
    return Outcome(job)


def _answer(step: Step, cmd: AnswerStep, state: StepState, reading: ReadingTaken | None, by: By) -> AnswerRow:
    if (wrong := fault(step, state, cmd.value, cmd.photo_id)) is not None:
        refusal, field = _FAULTS[wrong]
        raise refusal(field=field)
    value = kept_value(step, state, cmd.value)
    return AnswerRow(
        id=cmd.answer_id, step_id=step.id, state=judged(step, state, value), value=value, reason=cmd.reason, photo_id=cmd.photo_id,
        reading_id=reading.reading_id if reading else None, user_id=somebody(by), occurred_at=cmd.occurred_at,
    )  # fmt: skip


def _reading(job: InterventionRow, step: Step, cmd: AnswerStep, state: StepState, meters: Sequence[M]) -> ReadingTaken | None:
    value = kept_value(step, state, cmd.value)
    meter = meter_of(step, meters, cmd.meter_id) if step.kind is StepKind.meter and isinstance(value, float | int) else None
    if meter is None or not isinstance(value, float | int):
        return None
    return ReadingTaken(meter.id, cmd.reading_id or cmd.answer_id, value, cmd.occurred_at, cmd.is_confirmed, job.id)
