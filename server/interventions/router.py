from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response, status
from pydantic import TypeAdapter

from server.core.access import Actor, require
from server.core.clock import now
from server.core.database import ReadPoolDep, Session, SessionDep
from server.core.list_routes import lists
from server.core.sql import JSON
from server.core.writes import WriteRoute
from server.interventions import answers, listing, repository, service
from shared_models.checklists.commands import AnswerStep
from shared_models.equipment.life import PastJob, RepeatNotice, repeat_failure
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
    RemovePhoto,
    ReturnIntervention,
    ReviseIntervention,
    StartIntervention,
    UpdateIntervention,
    ValidateIntervention,
)
from shared_models.interventions.rows import InterventionRow

Reader = Annotated[Actor, require("maintenance:read")]
Worker = Reader  # the service asks for one of several permissions
Planner = Annotated[Actor, require("maintenance:write")]
Validator = Annotated[Actor, require("maintenance:validate")]
_PREFIX = "/maintenance/interventions"
_ONE = _PREFIX + "/{intervention_id}"
_PAST_JOBS = TypeAdapter(list[PastJob])
router = APIRouter(tags=["interventions"], route_class=WriteRoute)
lists(router, _PREFIX, listing.INTERVENTIONS, Reader)
lists(router, _ONE + "/history", listing.HISTORY, Reader)
lists(router, _ONE + "/revisions", listing.REVISIONS, Reader)
lists(router, "/equipment/{equipment_id}/interventions", listing.OF_MACHINE, Reader)


async def _sheet(session: Session, intervention_id: UUID, status_code: int = status.HTTP_200_OK) -> Response:
    return Response(await repository.read_json(session, intervention_id), status_code, media_type=JSON)


# --- reading


@router.get(_ONE, response_model=InterventionRow)
async def read_intervention(actor: Reader, pool: ReadPoolDep, intervention_id: UUID) -> Response:
    return await listing.sheet(pool, actor, intervention_id)


@router.get("/equipment/{equipment_id}/repeat")
async def read_repeat_notice(actor: Reader, pool: ReadPoolDep, equipment_id: UUID, mode_id: UUID | None = None) -> RepeatNotice | None:
    """“Third time in six months; the last fix held 11 days”, or null."""
    at = now()
    jobs = _PAST_JOBS.validate_json(await listing.recent_failures(pool, actor, equipment_id, at))
    return repeat_failure(jobs, at, mode_id)


# --- commands


@router.post(_PREFIX, status_code=status.HTTP_201_CREATED, response_model=InterventionRow)
async def create_intervention(actor: Worker, session: SessionDep, cmd: CreateIntervention) -> Response:
    await service.create(session, actor, cmd)
    return await _sheet(session, cmd.intervention_id, status.HTTP_201_CREATED)


@router.patch(_ONE, response_model=InterventionRow)
async def update_intervention(actor: Worker, session: SessionDep, intervention_id: UUID, cmd: UpdateIntervention) -> Response:
    await service.update(session, actor, cmd)
    return await _sheet(session, intervention_id)


@router.put(_ONE + "/validate", response_model=InterventionRow)
async def validate_intervention(actor: Validator, session: SessionDep, intervention_id: UUID, cmd: ValidateIntervention) -> Response:
    await service.validate(session, actor, cmd)
    return await _sheet(session, intervention_id)


@router.post(_ONE + "/return", response_model=InterventionRow)
async def return_intervention(actor: Validator, session: SessionDep, intervention_id: UUID, cmd: ReturnIntervention) -> Response:
    await service.return_(session, actor, cmd)
    return await _sheet(session, intervention_id)


@router.post(_ONE + "/start", response_model=InterventionRow)
async def start_intervention(actor: Worker, session: SessionDep, intervention_id: UUID, cmd: StartIntervention) -> Response:
    await service.start(session, actor, cmd)
    return await _sheet(session, intervention_id)


@router.post(_ONE + "/hold", response_model=InterventionRow)
async def hold_intervention(actor: Worker, session: SessionDep, intervention_id: UUID, cmd: HoldIntervention) -> Response:
    await service.hold(session, actor, cmd)
    return await _sheet(session, intervention_id)


@router.post(_ONE + "/complete", response_model=InterventionRow)
async def complete_intervention(actor: Worker, session: SessionDep, intervention_id: UUID, cmd: CompleteIntervention) -> Response:
    await service.complete(session, actor, cmd)
    return await _sheet(session, intervention_id)


@router.post(_ONE + "/cancel", response_model=InterventionRow)
async def cancel_intervention(actor: Worker, session: SessionDep, intervention_id: UUID, cmd: CancelIntervention) -> Response:
    await service.cancel(session, actor, cmd)
    return await _sheet(session, intervention_id)


@router.post(_ONE + "/assign", response_model=InterventionRow)
async def assign_intervention(actor: Worker, session: SessionDep, intervention_id: UUID, cmd: AssignIntervention) -> Response:
    await service.assign(session, actor, cmd)
    return await _sheet(session, intervention_id)


@router.post(_ONE + "/revise", response_model=InterventionRow)
async def revise_intervention(actor: Planner, session: SessionDep, intervention_id: UUID, cmd: ReviseIntervention) -> Response:
    await service.revise(session, actor, cmd)
    return await _sheet(session, intervention_id)


@router.post(_ONE + "/actions", status_code=status.HTTP_201_CREATED, response_model=InterventionRow)
async def add_action(actor: Worker, session: SessionDep, intervention_id: UUID, cmd: AddAction) -> Response:
    await service.add_action(session, actor, cmd)
    return await _sheet(session, intervention_id, status.HTTP_201_CREATED)


@router.post(_ONE + "/actions/{action_id}/end", response_model=InterventionRow)
async def end_action(actor: Worker, session: SessionDep, intervention_id: UUID, action_id: UUID, cmd: EndAction) -> Response:
    await service.end_action(session, actor, cmd)
    return await _sheet(session, intervention_id)


@router.put(_ONE + "/answers/{step_id}", response_model=InterventionRow)
async def answer_step(actor: Worker, session: SessionDep, intervention_id: UUID, step_id: UUID, cmd: AnswerStep) -> Response:
    """Answers the step, anew if need be; with `state` null takes the answer back."""
    await answers.answer_step(session, actor, cmd)
    return await _sheet(session, intervention_id)


@router.post(_ONE + "/notes", status_code=status.HTTP_201_CREATED, response_model=InterventionRow)
async def add_note(actor: Worker, session: SessionDep, intervention_id: UUID, cmd: AddNote) -> Response:
    await service.add_note(session, actor, cmd)
    return await _sheet(session, intervention_id, status.HTTP_201_CREATED)


@router.post(_ONE + "/photos", status_code=status.HTTP_201_CREATED, response_model=InterventionRow)
async def add_photo(actor: Worker, session: SessionDep, intervention_id: UUID, cmd: AddPhoto) -> Response:
    await service.add_photo(session, actor, cmd)
    return await _sheet(session, intervention_id, status.HTTP_201_CREATED)


@router.delete(_ONE + "/photos/{photo_id}", response_model=InterventionRow)
async def remove_photo(actor: Worker, session: SessionDep, intervention_id: UUID, photo_id: UUID) -> Response:
    await service.remove_photo(session, actor, RemovePhoto(intervention_id=intervention_id, photo_id=photo_id, occurred_at=now()))
    return await _sheet(session, intervention_id)
