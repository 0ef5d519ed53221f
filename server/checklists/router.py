from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from server.checklists import reading
from server.checklists.rows import CHECKLIST
from server.core.access import Actor, require
from server.core.command_routes import command, row_of
from server.core.database import ReadPoolDep
from server.core.list_routes import lists
from server.core.writes import WriteRoute
from shared_models.checklists.commands import WriteChecklist
from shared_models.checklists.rows import ChecklistRow

Reader = Annotated[Actor, require("maintenance:read")]
_ONE = "/maintenance/checklists/{checklist_id}"
router = APIRouter(tags=["checklists"], route_class=WriteRoute)
lists(router, "/maintenance/checklists", reading.CHECKLISTS, Reader)
lists(router, _ONE + "/versions", reading.VERSIONS, Reader)


@router.get(_ONE, response_model=ChecklistRow)
async def read_checklist(actor: Reader, pool: ReadPoolDep, checklist_id: UUID) -> Response:
    return await CHECKLIST.read(pool, checklist_id, actor)


command(router, "PUT", _ONE, WriteChecklist, row_of(CHECKLIST, "checklist_id"))
