"""What commands do to intervention sheets."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from mobile_app.core.project_equipment import EQUIPMENT, decide, set_status
from mobile_app.core.projection import Person, Rows, rule
from shared_models.checklists.rows import ChecklistRow
from shared_models.equipment.rows import EquipmentRow, EquipmentStatus
from shared_models.interventions import creation
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
from shared_models.interventions.labour import corrected
from shared_models.interventions.lifecycle import OPEN, InterventionStatus, Verb, after
from shared_models.interventions.rows import (
    ActionRow,
    FailureCoding,
    InterventionRow,
    InterventionType,
    NoteRow,
    PhotoKind,
    PhotoRow,
    StopKind,
)
from shared_models.requests import commands as rq

INTERVENTION = "intervention"


def _job(rows: Rows, cmd: OnIntervention) -> InterventionRow | None:
    return rows.get(INTERVENTION, InterventionRow, cmd.intervention_id)


def _change(rows: Rows, job: InterventionRow, **changes: Any) -> None:
    rows.put(INTERVENTION, job.model_copy(update=changes))


def _moved(rows: Rows, cmd: OnIntervention, verb: Verb) -> tuple[InterventionRow, dict[str, Any]] | None:
    """The job and its new state, where the lifecycle lets `verb` happen."""
    job = _job(rows, cmd)
    state = job and after(job.state, verb)
    if job is None or state is None:
        return None
    return job, {"status": state.status, "is_validated": state.is_validated}


def _stopped(actions: list[ActionRow], at: datetime) -> list[ActionRow]:
    """Nobody's timer runs any more."""
    return [action if action.ended_at else action.model_copy(update={"ended_at": max(at, action.started_at)}) for action in actions]


def new_job(intervention_id: UUID, machine: EquipmentRow, person: Person, at: datetime, title: str) -> InterventionRow:
    return creation.new_job(intervention_id, site_id=machine.site_id, equipment_id=machine.id, title=title, at=at, by=person.id)


_ASKED = (
    "description", "intervention_type", "priority", "assigned_technician_id", "scheduled_start", "scheduled_end", "maintenance_type_id",
    "assigned_team_id", "estimated_duration", "found_in", "found_at_step",
)  # fmt: skip


@rule(CreateIntervention)
def _create(rows: Rows, cmd: CreateIntervention, person: Person) -> None:
    machine = rows.get(EQUIPMENT, EquipmentRow, cmd.equipment_id)
    if machine is None or _job(rows, cmd):
        return
    job = new_job(cmd.intervention_id, machine, person, cmd.occurred_at, cmd.title)
    stop = _stop_of(cmd)
    checklist = creation.snapshot(rows.get("checklist", ChecklistRow, cmd.checklist_id))
    _change(rows, job, **{name: getattr(cmd, name) for name in _ASKED}, **stop, checklist=checklist)
    if stop.get("stop_kind") == StopKind.failure:
        set_status(rows, machine.id, EquipmentStatus.broken, stop["stopped_at"])
    if cmd.action_id is not None:
        _begin(rows, cmd, cmd.action_id, person)


def usual_stop(kind: InterventionType) -> StopKind:
    return StopKind.failure if kind == InterventionType.corrective else StopKind.planned


def _stop_of(cmd: CreateIntervention) -> dict[str, Any]:
    if cmd.stopped_at is None:
        return {"reported_at": cmd.reported_at}
    kind = cmd.stop_kind or usual_stop(cmd.intervention_type)
    return {"stop_kind": kind, "stopped_at": cmd.stopped_at, "reported_at": cmd.reported_at or cmd.stopped_at}


def _begin(rows: Rows, cmd: OnIntervention, action_id: UUID, person: Person) -> None:
    """The actor's timer runs, but not before his own last work here has ended; a machine that stands still is in maintenance."""
    moved = _moved(rows, cmd, Verb.start)
    if moved is None or any(action.id == action_id for action in moved[0].actions):
        return
    job, state = moved
    own = [action for action in job.actions if action.user_id == person.id]
    actions, actual_start = list(job.actions), job.actual_start
    if all(action.ended_at for action in own):
        started_at = max([cmd.occurred_at, *(action.ended_at for action in own if action.ended_at)])
        actions.append(ActionRow(id=action_id, user_id=person.id, started_at=started_at, ended_at=None))
        actual_start = min(actual_start or cmd.occurred_at, cmd.occurred_at)
    _change(rows, job, **state, status_reason="", actions=actions, actual_start=actual_start)
    if job.stopped_at and not job.restarted_at:
        set_status(rows, job.equipment_id, EquipmentStatus.maintenance, cmd.occurred_at)


@rule(StartIntervention)
def _start(rows: Rows, cmd: StartIntervention, person: Person) -> None:
    _begin(rows, cmd, cmd.action_id, person)


