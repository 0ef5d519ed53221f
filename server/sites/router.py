from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, status

from server.core.access import Actor, require
from server.core.database import ReadSessionDep, SessionDep
from server.core.list_routes import lists
from server.core.writes import WriteRoute
from server.sites import listing, repository, service
from shared_models.sites import LineCreate, LineRead, LineUpdate, SiteCreate, SiteRead, SiteUpdate

SiteReader = Annotated[Actor, require("equipment:read")]
SiteWriter = Annotated[Actor, require("sites:write")]
router = APIRouter(tags=["sites"], route_class=WriteRoute)
lists(router, "/sites", listing.SITES, SiteReader)
lists(router, "/sites/{site_id}/lines", listing.LINES, SiteReader)


@router.get("/time-zones")
async def list_time_zones(_: SiteReader, session: ReadSessionDep) -> list[str]:
    """The names that a site's `time_zone` may have."""
    return await service.time_zones(session)


@router.post("/sites", status_code=status.HTTP_201_CREATED)
async def create_site(actor: SiteWriter, session: SessionDep, cmd: SiteCreate) -> SiteRead:
    return SiteRead.model_validate(await service.create_site(session, actor, cmd))


@router.get("/sites/{site_id}")
async def read_site(actor: SiteReader, session: ReadSessionDep, site_id: UUID) -> SiteRead:
    return SiteRead.model_validate(await repository.get_site(session, actor, site_id))


@router.patch("/sites/{site_id}")
async def update_site(actor: SiteWriter, session: SessionDep, site_id: UUID, cmd: SiteUpdate) -> SiteRead:
    return SiteRead.model_validate(await service.update_site(session, actor, site_id, cmd))


@router.delete("/sites/{site_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_site(actor: SiteWriter, session: SessionDep, site_id: UUID) -> None:
    await service.delete_site(session, actor, site_id)


@router.post("/lines", status_code=status.HTTP_201_CREATED)
async def create_line(actor: SiteWriter, session: SessionDep, cmd: LineCreate) -> LineRead:
    return LineRead.model_validate(await service.create_line(session, actor, cmd))


@router.get("/lines/{line_id}")
async def read_line(actor: SiteReader, session: ReadSessionDep, line_id: UUID) -> LineRead:
    return LineRead.model_validate(await repository.get_line(session, actor, line_id))


@router.patch("/lines/{line_id}")
async def update_line(actor: SiteWriter, session: SessionDep, line_id: UUID, cmd: LineUpdate) -> LineRead:
    return LineRead.model_validate(await service.update_line(session, actor, line_id, cmd))


@router.delete("/lines/{line_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_line(actor: SiteWriter, session: SessionDep, line_id: UUID) -> None:
    await service.delete_line(session, actor, line_id)
