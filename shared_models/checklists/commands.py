"""What people do to checklist templates, and to the answers in a job."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from shared_models.base import Command, Line, LongText, Name, NewId, RuleError, Version
from shared_models.checklists.rows import MOST_STEPS, Step, StepState
from shared_models.numbers import Answer


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
