"""Queries about machines, their classes and documents."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import col

from server.core import following
from server.core.access import Actor, visible
from server.core.clock import now
from server.core.database import ReadSession, Session
from server.core.errors import existing
from server.core.queries import expression
from server.core.tables import same_name
from server.equipment import rows
from server.equipment.errors import EquipmentArchived
from server.equipment.models import Equipment, EquipmentClass, FailureItem
from server.sites.models import ProductionLine
from shared_models.equipment.rows import EquipmentStatus
from shared_models.equipment.rules import Around, Entry

_OPEN = "('pending', 'in_progress', 'on_hold')"


async def get_visible(
    session: ReadSession, actor: Actor, equipment_id: UUID, *, for_update: bool = False, or_archived: bool = False
) -> Equipment:  # fmt: skip
    """A locked machine keeps its id: jobs that are generated for it do not wait.

    Raises `NotFound`, or `EquipmentArchived` for a machine that was taken off the lists.
    """
    statement = select(Equipment).where(col(Equipment.id) == equipment_id, visible(actor, Equipment.site_id))
    if for_update:
        statement = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    machine = existing(await session.scalar(statement))
    if machine.archived_at is not None and not or_archived:
        raise EquipmentArchived(equipment=machine.code)
    return machine


@dataclass(frozen=True)
class Place:
    """As much of a machine as a job asked for it needs."""

    id: UUID
    site_id: UUID
    clock: str


_PLACE = """
select e.id, e.site_id, e.code, e.archived_at, (select s.clock from sites s where s.id = e.site_id) as clock
from equipment e where e.id = $1 and ($2::uuid[] is null or e.site_id = any($2)) for no key update
"""


async def take_place(session: Session, actor: Actor, equipment_id: UUID) -> Place:
    """The machine of `get_visible`, locked, without the rest of it."""
    found = existing(await session.fetchrow(_PLACE, equipment_id, actor.site_list))
    if found["archived_at"] is not None:
        raise EquipmentArchived(equipment=found["code"])
    return Place(found["id"], found["site_id"], found["clock"])


async def code_is_taken(session: ReadSession, code: str, *, but: UUID | None = None) -> bool:
    return await _exists(session, col(Equipment.code) == code, col(Equipment.id).is_distinct_from(but))


async def serial_is_taken(session: ReadSession, serial_number: str, *, but: UUID | None = None) -> bool:
    return await _exists(session, same_name(Equipment.serial_number, serial_number), col(Equipment.id).is_distinct_from(but))


async def id_is_taken(session: ReadSession, equipment_id: UUID) -> bool:
    return await _exists(session, col(Equipment.id) == equipment_id)


async def has_parts(session: ReadSession, equipment_id: UUID) -> bool:
    return await _exists(session, col(Equipment.parent_id) == equipment_id, col(Equipment.archived_at).is_(None))


async def class_exists(session: ReadSession, class_id: UUID) -> bool:
    return await _exists(session, col(EquipmentClass.id) == class_id)


async def line_is_of_site(session: ReadSession, line_id: UUID, site_id: UUID) -> bool:
    return await _exists(session, col(ProductionLine.id) == line_id, col(ProductionLine.site_id) == site_id)


async def site_exists(session: ReadSession, site_id: UUID) -> bool:
    return bool(await session.scalar(sa.text("select exists (select from sites where id = :id)"), {"id": site_id}))


async def has_open_jobs(session: ReadSession, equipment_id: UUID) -> bool:
    statement = "select exists (select from maintenance_interventions where equipment_id = :id and status in {})"
    return bool(await session.scalar(sa.text(expression(statement, _OPEN)), {"id": equipment_id}))


async def _exists(session: ReadSession, *conditions: Any) -> bool:
    return bool(await session.scalar(select(sa.exists().where(*conditions))))


async def hold_parents(session: Session) -> None:
    """Until the end of the transaction nobody else says which machine is part of which: two at once could close a circle."""
    await session.execute(sa.text("select pg_advisory_xact_lock(hashtextextended('equipment.parent_id', 2))"))


async def subtree(session: ReadSession, equipment_id: UUID) -> list[UUID]:
    """The machine and everything that is part of it."""
    statement = sa.text(
        "with recursive parts as (select cast(:id as uuid) as id"
        " union select e.id from equipment e join parts p on e.parent_id = p.id) select id from parts"
    )
    return list(await session.scalars(statement, {"id": equipment_id}))


_MOVE = sa.text("""
update equipment set site_id = :site, production_line_id = null where id = any(:ids) and site_id <> :site returning id
""")


async def move(session: Session, equipment_ids: list[UUID], site_id: UUID) -> list[UUID]:
    """Take machines to another site with everything that was recorded about them; their lines stay behind. Those that were elsewhere."""
    moved = list(await session.scalars(_MOVE, {"ids": equipment_ids, "site": site_id}))
    await following.move(session, Equipment.__tablename__, moved, site_id)
    return moved


# --- status


_AROUND = sa.text("""
(select true as is_before, id, to_status, occurred_at, false as is_last_change from equipment_status_log
 where equipment_id = :id and occurred_at <= :at order by occurred_at desc, received_at desc, id desc limit 1)
