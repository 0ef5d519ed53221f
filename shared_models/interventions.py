"""Interventions: what was asked, what was done, by whom, for how long, and whether it was accepted."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from shared_models.base import (
    LINES,
    ONE_LINE,
    Bound,
    Command,
    Day,
    Happened,
    Instant,
    Label,
    Line,
    Local,
    LongText,
    Name,
    NewId,
    Planned,
    Reason,
    Row,
    RuleError,
    Schema,
    Short,
    Title,
    Version,
)
from shared_models.checklists import AnswerRow, JobChecklist, StepKind, StepState
from shared_models.equipment import EquipmentStatus
from shared_models.labour import LONGEST, Span, worked
from shared_models.lifecycle import OPEN, InterventionStatus, State
from shared_models.numbers import NUMBER, Minutes, SomeMinutes
from shared_models.paging import PageQuery
from shared_models.permissions import Permission, Role, may
from shared_models.planning import DueReason

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


# ---------------------------------------------------------------- what is read


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
    path: Annotated[str, StringConstraints(pattern=r"^[MLml0-9., -]{1,60000}$"), ONE_LINE]
    width: Annotated[int, Field(gt=0, le=4_000), NUMBER]
    height: Annotated[int, Field(gt=0, le=4_000), NUMBER]


class RequiredPart(Schema):
    """A part by name; the stock will know it by more."""

    name: Title
    quantity: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False), NUMBER] = 1
    unit: Short = ""


class FailureCoding(Schema):
    """ISO 14224 coding. A mode that nobody could tell is `mode_unknown`, which is counted, never guessed."""

    mode_id: UUID | None = None
    mode_unknown: bool = False
    mechanism_id: UUID | None = None
    cause_id: UUID | None = None
    remedy_id: UUID | None = None

    @model_validator(mode="after")
    def _mode_or_unknown(self) -> "FailureCoding":
        if self.mode_unknown and self.mode_id:
            raise RuleError("mode_and_unknown", "mode_id", "mode_unknown")
        return self


class InterventionRow(Row):
    """The whole sheet, and the unit of sync. Durations follow from `actions` (labour) and from the stop (down time).

    A planned job names its plan and its date: `original_due` as the plan has it, `due_local` and `due_at` where it is now,
    `due_reason` why. `checklist` is a snapshot, `answers` what was found; a job that a failed step asked for names where it was
    `found_in`.
    """

    id: UUID
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


# ---------------------------------------------------------------- commands


class OnIntervention(Command):
    intervention_id: UUID


class CreateIntervention(OnIntervention):
    """With `action_id` the work starts at once: the creator's timer runs from `occurred_at`.

    `stopped_at` opens a stop of kind `stop_kind` and, for a failure, marks the machine as broken. `found_in` and
    `found_at_step` name the job and the failed step of its checklist that ask for this one.
    """

    type: Literal["intervention.create"] = "intervention.create"
    intervention_id: NewId
    equipment_id: UUID
    title: Title
    description: LongText = ""
    intervention_type: InterventionType = InterventionType.corrective
    priority: Priority = Priority.medium
    assigned_technician_id: UUID | None = None
    scheduled_start: Planned | None = None
    scheduled_end: Planned | None = None
    stop_kind: StopKind | None = None
    reported_at: Happened | None = None
    stopped_at: Happened | None = None
    action_id: UUID | None = None
    maintenance_type_id: UUID | None = None
    assigned_team_id: UUID | None = None
    estimated_duration: SomeMinutes | None = None
    checklist_id: UUID | None = None
    found_in: UUID | None = None
    found_at_step: UUID | None = None


class StartIntervention(OnIntervention):
    """Starts, resumes or joins the work: opens an action of the actor."""

    type: Literal["intervention.start"] = "intervention.start"
    action_id: NewId


class HoldIntervention(OnIntervention):
    """Interrupts the work for everyone; running actions end."""

    type: Literal["intervention.hold"] = "intervention.hold"
    reason: Reason


class EndAction(OnIntervention):
    """The actor leaves the job, which goes on without him."""

    type: Literal["intervention.end_action"] = "intervention.end_action"
    action_id: UUID


class AddAction(OnIntervention):
    """Work that no timer has seen: of a day at most, and of time that the person has given to nothing else."""

    type: Literal["intervention.add_action"] = "intervention.add_action"
    action_id: NewId
    user_id: UUID
    started_at: Happened
    ended_at: Happened
    note: Line = ""

    @model_validator(mode="after")
    def _ends_after_start(self) -> "AddAction":
        if self.ended_at <= self.started_at:
            raise RuleError("ends_before_start", "ended_at")
        if self.ended_at - self.started_at > LONGEST:
            raise RuleError("work_too_long", "started_at", "ended_at")
        return self


class CompleteIntervention(OnIntervention):
    """Closes the job. `worked_minutes` corrects the actor's own time; None keeps the timer's.

    `temporary_until` with `permanent_id` makes the follow-up job of a temporary repair. `equipment_status` is what the
    machine is now; None leaves it.
    """

    type: Literal["intervention.complete"] = "intervention.complete"
    failure: FailureCoding | None = None
    failure_cause: LongText = ""
    work_performed: LongText = ""
    observations: LongText = ""
    worked_minutes: Minutes | None = None
    stop_kind: StopKind | None = None
    stopped_at: Happened | None = None
    restarted_at: Happened | None = None
    equipment_status: EquipmentStatus | None = None
    temporary_until: Day | None = None
    permanent_id: UUID | None = None
    signature: Signature | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "CompleteIntervention":
        if self.stopped_at and self.restarted_at and self.restarted_at < self.stopped_at:
            raise RuleError("restarts_before_stop", "restarted_at")
        if (self.temporary_until is None) != (self.permanent_id is None):
            raise RuleError("temporary_needs_follow_up", "temporary_until", "permanent_id")
        return self


class CancelIntervention(OnIntervention):
    """`equipment_status` is what the machine is now, when this job has stopped it; None leaves it."""

    type: Literal["intervention.cancel"] = "intervention.cancel"
    reason: Reason
    equipment_status: EquipmentStatus | None = None


class ValidateIntervention(OnIntervention):
    """`version` is the sheet that was looked at: what changed since is looked at again."""

    type: Literal["intervention.validate"] = "intervention.validate"
    version: Version | None = None


class ReturnIntervention(OnIntervention):
    type: Literal["intervention.return"] = "intervention.return"
    reason: Reason


class AssignIntervention(OnIntervention):
    type: Literal["intervention.assign"] = "intervention.assign"
    technician_id: UUID | None
    team_id: UUID | None = None


class UpdateIntervention(OnIntervention):
    """Changes what was asked, while the job is open; fields left out stay."""

    type: Literal["intervention.update"] = "intervention.update"
    title: Title | None = None
    description: LongText | None = None
    priority: Priority | None = None
    intervention_type: InterventionType | None = None
    scheduled_start: Planned | None = None
    scheduled_end: Planned | None = None


class ReviseIntervention(OnIntervention):
    """Corrects a completed sheet; the former one is kept as a revision. Fields left out stay."""

    type: Literal["intervention.revise"] = "intervention.revise"
    reason: Reason
    version: Version
    failure: FailureCoding | None = None
    failure_cause: LongText | None = None
    work_performed: LongText | None = None
    observations: LongText | None = None
    stop_kind: StopKind | None = None
    stopped_at: Happened | None = None
    restarted_at: Happened | None = None


class AddNote(OnIntervention):
    type: Literal["intervention.add_note"] = "intervention.add_note"
    note_id: NewId
    text: Annotated[str, StringConstraints(min_length=1, max_length=10_000), LINES]


class AddPhoto(OnIntervention):
    """`photo_id` is the id of an attachment already uploaded."""

    type: Literal["intervention.add_photo"] = "intervention.add_photo"
    photo_id: UUID
    kind: PhotoKind = PhotoKind.other
    caption: Line = ""


class RemovePhoto(OnIntervention):
    type: Literal["intervention.remove_photo"] = "intervention.remove_photo"
    photo_id: UUID


# ---------------------------------------------------------------- rules


def may_work_on(role: Role, user_id: UUID, job: InterventionRow) -> bool:
    """A technician works on what is assigned to him, to nobody, or on what he has joined; others by `maintenance:write`."""
    if may(role, Permission.maintenance_write):
        return True
    mine = job.assigned_technician_id in {None, user_id} or any(action.user_id == user_id for action in job.actions)
    return mine and may(role, Permission.maintenance_update_assigned)


def may_cancel(role: Role, user_id: UUID, job: InterventionRow) -> bool:
    """Cancelling a plan's job skips its due date: that is decided by who plans."""
    return may_work_on(role, user_id, job) and (job.scheduled_maintenance_id is None or may(role, Permission.maintenance_write))


