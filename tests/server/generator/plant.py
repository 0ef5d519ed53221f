"""A plant with as many plans as wanted, each like one that a planner has made."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from server.core import clock
from server.core.access import SYSTEM
from server.core.database import Database, Session
from server.equipment.models import Equipment
from server.plans import service
from server.plans.models import Plan
from server.sites.models import Site
from shared_models.ids import uuid7
from shared_models.plans.commands import CreatePlan

_GIVEN = ", ".join(column.name for column in Plan.__table__.columns if column.computed is None)  # type: ignore[attr-defined]
_PLANS = sa.text(f"""
insert into scheduled_maintenances ({_GIVEN}) select {_GIVEN} from (
    select r.* from scheduled_maintenances p cross join generate_series(2, :count) g
    cross join lateral jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(), 'rank', g)) r where p.id = :id
) copies
""")
_DATES = sa.text("""
insert into plan_occurrence (id, plan_id, original_due, due, due_at)
select gen_random_uuid(), p.id, o.original_due, o.due, o.due_at
from plan_occurrence o, scheduled_maintenances p where o.plan_id = :id and p.id <> :id and p.title = :title
""")


async def fill(session: Session, count: int, *, due_in: timedelta = timedelta(), title: str = "Graisser") -> UUID:
    """`count` weekly plans of one machine, due from now on or later; the site's id."""
    site = Site(name=f"Usine {uuid7().hex[-8:]}", time_zone="Europe/Paris")
    session.add(site)
    await session.flush()
    machine = Equipment(
        id=uuid7(), site_id=site.id, name="Presse", code=f"PR-{uuid7().hex[-8:]}", status_since=datetime(2026, 1, 1, tzinfo=UTC)
    )
    session.add(machine)
    await session.flush()
    plan_id = uuid7()
    starts_on = (clock.now() + due_in).astimezone(ZoneInfo(site.time_zone)).date()
    await service.create(session, SYSTEM, CreatePlan(
        plan_id=plan_id, equipment_id=machine.id, title=title, frequency_type="weekly", frequency_value=1, basis="fixed", horizon_days=0,
        starts_on=starts_on, due_time=datetime(2026, 1, 1).time(), estimated_duration=30, occurred_at=clock.now(),
    ))  # fmt: skip
    await session.execute(_PLANS, {"count": count, "id": plan_id})
    await session.execute(_DATES, {"id": plan_id, "title": title})
    return site.id


async def filled(url: str, count: int) -> None:
    """The plant in a database of its own."""
    database = Database(url)
    async with database.session() as session:
        await fill(session, count)
    await database.stop()
