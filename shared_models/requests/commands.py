"""What planners decide of work requests."""

from typing import Literal

from shared_models.base import Command, Id, NewId, Reason, Title
from shared_models.interventions.rows import InterventionType, Priority
from shared_models.permissions import PLAN
from shared_models.requests.rows import WorkRequestRow


class OnRequest(Command, on=(WorkRequestRow, "request_id")):
    request_id: Id


class AcceptWorkRequest(OnRequest, needs=PLAN, done="accepted"):
    """Makes the intervention `intervention_id` out of the request."""

    type: Literal["request.accept"] = "request.accept"
    intervention_id: NewId
    title: Title
    intervention_type: InterventionType = InterventionType.corrective
    priority: Priority = Priority.medium
    assigned_technician_id: Id | None = None
    assigned_team_id: Id | None = None


class DeclineWorkRequest(OnRequest, needs=PLAN, done="declined"):
    type: Literal["request.decline"] = "request.decline"
    reason: Reason
