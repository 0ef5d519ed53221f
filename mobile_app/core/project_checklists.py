"""What commands do to the answers in a job."""

from uuid import UUID

from mobile_app.core.projection import Person, Rows, by_rule, rule
from shared_models.checklists.commands import AnswerStep
from shared_models.checklists.rows import ANSWERABLE, AnswerRow, Step, StepKind, StepState
from shared_models.checklists.rules import fault, judged, kept_value, meter_of
from shared_models.interventions.rows import InterventionRow
from shared_models.meters.commands import RecordReading, VoidReading
from shared_models.meters.rows import MeterRow


@rule(AnswerStep)
def _answer(rows: Rows, cmd: AnswerStep, person: Person) -> None:
    job = rows.get("intervention", InterventionRow, cmd.intervention_id)
    steps = job.checklist.steps if job and job.checklist else []
    step = next((step for step in steps if step.id == cmd.step_id), None)
    if job is None or step is None or job.status not in ANSWERABLE:
        return
    former = next((answer for answer in job.answers if answer.step_id == step.id), None)
    if former and former.id == cmd.answer_id and cmd.state is not None:
        return  # the server's row has it already
    kept = [answer for answer in job.answers if answer.step_id != step.id]
    if cmd.state is None:
        _void(rows, cmd, former, person)
        rows.put("intervention", job.model_copy(update={"answers": kept}))
    elif fault(step, cmd.state, cmd.value, cmd.photo_id) is None:
        _void(rows, cmd, former, person)
        told = _told(rows, cmd, job, step, cmd.state, person)
        rows.put("intervention", job.model_copy(update={"answers": [*kept, told]}))


def _told(rows: Rows, cmd: AnswerStep, job: InterventionRow, step: Step, state: StepState, person: Person) -> AnswerRow:
    value = kept_value(step, state, cmd.value)
    return AnswerRow(
        id=cmd.answer_id, step_id=step.id, state=judged(step, state, value), value=value, reason=cmd.reason, photo_id=cmd.photo_id,
        reading_id=_read(rows, cmd, job, step, value, person), user_id=person.id, occurred_at=cmd.occurred_at,
    )  # fmt: skip


def meters_of_machine(meters: list[MeterRow], equipment_id: UUID) -> list[MeterRow]:
    """The active ones, oldest first."""
    return sorted((m for m in meters if m.equipment_id == equipment_id and m.is_active), key=lambda m: m.id)


def _read(rows: Rows, cmd: AnswerStep, job: InterventionRow, step: Step, value: object, person: Person) -> UUID | None:
    """The reading that goes with a meter step."""
    if step.kind is not StepKind.meter or not isinstance(value, float | int):
        return None
    meter = meter_of(step, meters_of_machine(rows.every("meter", MeterRow), job.equipment_id), cmd.meter_id)
    if meter is None:
        return None
    reading_id = cmd.reading_id or cmd.answer_id
    _let(rows, person, RecordReading(
        meter_id=meter.id, reading_id=reading_id, value=value, read_at=cmd.occurred_at, occurred_at=cmd.occurred_at,
        is_confirmed=cmd.is_confirmed, intervention_id=job.id,
    ))  # fmt: skip
    return reading_id


def _void(rows: Rows, cmd: AnswerStep, former: AnswerRow | None, person: Person) -> None:
    """A mistaken answer's reading goes with it."""
    if former is None or former.reading_id is None:
        return
    for meter in rows.every("meter", MeterRow):
        if any(reading.id == former.reading_id for reading in meter.readings):
            _let(rows, person, VoidReading(meter_id=meter.id, reading_id=former.reading_id, occurred_at=cmd.occurred_at))
            return


def _let(rows: Rows, person: Person, command: RecordReading | VoidReading) -> None:
    by_rule(rows, command, person)
