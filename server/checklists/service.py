"""Checklist templates. Each writing is a version that stays; jobs carry a copy of the one they were made with."""

from typing import Any
from uuid import UUID

from server.audit import service as audit
from server.checklists import repository
from server.checklists.models import Checklist, ChecklistVersion
from server.core.access import Actor
from server.core.clock import now
from server.core.database import ReadSession, Session
from server.core.errors import AlreadyExists, Forbidden, NotFound
from server.core.times import past
from server.core.versions import claim
from shared_models.checklists.commands import WriteChecklist
from shared_models.checklists.rows import JobChecklist
from shared_models.permissions import Permission


async def write(session: Session, actor: Actor, cmd: WriteChecklist) -> Checklist:
    """Create the template, or make its next version when `version` is given."""
    if not actor.may(Permission.maintenance_write):
        raise Forbidden(permission=Permission.maintenance_write)
    checklist, before = await _claimed(session, cmd)
    for name, value in cmd.model_dump(mode="json", include={"name", "description", "is_active", "steps"}).items():
        setattr(checklist, name, value)
    session.add(checklist)
    await session.flush()
    session.add(ChecklistVersion(
        checklist_id=checklist.id, version=checklist.version, name=checklist.name, steps=checklist.steps, created_at=now(),
        created_by=actor.user_id if actor.user_id.int else None,
    ))  # fmt: skip
    await audit.record(session, actor, "checklist.written", checklist, before=before, occurred_at=past(cmd.occurred_at))
    await session.flush()
    return checklist


async def _claimed(session: Session, cmd: WriteChecklist) -> tuple[Checklist, dict[str, Any]]:
    found = await repository.lock(session, cmd.checklist_id)
    if found is None:
        if cmd.version is not None:
            raise NotFound
        return Checklist(id=cmd.checklist_id, name=cmd.name), {}
    if cmd.version is None:
        raise AlreadyExists(field="checklist_id")
    before = audit.snapshot(found)
    claim(found, cmd.version)
    return found, before


async def exists(session: ReadSession, checklist_id: UUID) -> bool:
    return await repository.get(session, checklist_id) is not None


async def snapshot(session: ReadSession, checklist_id: UUID) -> JobChecklist | None:
    """What a job keeps of the template as it is now; None when there is no such template."""
    found = await repository.get(session, checklist_id)
    if found is None:
        return None
    return JobChecklist.model_validate({"checklist_id": found.id, "version": found.version, "name": found.name, "steps": found.steps})
