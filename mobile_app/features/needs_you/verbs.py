"""Carrying out a way out."""

from collections.abc import Callable

from mobile_app.core.i18n import t
from mobile_app.core.outbox import Refused
from mobile_app.domain.camera import take_photo
from mobile_app.domain.client import Client
from mobile_app.domain.context import go
from mobile_app.domain.submit import submit
from mobile_app.features.needs_you.subject import finding_at
from mobile_app.features.needs_you.ways import completions_held_up, machine_in, row_in
from mobile_app.ui.feedback import toast
from shared_models.base import Command
from shared_models.checklists.commands import AnswerStep
from shared_models.ids import uuid7
from shared_models.interventions.commands import AddNote, AddPhoto, CompleteIntervention
from shared_models.interventions.rows import PhotoKind


class Verbs:
    """One method a `Way` that needs no question; `on_sent` closes what asked one."""

    def __init__(self, client: Client, item: Refused, on_sent: Callable[[], None]) -> None:
        self._client, self._item, self._on_sent = client, item, on_sent

    async def retry(self) -> None:
        """A completion goes behind what has been done for it since."""
        await self._client.retry(self._item.id, last=isinstance(self._item.command, CompleteIntervention))
        toast(t("needs_you.retried"))

    async def send(self, command: Command, *, last: bool = False) -> None:
        """In the place of the refused one, or `last`, as a completion always is; one that waited only for this answer goes along."""
        await self._client.edit(self._item.id, command, last=last or isinstance(command, CompleteIntervention))
        if isinstance(command, AnswerStep):
            for held_up in completions_held_up(self._client, command.intervention_id):
                await self._client.retry(held_up, last=True)
        self._on_sent()
        toast(t("needs_you.retried"))

    async def insist(self) -> None:
        """Over what somebody else has saved meanwhile, and behind what else waits for it."""
        command, row = self._item.command, row_in(self._client, self._item.command)
        assert command is not None
        await self.send(command.model_copy(update={"version": row.version}), last=True)

    async def confirm(self) -> None:
        assert self._item.command is not None
        await self.send(self._item.command.model_copy(update={"is_confirmed": True}))

    async def in_hand(self) -> None:
        """Taken all the same: the shelf is to be counted."""
        assert self._item.command is not None
        await self.send(self._item.command.model_copy(update={"is_taken": True}))

    async def after_reset(self) -> None:
        """What it shows since it was reset, behind the reset that explains it."""
        assert self._item.command is not None
        await self.send(self._item.command.model_copy(update={"is_confirmed": True}), last=True)

    async def photo(self) -> None:
        """The picture that the completion lacks, and the completion behind it."""
        command = self._item.command
        photo_id = await take_photo(self._client) if isinstance(command, CompleteIntervention) else None
        if photo_id is None or not isinstance(command, CompleteIntervention):
            return
        added = AddPhoto(occurred_at=self._client.now(), intervention_id=command.intervention_id, photo_id=photo_id, kind=PhotoKind.other)
        if await submit(self._client, added):
            await self.retry()

    async def as_note(self) -> None:
        """What was found, kept as a note and a photo of the job that takes no more answers."""
        command = self._item.command
        assert isinstance(command, AnswerStep)
        said = {"occurred_at": self._client.now(), "intervention_id": command.intervention_id}
        kept = await submit(self._client, AddNote(**said, note_id=uuid7(), text=finding_at(self._client, command)))
        if kept and command.photo_id:
            kept = await submit(self._client, AddPhoto(**said, photo_id=command.photo_id, kind=PhotoKind.other))
        if not kept:
            return
        await self._client.discard(self._item.id)
        toast(t("needs_you.kept_as_note"))

    async def look_again(self) -> None:
        """What was judged has changed since: the judgement is given anew, before the sheet as it is now."""
        job_id = getattr(self._item.command, "intervention_id", None)
        await self._client.discard(self._item.id)
        go(f"/validate/{job_id}")

    # elsewhere

    def checklist(self) -> None:
        go(f"/jobs/{getattr(self._item.command, 'intervention_id', '')}/checklist")

    def open_machine(self) -> None:
        go(f"/equipment/{machine_in(self._client, self._item.command)}")

    def open_plan(self) -> None:
        go(f"/plans/{getattr(self._item.command, 'plan_id', '')}")
