"""Which of somebody's devices take pushes."""

from uuid import UUID

from server.core.database import ReadSession
from server.push import service as push


async def devices_of(session: ReadSession, user_id: UUID) -> list[UUID]:
    return await push.devices_of(session, user_id)
