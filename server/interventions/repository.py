from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import SQLModel, col

from server.core.access import Actor, visible
from server.core.database import ReadSession, Session
from server.core.errors import NotFound
from server.equipment.models import FailureItem
from server.interventions.models import Intervention, InterventionAction, InterventionAnswer, InterventionPhoto
from server.interventions.rows import TABLE, row_json
from shared_models.equipment.rows import FailureItemKind

# --- one sheet


async def get_visible(session: Session, actor: Actor, intervention_id: UUID) -> Intervention:
    """Locked until the transaction ends, so that two devices change a sheet one after the other."""
    statement = (
        select(Intervention).where(col(Intervention.id) == intervention_id, visible(actor, Intervention.site_id))
        .with_for_update().execution_options(populate_existing=True)
    )  # fmt: skip
    row = await session.scalar(statement)
    if row is None:
        raise NotFound
    return row


async def actions_of(session: Session, intervention_id: UUID) -> list[InterventionAction]:
    statement = select(InterventionAction).where(col(InterventionAction.intervention_id) == intervention_id)
    ordered = statement.order_by(col(InterventionAction.started_at), col(InterventionAction.id))
    return list(await session.scalars(ordered.execution_options(populate_existing=True)))


async def id_is_taken(session: ReadSession, table: type[SQLModel], row_id: UUID) -> bool:
    column = table.__table__.c.id  # type: ignore[attr-defined]
    return bool(await session.scalar(select(sa.exists().where(column == row_id))))


_ROW = sa.text(f"select {row_json('i')}::text from {TABLE} i where i.id = :id")  # noqa: S608
_SNAPSHOT = sa.text(f"select {row_json('i')} from {TABLE} i where i.id = :id")  # noqa: S608


async def read_json(session: ReadSession, intervention_id: UUID) -> str:
    """The sheet as devices get it, as JSON text."""
    return str(await session.scalar(_ROW, {"id": intervention_id}))


async def snapshot(session: ReadSession, intervention_id: UUID) -> dict[str, Any]:
    found: dict[str, Any] = await session.scalar(_SNAPSHOT, {"id": intervention_id})
    return found


# --- what a sheet refers to


@dataclass(frozen=True)
class Person:
    name: str
    fits: bool


_PERSON = sa.text("""
select u.first_name || ' ' || u.last_name as name,
    u.is_active and (u.all_sites or exists (select from user_site s where s.user_id = u.id and s.site_id = :site)) as fits
from users u where u.id = :id
""")


async def person(session: ReadSession, user_id: UUID, site_id: UUID) -> Person | None:
    """`fits`: active, and of the site."""
    found = (await session.execute(_PERSON, {"id": user_id, "site": site_id})).one_or_none()
    return Person(found.name, found.fits) if found else None


@dataclass(frozen=True)
class Worked:
    started_at: datetime
    ended_at: datetime
    number: str


_WORKED = sa.text("""
select a.started_at, coalesce(a.ended_at, greatest(a.started_at, :end)) as ended_at, i.number
from intervention_action a join maintenance_interventions i on i.id = a.intervention_id
where a.user_id = :user and a.started_at < :end and coalesce(a.ended_at, :end) > greatest(a.started_at, :start)
""")


async def worked_between(session: ReadSession, user_id: UUID, start: datetime, end: datetime) -> list[Worked]:
    """What is entered of a person's time, in any job, as far as it touches the span."""
    rows = await session.execute(_WORKED, {"user": user_id, "start": start, "end": end})
    return [Worked(row.started_at, row.ended_at, row.number) for row in rows]


async def time_zone(session: ReadSession, site_id: UUID) -> str:
    return str(await session.scalar(sa.text("select clock from sites where id = :id"), {"id": site_id}))


async def machine_class(session: ReadSession, equipment_id: UUID) -> UUID | None:
    found: UUID | None = await session.scalar(sa.text("select class_id from equipment where id = :id"), {"id": equipment_id})
    return found


