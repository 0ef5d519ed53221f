from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from server.core.access import Actor, visible
from server.core.database import ReadSession, Session
from server.core.errors import existing
from server.handovers.models import Handover


async def take(session: Session, actor: Actor, handover_id: UUID) -> Handover:
    statement = select(Handover).where(col(Handover.id) == handover_id, visible(actor, Handover.site_id)).with_for_update()
    return existing(await session.scalar(statement))


async def alone(session: Session) -> None:
    """Whoever else writes handovers waits until this transaction ends, and then finds them."""
    await session.run("select pg_advisory_xact_lock(hashtext('handovers'))")


async def working(session: ReadSession) -> Sequence[Mapping[str, Any]]:
    """The sites that have shifts."""
    return await session.fetch("select id, clock, shifts, holidays, created_at from sites where jsonb_array_length(shifts) > 0 order by id")


async def is_covered(session: ReadSession, site_id: UUID, begins_at: datetime) -> bool:
    """Whether a handover tells of the time from then on: this shift's, or of one that has been given other hours since."""
    return bool(await session.fetchval("select exists (select from handover where site_id = $1 and ends_at > $2)", site_id, begins_at))
