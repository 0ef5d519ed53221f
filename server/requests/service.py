"""Work requests: reported by people without an account, decided by those who plan the work."""

from dataclasses import replace
from uuid import UUID

from server.attachments import service as attachments
from server.attachments.service import Examined
from server.audit import service as audit
from server.core.access import SYSTEM, Actor
from server.core.clock import now
from server.core.database import Session
from server.core.errors import Forbidden, NotFound
from server.core.numbers import next_number
from server.core.storage import Storage
from server.core.times import past
from server.core.versions import touch
from server.core.zones import zone_of
from server.interventions import service as interventions
from server.interventions.models import Intervention
from server.requests import repository
from server.requests.errors import AlreadyDecided, PublicRequestsOff
from server.requests.models import WorkRequest
from server.requests.repository import LabelledMachine
from shared_models.ids import uuid7
from shared_models.interventions.commands import AddPhoto, CreateIntervention
from shared_models.interventions.rows import PhotoKind, StopKind
from shared_models.permissions import Permission
from shared_models.requests.commands import AcceptWorkRequest, DeclineWorkRequest
from shared_models.requests.rows import RequestStatus, Symptom, WorkRequestSubmit

labelled_machine = repository.labelled_machine


async def submit(
    session: Session, storage: Storage, machine: LabelledMachine, form: WorkRequestSubmit, *, request_id: UUID, photo: Examined | None
) -> WorkRequest:
    """Enter what somebody without an account reports. The same `request_id` again is the same report sent twice."""
    if machine.equipment_id is None or not machine.takes_requests:
        raise PublicRequestsOff
    await repository.lock_id(session, request_id)
    if known := await session.get(WorkRequest, request_id):
        if known.equipment_id != machine.equipment_id:
            raise NotFound
        return known
    photo_id = await _keep_photo(session, storage, machine, photo) if photo else None
    request = WorkRequest(
        id=request_id, number=await _number(session, machine), site_id=machine.site_id, equipment_id=machine.equipment_id,
        symptom=form.symptom, text=form.text, requester=form.requester, photo_id=photo_id,
        is_stopped=form.is_stopped or form.symptom is Symptom.stopped,
    )  # fmt: skip
    session.add(request)
    await session.flush()
    reporter = replace(SYSTEM, label=form.requester or "QR")
    await audit.record(session, reporter, "request.submitted", request, after=audit.snapshot(request))
    return request


async def _keep_photo(session: Session, storage: Storage, machine: LabelledMachine, photo: Examined) -> UUID:
    kept, _ = await attachments.put(
        session, storage, SYSTEM, attachment_id=uuid7(), site_id=machine.site_id, examined=photo
    )  # fmt: skip
    return kept.id


async def _number(session: Session, machine: LabelledMachine) -> str:
    year = now().astimezone(zone_of(machine.time_zone)).year
    return f"REQ-{year}-{await next_number(session, f'REQ-{year}'):06}"


async def accept(session: Session, actor: Actor, cmd: AcceptWorkRequest) -> WorkRequest:
    """Make a job of it, with the reporter's words and photo; a machine said to stand still has stood since then."""
    request = await _decide(session, actor, cmd.request_id)
    job = await interventions.create(session, actor, _job(request, cmd), request_id=request.id)
    if request.photo_id is not None:
        photo = AddPhoto(intervention_id=job.id, photo_id=request.photo_id, kind=PhotoKind.before, occurred_at=cmd.occurred_at)
        await interventions.add_photo(session, actor, photo)
    return await _decided(session, actor, request, RequestStatus.accepted, cmd, job=job)


def _job(request: WorkRequest, cmd: AcceptWorkRequest) -> CreateIntervention:
    words = [request.text, f"— {request.requester}" if request.requester else ""]
    return CreateIntervention(
        intervention_id=cmd.intervention_id, equipment_id=request.equipment_id, title=cmd.title, occurred_at=cmd.occurred_at,
        description="\n".join(filter(None, words)), intervention_type=cmd.intervention_type, priority=cmd.priority,
        assigned_technician_id=cmd.assigned_technician_id, reported_at=request.created_at,
        stopped_at=request.created_at if request.is_stopped else None,
        stop_kind=StopKind.failure if request.is_stopped else None,
    )  # fmt: skip


async def decline(session: Session, actor: Actor, cmd: DeclineWorkRequest) -> WorkRequest:
    request = await _decide(session, actor, cmd.request_id)
    return await _decided(session, actor, request, RequestStatus.declined, cmd, reason=cmd.reason)


async def _decide(session: Session, actor: Actor, request_id: UUID) -> WorkRequest:
    if not actor.may(Permission.maintenance_write):
        raise Forbidden(permission=Permission.maintenance_write)
    request = await repository.get_visible(session, actor, request_id, for_update=True)
    if request.status is not RequestStatus.new:
        raise AlreadyDecided(number=request.number)
    return request


async def _decided(
    session: Session, actor: Actor, request: WorkRequest, status: RequestStatus, cmd: AcceptWorkRequest | DeclineWorkRequest, *,
    job: Intervention | None = None, reason: str = "",
) -> WorkRequest:  # fmt: skip
    before = audit.snapshot(request)
    request.status, request.reason = status, reason
    request.decided_by, request.decided_at = actor.user_id, past(cmd.occurred_at)
    touch(request)
    await session.flush()
    after = audit.snapshot(request) | ({"intervention": job.number} if job else {})
    await audit.record(session, actor, f"request.{status}", request, before=before, after=after, occurred_at=cmd.occurred_at)
    return request
