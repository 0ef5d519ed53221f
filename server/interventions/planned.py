"""The jobs of plans: made many at once, and told where a date was moved and whom it was given to."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from server.audit import service as audit
from server.core import clock
from server.core.access import Actor
from server.core.consequences import hears
from server.core.database import Session
from shared_models.interventions.planned import JobAssigned, JobMoved

_TABLE = "maintenance_interventions"
_MOVE = sa.text("""
update maintenance_interventions set due_local = :due, due_at = cast(:due_at as timestamptz),
    due_reason = coalesce(cast(:reason as jsonb), due_reason), scheduled_start = cast(:due_at as timestamptz),
    scheduled_end = cast(:due_at as timestamptz) + make_interval(mins => estimated_duration), version = version + 1, updated_at = :now
where id = :id returning site_id
""")
_ASSIGN = sa.text("""
update maintenance_interventions set assigned_technician_id = :technician, version = version + 1, updated_at = :now where id = :id
returning site_id
""")


_INSERT = sa.text("""
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
_COLUMNS = ("ids", "plan_ids", "numbers", "original_dues", "dues", "due_ats", "technicians", "missed", "reasons", "creators")


async def insert(session: Session, rows: Iterable[tuple[Any, ...]]) -> None:
    """Rows of id, plan, number, date by the rule, date, instant, technician, dates missed before, reason and who made it.

    A job whose technician has left, or left the site, is given to nobody, so that others may take it.
    """
    columns = dict(zip(_COLUMNS, map(list, zip(*rows, strict=True)), strict=True))
    await session.execute(_INSERT, {**columns, "now": clock.now()})


@hears(JobMoved)
async def move(session: Session, actor: Actor, told: JobMoved) -> None:
    reason = told.reason.model_dump_json() if told.reason else None
    values = {"id": told.intervention_id, "due": told.due, "due_at": told.due_at, "reason": reason, "now": clock.now()}
    site_id = await session.scalar(_MOVE, values)
    await _record(session, actor, "intervention.rescheduled", told, site_id, {"due_local": [told.before, told.due]})


@hears(JobAssigned)
async def assign(session: Session, actor: Actor, told: JobAssigned) -> None:
    site_id = await session.scalar(_ASSIGN, {"id": told.intervention_id, "technician": told.technician_id, "now": clock.now()})
    await _record(session, actor, "intervention.assigned", told, site_id, {"assigned_technician_id": [told.before, told.technician_id]})


async def _record(session: Session, actor: Actor, action: str, told: JobMoved | JobAssigned, site_id: Any, changes: dict[str, Any]) -> None:
    await audit.record_made(session, actor, action, _TABLE, [audit.Made(told.intervention_id, site_id, changes, told.at)])
