"""Checklist templates. Each writing is a version that stays; jobs carry a copy of the one they were made with."""

from collections.abc import Collection
from uuid import UUID

from server.audit import service as audit
from server.checklists import repository
from server.checklists.models import Checklist, ChecklistVersion
from server.core.access import Actor
from server.core.clock import now
from server.core.commands import carries_out
from server.core.database import ReadSession, Session
from server.core.kept import seen
from shared_models.checklists import rules
from shared_models.checklists.commands import WriteChecklist
from shared_models.checklists.rows import ChecklistRow, JobChecklist


@carries_out(WriteChecklist)
async def write(session: Session, actor: Actor, cmd: WriteChecklist) -> Checklist:
    found = await repository.lock(session, cmd.checklist_id)
    row = rules.write(seen(ChecklistRow, found) if found else None, cmd, actor.by)
    checklist = await audit.keep(session, actor, "checklist.written", found or Checklist, row, cmd.occurred_at)
    session.add(ChecklistVersion(
        checklist_id=row.id, version=row.version, name=row.name, steps=checklist.steps, created_at=now(), created_by=actor.by.account,
    ))  # fmt: skip
    await session.flush()
    return checklist


async def exists(session: ReadSession, checklist_id: UUID) -> bool:
    return await repository.get(session, checklist_id) is not None


async def snapshots(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, JobChecklist]:
    """What jobs keep of the templates as they are now, as far as there are such templates."""
    found = await repository.get_many(session, ids) if ids else []
    return {
        each.id: JobChecklist.model_validate({"checklist_id": each.id, "version": each.version, "name": each.name, "steps": each.steps})
        for each in found
    }
