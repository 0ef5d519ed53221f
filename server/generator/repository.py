"""The statements of a batch: each writes all of it at once."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import defer
from sqlmodel import col

from server.core.database import ReadPool, ReadSession, Session
from server.core.zones import clock_of
from server.plans.models import Plan, PlanOccurrence
from server.plans.timeline import Timeline
from shared_models.plans.rows import OccurrenceState

_WAITING = """
select exists (select from scheduled_maintenances where is_active and generate_at <= $1),
    exists (select from scheduled_maintenances where is_active and refresh_at <= $1)
"""


async def waiting(pool: ReadPool, now: datetime) -> tuple[bool, bool]:
    """Whether any plan is to get its job, and whether any is to be looked at again: one probe of an index each."""
    due, stale = await pool.fetchrow(_WAITING, now)
    return due, stale


_NOT_NEEDED: tuple[Any, ...] = (Plan.upcoming, Plan.reason, Plan.description, Plan.parts)


async def lock_due(session: Session, now: datetime, limit: int) -> list[Plan]:
    """What another generator or a person has locked is theirs, or comes with the next round."""
    statement = (
        select(Plan).where(col(Plan.is_active), col(Plan.generate_at) <= now).order_by(col(Plan.generate_at), col(Plan.id))
        .limit(limit).with_for_update(skip_locked=True).options(*map(defer, _NOT_NEEDED)).execution_options(populate_existing=True)
    )  # fmt: skip
    return list(await session.scalars(statement))


@dataclass(frozen=True)
class Place:
    """A plan's site clock, and whether its machine is in service or archived."""

    zone: ZoneInfo
    works: bool
    is_archived: bool


_PLACES = sa.text("""
select p.id, s.time_zone, s.clock, e.status <> 'inactive' and e.archived_at is null as works, e.archived_at is not null as is_archived
from scheduled_maintenances p join equipment e on e.id = p.equipment_id join sites s on s.id = p.site_id
where p.id = any(:ids)
""")


async def places(session: ReadSession, plan_ids: list[UUID]) -> dict[UUID, Place]:
    rows = await session.execute(_PLACES, {"ids": plan_ids})
    return {row.id: Place(clock_of(row.time_zone, row.clock), row.works, row.is_archived) for row in rows}


_DATES = sa.text("""
select o.plan_id, o.id, o.original_due, o.due, o.due_at, o.state, o.assigned_technician_id
from plan_occurrence o join scheduled_maintenances p on p.id = o.plan_id
where o.plan_id = any(:ids) and (o.state in ('planned', 'open') or o.original_due >= (p.reference ->> 'at')::timestamp)
""")


async def timelines(session: ReadSession, plan_ids: list[UUID]) -> dict[UUID, Timeline]:
    found = {plan_id: Timeline() for plan_id in plan_ids}
    for row in await session.execute(_DATES, {"ids": plan_ids}):
        times = found[row.plan_id]
        if row.state in {"planned", "open"}:
            date = PlanOccurrence(
                id=row.id, plan_id=row.plan_id, original_due=row.original_due, due=row.due, due_at=row.due_at,
                state=OccurrenceState(row.state), assigned_technician_id=row.assigned_technician_id,
            )  # fmt: skip
            times.planned[row.original_due] = date
            if row.state == "open":
                times.open = times.planned.pop(row.original_due)
        else:
            times.settled.add(row.original_due)
    return found


