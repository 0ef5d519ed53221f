"""What a plan tells of the job of one of its dates: that it is to be made, where the date was moved, and whom it was given to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared_models.interventions.rows import InterventionRow
from shared_models.plans.deciding import NewJob
from shared_models.plans.planning import DueReason
from shared_models.plans.rows import PlanRow
from shared_models.rules import Consequence


@dataclass(frozen=True)
class JobDue(Consequence):
    at: datetime
    intervention_id: UUID
    plan: PlanRow
    job: NewJob


@dataclass(frozen=True)
class JobsPlanned(Consequence):
    """Jobs of plans are there; what they are to bring is theirs from now on."""

    jobs: Sequence[InterventionRow]
    at: datetime


@dataclass(frozen=True)
class JobMoved(Consequence):
    """`due_at` is the instant of `due`; `before` is where the date was."""

    at: datetime
    intervention_id: UUID
    before: datetime
    due: datetime
    due_at: datetime
    reason: DueReason | None


@dataclass(frozen=True)
class JobAssigned(Consequence):
    """`before`: whom the date was given to."""

    at: datetime
    intervention_id: UUID
    before: UUID | None
    technician_id: UUID | None


def heard(job: InterventionRow, change: JobMoved | JobAssigned) -> InterventionRow:
    """The sheet as it is after what its plan tells."""
    if isinstance(change, JobAssigned):
        return job.model_copy(update={"assigned_technician_id": change.technician_id, "version": job.version + 1})
    minutes = job.estimated_duration
    return job.model_copy(update={
        "due_local": change.due, "due_at": change.due_at, "due_reason": change.reason or job.due_reason, "scheduled_start": change.due_at,
        "scheduled_end": change.due_at + timedelta(minutes=minutes) if minutes is not None else None, "version": job.version + 1,
    })  # fmt: skip
