from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from server.checklists import reading, service
from server.core.access import Actor, require
from server.core.database import ReadPoolDep, SessionDep
from server.core.list_routes import lists
from server.core.writes import WriteRoute
from shared_models.checklists.commands import WriteChecklist
from shared_models.checklists.rows import ChecklistRow

Reader = Annotated[Actor, require("maintenance:read")]
Planner = Annotated[Actor, require("maintenance:write")]
_ONE = "/maintenance/checklists/{checklist_id}"
router = APIRouter(tags=["checklists"], route_class=WriteRoute)
lists(router, "/maintenance/checklists", reading.CHECKLISTS, Reader)
lists(router, _ONE + "/versions", reading.VERSIONS, Reader)


@router.get(_ONE, response_model=ChecklistRow)
async def read_checklist(_: Reader, pool: ReadPoolDep, checklist_id: UUID) -> Response:
    return await reading.one(pool, checklist_id)


@router.put(_ONE, response_model=ChecklistRow)
async def write_checklist(actor: Planner, session: SessionDep, checklist_id: UUID, cmd: WriteChecklist) -> Response:
    """Makes the next version, or the template itself when `version` is left out."""
    await service.write(session, actor, cmd)
    return await reading.after_write(session, checklist_id)