def may_validate(role: Role, user_id: UUID, job: InterventionRow) -> bool:
    """Four eyes: who completed a job does not validate it."""
    return may(role, Permission.maintenance_validate) and job.completed_by != user_id


def leaves_stop_unexplained(job: InterventionRow, jobs: Iterable[InterventionRow]) -> bool:
    """Whether the machine stands still for this job alone among the open ones of `jobs`: cancelling it must say what becomes of it."""
    same = (other for other in jobs if other.equipment_id == job.equipment_id and other.id != job.id and other.status in OPEN)
    return _stands_still(job) and not any(map(_stands_still, same))


def _stands_still(job: InterventionRow) -> bool:
    return job.stopped_at is not None and job.restarted_at is None


def labour(actions: Iterable[ActionRow], now: datetime) -> timedelta:
    """The sum of everybody's work, where nobody's hour counts twice; running actions count until `now`."""
    of_person: dict[UUID, list[Span]] = {}
    for action in actions:
        of_person.setdefault(action.user_id, []).append((action.started_at, action.ended_at or now))
    return sum(map(worked, of_person.values()), timedelta())


def down_time(job: InterventionRow, now: datetime) -> timedelta | None:
    """How long the machine stood still, until `now` while it still does; None when it never stopped."""
    if job.stopped_at is None:
        return None
    return max(timedelta(), (job.restarted_at or now) - job.stopped_at)


def has_photo(job: InterventionRow) -> bool:
    """Whether a job that needs a photo has one, taken beside its checklist or at a step."""
    return bool(job.photos) or any(answer.photo_id for answer in job.answers)


def is_signed(job: InterventionRow) -> bool:
    """Whether a step of the checklist has been signed, so that the closing need not ask."""
    steps = job.checklist.steps if job.checklist else []
    signed = {step.id for step in steps if step.kind is StepKind.signature}
    return any(answer.step_id in signed and answer.state is StepState.done for answer in job.answers)


def is_on_device(job: InterventionRow, now: datetime) -> bool:
    """Devices hold what is open, what waits for validation, and what ended in the last 30 days."""
    if job.status in OPEN or job.awaits_validation:
        return True
    return job.actual_end is None or now - job.actual_end <= DEVICE_WINDOW
