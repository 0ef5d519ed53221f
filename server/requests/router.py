from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from server.core.access import Actor, require
from server.core.database import ReadPoolDep, SessionDep
from server.core.list_routes import lists
from server.core.writes import WriteRoute
from server.requests import reading, service
from shared_models.requests.commands import AcceptWorkRequest, DeclineWorkRequest
from shared_models.requests.rows import WorkRequestRow

Reader = Annotated[Actor, require("maintenance:read")]
Planner = Annotated[Actor, require("maintenance:write")]
router = APIRouter(tags=["requests"], route_class=WriteRoute)
lists(router, "/requests", reading.REQUESTS, Reader)


@router.get("/requests/{request_id}", response_model=WorkRequestRow)
async def read_request(actor: Reader, pool: ReadPoolDep, request_id: UUID) -> Response:
    return await reading.one(pool, actor, request_id)


@router.post("/requests/{request_id}/accept", response_model=WorkRequestRow)
async def accept_request(actor: Planner, session: SessionDep, request_id: UUID, cmd: AcceptWorkRequest) -> Response:
    await service.accept(session, actor, cmd)
    return await reading.after_write(session, request_id)


@router.post("/requests/{request_id}/decline", response_model=WorkRequestRow)
async def decline_request(actor: Planner, session: SessionDep, request_id: UUID, cmd: DeclineWorkRequest) -> Response:
    await service.decline(session, actor, cmd)
    return await reading.after_write(session, request_id)
