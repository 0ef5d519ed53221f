from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from server.core.access import Actor, visible
from server.core.database import ReadSession
from server.equipment.models import Equipment, LabelCode
from server.labels.texts import LabelText
from server.sites.models import ProductionLine, Site


async def texts(session: ReadSession, actor: Actor, equipment_ids: list[UUID]) -> dict[UUID, LabelText]:
    """The label of each machine the actor sees: the one that was linked last."""
    statement = (
        select(
            col(Equipment.id),
            col(LabelCode.code),
            col(Equipment.name),
            col(Equipment.code),
            col(Site.name),
            col(ProductionLine.name),
        )
        .join(LabelCode, col(LabelCode.equipment_id) == col(Equipment.id))
        .join(Site, col(Site.id) == col(Equipment.site_id))
        .outerjoin(ProductionLine, col(ProductionLine.id) == col(Equipment.production_line_id))
        .where(col(Equipment.id).in_(equipment_ids), col(Equipment.archived_at).is_(None), visible(actor, Equipment.site_id))
        .order_by(col(LabelCode.linked_at), col(LabelCode.code))
    )
    rows = await session.execute(statement)
    # of several labels the last one stays
    return {row[0]: LabelText(*row[1:5], line=row[5] or "") for row in rows}


async def find(session: ReadSession, code: str) -> LabelCode | None:
    return await session.get(LabelCode, code)
