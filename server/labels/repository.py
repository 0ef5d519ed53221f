from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from server.core.access import Actor, visible
from server.core.database import ReadSession
from server.core.label_codes import LabelCode
from server.equipment.models import Equipment
from server.inventory.models import Part, StoragePlace
from server.labels.texts import LabelText
from server.sites.models import ProductionLine, Site
from shared_models.labels.sheets import LabelSheet


async def texts(session: ReadSession, actor: Actor, sheet: LabelSheet) -> dict[UUID, LabelText]:
    """The label of each thing the actor sees: of several the one that was linked last."""
    asked = ((_machines, sheet.equipment_ids), (_parts, sheet.part_ids), (_places, sheet.place_ids))
    found: dict[UUID, LabelText] = {}
    for statement, ids in asked:
        if ids:
            ordered = statement(actor, ids).order_by(col(LabelCode.linked_at), col(LabelCode.code))
            rows = await session.execute(ordered)
            found |= {thing_id: LabelText(code, name, number, site, line or "") for thing_id, code, name, number, site, line in rows}
    return found


def _machines(actor: Actor, ids: list[UUID]) -> Select[*tuple[Any, ...]]:
    return (
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
        .where(col(Equipment.id).in_(ids), col(Equipment.archived_at).is_(None), visible(actor, Equipment.site_id))
    )


def _parts(_: Actor, ids: list[UUID]) -> Select[*tuple[Any, ...]]:
    """With whose it is and what they call it, which is what somebody orders by."""
    return (
        select(
            col(Part.id), col(LabelCode.code), col(Part.name), col(Part.part_number), col(Part.manufacturer),
            col(Part.manufacturer_reference),
        )
        .join(LabelCode, col(LabelCode.part_id) == col(Part.id))
        .where(col(Part.id).in_(ids))
    )  # fmt: skip


def _places(actor: Actor, ids: list[UUID]) -> Select[*tuple[Any, ...]]:
    """With what they lie in, from the outside."""
    around, outermost = aliased(StoragePlace), aliased(StoragePlace)
    lies_in = func.concat_ws(" · ", col(outermost.name), col(around.name))
    return (
        select(col(StoragePlace.id), col(LabelCode.code), col(StoragePlace.name), lies_in, col(Site.name), literal(""))
        .join(LabelCode, col(LabelCode.place_id) == col(StoragePlace.id))
        .join(Site, col(Site.id) == col(StoragePlace.site_id))
        .outerjoin(around, col(around.id) == col(StoragePlace.parent_id))
        .outerjoin(outermost, col(outermost.id) == col(around.parent_id))
        .where(col(StoragePlace.id).in_(ids), visible(actor, StoragePlace.site_id))
    )


async def find(session: ReadSession, code: str) -> LabelCode | None:
    return await session.get(LabelCode, code)


async def sees_place(session: ReadSession, actor: Actor, place_id: UUID) -> bool:
    seen = select(col(StoragePlace.id)).where(col(StoragePlace.id) == place_id, visible(actor, StoragePlace.site_id))
    return await session.scalar(seen) is not None
