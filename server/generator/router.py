from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response, status

from server.core.access import Actor, require
from server.core.database import SessionDep
from server.core.sql import JSON
from server.core.writes import WriteRoute
from server.generator import service
from server.interventions import service as interventions
from shared_models.interventions.rows import InterventionRow
from shared_models.plans.commands import GeneratePlan

Planner = Annotated[Actor, require("maintenance:write")]
router = APIRouter(tags=["plans"], route_class=WriteRoute)


@router.post("/maintenance/scheduled/{plan_id}/generate", status_code=status.HTTP_201_CREATED, response_model=InterventionRow)
async def generate_plan(actor: Planner, session: SessionDep, plan_id: UUID, cmd: GeneratePlan) -> Response:
    """The job of the plan's next date, now."""
    await service.generate_now(session, actor, cmd)
    return Response(await interventions.read_json(session, cmd.intervention_id), status.HTTP_201_CREATED, media_type=JSON)
