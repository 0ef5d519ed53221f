from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response, status

from server.core.access import Actor, require
from server.core.command_routes import command, row_of
from server.core.database import ReadPoolDep, ReadSessionDep, SessionDep
from server.core.list_routes import lists
from server.core.sql import Written
from server.core.writes import WriteRoute
from server.plans import listing, service
from server.plans.asked import AskedPlan
from server.plans.rows import PLAN, TEAM, TYPE
from shared_models.plans import commands
from shared_models.plans.fields import PlanFields
from shared_models.plans.rows import PlanRow, PreviewItem

Reader = Annotated[Actor, require("maintenance:read")]
Planner = Annotated[Actor, require("maintenance:write")]
_PREFIX = "/maintenance/scheduled"
_ONE = _PREFIX + "/{plan_id}"
router = APIRouter(tags=["plans"], route_class=WriteRoute)
lists(router, _PREFIX, listing.PLANS, Reader)
lists(router, _ONE + "/occurrences", listing.OCCURRENCES, Reader)
lists(router, "/maintenance/types", listing.TYPES, Reader)
lists(router, "/teams", listing.TEAMS, Reader)


# --- plans


@router.post(_PREFIX, status_code=status.HTTP_201_CREATED, response_model=PlanRow)
async def create_plan(actor: Planner, session: SessionDep, cmd: AskedPlan) -> Response:
    await service.create_asked(session, actor, cmd)
    return Written(await PLAN.written(session, cmd.plan_id), status.HTTP_201_CREATED)


@router.post(_PREFIX + "/preview")
async def preview_plan(actor: Reader, session: ReadSessionDep, fields: PlanFields) -> list[PreviewItem]:
    """The next twelve dates of a plan that is being written, each with its reason."""
    return await service.preview(session, actor, fields)


@router.get(_ONE, response_model=PlanRow)
async def read_plan(actor: Reader, pool: ReadPoolDep, plan_id: UUID) -> Response:
    return await PLAN.read(pool, plan_id, actor)


_PLAN = row_of(PLAN, "plan_id")
command(router, "PUT", _ONE, commands.UpdatePlan, _PLAN)
command(router, "PUT", _ONE + "/active", commands.SetPlanActive, _PLAN)
command(router, "POST", _ONE + "/occurrences/move", commands.MoveOccurrence, _PLAN)
command(router, "POST", _ONE + "/occurrences/assign", commands.AssignOccurrence, _PLAN)
command(router, "POST", _ONE + "/occurrences/skip", commands.SkipOccurrence, _PLAN)
command(router, "POST", "/maintenance/types", commands.WriteMaintenanceType, row_of(TYPE, "maintenance_type_id"))
command(router, "POST", "/teams", commands.WriteTeam, row_of(TEAM, "team_id"))