union all
(select false, l.id, l.to_status, l.occurred_at, not exists (
    select from equipment_status_log n where n.equipment_id = l.equipment_id and n.from_status is distinct from n.to_status
    and (n.occurred_at, n.received_at, n.id) > (l.occurred_at, l.received_at, l.id)
) from equipment_status_log l where l.equipment_id = :id and l.occurred_at > :at order by l.occurred_at, l.received_at, l.id limit 1)
""")


async def status_around(session: ReadSession, equipment_id: UUID, at: Any) -> tuple[Around, UUID | None]:
    """With the id of the entry that follows."""
    before, following, following_id = None, None, None
    for row in await session.execute(_AROUND, {"id": equipment_id, "at": at}):
        if row.is_before:
            before = EquipmentStatus(row.to_status)
        else:
            following, following_id = Entry(row.occurred_at, EquipmentStatus(row.to_status), row.is_last_change), row.id
    return Around(before, following), following_id


async def follow_status(session: Session, entry_id: UUID, before: EquipmentStatus) -> None:
    """An entry came late, before this one."""
    statement = sa.text("update equipment_status_log set from_status = :before where id = :id")
    await session.execute(statement, {"id": entry_id, "before": before})


# --- documents


# --- classes


async def get_class(session: ReadSession, class_id: UUID, *, for_update: bool = False) -> EquipmentClass | None:
    statement = select(EquipmentClass).where(col(EquipmentClass.id) == class_id)
    return await session.scalar(statement.with_for_update() if for_update else statement)


async def class_code_is_taken(session: ReadSession, code: str, *, but: UUID) -> bool:
    return await _exists(session, col(EquipmentClass.code) == code, col(EquipmentClass.id) != but)


async def class_ids(session: ReadSession, codes: Iterable[str]) -> dict[str, UUID]:
    """By code, as far as there are any."""
    found = await session.scalars(select(EquipmentClass).where(col(EquipmentClass.code).in_(list(codes))))
    return {kind.code: kind.id for kind in found}


_NAMED_IN_SHEETS = sa.text("""
select exists (
    select from failure_item f join maintenance_interventions i on f.id in (i.mode_id, i.mechanism_id, i.cause_id, i.remedy_id)
    where f.class_id = :id
)
""")


async def class_is_used(session: ReadSession, class_id: UUID) -> bool:
    """By a machine, archived ones too, or by a sheet of a machine that had it once."""
    if await _exists(session, col(Equipment.class_id) == class_id):
        return True
    return bool(await session.scalar(_NAMED_IN_SHEETS, {"id": class_id}))


async def failure_items(session: ReadSession, class_id: UUID, ids: Iterable[UUID] = ()) -> list[FailureItem]:
    """Those of the class, and those with one of these ids wherever they are."""
    chosen = sa.or_(col(FailureItem.class_id) == class_id, col(FailureItem.id).in_(list(ids)))
    return list(await session.scalars(select(FailureItem).where(chosen)))


# --- digests


async def lock(session: Session, equipment_id: UUID) -> None:
    await session.execute(select(col(Equipment.id)).where(col(Equipment.id) == equipment_id).with_for_update(key_share=True))


async def rebuild_life(session: Session, equipment_ids: Iterable[UUID]) -> None:
    """The machines are locked: each digest tells what has been committed before it began."""
    await session.execute(sa.text(rows.REBUILD_LIFE), {"ids": list(equipment_ids), "now": now()})


async def refresh_mode_counts(session: Session) -> int:
    """The number of classes whose counts changed."""
    answer: Any = await session.execute(sa.text(rows.REFRESH_MODE_COUNTS), {"now": now()})
    return int(answer.rowcount)