@rule(HoldIntervention)
def _hold(rows: Rows, cmd: HoldIntervention, _: Person) -> None:
    if moved := _moved(rows, cmd, Verb.hold):
        job, state = moved
        _change(rows, job, **state, status_reason=cmd.reason, actions=_stopped(job.actions, cmd.occurred_at))


@rule(EndAction)
def _end_action(rows: Rows, cmd: EndAction, person: Person) -> None:
    """Who has worked knows best when he stopped, even when somebody else's command has ended his timer meanwhile."""
    job = _job(rows, cmd)
    if job is None or job.is_validated:
        return
    named = next((action for action in job.actions if action.id == cmd.action_id), None)
    running = next((action for action in job.actions if action.user_id == person.id and action.ended_at is None), None)
    if found := named or running:
        ended = found.model_copy(update={"ended_at": max(found.started_at, cmd.occurred_at)})
        _change(rows, job, actions=[ended if action.id == found.id else action for action in job.actions])


@rule(AddAction)
def _add_action(rows: Rows, cmd: AddAction, _: Person) -> None:
    job = _job(rows, cmd)
    if job and all(action.id != cmd.action_id for action in job.actions):
        told = ActionRow(id=cmd.action_id, user_id=cmd.user_id, started_at=cmd.started_at, ended_at=cmd.ended_at, note=cmd.note)
        _change(rows, job, actions=[*job.actions, told])


@rule(CompleteIntervention)
def _complete(rows: Rows, cmd: CompleteIntervention, person: Person) -> None:
    moved = _moved(rows, cmd, Verb.complete)
    if moved is None:
        return
    job, state = moved
    at = max(cmd.occurred_at, job.actual_start or cmd.occurred_at)
    words = {name: getattr(cmd, name) for name in ("failure_cause", "work_performed", "observations", "temporary_until", "signature")}
    _change(
        rows, job, **state, **words, **_coding(cmd.failure), **_end_of_stop(job, cmd, at), **_work(job, cmd, person, at),
        status_reason="", actual_end=at, completed_by=person.id,
    )  # fmt: skip
    set_status(rows, job.equipment_id, cmd.equipment_status, cmd.restarted_at or at)
    _follow_up(rows, cmd, job, person)


def _coding(failure: FailureCoding | None) -> dict[str, Any]:
    return dict(failure) if failure else {}


def _end_of_stop(job: InterventionRow, cmd: CompleteIntervention, at: datetime) -> dict[str, Any]:
    """A machine that runs again, with nothing said of when, has restarted now."""
    stopped_at, restarted_at = cmd.stopped_at or job.stopped_at, cmd.restarted_at or job.restarted_at
    if stopped_at is None:
        return {}
    if restarted_at is None and cmd.equipment_status == EquipmentStatus.active:
        restarted_at = max(stopped_at, at)
    kind = cmd.stop_kind or job.stop_kind or usual_stop(job.intervention_type)
    return {"stop_kind": kind, "stopped_at": stopped_at, "restarted_at": restarted_at}


def _work(job: InterventionRow, cmd: CompleteIntervention, person: Person, at: datetime) -> dict[str, Any]:
    """Timers end; the actor's own work becomes what he says it was."""
    actions = _stopped(job.actions, at)
    if cmd.worked_minutes is None:
        return {"actions": actions}
    worked = timedelta(minutes=cmd.worked_minutes)
    own = sorted((action for action in actions if action.user_id == person.id), key=lambda action: action.started_at)
    if not own:
        told = ActionRow(id=cmd.command_id, user_id=person.id, started_at=at - worked, ended_at=at)
        return {"actions": [*actions, told] if worked else actions}
    spans = corrected([(action.started_at, action.ended_at or at) for action in own], worked, at)
    times = {action.id: {"started_at": span[0], "ended_at": span[1]} for action, span in zip(own, spans, strict=True)}
    begun = min(start for start, _ in spans)
    return {
        "actions": [action.model_copy(update=times.get(action.id, {})) for action in actions],
        "actual_start": min(job.actual_start or begun, begun),
    }


def _follow_up(rows: Rows, cmd: CompleteIntervention, job: InterventionRow, person: Person) -> None:
    machine = rows.get(EQUIPMENT, EquipmentRow, job.equipment_id)
    if cmd.permanent_id is None or machine is None or rows.get(INTERVENTION, InterventionRow, cmd.permanent_id):
        return
    follow_up = new_job(cmd.permanent_id, machine, person, cmd.occurred_at, job.title)
    _change(rows, follow_up, permanent_repair_of=job.id, priority=job.priority, description=cmd.work_performed)


