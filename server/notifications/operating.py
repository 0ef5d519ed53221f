"""What those who run the server are told of itself."""

from uuid import UUID

from server.core.access import Actor
from server.core.clock import now
from server.core.consequences import hears
from server.core.database import Session
from server.notifications.causes import cause
from server.push.consequences import PushFound, PushLost
from shared_models.notices.causes import Cause
from shared_models.notices.kinds import NoticeKind

PUSH = UUID(int=1)


@hears(PushLost, PushFound)
async def tell_of_reach(session: Session, actor: Actor, found: PushLost | PushFound) -> None:
    kind = NoticeKind.push_lost if isinstance(found, PushLost) else NoticeKind.push_found
    at = now()
    await cause(session, actor, [Cause(kind, "push", PUSH, at, at.isoformat())])
