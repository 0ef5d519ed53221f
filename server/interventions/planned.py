"""The jobs of plans: made many at once, and told where a date was moved and whom it was given to."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from pydantic_core import to_json

from server.audit import service as audit
from server.core import clock
from server.core.access import Actor
from server.core.consequences import hears
from server.core.database import Session
from server.interventions.models import Intervention
from shared_models.interventions.planned import JobAssigned, JobMoved
from shared_models.interventions.rows import InterventionRow

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


_NAMES = [*(name for name in InterventionRow.model_fields if name in Intervention.model_fields), "updated_at"]
_MADE = sa.func.json_populate_recordset(sa.text(f"null::{_TABLE}"), sa.cast(sa.bindparam("rows"), sa.JSON)).table_valued(*_NAMES, name="r")
_WHO = sa.text("""(select u.id from users u where u.id = r.assigned_technician_id and u.is_active
    and (u.all_sites or exists (select from user_site m where m.user_id = u.id and m.site_id = r.site_id)))""")
_INSERT = Intervention.__table__.insert().from_select(  # type: ignore[attr-defined]
    _NAMES, sa.select(*(_WHO if name == "assigned_technician_id" else _MADE.c[name] for name in _NAMES)).select_from(_MADE)
)


async def enter(session: Session, actor: Actor, jobs: Sequence[InterventionRow], missed: Sequence[int]) -> None:
    """At once; `missed` is how many dates before each passed without a job.

    A job whose technician has left, or left the site, is given to nobody, so that others may take it.
    """
    at = clock.now()
    rows = [{name: getattr(job, name) for name in _NAMES[:-1]} | {"updated_at": at} for job in jobs]
    await session.execute(_INSERT, {"rows": to_json(rows).decode()})
    await audit.record_made(session, actor, "intervention.created", _TABLE, [
        audit.Made(job.id, job.site_id, {**{name: [None, getattr(job, name)] for name in _TOLD}, "missed": [None, count]}, job.created_at)
        for job, count in zip(jobs, missed, strict=True)
    ])  # fmt: skip


_TOLD = ("number", "title", "equipment_id", "scheduled_maintenance_id", "original_due", "due_local")


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
