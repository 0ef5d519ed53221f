"""What becomes of plans whose machine goes or comes, or whose site gets another clock. The generator looks at them within the minute."""

from uuid import UUID

import sqlalchemy as sa

from server.core.access import Actor
from server.core.consequences import hears, tell
from server.core.database import Session
from server.equipment.consequences import MachineArchived, MachineBack, MachinesMoved
from server.plans.consequences import JobsRedated
from server.sites.consequences import ClockChanged
from shared_models.plans.scheduling import ARCHIVED

_LOCK = sa.text("select id from scheduled_maintenances where equipment_id = :id order by id for update")
_REST = sa.text("""
update scheduled_maintenances set inactive_reason = :why, generate_at = null, refresh_at = 'epoch' where equipment_id = :id and is_active
""")
_LEAVE_TEAM = sa.text("update scheduled_maintenances set team_id = null, refresh_at = 'epoch' where equipment_id = any(:ids)")
_LOOK_AGAIN = sa.text("update scheduled_maintenances set refresh_at = 'epoch' where is_active and :id in (equipment_id, site_id)")


@hears(MachineArchived)
async def rest(session: Session, _: Actor, archived: MachineArchived) -> None:
    """From now on no job is made; jobs are generated under the lock of their plan."""
    await session.execute(_LOCK, {"id": archived.equipment_id})
    await session.execute(_REST, {"id": archived.equipment_id, "why": ARCHIVED})


@hears(MachineBack)
async def look_again(session: Session, _: Actor, back: MachineBack) -> None:
    """What was put off meanwhile is decided anew."""
    await session.execute(_LOOK_AGAIN, {"id": back.equipment_id})


@hears(MachinesMoved)
async def move(session: Session, actor: Actor, moved: MachinesMoved) -> None:
    """Teams stay behind."""
    await session.execute(_LEAVE_TEAM, {"ids": list(moved.equipment_ids)})
    await _keep_wall_time(session, actor, moved.site_id)


@hears(ClockChanged)
async def follow_clock(session: Session, actor: Actor, changed: ClockChanged) -> None:
    await session.execute(_LOOK_AGAIN, {"id": changed.site_id})
    await _keep_wall_time(session, actor, changed.site_id)


# An hour that the clocks repeat is the first one; one that they leave out is taken with the offset before, as PostgreSQL does.
_KEEP_DATES = sa.text("""
with live as (
    select o.id, o.due, o.due at time zone s.clock as at, s.clock as zone
    from scheduled_maintenances p join plan_occurrence o on o.plan_id = p.id join sites s on s.id = p.site_id
    where p.site_id = :site and not p.is_active and o.state in ('planned', 'open')
), moment as (
    select live.id, coalesce(min(e.at) filter (where e.at at time zone live.zone = live.due), min(live.at)) as at
    from live cross join lateral unnest(array[live.at, live.at - interval '30 minutes', live.at - interval '1 hour']) e(at) group by 1
) update plan_occurrence o set due_at = moment.at from moment where o.id = moment.id and o.due_at <> moment.at
returning o.plan_id, o.state, o.intervention_id, o.due_at
""")
_KEEP_NEXT = sa.text("""
update scheduled_maintenances p set next_due_date = d.due_at
from unnest(cast(:ids as uuid[]), cast(:instants as timestamptz[])) d(id, due_at) where p.id = d.id and p.next_due_date <> d.due_at
""")


async def _keep_wall_time(session: Session, actor: Actor, site_id: UUID) -> None:
    """Dates that paused plans of the site still have are at its wall clock, wherever they were before: nobody looks at these again."""
    opened = [date for date in await session.execute(_KEEP_DATES, {"site": site_id}) if date.state == "open"]
    if opened:
        await session.execute(_KEEP_NEXT, {"ids": [date.plan_id for date in opened], "instants": [date.due_at for date in opened]})
        await tell(session, actor, JobsRedated([(date.intervention_id, date.due_at) for date in opened if date.intervention_id]))
