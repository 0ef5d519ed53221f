"""The commands that the job screens send, made from what is at hand."""

from typing import Any
from uuid import UUID

from mobile_app.domain.camera import take_photo
from mobile_app.domain.client import Client
from mobile_app.domain.submit import submit
from shared_models.equipment.rows import EquipmentStatus
from shared_models.ids import uuid7
from shared_models.interventions.commands import (
    AddNote,
    AddPhoto,
    AssignIntervention,
    CancelIntervention,
    EndAction,
    HoldIntervention,
    StartIntervention,
)
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import InterventionRow, PhotoKind


class JobCommands:
    """What the person can do with `job`; every verb returns whether it was taken."""

    def __init__(self, client: Client, job: InterventionRow) -> None:
        self._client = client
        self._job = job

    def _said(self, **fields: Any) -> dict[str, Any]:
        return {"intervention_id": self._job.id, "occurred_at": self._client.now(), **fields}

    async def start(self) -> bool:
        """Starts, resumes or joins."""
        return await submit(self._client, StartIntervention(**self._said(action_id=uuid7())))

    async def hold(self, reason: str) -> bool:
        return await submit(self._client, HoldIntervention(**self._said(reason=reason)), said="job.held")

    async def leave(self, action_id: UUID) -> bool:
        return await submit(self._client, EndAction(**self._said(action_id=action_id)), said="job.left")

    async def cancel(self, reason: str, machine: EquipmentStatus | None = None) -> bool:
        return await submit(self._client, CancelIntervention(**self._said(reason=reason, equipment_status=machine)), said="job.cancelled")

    async def assign(self, technician_id: UUID | None) -> bool:
        return await submit(self._client, AssignIntervention(**self._said(technician_id=technician_id)), said="job.assigned")

    async def note(self, text: str) -> bool:
        return await submit(self._client, AddNote(**self._said(note_id=uuid7(), text=text)))

    async def photo(self) -> bool:
        photo_id = await take_photo(self._client)
        if photo_id is None:
            return False
        kind = PhotoKind.before if self._job.status == InterventionStatus.pending else PhotoKind.other
        return await submit(self._client, AddPhoto(**self._said(photo_id=photo_id, kind=kind)))
