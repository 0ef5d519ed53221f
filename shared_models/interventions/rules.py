"""What people do to an open job: they ask for it, give it to somebody, work on it, tell of it, call it off."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import shared_models.interventions.closing  # noqa: F401 - the rest of the rules
from shared_models.checklists.rows import JobChecklist
from shared_models.equipment.rows import EquipmentStatus
from shared_models.equipment.rules import StatusReported
from shared_models.interventions import commands as iv
from shared_models.interventions import sheet
from shared_models.interventions.creation import new_job
from shared_models.interventions.lifecycle import InterventionStatus, Verb
from shared_models.interventions.moving import (
    changed,
    ended,
    ensure_in_order,
    ensure_may_work,
    ensure_not_validated,
    ensure_open,
    ensure_plans,
    moved,
    somebody,
    with_new,
)
from shared_models.interventions.refusals import EndsBeforeStart, PhotoRequired, SkipsDueDate
from shared_models.interventions.rows import ActionRow, InterventionRow, NoteRow, PhotoRow, StopKind
from shared_models.permissions import Permission
from shared_models.plans.jobs import JobCalledOff
from shared_models.refusals import NotFound
from shared_models.rules import By, Consequence, Outcome, rule

# ---------------------------------------------------------------- asking for work


class Place(Protocol):
    """A machine, as far as a job is concerned."""

    @property
    def id(self) -> UUID: ...
    @property
    def site_id(self) -> UUID: ...


_ASKED = (
    "description", "intervention_type", "priority", "assigned_technician_id", "scheduled_start", "scheduled_end", "maintenance_type_id",
    "assigned_team_id", "estimated_duration", "found_in", "found_at_step",
)  # fmt: skip


def create(
    machine: Place, cmd: iv.CreateIntervention, by: By, *, checklist: JobChecklist | None = None, request_id: UUID | None = None
) -> Outcome[InterventionRow]:
    """A new sheet of `machine`; a failure that has stopped it says so of it, and with `action_id` the work has begun."""
    if cmd.assigned_technician_id not in {None, by.id}:
        ensure_plans(by)
    job = ensure_in_order(new_job(
        cmd.intervention_id, site_id=machine.site_id, equipment_id=machine.id, title=cmd.title, at=cmd.occurred_at, by=by.account,
        supervisor_id=by.account if by.may(Permission.maintenance_validate) else None, checklist=checklist, request_id=request_id,
        **{name: getattr(cmd, name) for name in _ASKED}, **_stop(cmd),
    ))  # fmt: skip
    then: tuple[Consequence, ...] = ()
    if job.stopped_at is not None and job.stop_kind is StopKind.failure:
        then = (StatusReported(machine.id, EquipmentStatus.broken, job.stopped_at),)
    if cmd.action_id is None:
        return Outcome(job, then)
    begun = _begun(job, cmd.action_id, cmd.occurred_at, by)
    return Outcome(begun.row.model_copy(update={"version": job.version}), (*then, *begun.then))


def _stop(cmd: iv.CreateIntervention) -> dict[str, Any]:
    if cmd.stopped_at is None:
        return {"reported_at": cmd.reported_at}
    stopped_at, kind = min(cmd.stopped_at, cmd.occurred_at), cmd.stop_kind or sheet.usual_stop(cmd.intervention_type)
    return {"stop_kind": kind, "stopped_at": stopped_at, "reported_at": cmd.reported_at or stopped_at}


@rule(iv.AssignIntervention)
def assign(job: InterventionRow, cmd: iv.AssignIntervention, by: By) -> InterventionRow:
    """Technicians take work for themselves; who is given a team's job leaves it to the team."""
    ensure_may_work(job, by)
    ensure_open(job, "assign")
    team_id = cmd.team_id if cmd.team_id or cmd.technician_id is None else job.assigned_team_id
    if cmd.technician_id not in {None, by.id} or team_id != job.assigned_team_id:
        ensure_plans(by)
    supervisor_id = by.account if by.may(Permission.maintenance_write) else job.supervisor_id
    return changed(job, assigned_technician_id=cmd.technician_id, assigned_team_id=team_id, supervisor_id=supervisor_id)


_CHANGEABLE = ("title", "description", "priority", "intervention_type", "scheduled_start", "scheduled_end")


@rule(iv.UpdateIntervention)
def update(job: InterventionRow, cmd: iv.UpdateIntervention, by: By) -> InterventionRow:
    """For planners, and for who has opened the sheet."""
    if job.created_by != by.id:
        ensure_plans(by)
    ensure_may_work(job, by)
    ensure_open(job, "update")
    return ensure_in_order(changed(job, **{name: value for name in _CHANGEABLE if (value := getattr(cmd, name)) is not None}))


# ---------------------------------------------------------------- working


@rule(iv.StartIntervention)
def start(job: InterventionRow, cmd: iv.StartIntervention, by: By) -> Outcome[InterventionRow]:
    ensure_may_work(job, by)
    return _begun(job, cmd.action_id, cmd.occurred_at, by)


def _begun(job: InterventionRow, action_id: UUID, at: datetime, by: By) -> Outcome[InterventionRow]:
    """The actor's timer runs, but not before their own last work here has ended; a machine that stands still is in maintenance."""
    begun = moved(job, Verb.start, status_reason="", **_timer(job, action_id, at, somebody(by)))
    return Outcome(begun, (StatusReported(job.equipment_id, EquipmentStatus.maintenance, at),) if sheet.stands_still(job) else ())


