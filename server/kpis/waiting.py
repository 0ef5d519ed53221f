"""Where the time of breakdowns goes: the moments of each, as far as anybody told them, and the sums of what lies between."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from server.core.access import Actor, in_sight
from server.core.cells import Value
from server.core.errors import NotFound
from server.core.queries import Sql, plain, sql
from server.core.read_pool import ReadPool
from server.kpis.asking import asked, spanned
from server.kpis.facts import Asked, facts
from shared_models.kpis.waiting import Breakdown, Moment, Waiting, WaitingQuery, lasted, moments, timed, waited_for

COLUMNS: Final = ("code", "machine", "event", *(f"moment.{moment}" for moment in Moment))
_MOMENTS = """
select i.id, i.number, i.title, i.equipment_id, e.code as equipment_code, e.name as equipment_name, s.clock,
    i.stopped_at, i.reported_at, i.restarted_at, i.validated_at, i.status = 'completed' as is_completed, least(
        (select r.decided_at from work_request r where r.id = i.request_id),
        (select min(least(n.read_at, n.acknowledged_at)) from notifications n where n.related_entity_id = i.id)
    ) as seen_at, least(i.actual_start, a.starts) as starts, a.ends, a.is_running,
    (select max(m.occurred_at) from stock_movements m where m.intervention_id = i.id and m.movement_type = 'out') as parts_at
from {source} t join maintenance_interventions i on i.id = t.id join equipment e on e.id = i.equipment_id join sites s on s.id = i.site_id
cross join lateral (
    select min(a.started_at) as starts, max(a.ended_at) as ends, coalesce(bool_or(a.ended_at is null), false) as is_running
    from intervention_action a where a.intervention_id = i.id
) a
"""
_FAILED = plain(
    "(select distinct id from told where stop_kind = 'failure' and not is_cancelled and stopped_at >= seen_from)"
)  # fmt: skip


def told(of: Asked) -> Sql:
    """The moments of each breakdown that began in that time, in the order of their stops."""
    return sql("{} {} order by i.stopped_at, i.id", facts(of), sql(_MOMENTS, source=_FAILED))


async def waiting(pool: ReadPool, actor: Actor, query: WaitingQuery) -> Waiting:
    this, earlier = await asked(pool, actor, query, is_time_required=False)
    found = [_breakdown(row) for row in await pool.fetch(*told(this).rendered())]
    days = spanned(this, earlier)
    return Waiting(
        period=days["period"], since=days["since"], until=days["until"], as_of=this.now, phases=waited_for(found),
        breakdowns=sorted(found, key=lambda each: -each.hours)[: query.size], total=len(found),
    )  # fmt: skip


async def breakdown(pool: ReadPool, actor: Actor, job_id: UUID) -> Breakdown:
    """One job's moments; raises `NotFound` for one that is out of sight."""
    source = sql("(select i.id from maintenance_interventions i where i.id = {} and {})", job_id, in_sight(actor, "i.site_id"))
    rows = await pool.fetch(*sql(_MOMENTS, source=source).rendered())
    if not rows:
        raise NotFound
    return _breakdown(rows[0])


def _known(row: Mapping[str, Any]) -> dict[Moment, Any]:
    return moments(
        stopped_at=row["stopped_at"], reported_at=row["reported_at"], seen_at=row["seen_at"], starts=[row["starts"]],
        parts_at=row["parts_at"], ends=[None] if row["is_running"] else [row["ends"]] if row["ends"] else [],
        is_completed=row["is_completed"], restarted_at=row["restarted_at"], validated_at=row["validated_at"],
    )  # fmt: skip


def _breakdown(row: asyncpg.Record) -> Breakdown:
    known = _known(row)
    parts = timed(known)
    return Breakdown(
        id=row["id"], number=row["number"], title=row["title"], equipment_id=row["equipment_id"], equipment_code=row["equipment_code"],
        equipment_name=row["equipment_name"], known={moment: at for moment, at in known.items() if at is not None},
        unknown=[moment for moment, at in known.items() if at is None], phases=parts, hours=lasted(parts),
    )  # fmt: skip


def cells(row: asyncpg.Record) -> Sequence[Value]:
    """As `COLUMNS` names them: instants on the site's clock, empty where they are not known."""
    known = _known(row)
    local = [_local(known.get(moment), row["clock"]) for moment in Moment]
    return (row["equipment_code"], row["equipment_name"], f"{row['number']} · {row['title']}", *local)


def _local(at: datetime | None, clock: str) -> datetime | None:
    return at.astimezone(ZoneInfo(clock)).replace(tzinfo=None, microsecond=0) if at else None