async def failure_kinds(session: ReadSession, class_id: UUID | None, ids: Iterable[UUID]) -> dict[UUID, FailureItemKind]:
    """Those of `ids` that are of the class, retired ones included: a device may have shown them."""
    wanted = list(ids)
    if not wanted or class_id is None:
        return {}
    statement = select(col(FailureItem.id), col(FailureItem.kind)).where(
        col(FailureItem.id).in_(wanted), col(FailureItem.class_id) == class_id
    )
    return {row.id: row.kind for row in await session.execute(statement)}


_PICTURE = sa.text("select exists (select from attachment where id = :id and site_id = :site and mime_type like 'image/%')")


async def picture_exists(session: ReadSession, attachment_id: UUID, site_id: UUID) -> bool:
    return bool(await session.scalar(_PICTURE, {"id": attachment_id, "site": site_id}))


async def request_is_taken(session: ReadSession, request_id: UUID) -> bool:
    return bool(await session.scalar(select(sa.exists().where(col(Intervention.request_id) == request_id))))


async def has_follow_up(session: ReadSession, intervention_id: UUID) -> bool:
    """A permanent repair that is not called off."""
    condition = (col(Intervention.permanent_repair_of) == intervention_id) & (col(Intervention.status) != "cancelled")
    return bool(await session.scalar(select(sa.exists().where(condition))))


@dataclass(frozen=True)
class LastMove:
    by: str
    at: datetime


_LAST_MOVE = sa.text("""
select actor_label, occurred_at from audit_log
where entity = :table and entity_id = :id and changes ?| array['status', 'is_validated']
order by id desc limit 1
""")


async def last_move(session: ReadSession, intervention_id: UUID) -> LastMove | None:
    """Who brought the sheet where it stands, and when."""
    found = (await session.execute(_LAST_MOVE, {"table": TABLE, "id": intervention_id})).one_or_none()
    return LastMove(found.actor_label, found.occurred_at) if found else None


# --- the checklist


async def answers_of(session: ReadSession, intervention_id: UUID) -> list[InterventionAnswer]:
    statement = select(InterventionAnswer).where(col(InterventionAnswer.intervention_id) == intervention_id)
    return list(await session.scalars(statement.execution_options(populate_existing=True)))


async def has_photos(session: ReadSession, intervention_id: UUID) -> bool:
    return bool(await session.scalar(select(sa.exists().where(col(InterventionPhoto.intervention_id) == intervention_id))))


@dataclass(frozen=True)
class MeterOfMachine:
    id: UUID
    name: str
    unit: str


_METERS = sa.text("select id, name, unit from meter where equipment_id = :machine and is_active order by id")


async def meters_of(session: ReadSession, equipment_id: UUID) -> list[MeterOfMachine]:
    """The active ones, oldest first."""
    return [MeterOfMachine(row.id, row.name, row.unit) for row in await session.execute(_METERS, {"machine": equipment_id})]


async def meter_of_reading(session: ReadSession, reading_id: UUID) -> UUID | None:
    """None for a reading that was never taken, or is out of account already."""
    statement = sa.text("select meter_id from reading where id = :id and voided_at is null")
    found: UUID | None = await session.scalar(statement, {"id": reading_id})
    return found


async def steps_of(session: ReadSession, intervention_id: UUID, site_id: UUID) -> set[UUID] | None:
    """Of a job's checklist; None without such a job on the site."""
    statement = sa.text("select coalesce(checklist->'steps', '[]') from maintenance_interventions where id = :id and site_id = :site")
    steps = await session.scalar(statement, {"id": intervention_id, "site": site_id})
    return None if steps is None else {UUID(step["id"]) for step in steps}


async def type_exists(session: ReadSession, type_id: UUID) -> bool:
    return bool(await session.scalar(sa.text("select exists (select from maintenance_types where id = :id)"), {"id": type_id}))


async def team_exists(session: ReadSession, team_id: UUID, site_id: UUID) -> bool:
    statement = sa.text("select exists (select from team where id = :id and site_id = :site)")
    return bool(await session.scalar(statement, {"id": team_id, "site": site_id}))
