"""What planners make of work requests."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared_models.interventions.commands import AddPhoto, CreateIntervention
from shared_models.interventions.rows import PhotoKind, StopKind
from shared_models.requests.commands import AcceptWorkRequest, DeclineWorkRequest
from shared_models.requests.refusals import AlreadyDecided
from shared_models.requests.rows import RequestStatus, WorkRequestRow
from shared_models.rules import By, Consequence, Outcome, rule


@dataclass(frozen=True)
class JobAsked(Consequence):
    """What the request becomes: `job` with the reporter's words, and their `photo`."""

    request_id: UUID
    job: CreateIntervention
    photo: AddPhoto | None


@rule(AcceptWorkRequest)
def accept(request: WorkRequestRow, cmd: AcceptWorkRequest, by: By) -> Outcome[WorkRequestRow]:
    """A machine said to stand still has stood since then."""
    decided = _decided(request, cmd, by, status=RequestStatus.accepted, intervention_id=cmd.intervention_id)
    words = [request.text, f"— {request.requester}" if request.requester else ""]
    job = CreateIntervention(
        intervention_id=cmd.intervention_id, equipment_id=request.equipment_id, title=cmd.title, occurred_at=cmd.occurred_at,
        description="\n".join(filter(None, words)), intervention_type=cmd.intervention_type, priority=cmd.priority,
        assigned_technician_id=cmd.assigned_technician_id, assigned_team_id=cmd.assigned_team_id, reported_at=request.created_at,
        stopped_at=request.created_at if request.is_stopped else None, stop_kind=StopKind.failure if request.is_stopped else None,
    )  # fmt: skip
    seen: dict[str, Any] = {"intervention_id": cmd.intervention_id, "kind": PhotoKind.before, "occurred_at": cmd.occurred_at}
    photo = AddPhoto(photo_id=request.photo_id, **seen) if request.photo_id else None
    return Outcome(decided, (JobAsked(request.id, job, photo),))


@rule(DeclineWorkRequest)
def decline(request: WorkRequestRow, cmd: DeclineWorkRequest, by: By) -> WorkRequestRow:
    return _decided(request, cmd, by, status=RequestStatus.declined, reason=cmd.reason)


def _decided(request: WorkRequestRow, cmd: AcceptWorkRequest | DeclineWorkRequest, by: By, **changes: Any) -> WorkRequestRow:
    if request.status is not RequestStatus.new:
        raise AlreadyDecided(number=request.number)
    return request.model_copy(update={**changes, "decided_by": by.account, "decided_at": cmd.occurred_at, "version": request.version + 1})
