"""What people do to interventions. REST and devices call the same verbs with the same commands.

The sheet's row is locked first and the machine's after it; whoever comes second meets the state that the first has left.
Times lie in the past: a clock that runs ahead counts as now.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import server.interventions.following  # noqa: F401 - hears of machines and plans
from server.checklists import service as checklists
from server.checklists.errors import ChecklistUnknown
from server.core.access import Actor
from server.core.database import Session
from server.core.errors import AlreadyExists, Forbidden, NotFound, StaleVersion
from server.core.times import past
from server.equipment import service as equipment
from server.equipment.models import Equipment
from server.interventions import closing, repository
from server.interventions.answers import ensure_complete, ensure_still_shown
from server.interventions.errors import (
    AlreadyRequested,
    CompletedByYou,
    EndsBeforeStart,
    FoundInUnknown,
    MaintenanceTypeUnfit,
    PhotoMissing,
    SkipsDueDate,
    TeamUnfit,
    TechnicianUnknown,
    WorkOverlaps,
)
from server.interventions.job import Job, person
from server.interventions.models import Intervention, InterventionNote, InterventionPhoto, InterventionRevision
from server.interventions.rules import intervention_number
from server.plans import service as plans
from shared_models.equipment.rows import EquipmentStatus
from shared_models.interventions import rules
from shared_models.interventions.commands import (
    AddAction,
    AddNote,
    AddPhoto,
    AssignIntervention,
    CancelIntervention,
    CompleteIntervention,
    CreateIntervention,
    EndAction,
    HoldIntervention,
    OnIntervention,
    RemovePhoto,
    ReturnIntervention,
    ReviseIntervention,
    StartIntervention,
    UpdateIntervention,
    ValidateIntervention,
)
from shared_models.interventions.labour import Span, overlap
from shared_models.interventions.lifecycle import InterventionStatus, Verb
from shared_models.interventions.rows import InterventionType, StopKind
from shared_models.permissions import Permission

_WORKERS = (Permission.maintenance_write, Permission.maintenance_update_assigned)
read_json = repository.read_json


def _need(actor: Actor, *any_of: Permission) -> None:
    """Devices' commands come here without passing a router."""
    if not any(map(actor.may, any_of)):
        raise Forbidden(permission=any_of[0])


async def exists(session: Session, intervention_id: UUID) -> bool:
    return await repository.id_is_taken(session, Intervention, intervention_id)


# --- asking for work


async def create(session: Session, actor: Actor, cmd: CreateIntervention, *, request_id: UUID | None = None) -> Intervention:
    """Open a sheet; with `action_id` the creator's timer runs at once. `request_id`: the work request it answers."""
    _need(actor, *_WORKERS)
    if await repository.id_is_taken(session, Intervention, cmd.intervention_id):
        raise AlreadyExists(field="intervention_id")
    if request_id and await repository.request_is_taken(session, request_id):
        raise AlreadyRequested
    machine = await equipment.get_visible(session, actor, cmd.equipment_id, for_update=True)
    await _check_assignee(session, actor, cmd.assigned_technician_id, machine.site_id)
    await _check_named(session, cmd, machine.site_id)
    at = past(cmd.occurred_at)
    job = Job(session=session, actor=actor, row=await _new_row(session, actor, machine, cmd, at))
    job.row.request_id = request_id
    session.add(job.row)
    await session.flush()
    await _begin(job, cmd, at)
    return await job.record("intervention.created", at, is_new=True, rebuilds_life=job.row.stopped_at is not None)


_ASKED = {
    "equipment_id", "title", "description", "intervention_type", "priority", "assigned_technician_id", "maintenance_type_id",
    "assigned_team_id", "estimated_duration", "found_in", "found_at_step",
}  # fmt: skip


async def _check_named(session: Session, cmd: CreateIntervention, site_id: UUID) -> None:
    """What the new sheet refers to is there, on the machine's site."""
    if cmd.maintenance_type_id and not await repository.type_exists(session, cmd.maintenance_type_id):
        raise MaintenanceTypeUnfit(field="maintenance_type_id")
    if cmd.assigned_team_id and not await repository.team_exists(session, cmd.assigned_team_id, site_id):
        raise TeamUnfit(field="assigned_team_id")
    steps = await repository.steps_of(session, cmd.found_in, site_id) if cmd.found_in else set()
    if steps is None:
        raise FoundInUnknown(field="found_in")
    if cmd.found_at_step and cmd.found_at_step not in steps:
        raise FoundInUnknown(field="found_at_step")


async def _checklist(session: Session, checklist_id: UUID | None) -> dict[str, Any] | None:
    if checklist_id is None:
        return None
    found = await checklists.snapshot(session, checklist_id)
    if found is None:
        raise ChecklistUnknown(field="checklist_id")
    return found.model_dump(mode="json")


