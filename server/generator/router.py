from fastapi import APIRouter, status

from server.core.command_routes import Answer, command
from server.core.writes import WriteRoute
from server.interventions import service as interventions
from shared_models.interventions.rows import InterventionRow
from shared_models.plans.commands import GeneratePlan

router = APIRouter(tags=["plans"], route_class=WriteRoute)
_JOB = Answer(InterventionRow, lambda session, cmd: interventions.read_json(session, cmd.intervention_id))
command(router, "POST", "/maintenance/scheduled/{plan_id}/generate", GeneratePlan, _JOB, status_code=status.HTTP_201_CREATED)
