"""What is read of interventions: what was asked, what was done, by whom, for how long, and whether it was accepted."""

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from shared_models.base import (
    ONE_LINE,
    Bound,
    EntityRow,
    Id,
    Instant,
    Label,
    Line,
    Local,
    Name,
    Row,
    RuleError,
    Schema,
    Short,
)
from shared_models.checklists.rows import AnswerRow, JobChecklist
from shared_models.interventions.lifecycle import InterventionStatus, State
from shared_models.inventory.quantities import Quantity
from shared_models.numbers import NUMBER
from shared_models.paging import PageQuery
from shared_models.plans.planning import DueReason

DEVICE_WINDOW = timedelta(days=30)


class InterventionType(StrEnum):
    """EN 13306: predictive maintenance is a kind of preventive maintenance, and counts there in every ratio."""

    preventive = "preventive"
    corrective = "corrective"
    predictive = "predictive"


class Priority(StrEnum):
    low = "low"
    medium = "medium"
    high = "high"
    urgent = "urgent"


class StopKind(StrEnum):
    """Only `failure` counts against MTBF; the others lower availability alone."""

    failure = "failure"
    planned = "planned"
    external = "external"
    operator = "operator"


class PhotoKind(StrEnum):
    before = "before"
    after = "after"
    other = "other"


class ActionRow(Row):
    """One person's work, from `started_at` to `ended_at` (None while the timer runs)."""

    id: UUID
    user_id: UUID
    started_at: Instant
    ended_at: Instant | None
    note: str = ""


class NoteRow(Row):
    id: UUID
    user_id: UUID
    occurred_at: Instant
    text: str


class PhotoRow(Row):
    """`id` is the attachment's."""

    id: UUID
    user_id: UUID
    occurred_at: Instant
    kind: PhotoKind
    caption: str = ""


class Signature(Schema):
    """Drawn on the screen: an SVG path in a box of `width` × `height`."""

    name: Name
    path: Annotated[str, StringConstraints(max_length=60_000, pattern=r"^[MLml0-9., -]+$"), ONE_LINE]
    width: Annotated[int, Field(gt=0, le=4_000), NUMBER]
    height: Annotated[int, Field(gt=0, le=4_000), NUMBER]


class RequiredPart(Schema):
    """A part of the catalogue, in whose unit it is counted; or a name, for what is in none."""

    part_id: Id | None = None
    name: Line = ""
    quantity: Quantity = Decimal(1)
    unit: Short = ""

    @model_validator(mode="after")
    def _is_something(self) -> "RequiredPart":
        if self.part_id is None and not self.name:
            raise RuleError("part_unnamed", "name")
        return self


class FailureCoding(Schema):
    """ISO 14224 coding. A mode that nobody could tell is `mode_unknown`, which is counted, never guessed."""

    mode_id: Id | None = None
    mode_unknown: bool = False
    mechanism_id: Id | None = None
    cause_id: Id | None = None
    remedy_id: Id | None = None

    @model_validator(mode="after")
    def _mode_or_unknown(self) -> "FailureCoding":
        if self.mode_unknown and self.mode_id:
            raise RuleError("mode_and_unknown", "mode_id", "mode_unknown")
        return self


class InterventionRow(EntityRow, entity="intervention"):
    """The whole sheet, and the unit of sync. Durations follow from `actions` (labour) and from the stop (down time).

    A planned job names its plan and its date: `original_due` as the plan has it, `due_local` and `due_at` where it is now,
    `due_reason` why. `checklist` is a snapshot, `answers` what was found; a job that a failed step asked for names where it was
    `found_in`.
    """

    number: str | None
    site_id: UUID
    equipment_id: UUID
    request_id: UUID | None
    permanent_repair_of: UUID | None
    title: str
    description: str
    intervention_type: InterventionType
    status: InterventionStatus
    status_reason: str
    priority: Priority
    scheduled_start: Instant | None
    scheduled_end: Instant | None
    actual_start: Instant | None
    actual_end: Instant | None
    assigned_technician_id: UUID | None
    supervisor_id: UUID | None
    created_by: UUID | None
    completed_by: UUID | None
    stop_kind: StopKind | None
    reported_at: Instant | None
    stopped_at: Instant | None
    restarted_at: Instant | None
    mode_id: UUID | None
    mode_unknown: bool
    mechanism_id: UUID | None
    cause_id: UUID | None
    remedy_id: UUID | None
    failure_cause: str
    work_performed: str
    observations: str
    temporary_until: date | None
    signature: Signature | None
    is_validated: bool
    validated_by: UUID | None
    validated_at: Instant | None
    returned_at: Instant | None
    returned_by: UUID | None
    return_reason: str
    revision: int
    scheduled_maintenance_id: UUID | None = None
    maintenance_type_id: UUID | None = None
    assigned_team_id: UUID | None = None
    original_due: Local | None = None
    due_local: Local | None = None
    due_at: Instant | None = None
    due_reason: DueReason | None = None
    estimated_duration: int | None = None
    required_parts: list[RequiredPart] = []
    needs_photo: bool = False
    needs_signature: bool = False
    needs_validation: bool = True
    found_in: UUID | None = None
    found_at_step: UUID | None = None
    checklist: JobChecklist | None = None
    answers: list[AnswerRow] = []
    actions: list[ActionRow]
    notes: list[NoteRow]
    photos: list[PhotoRow]
    created_at: Instant
    version: int

    @property
    def state(self) -> State:
        return State(self.status, self.is_validated)

    @property
    def awaits_validation(self) -> bool:
        return self.status == InterventionStatus.completed and not self.is_validated and self.needs_validation


class InterventionListItem(Row):
    id: UUID
    number: str | None
    site_id: UUID
    equipment_id: UUID
    equipment_name: str
    equipment_code: str
    title: str
    intervention_type: InterventionType
    status: InterventionStatus
    priority: Priority
    scheduled_start: Instant | None
    actual_start: Instant | None
    actual_end: Instant | None
    assigned_technician_id: UUID | None
    technician: str | None
    is_validated: bool
    downtime_minutes: int | None
    labour_minutes: int
    created_at: Instant


class PastInterventionItem(InterventionListItem):
    """`parts` are the names of what it has taken."""

    parts: str


class HistoryEntry(Row):
    """Who did what, when by the device's clock and by the server's; `changes` is `{field: [before, after]}`."""

    id: UUID
    action: str
    occurred_at: Instant
    received_at: Instant
    by: str
    device_id: UUID | None
    changes: dict[str, Any]


class RevisionRead(Row):
    """The sheet as it stood before a correction."""

    revision: int
    replaced_at: Instant
    by: str
    reason: str
    snapshot: dict[str, Any]


class InterventionFilter(PageQuery):
    search: Label | None = None
    site_id: UUID | None = None
    equipment_id: UUID | None = None
    production_line_id: UUID | None = None
    assigned_technician_id: UUID | None = None
    status: InterventionStatus | None = None
    intervention_type: InterventionType | None = None
    is_validated: bool | None = None
    awaits_validation: bool | None = None
    since: Bound | None = None
    until: Bound | None = None
    ended_before: Bound | None = None