async def _new_row(session: Session, actor: Actor, machine: Equipment, cmd: CreateIntervention, at: datetime) -> Intervention:
    fields = cmd.model_dump(include=_ASKED)
    number = await intervention_number(session, at, await repository.time_zone(session, machine.site_id))
    return Intervention(
        id=cmd.intervention_id, number=number, site_id=machine.site_id, created_by=person(actor),
        supervisor_id=actor.user_id if actor.may(Permission.maintenance_validate) and actor.user_id.int else None,
        checklist=await _checklist(session, cmd.checklist_id), **fields, **_schedule(cmd), **_stop(cmd, at),
    )  # fmt: skip


def _schedule(cmd: CreateIntervention | UpdateIntervention) -> dict[str, Any]:
    return {"scheduled_start": cmd.scheduled_start, "scheduled_end": cmd.scheduled_end}


def _check_schedule(row: Intervention) -> None:
    if row.scheduled_start and row.scheduled_end and row.scheduled_end < row.scheduled_start:
        raise EndsBeforeStart(field="scheduled_end")


def _stop(cmd: CreateIntervention, at: datetime) -> dict[str, Any]:
    reported_at = past(cmd.reported_at, "reported_at") if cmd.reported_at else None
    if cmd.stopped_at is None:
        return {"reported_at": reported_at}
    usual = StopKind.failure if cmd.intervention_type is InterventionType.corrective else StopKind.planned
    stopped_at = min(past(cmd.stopped_at, "stopped_at"), at)
    return {"reported_at": reported_at or stopped_at, "stopped_at": stopped_at, "stop_kind": cmd.stop_kind or usual}


async def _begin(job: Job, cmd: CreateIntervention, at: datetime) -> None:
    _check_schedule(job.row)
    if job.row.stopped_at is not None and job.row.stop_kind is StopKind.failure:
        await job.set_machine(EquipmentStatus.broken, job.row.stopped_at)
    if cmd.action_id is not None:
        await _start(job, cmd.action_id, at)


async def _check_assignee(session: Session, actor: Actor, technician_id: UUID | None, site_id: UUID) -> None:
    """Technicians take work for themselves; others give it to people of the site."""
    if technician_id is None:
        return
    if technician_id != actor.user_id:
        _need(actor, Permission.maintenance_write)
    found = await repository.person(session, technician_id, site_id)
    if found is None or not found.fits:
        raise TechnicianUnknown(field="assigned_technician_id")


async def assign(session: Session, actor: Actor, cmd: AssignIntervention) -> Intervention:
    job = await Job.take(session, actor, cmd.intervention_id)
    job.ensure_may_work()
    await job.ensure_open("assign")
    await _check_assignee(session, actor, cmd.technician_id, job.row.site_id)
    job.row.assigned_technician_id = cmd.technician_id
    if cmd.team_id or cmd.technician_id is None:  # who is given a team's job leaves it to the team
        await _assign_team(job, cmd.team_id)
    if actor.may(Permission.maintenance_write):
        job.row.supervisor_id = person(actor)
    return await job.record("intervention.assigned", past(cmd.occurred_at))


async def _assign_team(job: Job, team_id: UUID | None) -> None:
    if team_id == job.row.assigned_team_id:
        return
    _need(job.actor, Permission.maintenance_write)
    if team_id and not await repository.team_exists(job.session, team_id, job.row.site_id):
        raise TeamUnfit(field="team_id")
    job.row.assigned_team_id = team_id


async def update(session: Session, actor: Actor, cmd: UpdateIntervention) -> Intervention:
    """For planners, and for who has opened the sheet."""
    job = await Job.take(session, actor, cmd.intervention_id)
    if job.row.created_by != actor.user_id:
        _need(actor, Permission.maintenance_write)
    job.ensure_may_work()
    await job.ensure_open("update")
    asked = cmd.model_dump(include={"title", "description", "priority", "intervention_type"}, exclude_none=True)
    for name, value in (asked | {name: at for name, at in _schedule(cmd).items() if at}).items():
        setattr(job.row, name, value)
    _check_schedule(job.row)
    return await job.record("intervention.updated", past(cmd.occurred_at))


# --- working


async def _start(job: Job, action_id: UUID, at: datetime) -> None:
    await job.move(Verb.start)
    await job.start_timer(action_id, at)
    job.row.status_reason = ""
    if job.machine_stands_still:
        await job.set_machine(EquipmentStatus.maintenance, at)


async def start(session: Session, actor: Actor, cmd: StartIntervention) -> Intervention:
    """Start, resume or join; a machine that stands still is in maintenance from now on."""
    job, at = await _take_work(session, actor, cmd)
    await _start(job, cmd.action_id, at)
    return await job.record("intervention.started", at)


