from fastapi import APIRouter, status

from server.core.command_routes import command, row_of
from server.core.writes import WriteRoute
from server.interventions.rows import INTERVENTION
from shared_models.plans.commands import GeneratePlan

router = APIRouter(tags=["plans"], route_class=WriteRoute)
command(
    router,
    "POST",
    "/maintenance/scheduled/{plan_id}/generate",
    GeneratePlan,
    row_of(INTERVENTION, "intervention_id"),
    status_code=status.HTTP_201_CREATED,
)
