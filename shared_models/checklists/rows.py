"""Checklists: versioned templates, their snapshot in a job, and the answers."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, model_validator

from shared_models.base import EntityRow, Id, Instant, Label, LongText, Name, NewId, Number, Row, RuleError, Schema, Short, Title
from shared_models.interventions.lifecycle import InterventionStatus

MOST_STEPS = 200

ANSWERABLE = frozenset({InterventionStatus.in_progress, InterventionStatus.on_hold})
"""The states of a job in which its steps are answered."""


class StepKind(StrEnum):
    check = "check"
    pass_fail = "pass_fail"  # noqa: S105 - no password
    number = "number"
    choice = "choice"
    text = "text"
    photo = "photo"
    meter = "meter"
    signature = "signature"


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
    meter_id: Id | None = None
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


class ChecklistRow(EntityRow, entity="checklist"):
    """A template as it is now; earlier versions stay with the jobs that carry them."""

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
