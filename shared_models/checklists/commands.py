"""What people do to checklist templates, and to the answers in a job."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from shared_models.base import Command, FileId, Id, Line, LongText, Name, NewId, RuleError, Version
from shared_models.checklists.rows import MOST_STEPS, ChecklistRow, Step, StepState
from shared_models.interventions.commands import OnIntervention
from shared_models.numbers import Answer
from shared_models.permissions import PLAN, WORK


class WriteChecklist(Command, needs=PLAN, on=(ChecklistRow, "checklist_id")):
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


class AnswerStep(OnIntervention, needs=WORK, done="step_answered"):
    """Answers a step, or answers it anew. A `meter` step records its value as reading `reading_id` of `meter_id` too.

    `state` None takes the answer back. What the limits make of `value` is the server's to say: see `judged`.
    """

    type: Literal["intervention.answer_step"] = "intervention.answer_step"
    step_id: Id
    answer_id: NewId
    state: StepState | None
    value: Answer = None
    reason: Line = ""
    photo_id: FileId | None = None
    reading_id: NewId | None = None
    meter_id: Id | None = None
    is_confirmed: bool = False

    @model_validator(mode="after")
    def _skipping_says_why(self) -> "AnswerStep":
        if self.state is StepState.skipped and not self.reason:
            raise RuleError("skip_needs_reason", "reason")
        return self