async def _take_work(session: Session, actor: Actor, cmd: OnIntervention) -> tuple[Job, datetime]:
    job = await Job.take(session, actor, cmd.intervention_id)
    job.ensure_may_work()
    return job, past(cmd.occurred_at)


async def hold(session: Session, actor: Actor, cmd: HoldIntervention) -> Intervention:
    job, at = await _take_work(session, actor, cmd)
    await job.move(Verb.hold)
    job.row.status_reason = cmd.reason
    job.end_timers(at)
    return await job.record("intervention.held", at)


async def end_action(session: Session, actor: Actor, cmd: EndAction) -> Intervention:
    """Who has worked knows best when he stopped, even when somebody else's command has ended his timer meanwhile."""
    job = await Job.take(session, actor, cmd.intervention_id)
    action = next((action for action in job.actions if action.id == cmd.action_id), job.running(actor.user_id))
    if action is None:
        raise NotFound
    if action.user_id != actor.user_id:
        _need(actor, Permission.maintenance_write)
    await job.ensure_not_validated("end_action")
    at = past(cmd.occurred_at)
    action.ended_at = max(action.started_at, at)
    return await job.record("intervention.action_ended", at)


async def add_action(session: Session, actor: Actor, cmd: AddAction) -> Intervention:
    """Work that no timer has seen: one's own, or anybody's of the site for planners."""
    job, at = await _take_work(session, actor, cmd)
    await job.ensure_not_validated("add_action")
    if cmd.user_id != actor.user_id:
        _need(actor, Permission.maintenance_write)
        found = await repository.person(session, cmd.user_id, job.row.site_id)
        if found is None or not found.fits:
            raise TechnicianUnknown(field="user_id")
    ended_at = past(cmd.ended_at, "ended_at")
    started_at = min(past(cmd.started_at, "started_at"), ended_at)
    if ended_at <= started_at:
        raise EndsBeforeStart(field="ended_at")
    await _ensure_free(session, cmd.user_id, (started_at, ended_at))
    await job.add_action(cmd.action_id, cmd.user_id, started_at, ended_at, cmd.note)
    return await job.record("intervention.action_added", at)


async def _ensure_free(session: Session, user_id: UUID, span: Span) -> None:
    """An hour is entered once; timers that run side by side are nobody's mistake, and count once too."""
    given = {(one.started_at, one.ended_at): one.number for one in await repository.worked_between(session, user_id, *span)}
    if (taken := overlap(span, given)) is not None:
        start, end = (at.isoformat() for at in taken)
        raise WorkOverlaps(field="started_at", number=given[taken], start=start, end=end)


async def complete(session: Session, actor: Actor, cmd: CompleteIntervention) -> Intervention:
    """Close the sheet: timers end, the failure is coded, the stop ends, the machine gets its status."""
    job, at = await _take_work(session, actor, cmd)
    await job.move(Verb.complete)
    await ensure_complete(job, cmd.signature)
    at = max(at, job.row.actual_start or at)
    await closing.describe(job, cmd)
    closing.settle_stop(job.row, cmd, machine_runs_at=at if cmd.equipment_status is EquipmentStatus.active else None)
    await closing.settle_work(job, cmd.worked_minutes, at)
    job.row.completed_by, job.row.actual_end, job.row.status_reason = person(actor), at, ""
    await closing.plan_permanent_repair(job, cmd, at)
    closed = await job.record("intervention.completed", at)
    if cmd.equipment_status is not None:
        await job.set_machine(cmd.equipment_status, past(cmd.restarted_at) if cmd.restarted_at else at)
    if job.row.scheduled_maintenance_id is not None:
        await plans.settle_completed(session, job.row.scheduled_maintenance_id, job.row.id, at)
    return closed


async def cancel(session: Session, actor: Actor, cmd: CancelIntervention) -> Intervention:
    """A plan's due date is skipped with its job, by planners only."""
    job, at = await _take_work(session, actor, cmd)
    if not rules.may_cancel(actor.role, actor.user_id, job.sheet()):
        raise SkipsDueDate
    await job.move(Verb.cancel)
    job.end_timers(at)
    job.row.status_reason = cmd.reason
    job.row.actual_end = max(at, job.row.actual_start or at)
    if cmd.equipment_status is not None:
        closing.end_stop(job.row, cmd.equipment_status, at)
        await job.set_machine(cmd.equipment_status, at, reason=cmd.reason)
    cancelled = await job.record("intervention.cancelled", at, rebuilds_life=job.row.stopped_at is not None)
    if job.row.scheduled_maintenance_id is not None:
        await plans.settle_cancelled(session, job.row.scheduled_maintenance_id, job.row.id, at, cmd.reason)
    return cancelled


# --- judging


