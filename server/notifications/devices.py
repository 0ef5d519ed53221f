"""Which of somebody's devices take pushes."""

from uuid import UUID

from server.core.database import ReadSession


async def devices_of(session: ReadSession, user_id: UUID) -> list[UUID]:
    del session, user_id
    return []
