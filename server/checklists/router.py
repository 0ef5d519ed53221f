from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from server.checklists import reading, service
from server.core.access import Actor, require
from server.core.database import ReadPoolDep, SessionDep
from server.core.writes import WriteRoute
from shared_models.checklists.commands import WriteChecklist
from shared_models.checklists.rows import ChecklistRow, ChecklistVersionRead

Reader = Annotated[Actor, require("maintenance:read")]
Planner = Annotated[Actor, require("maintenance:write")]
router = APIRouter(prefix="/maintenance/checklists", tags=["checklists"], route_class=WriteRoute)


@router.get("", response_model=list[ChecklistRow])
async def list_checklists(_: Reader, pool: ReadPoolDep) -> Response:
    return await reading.every(pool)


@router.get("/{checklist_id}", response_model=ChecklistRow)
async def read_checklist(_: Reader, pool: ReadPoolDep, checklist_id: UUID) -> Response:
    return await reading.one(pool, checklist_id)


@router.get("/{checklist_id}/versions", response_model=list[ChecklistVersionRead])
async def read_versions(_: Reader, pool: ReadPoolDep, checklist_id: UUID) -> Response:
    return await reading.versions(pool, checklist_id)


@router.put("/{checklist_id}", response_model=ChecklistRow)
async def write_checklist(actor: Planner, session: SessionDep, checklist_id: UUID, cmd: WriteChecklist) -> Response:
    """Makes the next version, or the template itself when `version` is left out."""
    await service.write(session, actor, cmd)
    return await reading.after_write(session, checklist_id)
