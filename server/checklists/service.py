"""Checklist templates. Each writing is a version that stays; jobs carry a copy of the one they were made with."""

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


async def snapshot(session: ReadSession, checklist_id: UUID) -> JobChecklist | None:
    """What a job keeps of the template as it is now; None when there is no such template."""
    found = await repository.get(session, checklist_id)
    if found is None:
        return None
    return JobChecklist.model_validate({"checklist_id": found.id, "version": found.version, "name": found.name, "steps": found.steps})
