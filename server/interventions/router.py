from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response, status
from pydantic import TypeAdapter

from server.core.access import Actor, require
from server.core.clock import now
from server.core.command_routes import command, row_of
from server.core.database import ReadPoolDep
from server.core.list_routes import lists
from server.core.writes import WriteRoute
from server.interventions import listing, service  # noqa: F401 - service carries the commands out
from server.interventions.rows import INTERVENTION
from shared_models.checklists.commands import AnswerStep
from shared_models.equipment.life import PastJob, RepeatNotice, repeat_failure
from shared_models.interventions import commands as iv
from shared_models.interventions.rows import InterventionRow

Reader = Annotated[Actor, require("maintenance:read")]
_PREFIX = "/maintenance/interventions"
_ONE = _PREFIX + "/{intervention_id}"
_PAST_JOBS = TypeAdapter(list[PastJob])
router = APIRouter(tags=["interventions"], route_class=WriteRoute)
lists(router, _PREFIX, listing.INTERVENTIONS, Reader)
lists(router, _ONE + "/history", listing.HISTORY, Reader)
lists(router, _ONE + "/revisions", listing.REVISIONS, Reader)
lists(router, "/equipment/{equipment_id}/interventions", listing.OF_MACHINE, Reader)


# --- reading


@router.get(_ONE, response_model=InterventionRow)
async def read_intervention(actor: Reader, pool: ReadPoolDep, intervention_id: UUID) -> Response:
    return await INTERVENTION.read(pool, intervention_id, actor)


@router.get("/equipment/{equipment_id}/repeat")
async def read_repeat_notice(actor: Reader, pool: ReadPoolDep, equipment_id: UUID, mode_id: UUID | None = None) -> RepeatNotice | None:
    """“Third time in six months; the last fix held 11 days”, or null."""
    at = now()
    jobs = _PAST_JOBS.validate_json(await listing.recent_failures(pool, actor, equipment_id, at))
    return repeat_failure(jobs, at, mode_id)


# --- commands


_SHEET = row_of(INTERVENTION, "intervention_id")
_NEW = status.HTTP_201_CREATED
command(router, "POST", _PREFIX, iv.CreateIntervention, _SHEET, status_code=_NEW)
command(router, "PATCH", _ONE, iv.UpdateIntervention, _SHEET)
command(router, "PUT", _ONE + "/validate", iv.ValidateIntervention, _SHEET)
command(router, "POST", _ONE + "/return", iv.ReturnIntervention, _SHEET)
command(router, "POST", _ONE + "/start", iv.StartIntervention, _SHEET)
command(router, "POST", _ONE + "/hold", iv.HoldIntervention, _SHEET)
command(router, "POST", _ONE + "/complete", iv.CompleteIntervention, _SHEET)
command(router, "POST", _ONE + "/cancel", iv.CancelIntervention, _SHEET)
command(router, "POST", _ONE + "/assign", iv.AssignIntervention, _SHEET)
command(router, "POST", _ONE + "/revise", iv.ReviseIntervention, _SHEET)
command(router, "POST", _ONE + "/actions", iv.AddAction, _SHEET, status_code=_NEW)
command(router, "POST", _ONE + "/actions/{action_id}/end", iv.EndAction, _SHEET)
command(router, "PUT", _ONE + "/answers/{step_id}", AnswerStep, _SHEET)
command(router, "POST", _ONE + "/notes", iv.AddNote, _SHEET, status_code=_NEW)
command(router, "POST", _ONE + "/photos", iv.AddPhoto, _SHEET, status_code=_NEW)
command(router, "DELETE", _ONE + "/photos/{photo_id}", iv.RemovePhoto, _SHEET)
