from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from server.core.access import Actor, require
from server.core.command_routes import command, row_of
from server.core.database import ReadPoolDep
from server.core.list_routes import lists
from server.core.writes import WriteRoute
from server.handovers import service  # noqa: F401 - carries the commands out
from server.handovers.listing import HANDOVERS
from server.handovers.rows import HANDOVER, HANDOVER_PAGE
from shared_models.handovers.commands import AcknowledgeHandover, AddWord
from shared_models.handovers.rows import HandoverPageRow, HandoverRow

Reader = Annotated[Actor, require("maintenance:read")]
router = APIRouter(tags=["handovers"], route_class=WriteRoute)
lists(router, "/handovers", HANDOVERS, Reader)


@router.get("/handovers/{handover_id}", response_model=HandoverRow)
async def read_handover(actor: Reader, pool: ReadPoolDep, handover_id: UUID) -> Response:
    return await HANDOVER.read(pool, handover_id, actor)


@router.get("/handovers/{handover_id}/page", response_model=HandoverPageRow)
async def read_handover_page(actor: Reader, pool: ReadPoolDep, handover_id: UUID) -> Response:
    """What it tells."""
    return await HANDOVER_PAGE.read(pool, handover_id, actor)


_HANDOVER = row_of(HANDOVER, "handover_id")
command(router, "POST", "/handovers/{handover_id}/words", AddWord, _HANDOVER)
command(router, "POST", "/handovers/{handover_id}/acknowledge", AcknowledgeHandover, _HANDOVER)
