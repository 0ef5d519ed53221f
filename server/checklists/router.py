from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from server.checklists import reading
from server.core.access import Actor, require
from server.core.command_routes import Answer, command
from server.core.database import ReadPoolDep
from server.core.writes import WriteRoute
from shared_models.checklists.commands import WriteChecklist
from shared_models.checklists.rows import ChecklistRow, ChecklistVersionRead

Reader = Annotated[Actor, require("maintenance:read")]
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


_ROW = Answer(ChecklistRow, lambda session, cmd: reading.after_write(session, cmd.checklist_id))
command(router, "PUT", "/{checklist_id}", WriteChecklist, _ROW)
