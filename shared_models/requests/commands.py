"""What planners decide of work requests."""

from typing import Literal
from uuid import UUID

from shared_models.base import Command, NewId, Reason, Title
from shared_models.interventions.rows import InterventionType, Priority


class AcceptWorkRequest(Command):
    """Makes the intervention `intervention_id` out of the request."""

    type: Literal["request.accept"] = "request.accept"
    request_id: UUID
    intervention_id: NewId
    title: Title
    intervention_type: InterventionType = InterventionType.corrective
    priority: Priority = Priority.medium
    assigned_technician_id: UUID | None = None


class DeclineWorkRequest(Command):
    type: Literal["request.decline"] = "request.decline"
    request_id: UUID
    reason: Reason
