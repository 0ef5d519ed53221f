"""The statements of a sheet: locked and read whole, written by what has changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import SQLModel, col

from server.core import row_writes
from server.core.access import Actor
from server.core.database import ReadSession, Session
from server.core.errors import NotFound
from server.interventions.models import (
    Intervention,
    InterventionAction,
    InterventionAnswer,
    InterventionNote,
    InterventionPhoto,
    InterventionRevision,
)
from server.interventions.rows import TABLE
from shared_models.equipment.rows import FailureItemKind
from shared_models.interventions.rows import InterventionRow

# --- one sheet


async def take(session: Session, actor: Actor, intervention_id: UUID) -> InterventionRow:
    """Locked until the transaction ends, so that two devices change a sheet one after the other; then read, as the first left it."""
    if await session.fetchval(_LOCKED, intervention_id, actor.site_list) is None:
        raise NotFound
    return InterventionRow.model_validate_json(await session.fetchval(_SHEET, intervention_id))


_LOCKED = """
select id from maintenance_interventions where id = $1 and ($2::uuid[] is null or site_id = any($2)) for update
"""
_SHEET = """
select to_json(o)::text from (
    select t.*,
        (select coalesce(json_agg(c order by started_at, id), '[]') from intervention_action c where intervention_id = t.id) as actions,
        (select coalesce(json_agg(c order by occurred_at, id), '[]') from intervention_note c where intervention_id = t.id) as notes,
        (select coalesce(json_agg(c order by occurred_at, id), '[]') from intervention_answer c where intervention_id = t.id) as answers,
        (select coalesce(json_agg(c order by occurred_at, id), '[]') from intervention_photo c where intervention_id = t.id) as photos
    from maintenance_interventions t where t.id = $1
) o
"""
"""As PostgreSQL writes it by itself: what devices get takes its time to be written as they expect it."""


async def exists(session: ReadSession, intervention_id: UUID) -> bool:
    return bool(await session.scalar(select(sa.exists().where(col(Intervention.id) == intervention_id))))


CHILDREN: dict[str, tuple[type[SQLModel], str]] = {
    "answers": (InterventionAnswer, "answer_id"),
    "actions": (InterventionAction, "action_id"),
    "notes": (InterventionNote, "note_id"),
    "photos": (InterventionPhoto, "photo_id"),
}
"""What hangs on a sheet: its table, and what commands call its id."""


async def keep_revision(session: Session, former: InterventionRow, revision: int, at: datetime, by: UUID | None, reason: str) -> None:
    """The sheet as it stood before."""
    await row_writes.carry_out(session, row_writes.inserting(InterventionRevision, {
        "intervention_id": former.id, "revision": revision, "replaced_at": at, "by_user_id": by, "reason": reason,
        "snapshot": former.model_dump(mode="json"),
    }))  # fmt: skip


# --- what a sheet refers to


_FITTING = sa.text("""
select u.id, w.site from unnest(cast(:users as uuid[]), cast(:sites as uuid[])) as w(user_id, site) join users u on u.id = w.user_id
where u.is_active and (u.all_sites or exists (select from user_site s where s.user_id = u.id and s.site_id = w.site))
""")


async def fitting(session: ReadSession, wanted: Sequence[tuple[UUID | None, UUID]]) -> set[tuple[UUID | None, UUID]]:
    """Of users and sites, the pairs that go together: active, and of the site."""
    users, sites = [user_id for user_id, _ in wanted], [site_id for _, site_id in wanted]
    return {(row.id, row.site) for row in await session.execute(_FITTING, {"users": users, "sites": sites})}


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
    return str(await session.fetchval("select clock from sites where id = $1", site_id))


_FAILURE_KINDS = sa.text("""
select f.id, f.kind from failure_item f join equipment e on e.class_id = f.class_id where e.id = :machine and f.id = any(:ids)
""")


async def failure_kinds(session: ReadSession, equipment_id: UUID, ids: Iterable[UUID]) -> dict[UUID, FailureItemKind]:
    """Those of `ids` that are of the machine's class, retired ones included: a device may have shown them."""
    rows = await session.execute(_FAILURE_KINDS, {"machine": equipment_id, "ids": list(ids)})
    return {row.id: FailureItemKind(row.kind) for row in rows}


_PICTURE = sa.text("select true from attachment where id = :id and site_id = :site and mime_type like 'image/%' for key share")


async def holds_picture(session: Session, attachment_id: UUID, site_id: UUID) -> bool:
    """Whether the site has it, where it then stays until this ends."""
    return bool(await session.scalar(_PICTURE, {"id": attachment_id, "site": site_id}))


async def has_follow_up(session: ReadSession, intervention_id: UUID) -> bool:
    """A permanent repair that is not called off."""
    condition = (col(Intervention.permanent_repair_of) == intervention_id) & (col(Intervention.status) != "cancelled")
    return bool(await session.scalar(select(sa.exists().where(condition))))


_LAST_MOVE = sa.text("""
select actor_label, occurred_at from audit_log
where entity = :table and entity_id = :id and changes ?| array['status', 'is_validated']
order by id desc limit 1
""")


async def last_move(session: ReadSession, intervention_id: UUID) -> dict[str, str]:
    """Who brought the sheet where it stands, and when."""
    found = (await session.execute(_LAST_MOVE, {"table": TABLE, "id": intervention_id})).one_or_none()
    return {"by": found.actor_label, "at": found.occurred_at.isoformat()} if found else {}


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
