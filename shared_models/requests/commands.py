"""What planners decide of work requests."""

from typing import Literal

from shared_models.base import Command, Id, NewId, Reason, Title
from shared_models.interventions.rows import InterventionType, Priority
from shared_models.permissions import PLAN


class AcceptWorkRequest(Command, needs=PLAN):
    """Makes the intervention `intervention_id` out of the request."""

    type: Literal["request.accept"] = "request.accept"
    request_id: Id
    intervention_id: NewId
    title: Title
    intervention_type: InterventionType = InterventionType.corrective
    priority: Priority = Priority.medium
    assigned_technician_id: Id | None = None


class DeclineWorkRequest(Command, needs=PLAN):
    type: Literal["request.decline"] = "request.decline"
    request_id: Id
    reason: Reason
