from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from server.checklists.models import Checklist
from server.core.database import ReadSession, Session


async def get(session: ReadSession, checklist_id: UUID) -> Checklist | None:
    return await session.scalar(select(Checklist).where(col(Checklist.id) == checklist_id))


async def get_many(session: ReadSession, ids: Collection[UUID]) -> list[Checklist]:
    return list(await session.scalars(select(Checklist).where(col(Checklist.id).in_(ids))))


async def lock(session: Session, checklist_id: UUID) -> Checklist | None:
    """Locked until the transaction ends: versions come one after the other."""
    statement = select(Checklist).where(col(Checklist.id) == checklist_id).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))
