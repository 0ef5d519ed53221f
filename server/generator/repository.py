"""The statements of a batch: each writes all of it at once."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from server.core.database import ReadPool, Session

_WAITING = """
select exists (select from scheduled_maintenances where is_active and generate_at <= $1),
    exists (select from scheduled_maintenances where is_active and refresh_at <= $1)
"""


async def waiting(pool: ReadPool, now: datetime) -> tuple[bool, bool]:
    """Whether any plan is to get its job, and whether any is to be looked at again: one probe of an index each."""
    due, stale = await pool.fetchrow(_WAITING, now)
    return due, stale


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