@dataclass
class Rows:
    """Rows to be written, column by column."""

    names: tuple[str, ...]
    columns: dict[str, list[Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.columns = {name: [] for name in self.names}

    def add(self, *values: Any) -> None:
        for name, value in zip(self.names, values, strict=True):
            self.columns[name].append(value)

    def __len__(self) -> int:
        return len(self.columns[self.names[0]])


def job_rows() -> Rows:
    return Rows(("ids", "plan_ids", "numbers", "original_dues", "dues", "due_ats", "technicians", "missed", "reasons", "creators"))


_INSERT_JOBS = sa.text("""
insert into maintenance_interventions (id, number, site_id, equipment_id, title, description, intervention_type, status, priority,
    scheduled_start, scheduled_end, assigned_technician_id, assigned_team_id, created_by, scheduled_maintenance_id, maintenance_type_id,
    original_due, due_local, due_at, due_reason, estimated_duration, required_parts, needs_photo, needs_signature, needs_validation,
    checklist, created_at, updated_at)
select r.id, r.number, p.site_id, p.equipment_id, p.title, p.description, p.intervention_type, 'pending', p.priority,
    r.due_at, r.due_at + make_interval(mins => p.estimated_duration), u.id, p.team_id,
    r.creator, p.id, p.maintenance_type_id, r.original_due, r.due, r.due_at,
    coalesce(r.reason::jsonb, p.reason) || jsonb_build_object('missed', r.missed), p.estimated_duration, p.parts,
    p.needs_photo, p.needs_signature, p.needs_validation,
    case when c.id is not null then
        jsonb_build_object('checklist_id', c.id, 'version', c.version, 'name', c.name, 'steps', c.steps) end,
    cast(:now as timestamptz), cast(:now as timestamptz)
from unnest(cast(:ids as uuid[]), cast(:plan_ids as uuid[]), cast(:numbers as text[]), cast(:original_dues as timestamp[]),
    cast(:dues as timestamp[]), cast(:due_ats as timestamptz[]), cast(:technicians as uuid[]), cast(:missed as int[]),
    cast(:reasons as text[]), cast(:creators as uuid[]))
    as r(id, plan_id, number, original_due, due, due_at, technician, missed, reason, creator)
join scheduled_maintenances p on p.id = r.plan_id left join checklist c on c.id = p.checklist_id
left join users u on u.id = coalesce(r.technician, p.assigned_technician_id) and u.is_active
    and (u.all_sites or exists (select from user_site m where m.user_id = u.id and m.site_id = p.site_id))
""")


async def insert_jobs(session: Session, rows: Rows, now: datetime) -> None:
    """A job whose technician has left, or left the site, is given to nobody, so that others may take it."""
    await session.execute(_INSERT_JOBS, {**rows.columns, "now": now})


def date_rows() -> Rows:
    return Rows(("ids", "plan_ids", "original_dues", "dues", "due_ats", "states", "outcomes", "jobs", "missed", "reasons"))


_DATE_VALUES = """
unnest(cast(:ids as uuid[]), cast(:plan_ids as uuid[]), cast(:original_dues as timestamp[]), cast(:dues as timestamp[]),
    cast(:due_ats as timestamptz[]), cast(:states as text[]), cast(:outcomes as text[]), cast(:jobs as uuid[]), cast(:missed as int[]),
    cast(:reasons as text[])) as r(id, plan_id, original_due, due, due_at, state, outcome, job, missed, reason)
"""
_WRITE_DATES = sa.text(f"""
insert into plan_occurrence as o (id, plan_id, original_due, due, due_at, state, outcome, intervention_id, missed, reason)
select r.* from {_DATE_VALUES}
on conflict (plan_id, original_due) do update set state = excluded.state, outcome = excluded.outcome,
    intervention_id = excluded.intervention_id, missed = excluded.missed, reason = excluded.reason
where o.state = 'planned'
""")  # noqa: S608


async def write_dates(session: Session, rows: Rows) -> None:
    """Those that exist keep where they were moved to, and whom they are for."""
    await session.execute(_WRITE_DATES, rows.columns)


def plan_rows() -> Rows:
    return Rows(("ids", "references", "reasons", "next_dues", "next_due_dates", "since", "generate_ats", "refresh_ats"))


_WRITE_PLANS = sa.text("""
update scheduled_maintenances p set reference = coalesce(r.reference::jsonb, p.reference), reason = coalesce(r.reason::jsonb, p.reason),
    next_due = coalesce(r.next_due, p.next_due), next_due_date = coalesce(r.next_due_date, p.next_due_date),
    upcoming = case when r.since is null then p.upcoming else array(select u from unnest(p.upcoming) u where u >= r.since order by u) end,
    generate_at = r.generate_at, refresh_at = coalesce(r.refresh_at, p.refresh_at)
from unnest(cast(:ids as uuid[]), cast(:references as text[]), cast(:reasons as text[]), cast(:next_dues as timestamp[]),
    cast(:next_due_dates as timestamptz[]), cast(:since as timestamp[]), cast(:generate_ats as timestamptz[]),
    cast(:refresh_ats as timestamptz[]))
    as r(id, reference, reason, next_due, next_due_date, since, generate_at, refresh_at)
where p.id = r.id
""")


async def write_plans(session: Session, rows: Rows) -> None:
    await session.execute(_WRITE_PLANS, rows.columns)
