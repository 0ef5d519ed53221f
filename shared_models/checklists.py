"""Checklists: versioned templates, their snapshot in a job, the answers, and what the answers mean."""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated, Any, Literal, Protocol, TypeVar
from uuid import UUID

from pydantic import Field, model_validator

from shared_models.base import Command, Instant, Label, Line, LongText, Name, NewId, Number, Row, RuleError, Schema, Short, Title, Version
from shared_models.lifecycle import InterventionStatus
from shared_models.numbers import Answer

MOST_STEPS = 200
ANSWERABLE = frozenset({InterventionStatus.in_progress, InterventionStatus.on_hold})
"""The states of a job in which its steps are answered."""

_DRAWN = re.compile(r"[MLml0-9., -]{1,60000}")


class StepKind(StrEnum):
    check = "check"
    pass_fail = "pass_fail"  # noqa: S105 - no password
    number = "number"
    choice = "choice"
    text = "text"
    photo = "photo"
    meter = "meter"
    signature = "signature"


_VALUED = frozenset({StepKind.number, StepKind.meter, StepKind.choice, StepKind.text, StepKind.signature})


class StepState(StrEnum):
    """`done` is answered and in order; `failed` offers a corrective job; `na` does not apply; `skipped` has a reason."""

    done = "done"
    failed = "failed"
    na = "na"
    skipped = "skipped"


Option = Name
Limit = Number


class Step(Schema):
    """One thing to do or to look at. `low` and `high` are the limits of a number or reading; `bad_options` fail a choice.

    What a meter step reads is said by `meter_id`, `meter_name` and `unit`: see `meters_for`.
    """

    id: NewId
    kind: StepKind
    title: Title
    help: LongText = ""
    is_required: bool = True
    needs_photo: bool = False
    unit: Short = ""
    low: Limit | None = None
    high: Limit | None = None
    options: Annotated[list[Option], Field(max_length=20)] = []
    bad_options: Annotated[list[Option], Field(max_length=20)] = []
    meter_id: UUID | None = None
    meter_name: Label = ""

    @model_validator(mode="after")
    def _consistent(self) -> "Step":
        if self.low is not None and self.high is not None and self.low > self.high:
            raise RuleError("low_above_high", "low", "high")
        if self.kind is StepKind.choice and len(self.options) < 2:  # noqa: PLR2004 - a choice has an alternative
            raise RuleError("choice_needs_options", "options")
        if not set(self.bad_options) <= set(self.options):
            raise RuleError("bad_option_unknown", "bad_options")
        return self


class ChecklistRow(Row):
    """A template as it is now; earlier versions stay with the jobs that carry them."""

    id: UUID
    name: str
    description: str
    is_active: bool
    version: int
    steps: list[Step]


class ChecklistVersionRead(Row):
    version: int
    name: str
    steps: list[Step]
    created_at: Instant
    by: str


class JobChecklist(Row):
    """The snapshot in a job: a later version of the template does not change it."""

    checklist_id: UUID | None
    version: int
    name: str
    steps: list[Step]


class AnswerRow(Row):
    """`value` by kind: number and meter a float, choice and text a string, signature an SVG path; else None.

    `reading_id` is the reading that a `meter` step has recorded.
    """

    id: UUID
    step_id: UUID
    state: StepState
    value: Any = None
    reason: str = ""
    photo_id: UUID | None = None
    reading_id: UUID | None = None
    user_id: UUID
    occurred_at: Instant


# ---------------------------------------------------------------- commands


class WriteChecklist(Command):
    """Creates a template, or makes its next version when `version` (the one that was read) is given."""

    type: Literal["checklist.write"] = "checklist.write"
    checklist_id: NewId
    version: Version | None = None
    name: Name
    description: LongText = ""
    is_active: bool = True
    steps: Annotated[list[Step], Field(min_length=1, max_length=MOST_STEPS)]

    @model_validator(mode="after")
    def _distinct(self) -> "WriteChecklist":
        if len({step.id for step in self.steps}) != len(self.steps):
            raise RuleError("step_id_twice", "steps")
        return self


class AnswerStep(Command):
    """Answers a step, or answers it anew. A `meter` step records its value as reading `reading_id` of `meter_id` too.

    `state` None takes the answer back. What the limits make of `value` is the server's to say: see `judged`.
    """

    type: Literal["intervention.answer_step"] = "intervention.answer_step"
    intervention_id: UUID
    step_id: UUID
    answer_id: NewId
    state: StepState | None
    value: Answer = None
    reason: Line = ""
    photo_id: UUID | None = None
    reading_id: UUID | None = None
    meter_id: UUID | None = None
    is_confirmed: bool = False

    @model_validator(mode="after")
    def _skipping_says_why(self) -> "AnswerStep":
        if self.state is StepState.skipped and not self.reason:
            raise RuleError("skip_needs_reason", "reason")
        return self


# ---------------------------------------------------------------- rules


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
