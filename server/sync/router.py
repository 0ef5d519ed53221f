from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from server.core.access import Actor, signed_in
from server.core.database import ReadPoolDep, SessionDep
from server.core.events import PokeHubDep
from server.core.gates import GatesDep
from server.core.http import client_address
from server.core.sql import Written
from server.core.writes import WriteRoute
from server.sync import pull, push
from shared_models.numbers import NUMBER
from shared_models.sync import LARGEST_PAGE, NEXT_CURSOR, SMALLEST_PAGE, USUAL_PAGE, PullPage, PushAnswer, PushRequest
from shared_models.text import SECRET

Somebody = Annotated[Actor, signed_in()]  # every command names the permission it needs
LONGEST_HEADER = 2_000
"""Of a cursor: with more, an answer does not pass every proxy."""
router = APIRouter(prefix="/sync", tags=["sync"], route_class=WriteRoute)


@router.post("/push", response_model_exclude_none=True)
async def push_commands(actor: Somebody, session: SessionDep, request: PushRequest) -> PushAnswer:
    """Carry out a device's commands, in order; each is answered for itself, and again when it is sent again."""
    return await push.push(session, actor, request)


@router.get("/pull", response_model=PullPage)
async def pull_changes(
    actor: Somebody, pool: ReadPoolDep, gates: GatesDep, cursor: Annotated[str | None, Query(max_length=30_000), SECRET] = None,
    size: Annotated[int, Query(ge=SMALLEST_PAGE, le=LARGEST_PAGE), NUMBER] = USUAL_PAGE,
) -> Response:  # fmt: skip
    """What has changed since the cursor; without one, or with one that is of no use any more, everything.

    `size`: about how many bytes of changes, before they are compressed.
    """
    page, following = await pull.pull(pool, actor, cursor, size, gates.loads)
    answer = Written(page)
    if following and len(following) <= LONGEST_HEADER:
        answer.raw_headers.append((NEXT_CURSOR.encode(), following.encode()))
    return answer


@router.get("/stream", response_class=EventSourceResponse)
async def stream_pokes(request: Request, actor: Somebody, pokes: PokeHubDep) -> AsyncIterator[ServerSentEvent]:
    """A `poke` whenever something that the reader may see has changed, and one at the start: pull. There is no data in it."""
    with pokes.subscribe(actor, client_address(request)) as woken:
        yield ServerSentEvent(event="poke", raw_data="pull", retry=2_000)
        async for _ in woken:
            yield ServerSentEvent(event="poke", raw_data="pull")
