import hashlib
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response, status

from server.core.access import Actor, require
from server.core.database import ReadPoolDep, ReadSessionDep, SessionDep
from server.core.etags import is_known
from server.core.writes import WriteRoute
from server.feeds import reading, service
from shared_models.plans.feeds import FeedCreate, FeedLink, FeedRead
from shared_models.text import Token

Reader = Annotated[Actor, require("maintenance:read")]
router = APIRouter(prefix="/calendar/feeds", tags=["calendar"], route_class=WriteRoute)


@router.get("")
async def list_feeds(actor: Reader, session: ReadSessionDep) -> list[FeedRead]:
    return await service.mine(session, actor)


@router.post("", status_code=status.HTTP_201_CREATED)
async def create_feed(request: Request, actor: Reader, session: SessionDep, cmd: FeedCreate) -> FeedLink:
    """The only answer that holds the feed's secret address."""
    return await service.create(session, actor, cmd, public_url=request.app.state.settings.public_url)


@router.delete("/{feed_id}", status_code=status.HTTP_204_NO_CONTENT)
async def revoke_feed(actor: Reader, session: SessionDep, feed_id: UUID) -> None:
    await service.revoke(session, actor, feed_id)


@router.get("/{token}.ics", response_class=Response)
async def read_feed(request: Request, session: ReadSessionDep, pool: ReadPoolDep, token: Token) -> Response:
    """For calendar programs, which cannot sign in: whoever holds the address sees what its owner may see."""
    feed = await service.identify(session, pool, token)
    content = await reading.ics(session, pool, feed, public_url=request.app.state.settings.public_url)
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, max-age=300", "Content-Disposition": 'inline; filename="etabli.ics"'}
    if is_known(request.headers, tag):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)
