"""What follows from an intervention's sheet."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from shared_models.checklists.rows import StepKind, StepState
from shared_models.interventions.labour import Span, worked
from shared_models.interventions.lifecycle import OPEN
from shared_models.interventions.rows import DEVICE_WINDOW, ActionRow, InterventionRow, InterventionType, StopKind
from shared_models.permissions import Permission, Role, may


def may_work_on(role: Role, user_id: UUID, job: InterventionRow) -> bool:
    """A technician works on what is assigned to them, to nobody, or on what they have joined; others by `maintenance:write`."""
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
    return stands_still(job) and not any(map(stands_still, same))


def stands_still(job: InterventionRow) -> bool:
    """The machine, for this job."""
    return job.stopped_at is not None and job.restarted_at is None


def usual_stop(kind: InterventionType) -> StopKind:
    return StopKind.failure if kind is InterventionType.corrective else StopKind.planned


def labour(actions: Iterable[ActionRow], now: datetime) -> timedelta:
    """The sum of everybody's work, where nobody's hour counts twice; running actions count until `now`."""
    of_user: dict[UUID, list[Span]] = {}
    for action in actions:
        of_user.setdefault(action.user_id, []).append((action.started_at, action.ended_at or now))
    return sum(map(worked, of_user.values()), timedelta())


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
