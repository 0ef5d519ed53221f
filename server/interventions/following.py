"""What becomes of jobs whose machine goes to another site, or whose dates the clock of their site has moved."""

import sqlalchemy as sa

from server.core.access import Actor
from server.core.consequences import hears
from server.core.database import Session
from server.equipment.consequences import MachinesMoved
from server.plans.consequences import JobsRedated

_LEAVE_TEAM = sa.text("""
update maintenance_interventions set assigned_team_id = null
where equipment_id = any(:ids) and assigned_team_id is not null and status in ('pending', 'in_progress', 'on_hold')
""")
_REDATE = sa.text("""
update maintenance_interventions i set due_at = d.due_at, scheduled_start = d.due_at,
    scheduled_end = d.due_at + make_interval(mins => i.estimated_duration), version = i.version + 1
from unnest(cast(:ids as uuid[]), cast(:instants as timestamptz[])) d(id, due_at) where i.id = d.id and i.due_at <> d.due_at
""")


@hears(MachinesMoved)
async def leave_team(session: Session, _: Actor, moved: MachinesMoved) -> None:
    """What is done keeps the names of who did it."""
    await session.execute(_LEAVE_TEAM, {"ids": list(moved.equipment_ids)})


@hears(JobsRedated)
async def redate(session: Session, _: Actor, redated: JobsRedated) -> None:
    ids, instants = zip(*redated.due_at, strict=True) if redated.due_at else ((), ())
    await session.execute(_REDATE, {"ids": list(ids), "instants": list(instants)})