def _timer(job: InterventionRow, action_id: UUID, at: datetime, user_id: UUID) -> dict[str, Any]:
    ends = [action.ended_at for action in job.actions if action.user_id == user_id]
    if None in ends:
        return {}
    action = ActionRow(id=action_id, user_id=user_id, started_at=max([at, *filter(None, ends)]), ended_at=None)
    return {"actions": with_new(job.actions, action, "action_id"), "actual_start": min(job.actual_start or at, at)}


@rule(iv.HoldIntervention)
def hold(job: InterventionRow, cmd: iv.HoldIntervention, by: By) -> InterventionRow:
    ensure_may_work(job, by)
    return moved(job, Verb.hold, status_reason=cmd.reason, actions=ended(job.actions, cmd.occurred_at))


@rule(iv.EndAction)
def end_action(job: InterventionRow, cmd: iv.EndAction, by: By) -> InterventionRow:
    """Who has worked knows best when they stopped, even when somebody else's command has ended their timer meanwhile."""
    action = _named(job.actions, cmd.action_id) or next((a for a in job.actions if a.user_id == by.id and a.ended_at is None), None)
    if action is None:
        raise NotFound
    if action.user_id != by.id:
        ensure_plans(by)
    ensure_not_validated(job, "end_action")
    stopped = action.model_copy(update={"ended_at": max(action.started_at, cmd.occurred_at)})
    return changed(job, actions=[stopped if each is action else each for each in job.actions])


def _named(actions: Iterable[ActionRow], action_id: UUID) -> ActionRow | None:
    return next((action for action in actions if action.id == action_id), None)


@rule(iv.AddAction)
def add_action(job: InterventionRow, cmd: iv.AddAction, by: By) -> InterventionRow:
    """Work that no timer has seen: one's own, or anybody's of the site for planners."""
    ensure_may_work(job, by)
    ensure_not_validated(job, "add_action")
    if cmd.user_id != by.id:
        ensure_plans(by)
    if cmd.ended_at <= cmd.started_at:  # both of them in the future: now
        raise EndsBeforeStart(field="ended_at")
    entered = ActionRow(id=cmd.action_id, user_id=cmd.user_id, started_at=cmd.started_at, ended_at=cmd.ended_at, note=cmd.note)
    return changed(job, actions=with_new(job.actions, entered, "action_id"))


@rule(iv.CancelIntervention)
def cancel(job: InterventionRow, cmd: iv.CancelIntervention, by: By) -> Outcome[InterventionRow]:
    """A plan's due date is skipped with its job, by planners only."""
    ensure_may_work(job, by)
    if not sheet.may_cancel(by.role, by.id, job):
        raise SkipsDueDate
    at = cmd.occurred_at
    runs_again = sheet.stands_still(job) and cmd.equipment_status is EquipmentStatus.active
    cancelled = moved(
        job, Verb.cancel, status_reason=cmd.reason, actions=ended(job.actions, at), actual_end=max(at, job.actual_start or at),
        restarted_at=max(job.stopped_at or at, at) if runs_again else job.restarted_at,
    )  # fmt: skip
    status = (StatusReported(job.equipment_id, cmd.equipment_status, at, cmd.reason),) if cmd.equipment_status else ()
    skipped = (JobCalledOff(job.scheduled_maintenance_id, cancelled, at, cmd.reason),) if job.scheduled_maintenance_id else ()
    return Outcome(cancelled, (*status, *skipped))


# ---------------------------------------------------------------- telling


@rule(iv.AddNote)
def add_note(job: InterventionRow, cmd: iv.AddNote, by: By) -> InterventionRow:
    """Anybody who works on the site may tell something, as long as the sheet is not validated."""
    ensure_not_validated(job, "add_note")
    note = NoteRow(id=cmd.note_id, user_id=somebody(by), occurred_at=cmd.occurred_at, text=cmd.text)
    return changed(job, notes=with_new(job.notes, note, "note_id"))


@rule(iv.AddPhoto)
def add_photo(job: InterventionRow, cmd: iv.AddPhoto, by: By) -> InterventionRow:
    ensure_not_validated(job, "add_photo")
    photo = PhotoRow(id=cmd.photo_id, user_id=somebody(by), occurred_at=cmd.occurred_at, kind=cmd.kind, caption=cmd.caption)
    return changed(job, photos=with_new(job.photos, photo, "photo_id"))


@rule(iv.RemovePhoto)
def remove_photo(job: InterventionRow, cmd: iv.RemovePhoto, by: By) -> InterventionRow:
    """One's own, or anybody's for planners; what was closed with a picture that its plan asks for keeps one."""
    ensure_not_validated(job, "remove_photo")
    photo = next((photo for photo in job.photos if photo.id == cmd.photo_id), None)
    if photo is None:
        raise NotFound
    if photo.user_id != by.id:
        ensure_plans(by)
    left = changed(job, photos=[each for each in job.photos if each is not photo])
    if job.status is InterventionStatus.completed and job.needs_photo and not sheet.has_photo(left):
        raise PhotoRequired
    return left
