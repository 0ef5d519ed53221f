"""The photo and the documents of whatever has some, carried out for each as its domain declares them.

    PAPERS = Papers("equipment", eq.PAPERS, Document, locked)
    PAPERS.carry_out()

What stands on a site has files of that site, and of nothing else that stands there, so that both can move apart. A file of what is
everyone's becomes everyone's.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import col

from server.attachments import errors, repository
from server.attachments.models import Attachment, Paper
from server.audit import service as audit
from server.core.access import Actor, visible
from server.core.commands import carries_out
from server.core.database import Session
from server.core.errors import AlreadyExists, NotFound, existing
from server.core.queries import expression
from server.core.sql import json_row
from shared_models import papers as shared
from shared_models.papers import AddPaper, DatePaper, PaperRow, RemovePaper, SetPhoto

_OF_FILE = "(select f.{} from attachment f where f.id = {}.attachment_id)"


def paper_json(row: type[PaperRow]) -> Callable[[str], str]:
    def json(alias: str) -> str:
        return json_row(row, alias, **{name: expression(_OF_FILE, name, alias) for name in ("mime_type", "size_bytes")})

    return json


@dataclass(frozen=True)
class Papers:
    """`named`: what the history calls their owner; `lock` finds one in sight, locked."""

    named: str
    shared: shared.Papers
    model: type[Paper]
    lock: Callable[[Session, Actor, UUID], Awaitable[Any]]

    def carry_out(self) -> None:
        carries_out(self.shared.add)(self._add)
        carries_out(self.shared.date)(self._date)
        carries_out(self.shared.remove)(self._remove)
        carries_out(self.shared.photo)(self._set_photo)

    async def _add(self, session: Session, actor: Actor, cmd: AddPaper) -> None:
        owner = await self.lock(session, actor, cmd.subject_id)
        if await session.get(self.model, cmd.document_id) is not None:
            raise AlreadyExists(field="document_id")
        file = await self._file(session, actor, owner, cmd.attachment_id)
        place = {} if self._site is None else {"site_id": owner.site_id}
        paper = self.model(
            id=cmd.document_id, attachment_id=file.id, title=cmd.title, valid_until=cmd.valid_until, created_by=actor.by.account,
            **{self.shared.key: owner.id}, **place,
        )  # fmt: skip
        session.add(paper)
        await session.flush()
        after = audit.snapshot(paper)
        await audit.record(session, actor, f"{self.named}.document_added", paper, after=after, occurred_at=cmd.occurred_at)

    async def _date(self, session: Session, actor: Actor, cmd: DatePaper) -> None:
        paper = await self._locked(session, actor, cmd.document_id)
        before = audit.snapshot(paper)
        paper.valid_until = cmd.valid_until
        await session.flush()
        await audit.record(session, actor, f"{self.named}.document_dated", paper, before=before, occurred_at=cmd.occurred_at)

    async def _remove(self, session: Session, actor: Actor, cmd: RemovePaper) -> None:
        paper = await self._locked(session, actor, cmd.document_id)
        before = audit.snapshot(paper)
        await audit.record(session, actor, f"{self.named}.document_removed", paper, before=before, after={}, occurred_at=cmd.occurred_at)
        await session.delete(paper)
        await session.flush()

    async def _locked(self, session: Session, actor: Actor, document_id: UUID) -> Paper:
        condition = sa.true() if self._site is None else visible(actor, self._site)
        return existing(await session.scalar(select(self.model).where(col(self.model.id) == document_id, condition).with_for_update()))

    async def _set_photo(self, session: Session, actor: Actor, cmd: SetPhoto) -> None:
        owner = await self.lock(session, actor, cmd.subject_id)
        file = await self._file(session, actor, owner, cmd.attachment_id) if cmd.attachment_id else None
        if file and not file.mime_type.startswith("image/"):
            raise errors.NotAPicture(field="attachment_id")
        before = audit.snapshot(owner)
        owner.photo_id = cmd.attachment_id
        await session.flush()
        await audit.record(session, actor, f"{self.named}.photo_set", owner, before=before, occurred_at=cmd.occurred_at)

    @property
    def _site(self) -> Any:
        """The column that says where they are; None where they are everyone's."""
        return getattr(self.model, self.shared.row.site, None)

    async def _file(self, session: Session, actor: Actor, owner: Any, attachment_id: UUID) -> Attachment:
        try:
            file = await repository.get_visible(session, actor, attachment_id, for_update=True)
        except NotFound:
            raise errors.FileUnknown(field="attachment_id") from None
        if self._site is not None and file.site_id != owner.site_id:
            raise errors.FileUnknown(field="attachment_id")
        if await repository.owners(session, file.id) - {owner.id}:
            raise errors.FileOfMachine(field="attachment_id")
        if self._site is None:
            file.site_id = None
        return file
