"""Work requests: reported by people without an account, decided by those who plan the work."""

from dataclasses import replace
from uuid import UUID

from server.attachments import service as attachments
from server.attachments.service import Examined
from server.audit import service as audit
from server.core.access import SYSTEM, Actor
from server.core.clock import now
from server.core.commands import carries_out
from server.core.database import Session
from server.core.errors import NotFound
from server.core.kept import keep, seen
from server.core.numbers import next_number
from server.core.storage import Storage
from server.core.zones import zone_of
from server.interventions import service as interventions
from server.notifications.causes import cause
from server.requests import repository
from server.requests.errors import PublicRequestsOff
from server.requests.models import WorkRequest
from server.requests.repository import LabelledMachine
from shared_models.ids import uuid7
from shared_models.interventions.rows import InterventionRow
from shared_models.notices.causes import Cause
from shared_models.notices.kinds import NoticeKind
from shared_models.requests.commands import OnRequest
from shared_models.requests.rows import Symptom, WorkRequestRow, WorkRequestSubmit
from shared_models.requests.rules import JobAsked
from shared_models.rules import apply

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
    await cause(session, SYSTEM, [Cause(NoticeKind.request_received, "work_request", request.id, now())])
    return request


async def _keep_photo(session: Session, storage: Storage, machine: LabelledMachine, photo: Examined) -> UUID:
    kept, _ = await attachments.put(
        session, storage, SYSTEM, attachment_id=uuid7(), site_id=machine.site_id, examined=photo
    )  # fmt: skip
    return kept.id


async def _number(session: Session, machine: LabelledMachine) -> str:
    year = now().astimezone(zone_of(machine.time_zone)).year
    return f"REQ-{year}-{await next_number(session, f'REQ-{year}'):06}"


@carries_out(OnRequest)
async def decide(session: Session, actor: Actor, cmd: OnRequest) -> WorkRequest:
    """Make a job of it, with the reporter's words and photo, or say why not."""
    request = await repository.get_visible(session, actor, cmd.request_id, for_update=True)
    outcome = apply(seen(WorkRequestRow, request, intervention_id=None), cmd, actor.by)
    jobs = [await _make(session, actor, asked) for asked in outcome.then if isinstance(asked, JobAsked)]
    before = audit.snapshot(request)
    keep(request, outcome.row)
    await session.flush()
    after = audit.snapshot(request) | ({"intervention": jobs[0].number} if jobs else {})
    await audit.record(session, actor, f"request.{cmd.done}", request, before=before, after=after, occurred_at=cmd.occurred_at)
    return request


async def _make(session: Session, actor: Actor, asked: JobAsked) -> InterventionRow:
    job = await interventions.create(session, actor, asked.job, request_id=asked.request_id)
    if asked.photo is not None:
        await interventions.carry_out(session, actor, asked.photo)
    return job
