"""What can be done about a refusal: for each kind, first the one tap that most likely puts it right."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from mobile_app.core.outbox import Refused
from mobile_app.domain.client import Client
from mobile_app.domain.steps import progress, steps_of
from shared_models.base import Command
from shared_models.checklists.answering import meters_of
from shared_models.checklists.commands import AnswerStep
from shared_models.checklists.rows import ANSWERABLE, Step, StepKind
from shared_models.checklists.rules import meter_of
from shared_models.interventions.commands import CompleteIntervention, ValidateIntervention
from shared_models.interventions.rows import InterventionRow
from shared_models.inventory.commands import TakeStock
from shared_models.meters.commands import RecordReading, ResetMeter
from shared_models.meters.metering import Implausible
from shared_models.meters.rows import MeterRow
from shared_models.plans.commands import GeneratePlan, MoveOccurrence, OnPlan
from shared_models.plans.rows import PlanRow

IMPLAUSIBLE, INCOMPLETE = "implausible_reading", "checklist_incomplete"
SHORT = frozenset({"stock_insufficient", "part_reserved"})
_STALE, _NOT_NOW = "stale_version", "not_allowed_now"
_STEP = frozenset({"step_value_missing", "step_value_unfit", "step_photo_missing"})
_OVER = frozenset(
    {"forbidden", "occurrence_settled", "occurrence_unknown", "occurrence_is_forecast", "occurrence_has_job", "plan_has_open_job"}
)


class Way(StrEnum):
    """The name of each is the end of its words' key, `needs_you.<way>`."""

    retry = "retry"
    look_again = "look_again"
    insist = "insist"
    confirm = "confirm"
    correct = "correct"
    was_reset = "was_reset"
    open_machine = "open_machine"
    checklist = "checklist"
    photo = "photo"
    sign = "sign"
    as_note = "as_note"
    other_day = "other_day"
    open_plan = "open_plan"
    in_hand = "in_hand"


def ways_out(client: Client, item: Refused) -> list[Way]:
    """The first is the main one. Editing words and giving up are offered besides."""
    command, code = item.command, item.problem.code
    if code == _STALE and row_in(client, command) is not None:
        return _of_what_changed(command)
    if code == IMPLAUSIBLE:
        return _of_reading(client, item)
    if isinstance(command, CompleteIntervention):
        return _of_completion(client, item, command)
    if isinstance(command, AnswerStep):
        return _of_answer(client, command, code)
    if isinstance(command, OnPlan):
        return _of_plan(client, command, code)
    return [Way.in_hand if isinstance(command, TakeStock) and code in SHORT else Way.retry]


def _of_what_changed(command: Command | None) -> list[Way]:
    """Who approves looks again; who has written may let it stand."""
    if isinstance(command, ValidateIntervention):
        return [Way.look_again]
    return [Way.insist, Way.open_plan] if isinstance(command, OnPlan) else [Way.insist]


def _of_reading(client: Client, item: Refused) -> list[Way]:
    """A meter does not run backwards, unless it was replaced or reset meanwhile."""
    is_backwards = item.problem.params.get("kind") == Implausible.backwards
    if item.problem.params.get("kind") == Implausible.off_dial:
        return [Way.open_machine] if isinstance(item.command, ResetMeter) or meter_in(client, item.command) is None else [Way.correct]
    if isinstance(item.command, ResetMeter):
        return [Way.open_machine, Way.retry] if is_backwards else [Way.confirm, Way.open_machine]
    if meter_in(client, item.command) is None:
        return [Way.retry] if is_backwards else [Way.confirm]
    return [Way.correct, Way.was_reset] if is_backwards else [Way.confirm, Way.correct]


def _of_completion(client: Client, item: Refused, command: CompleteIntervention) -> list[Way]:
    job, code = client.interventions.get(command.intervention_id), item.problem.code
    if job is None or job.status not in ANSWERABLE:
        return [Way.retry]
    if code == INCOMPLETE and not progress(job).is_complete:
        return [Way.checklist]
    ways = {"photo_required": Way.photo, "signature_required": Way.sign}
    return [ways.get(code, Way.retry)]


def _of_answer(client: Client, command: AnswerStep, code: str) -> list[Way]:
    """What was found on a job that others have closed is still worth telling."""
    job = client.interventions.get(command.intervention_id)
    if code in _STEP and job is not None and job.status in ANSWERABLE:
        return [Way.checklist]
    may_tell = job is not None and not job.is_validated and command.state is not None and step_of(job, command) is not None
    return [Way.as_note, Way.retry] if code == _NOT_NOW and may_tell else [Way.retry]


def _of_plan(client: Client, command: OnPlan, code: str) -> list[Way]:
    if plan_in(client, command) is None:
        return [Way.retry]
    if isinstance(command, MoveOccurrence) and code == "move_past_neighbour":
        return [Way.other_day, Way.open_plan]
    return [Way.open_plan] if code in _OVER else [Way.retry, Way.open_plan]


# What a command speaks of


def row_in(client: Client, command: Command | None) -> Any:
    """What it changes, as it stands now."""
    model = command.on[0] if command and command.on else None
    table = client.tables.by_entity.get(model.entity) if model else None
    return table.get(command.subject_id) if command and table else None


def plan_in(client: Client, command: Command | None) -> PlanRow | None:
    return client.tables.plans.get(getattr(command, "plan_id", None))


def job_in(client: Client, command: Command | None) -> InterventionRow | None:
    """None for the job that the command itself would have made."""
    return None if isinstance(command, GeneratePlan) else client.interventions.get(getattr(command, "intervention_id", None))


def step_of(job: InterventionRow, command: AnswerStep) -> Step | None:
    return next((step for step in steps_of(job) if step.id == command.step_id), None)


def meter_in(client: Client, command: Command | None) -> MeterRow | None:
    """The meter of a reading, of a reset, or of a step that reads one."""
    if isinstance(command, RecordReading | ResetMeter):
        return client.tables.meters.get(command.meter_id)
    job = client.interventions.get(command.intervention_id) if isinstance(command, AnswerStep) else None
    step = step_of(job, command) if job and isinstance(command, AnswerStep) else None
    if job is None or step is None or step.kind is not StepKind.meter:
        return None
    chosen = command.meter_id if isinstance(command, AnswerStep) else None
    return meter_of(step, meters_of(client.tables.meters.having(equipment_id=[job.equipment_id]), job.equipment_id), chosen)


def machine_in(client: Client, command: Command | None) -> UUID | None:
    """Where it was to happen."""
    for row in (job_in(client, command), meter_in(client, command), plan_in(client, command)):
        if row is not None:
            return row.equipment_id
    machine = client.equipment.get(getattr(command, "equipment_id", None))
    return machine.id if machine else None


def completions_held_up(client: Client, job_id: UUID) -> list[str]:
    """The refused completions of a job that lack nothing of its checklist any more."""
    job = client.interventions.get(job_id)
    if job is None or not progress(job).is_complete:
        return []
    return [
        item.id for item in client.outbox.needs_you
        if isinstance(item.command, CompleteIntervention) and item.command.intervention_id == job_id and item.problem.code == INCOMPLETE
    ]  # fmt: skip
