from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import col

from server.core.access import Actor, visible
from server.core.database import ReadSession, Session
from server.core.errors import existing
from server.core.label_codes import LabelCode
from server.equipment.models import Equipment
from server.requests.models import WorkRequest
from server.sites.models import ProductionLine, Site


@dataclass(frozen=True)
class LabelledMachine:
    """What the page behind a label needs; `equipment_id` is None for a label that is on no machine."""

    equipment_id: UUID | None
    name: str
    line: str
    site_id: UUID
    time_zone: str
    takes_requests: bool
    is_of_stock: bool


async def labelled_machine(session: ReadSession, code: str) -> LabelledMachine | None:
    """None for a code that was never printed here."""
    statement = (
        select(
            col(Equipment.id),
            col(Equipment.name),
            col(ProductionLine.name),
            col(Equipment.site_id),
            col(Site.clock),
            col(Site.public_requests),
            sa.func.num_nonnulls(col(LabelCode.part_id), col(LabelCode.place_id)) > 0,
        )
        .select_from(LabelCode)
        .outerjoin(Equipment, (col(Equipment.id) == col(LabelCode.equipment_id)) & col(Equipment.archived_at).is_(None))
        .outerjoin(Site, col(Site.id) == col(Equipment.site_id))
        .outerjoin(ProductionLine, col(ProductionLine.id) == col(Equipment.production_line_id))
        .where(col(LabelCode.code) == code)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else LabelledMachine(row[0], row[1], row[2] or "", *row[3:])


async def get_visible(session: ReadSession, actor: Actor, request_id: UUID, *, for_update: bool = False) -> WorkRequest:
    statement = select(WorkRequest).where(col(WorkRequest.id) == request_id, visible(actor, WorkRequest.site_id))
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return existing(await session.scalar(statement))


async def lock_id(session: Session, request_id: UUID) -> None:
    """A form sent twice at once: the second waits, then finds the first one's request."""
    await session.execute(sa.text("select pg_advisory_xact_lock(hashtextextended(:id, 1))"), {"id": str(request_id)})