def _ensure_fresh(row: Intervention, version: int) -> None:
    """What is judged or corrected is the sheet as it was read."""
    if row.version != version:
        raise StaleVersion(current=row.version)


async def validate(session: Session, actor: Actor, cmd: ValidateIntervention) -> Intervention:
    _need(actor, Permission.maintenance_validate)
    job = await Job.take(session, actor, cmd.intervention_id)
    at = past(cmd.occurred_at)
    await job.move(Verb.validate)
    if not rules.may_validate(actor.role, actor.user_id, job.sheet()):
        raise CompletedByYou
    job.row.validated_by, job.row.validated_at = person(actor), max(at, job.row.actual_end or at)
    if cmd.version is not None:
        _ensure_fresh(job.row, cmd.version)
    return await job.record("intervention.validated", at)


async def return_(session: Session, actor: Actor, cmd: ReturnIntervention) -> Intervention:
    """Back to work, with a reason; who closed the sheet did not close it for good."""
    _need(actor, Permission.maintenance_validate)
    job = await Job.take(session, actor, cmd.intervention_id)
    at = past(cmd.occurred_at)
    await job.move(Verb.send_back)
    job.row.returned_by, job.row.returned_at, job.row.return_reason = person(actor), at, cmd.reason
    job.row.completed_by = job.row.actual_end = None
    returned = await job.record("intervention.returned", at, rebuilds_life=True)
    if job.row.scheduled_maintenance_id is not None:
        await plans.reopen(session, job.row.scheduled_maintenance_id, job.row.id)
    return returned


async def revise(session: Session, actor: Actor, cmd: ReviseIntervention) -> Intervention:
    """Correct a completed sheet, validated or not; as it stood, it is kept beside."""
    _need(actor, Permission.maintenance_write)
    job = await Job.take(session, actor, cmd.intervention_id)
    if job.row.status is not InterventionStatus.completed:
        raise await job.not_now("revise")
    _ensure_fresh(job.row, cmd.version)
    at = past(cmd.occurred_at)
    former = await repository.snapshot(session, job.row.id)
    await closing.describe(job, cmd)
    closing.settle_stop(job.row, cmd)
    job.row.revision += 1
    session.add(InterventionRevision(
        intervention_id=job.row.id, revision=job.row.revision, replaced_at=at, by_user_id=person(actor), reason=cmd.reason, snapshot=former,
    ))  # fmt: skip
    return await job.record("intervention.revised", at, more={"reason": cmd.reason})


# --- telling


async def add_note(session: Session, actor: Actor, cmd: AddNote) -> Intervention:
    """Anybody who works on the site may tell something, as long as the sheet is not validated."""
    _need(actor, *_WORKERS)
    job = await Job.take(session, actor, cmd.intervention_id)
    await job.ensure_not_validated("add_note")
    if await repository.id_is_taken(session, InterventionNote, cmd.note_id):
        raise AlreadyExists(field="note_id")
    at = past(cmd.occurred_at)
    session.add(InterventionNote(id=cmd.note_id, intervention_id=job.row.id, user_id=actor.user_id, occurred_at=at, text=cmd.text))
    return await job.record("intervention.note_added", at, more={"note": cmd.text})


async def add_photo(session: Session, actor: Actor, cmd: AddPhoto) -> Intervention:
    _need(actor, *_WORKERS)
    job = await Job.take(session, actor, cmd.intervention_id)
    await job.ensure_not_validated("add_photo")
    if not await repository.picture_exists(session, cmd.photo_id, job.row.site_id):
        raise PhotoMissing(field="photo_id")
    if await repository.id_is_taken(session, InterventionPhoto, cmd.photo_id):
        raise AlreadyExists(field="photo_id")
    at = past(cmd.occurred_at)
    session.add(InterventionPhoto(
        id=cmd.photo_id, intervention_id=job.row.id, user_id=actor.user_id, occurred_at=at, kind=cmd.kind, caption=cmd.caption,
    ))  # fmt: skip
    return await job.record("intervention.photo_added", at, more={"photo": cmd.photo_id})


async def remove_photo(session: Session, actor: Actor, cmd: RemovePhoto) -> Intervention:
    """One's own, or anybody's for planners."""
    _need(actor, *_WORKERS)
    job = await Job.take(session, actor, cmd.intervention_id)
    await job.ensure_not_validated("remove_photo")
    photo = await session.get(InterventionPhoto, cmd.photo_id)
    if photo is None or photo.intervention_id != job.row.id:
        raise NotFound
    if photo.user_id != actor.user_id:
        _need(actor, Permission.maintenance_write)
    await session.delete(photo)
    await session.flush()
    await ensure_still_shown(job)
    return await job.record("intervention.photo_removed", past(cmd.occurred_at), more={"removed_photo": cmd.photo_id})
