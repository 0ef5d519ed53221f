"""The commands that the job screens send, made from what is at hand."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from mobile_app.domain.camera import take_photo
from mobile_app.domain.client import Client
from mobile_app.domain.context import arrived, id_of
from mobile_app.domain.doing import does
from mobile_app.domain.lookup import my_running_action
from mobile_app.domain.submit import submit
from shared_models.base import Command
from shared_models.equipment.rows import EquipmentStatus
from shared_models.ids import uuid7
from shared_models.interventions import commands as iv
from shared_models.interventions.lifecycle import InterventionStatus, Verb, allowed
from shared_models.interventions.rows import InterventionRow, PhotoKind
from shared_models.interventions.sheet import may_work_on

SECONDS_TO_COME = 30.0


class JobCommands:
    """What the person can do with `job`; every verb returns whether it was taken."""

    def __init__(self, client: Client, job: InterventionRow) -> None:
        self._client = client
        self._job = job

    async def _send(self, command: Callable[..., Command], said: str = "", /, **fields: Any) -> bool:
        made = command(intervention_id=self._job.id, occurred_at=self._client.now(), **fields)
        return await submit(self._client, made, said=said)

    async def start(self) -> bool:
        """Starts, resumes or joins."""
        return await self._send(iv.StartIntervention, action_id=uuid7())

    async def hold(self, reason: str) -> bool:
        return await self._send(iv.HoldIntervention, "job.held", reason=reason)

    async def leave(self, action_id: UUID) -> bool:
        return await self._send(iv.EndAction, "job.left", action_id=action_id)

    async def cancel(self, reason: str, machine: EquipmentStatus | None = None) -> bool:
        return await self._send(iv.CancelIntervention, "job.cancelled", reason=reason, equipment_status=machine)

    async def assign(self, to: UUID | None) -> bool:
        """To a person, to a team, or to nobody any more."""
        who = {"team_id": to} if self._client.tables.teams.get(to) else {"technician_id": to}
        return await self._send(iv.AssignIntervention, "job.assigned", **({"technician_id": None} | who))

    async def note(self, text: str) -> bool:
        return await self._send(iv.AddNote, note_id=uuid7(), text=text)

    async def photo(self) -> bool:
        photo_id = await take_photo(self._client)
        if photo_id is None:
            return False
        kind = PhotoKind.before if self._job.status == InterventionStatus.pending else PhotoKind.other
        return await self._send(iv.AddPhoto, photo_id=photo_id, kind=kind)


@does("start")
async def start(client: Client, path: str, _: str) -> None:
    """From its notification, which may be here before the job. It may be done by now, or somebody else's; who is at it already goes on."""
    job_id = id_of(path.rpartition("/")[2])
    await arrived(client, client.interventions, lambda: client.interventions.get(job_id) is not None, SECONDS_TO_COME)
    job = client.interventions.get(job_id)
    if job is None or my_running_action(job, client.user.id) is not None:
        return
    if Verb.start in allowed(job.state) and may_work_on(client.user.role, client.user.id, job):
        await JobCommands(client, job).start()
