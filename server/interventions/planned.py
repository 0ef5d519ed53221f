"""What jobs hear of their plans: where a date was moved, and whom it was given to."""

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
