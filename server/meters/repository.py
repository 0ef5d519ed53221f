"""Queries about meters, their readings and resets."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import col

from server.core.access import Actor, visible
from server.core.database import ReadSession, Session
from server.core.errors import NotFound, existing
from server.core.kept import seen
from server.core.tables import same_name
from server.equipment.errors import EquipmentArchived
from server.equipment.models import Equipment
from server.meters.models import Meter, MeterReset, Reading, ReadingSource
from shared_models.meters.history import rollover_id
from shared_models.meters.metering import USE_WINDOW
from shared_models.meters.rows import MeterRow, ReadingRow, ResetRow


async def get_visible(session: Session, actor: Actor, meter_id: UUID) -> Meter:
    """Locked until the end of the transaction: its readings follow from each other."""
    if (meter := (await lock_visible(session, actor, [meter_id])).get(meter_id)) is None:
        raise NotFound
    if isinstance(meter, str):
        raise EquipmentArchived(equipment=meter)
    return meter


async def lock_visible(session: Session, actor: Actor, meter_ids: Collection[UUID]) -> dict[UUID, Meter | str]:
    """Always in the same order. In place of a meter, the code of its machine where that was archived."""
    statement = (
        select(Meter, Equipment.archived_at, Equipment.code)  # type: ignore[call-overload]
        .join(Equipment, col(Equipment.id) == col(Meter.equipment_id))
        .where(col(Meter.id).in_(meter_ids), visible(actor, Meter.site_id))
        .order_by(col(Meter.id))
        .with_for_update(of=Meter)
        .execution_options(populate_existing=True)
    )
    found = await session.execute(statement)
    return {meter.id: code if archived_at else meter for meter, archived_at, code in found}


_MATTERING = sa.text("""
with shown as not materialized (select id, read_at, value, total from reading where meter_id = :meter and voided_at is null),
latest as (select * from shown order by read_at desc, total desc limit 1),
asked as (
    select unnest(cast(:at as timestamptz[])) as at
    union select greatest(cast(:since as timestamptz), (select read_at from latest)) - cast(:window as interval)
)
select * from latest union select near.* from asked cross join lateral (
    (select * from shown where read_at < asked.at order by read_at desc, total desc limit 1)
    union all (select * from shown where read_at <= asked.at order by read_at desc, total desc limit 1)
    union all (select * from shown where read_at >= asked.at order by read_at, total limit 1)
    union all (select * from shown where read_at > asked.at order by read_at, total limit 1)
) near
""")


async def known(session: ReadSession, meter: Meter, *at: datetime, void: Reading | None = None) -> MeterRow:
    """The meter with its resets and the readings that matter to its rules: the last, those around `at`, those around the first of
    the days that tell its use, and the one that is taken back.
    """
    resets = await _resets(session, meter.id)
    moments = [reset.occurred_at for reset in resets if void is None or reset.id != rollover_id(void.id)]
    asked = {"meter": meter.id, "at": at, "since": max([*moments, *at], default=None), "window": USE_WINDOW}
    found = [_reading(*row) for row in await session.execute(_MATTERING, asked)]
    found += [_reading(void.id, void.read_at, void.value, void.total)] if void else []
    return seen(MeterRow, meter, readings=sorted(found, key=lambda each: (each.read_at, each.id), reverse=True), resets=resets)


def _reading(reading_id: UUID, read_at: datetime, value: float, total: float) -> ReadingRow:
    return ReadingRow(id=reading_id, read_at=read_at, recorded_at=read_at, value=value, total=total, by="")


async def _resets(session: ReadSession, meter_id: UUID) -> list[ResetRow]:
    statement = select(MeterReset).where(col(MeterReset.meter_id) == meter_id).order_by(col(MeterReset.occurred_at), col(MeterReset.id))
    return [seen(ResetRow, row, by="") for row in await session.scalars(statement)]


async def shift_totals(session: Session, meter_id: UUID, since: datetime, by: float) -> None:
    """What was read from `since` on was read after a reset that nobody had entered yet."""
    statement = (
        sa.update(Reading)
        .where(col(Reading.meter_id) == meter_id, col(Reading.read_at) >= since)
        .values(total=col(Reading.total) + by)
        .execution_options(synchronize_session="fetch")
    )
    await session.execute(statement)


async def forget_resets(session: Session, reset_ids: Collection[UUID]) -> None:
    await session.execute(sa.delete(MeterReset).where(col(MeterReset.id).in_(reset_ids)))


async def get_reading(session: Session, meter_id: UUID, reading_id: UUID) -> Reading:
    statement = select(Reading).where(col(Reading.id) == reading_id, col(Reading.meter_id) == meter_id)
    return existing(await session.scalar(statement))


async def name_is_taken(session: ReadSession, equipment_id: UUID, name: str, *, but: UUID) -> bool:
    same = (col(Meter.equipment_id) == equipment_id, same_name(Meter.name, name), col(Meter.id) != but)
    return bool(await session.scalar(select(sa.exists().where(*same))))


async def is_planned_on(session: ReadSession, meter_id: UUID) -> bool:
    statement = sa.text("select exists (select from scheduled_maintenances where meter_id = :id and is_active)")
    return bool(await session.scalar(statement, {"id": meter_id}))


async def machine_of_job(session: ReadSession, intervention_id: UUID) -> UUID | None:
    found: UUID | None = await session.scalar(
        sa.text("select equipment_id from maintenance_interventions where id = :id"), {"id": intervention_id}
    )
    return found


# --- sources


async def known_readings(session: ReadSession, source_id: UUID, external_ids: Sequence[str]) -> set[str]:
    statement = select(col(Reading.external_id)).where(col(Reading.source_id) == source_id, col(Reading.external_id).in_(external_ids))
    return {found for found in await session.scalars(statement) if found}


async def source_by_key(session: ReadSession, key_hash: str) -> ReadingSource | None:
    return await session.scalar(
        select(ReadingSource).where(col(ReadingSource.key_hash) == key_hash, col(ReadingSource.revoked_at).is_(None))
    )


async def lock_source(session: Session, source_id: UUID, actor: Actor | None = None) -> ReadingSource | None:
    conditions: list[Any] = [col(ReadingSource.id) == source_id]
    if actor is not None:
        conditions.append(visible(actor, ReadingSource.site_id))
    statement = select(ReadingSource).where(*conditions).with_for_update().execution_options(populate_existing=True)
    return await session.scalar(statement)
