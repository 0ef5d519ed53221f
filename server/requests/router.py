from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from server.core.access import Actor, require
from server.core.command_routes import command, row_of
from server.core.database import ReadPoolDep
from server.core.list_routes import lists
from server.core.writes import WriteRoute
from server.requests import reading, service  # noqa: F401 - service carries the commands out
from server.requests.rows import WORK_REQUEST
from shared_models.requests.commands import AcceptWorkRequest, DeclineWorkRequest
from shared_models.requests.rows import WorkRequestRow

Reader = Annotated[Actor, require("maintenance:read")]
router = APIRouter(tags=["requests"], route_class=WriteRoute)
lists(router, "/requests", reading.REQUESTS, Reader)


@router.get("/requests/{request_id}", response_model=WorkRequestRow)
async def read_request(actor: Reader, pool: ReadPoolDep, request_id: UUID) -> Response:
    return await WORK_REQUEST.read(pool, request_id, actor)


_REQUEST = row_of(WORK_REQUEST, "request_id")
command(router, "POST", "/requests/{request_id}/accept", AcceptWorkRequest, _REQUEST)
command(router, "POST", "/requests/{request_id}/decline", DeclineWorkRequest, _REQUEST)
