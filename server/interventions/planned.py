"""The jobs of plans: made many at once, moved with their dates and given to whom these are given."""

from collections.abc import Sequence

import sqlalchemy as sa
from pydantic_core import to_json

from server.audit import service as audit
from server.core import clock
from server.core.access import Actor
from server.core.consequences import hears
from server.core.database import Session
from server.interventions import repository
from server.interventions.keeping import write
from server.interventions.models import Intervention
from server.interventions.rows import TABLE
from server.notifications.causes import causing
from shared_models.interventions.planned import JobAssigned, JobMoved, heard
from shared_models.interventions.rows import InterventionRow
from shared_models.notices.causes import of_job

_NAMES = [*(name for name in InterventionRow.model_fields if name in Intervention.model_fields), "updated_at"]
_MADE = sa.func.json_populate_recordset(sa.text(f"null::{TABLE}"), sa.cast(sa.bindparam("rows"), sa.JSON)).table_valued(*_NAMES, name="r")
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
    await audit.record_made(session, actor, "intervention.created", TABLE, [
        audit.Made(job.id, job.site_id, {**{name: [None, getattr(job, name)] for name in _TRACED}, "missed": [None, count]}, job.created_at)
        for job, count in zip(jobs, missed, strict=True)
    ])  # fmt: skip


_TRACED = ("number", "title", "equipment_id", "scheduled_maintenance_id", "original_due", "due_local")


@hears(JobMoved, JobAssigned)
async def hear(session: Session, actor: Actor, change: JobMoved | JobAssigned) -> None:
    job = await repository.take(session, actor, change.intervention_id)
    after = heard(job, change)
    await write(session, job, after, *causing(session, actor, of_job(job, after, actor.by, change.at)))
    action: str
    changes: dict[str, list[object]]
    if isinstance(change, JobMoved):
        action, changes = "intervention.rescheduled", {"due_local": [change.before, change.due]}
    else:
        action, changes = "intervention.assigned", {"assigned_technician_id": [change.before, change.technician_id]}
    await audit.record_made(session, actor, action, TABLE, [audit.Made(job.id, job.site_id, changes, change.at)])