@rule(CancelIntervention)
def _cancel(rows: Rows, cmd: CancelIntervention, _: Person) -> None:
    if moved := _moved(rows, cmd, Verb.cancel):
        job, state = moved
        ended, at = _stopped(job.actions, cmd.occurred_at), max(cmd.occurred_at, job.actual_start or cmd.occurred_at)
        stands_still = job.stopped_at is not None and job.restarted_at is None
        runs = stands_still and cmd.equipment_status == EquipmentStatus.active
        stop = {"restarted_at": max(job.stopped_at or at, cmd.occurred_at)} if runs else {}
        _change(rows, job, **state, **stop, status_reason=cmd.reason, actions=ended, actual_end=at)
        set_status(rows, job.equipment_id, cmd.equipment_status, cmd.occurred_at)


@rule(ValidateIntervention)
def _validate(rows: Rows, cmd: ValidateIntervention, person: Person) -> None:
    if moved := _moved(rows, cmd, Verb.validate):
        job, state = moved
        _change(rows, job, **state, validated_by=person.id, validated_at=cmd.occurred_at)


@rule(ReturnIntervention)
def _send_back(rows: Rows, cmd: ReturnIntervention, person: Person) -> None:
    if moved := _moved(rows, cmd, Verb.send_back):
        job, state = moved
        told = {"returned_at": cmd.occurred_at, "returned_by": person.id, "return_reason": cmd.reason}
        _change(rows, job, **state, **told, actual_end=None, completed_by=None)


@rule(AssignIntervention)
def _assign(rows: Rows, cmd: AssignIntervention, _: Person) -> None:
    if job := _job(rows, cmd):
        stays = cmd.technician_id is not None and cmd.team_id is None
        team = job.assigned_team_id if stays else cmd.team_id
        _change(rows, job, assigned_technician_id=cmd.technician_id, assigned_team_id=team)


@rule(UpdateIntervention)
def _update(rows: Rows, cmd: UpdateIntervention, _: Person) -> None:
    job = _job(rows, cmd)
    if job and job.status in OPEN:
        told = cmd.model_fields_set & {"title", "description", "priority", "intervention_type", "scheduled_start", "scheduled_end"}
        _change(rows, job, **{name: value for name in told if (value := getattr(cmd, name)) is not None})


@rule(ReviseIntervention)
def _revise(rows: Rows, cmd: ReviseIntervention, _: Person) -> None:
    job = _job(rows, cmd)
    if job is None or job.status != InterventionStatus.completed or job.version > cmd.version:
        return
    texts = ("failure_cause", "work_performed", "observations", "stop_kind", "stopped_at", "restarted_at")
    told = {name: value for name in texts if (value := getattr(cmd, name)) is not None}
    _change(rows, job, **told, **_coding(cmd.failure), revision=job.revision + 1)


@rule(AddNote)
def _add_note(rows: Rows, cmd: AddNote, person: Person) -> None:
    job = _job(rows, cmd)
    if job and all(note.id != cmd.note_id for note in job.notes):
        note = NoteRow(id=cmd.note_id, user_id=person.id, occurred_at=cmd.occurred_at, text=cmd.text)
        _change(rows, job, notes=[*job.notes, note])


@rule(AddPhoto)
def _add_photo(rows: Rows, cmd: AddPhoto, person: Person) -> None:
    job = _job(rows, cmd)
    if job and all(photo.id != cmd.photo_id for photo in job.photos):
        photo = PhotoRow(id=cmd.photo_id, user_id=person.id, occurred_at=cmd.occurred_at, kind=cmd.kind, caption=cmd.caption)
        _change(rows, job, photos=[*job.photos, photo])


@rule(RemovePhoto)
def _remove_photo(rows: Rows, cmd: RemovePhoto, _: Person) -> None:
    if job := _job(rows, cmd):
        _change(rows, job, photos=[photo for photo in job.photos if photo.id != cmd.photo_id])


@rule(rq.AcceptWorkRequest)
def _accept(rows: Rows, cmd: rq.AcceptWorkRequest, person: Person) -> None:
    """With the reporter's words and photo; a machine said to stand still has stood since then."""
    request = decide(rows, cmd, person)
    if request is None:
        return
    words = [request.text, f"— {request.requester}" if request.requester else ""]
    _create(rows, CreateIntervention(
        intervention_id=cmd.intervention_id, equipment_id=request.equipment_id, title=cmd.title, occurred_at=cmd.occurred_at,
        description="\n".join(filter(None, words)), intervention_type=cmd.intervention_type, priority=cmd.priority,
        assigned_technician_id=cmd.assigned_technician_id, reported_at=request.created_at,
        stopped_at=request.created_at if request.is_stopped else None,
        stop_kind=StopKind.failure if request.is_stopped else None,
    ), person)  # fmt: skip
    job = rows.get(INTERVENTION, InterventionRow, cmd.intervention_id)
    if job:
        _change(rows, job, request_id=request.id)
    if request.photo_id:
        at, seen = cmd.occurred_at, PhotoKind.before
        photo = AddPhoto(intervention_id=cmd.intervention_id, photo_id=request.photo_id, kind=seen, occurred_at=at)
        _add_photo(rows, photo, person)
