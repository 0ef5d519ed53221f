"""What people do to interventions."""

from typing import Annotated, Literal

from pydantic import StringConstraints, model_validator

from shared_models.base import (
    LINES,
    Command,
    Day,
    FileId,
    Happened,
    Id,
    Line,
    LongText,
    NewId,
    Planned,
    Reason,
    RuleError,
    Title,
    Version,
)
from shared_models.equipment.rows import EquipmentStatus
from shared_models.interventions.labour import LONGEST
from shared_models.interventions.rows import FailureCoding, InterventionRow, InterventionType, PhotoKind, Priority, Signature, StopKind
from shared_models.numbers import Minutes, SomeMinutes
from shared_models.permissions import PLAN, VALIDATE, WORK


class OnIntervention(Command, on=(InterventionRow, "intervention_id")):
    intervention_id: Id


class CreateIntervention(OnIntervention, needs=WORK):
    """With `action_id` the work starts at once: the creator's timer runs from `occurred_at`.

    `stopped_at` opens a stop of kind `stop_kind` and, for a failure, marks the machine as broken. `found_in` and
    `found_at_step` name the job and the failed step of its checklist that ask for this one.
    """

    type: Literal["intervention.create"] = "intervention.create"
    intervention_id: NewId
    equipment_id: Id
    title: Title
    description: LongText = ""
    intervention_type: InterventionType = InterventionType.corrective
    priority: Priority = Priority.medium
    assigned_technician_id: Id | None = None
    scheduled_start: Planned | None = None
    scheduled_end: Planned | None = None
    stop_kind: StopKind | None = None
    reported_at: Happened | None = None
    stopped_at: Happened | None = None
    action_id: NewId | None = None
    maintenance_type_id: Id | None = None
    assigned_team_id: Id | None = None
    estimated_duration: SomeMinutes | None = None
    checklist_id: Id | None = None
    found_in: Id | None = None
    found_at_step: Id | None = None


class StartIntervention(OnIntervention, needs=WORK, done="started"):
    """Starts, resumes or joins the work: opens an action of the actor."""

    type: Literal["intervention.start"] = "intervention.start"
    action_id: NewId


class HoldIntervention(OnIntervention, needs=WORK, done="held"):
    """Interrupts the work for everyone; running actions end."""

    type: Literal["intervention.hold"] = "intervention.hold"
    reason: Reason


class EndAction(OnIntervention, needs=WORK, done="action_ended"):
    """The actor leaves the job, which goes on without them."""

    type: Literal["intervention.end_action"] = "intervention.end_action"
    action_id: Id


class AddAction(OnIntervention, needs=WORK, done="action_added"):
    """Work that no timer has seen: of a day at most, and of time that the person has given to nothing else."""

    type: Literal["intervention.add_action"] = "intervention.add_action"
    action_id: NewId
    user_id: Id
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


class CompleteIntervention(OnIntervention, needs=WORK, done="completed"):
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
    permanent_id: NewId | None = None
    signature: Signature | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "CompleteIntervention":
        if self.stopped_at and self.restarted_at and self.restarted_at < self.stopped_at:
            raise RuleError("restarts_before_stop", "restarted_at")
        if (self.temporary_until is None) != (self.permanent_id is None):
            raise RuleError("temporary_needs_follow_up", "temporary_until", "permanent_id")
        return self


class CancelIntervention(OnIntervention, needs=WORK, done="cancelled"):
    """`equipment_status` is what the machine is now, when this job has stopped it; None leaves it."""

    type: Literal["intervention.cancel"] = "intervention.cancel"
    reason: Reason
    equipment_status: EquipmentStatus | None = None


class ValidateIntervention(OnIntervention, needs=VALIDATE, done="validated"):
    """`version` is the sheet that was looked at: what changed since is looked at again."""

    type: Literal["intervention.validate"] = "intervention.validate"
    version: Version | None = None


class ReturnIntervention(OnIntervention, needs=VALIDATE, done="returned"):
    type: Literal["intervention.return"] = "intervention.return"
    reason: Reason


class AssignIntervention(OnIntervention, needs=WORK, done="assigned"):
    type: Literal["intervention.assign"] = "intervention.assign"
    technician_id: Id | None
    team_id: Id | None = None


class UpdateIntervention(OnIntervention, needs=WORK, done="updated"):
    """Changes what was asked, while the job is open; fields left out stay."""

    type: Literal["intervention.update"] = "intervention.update"
    title: Title | None = None
    description: LongText | None = None
    priority: Priority | None = None
    intervention_type: InterventionType | None = None
    scheduled_start: Planned | None = None
    scheduled_end: Planned | None = None


class ReviseIntervention(OnIntervention, needs=PLAN, done="revised"):
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


class AddNote(OnIntervention, needs=WORK, done="note_added"):
    type: Literal["intervention.add_note"] = "intervention.add_note"
    note_id: NewId
    text: Annotated[str, StringConstraints(min_length=1, max_length=10_000), LINES]


class AddPhoto(OnIntervention, needs=WORK, done="photo_added"):
    """`photo_id` is the id of an attachment already uploaded."""

    type: Literal["intervention.add_photo"] = "intervention.add_photo"
    photo_id: FileId
    kind: PhotoKind = PhotoKind.other
    caption: Line = ""


class RemovePhoto(OnIntervention, needs=WORK, done="photo_removed"):
    type: Literal["intervention.remove_photo"] = "intervention.remove_photo"
    photo_id: Id
