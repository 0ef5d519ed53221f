"""What commands do to templates; what answers mean, and which are still missing."""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Protocol, TypeVar
from uuid import UUID

from shared_models.checklists.commands import WriteChecklist
from shared_models.checklists.rows import AnswerRow, ChecklistRow, Step, StepKind, StepState
from shared_models.rules import By, rule, written

_DRAWN = re.compile(r"[MLml0-9., -]{1,60000}")

_VALUED = frozenset({StepKind.number, StepKind.meter, StepKind.choice, StepKind.text, StepKind.signature})


@rule(WriteChecklist)
def write(template: ChecklistRow | None, cmd: WriteChecklist, _: By) -> ChecklistRow:
    return written(ChecklistRow, template, cmd, id=cmd.checklist_id)


class AnswerFault(StrEnum):
    value_missing = "step_value_missing"
    value_unfit = "step_value_unfit"
    photo_missing = "step_photo_missing"


def within(step: Step, value: float) -> bool:
    return (step.low is None or value >= step.low) and (step.high is None or value <= step.high)


def judged(step: Step, state: StepState, value: str | float | None) -> StepState:
    """`state` as the step's limits and bad options make it: a number outside its limits has failed, whatever was tapped."""
    if state in {StepState.na, StepState.skipped}:
        return state
    if isinstance(value, float | int) and step.kind in {StepKind.number, StepKind.meter} and not within(step, value):
        return StepState.failed
    if step.kind is StepKind.choice and value in step.bad_options:
        return StepState.failed
    return state


def fault(step: Step, state: StepState, value: str | float | None, photo_id: UUID | None) -> AnswerFault | None:
    """What is wrong with an answer; None when it can stand. `na` and `skipped` need nothing but, for the latter, a reason."""
    if state in {StepState.na, StepState.skipped}:
        return None
    if step.kind in _VALUED and value in (None, ""):
        return AnswerFault.value_missing
    if not _fits(step, value):
        return AnswerFault.value_unfit
    if photo_id is None and (step.kind is StepKind.photo or step.needs_photo):
        return AnswerFault.photo_missing
    return None


def _fits(step: Step, value: str | float | None) -> bool:
    match step.kind:
        case StepKind.number | StepKind.meter:
            return isinstance(value, float | int)
        case StepKind.choice:
            return value in step.options
        case StepKind.signature:
            return _DRAWN.fullmatch(str(value)) is not None
        case StepKind.text:
            return isinstance(value, str)
    return True


def kept_value(step: Step, state: StepState, value: str | float | None) -> str | float | None:
    """What an answer keeps of `value`: nothing where the kind of step has none."""
    return value if step.kind in _VALUED and state in {StepState.done, StepState.failed} else None


class _Meter(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> str: ...


M = TypeVar("M", bound=_Meter)


def meters_for(step: Step, meters: Sequence[M]) -> list[M]:
    """Of the active meters of a machine, oldest first, those that `step` can mean, the likeliest first.

    The one it names, alone; else those of its unit, or all when none has it, with what its words tell before the others.
    """
    named = [meter for meter in meters if meter.id == step.meter_id or meter.name.casefold() == step.meter_name.casefold()]
    of_unit = [meter for meter in meters if step.unit and meter.unit == step.unit]
    return named[:1] or sorted(of_unit or meters, key=lambda meter: not _tells_of(step, meter))


def _tells_of(step: Step, meter: _Meter) -> bool:
    name = meter.name.casefold()
    return step.meter_name.casefold() in name if step.meter_name else name in step.title.casefold()


def meter_of(step: Step, meters: Sequence[M], chosen: UUID | None = None) -> M | None:
    """Of the active meters of a machine, oldest first, the `chosen` one, else the one that `step` reads."""
    return next((meter for meter in (meters if chosen else meters_for(step, meters)) if chosen in (None, meter.id)), None)


def unanswered(steps: Sequence[Step], answers: Iterable[AnswerRow]) -> list[Step]:
    """The required steps that keep a job from being closed, in order."""
    answered = {answer.step_id for answer in answers}
    return [step for step in steps if step.is_required and step.id not in answered]


def failed(answers: Iterable[AnswerRow]) -> list[AnswerRow]:
    return [answer for answer in answers if answer.state is StepState.failed]
