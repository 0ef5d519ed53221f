"""Feeds, and what a feed shows: the calendar's entries with what an event says beside the date, and those called off."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlmodel import col, select

from server.calendar.listing import TECHNICIAN, Selection, entries, is_series
from server.core.access import Actor, in_sight
from server.core.database import ReadSession, Session
from server.core.queries import Sql, plain, sql
from server.core.read_pool import ReadPool
from server.feeds.models import CalendarFeed
from shared_models.plans.feeds import FeedKind, FeedRead

_TARGETS = {
    FeedKind.person: (
        "select u.first_name || ' ' || u.last_name from users u where u.id = {target} and u.is_active and (u.id = {owner} or u.all_sites"
        " or {sees_all} or exists (select from user_site m where m.user_id = u.id and {in_sight}))"
    ),
    FeedKind.team: "select m.name from team m where m.id = {target} and {in_sight}",
    FeedKind.line: (
        "select s.name || ' · ' || m.name from production_lines m join sites s on s.id = m.site_id where m.id = {target} and {in_sight}"
    ),
}


async def target_name(session: ReadSession, actor: Actor, kind: FeedKind, target_id: UUID) -> str | None:
    """What the feed is called; None for a target that the actor does not see."""
    named = sql(
        _TARGETS[kind], target=target_id, owner=actor.user_id, sees_all=actor.site_ids is None, in_sight=in_sight(actor, "m.site_id")
    )
    found: str | None = await session.scalar(named.clause())
    return found


async def live(session: ReadSession, user_id: UUID) -> list[CalendarFeed]:
    mine = select(CalendarFeed).where(col(CalendarFeed.user_id) == user_id, col(CalendarFeed.revoked_at).is_(None))
    return list(await session.scalars(mine.order_by(col(CalendarFeed.created_at), col(CalendarFeed.id))))


async def of_user(session: Session, user_id: UUID, feed_id: UUID) -> CalendarFeed | None:
    mine = select(CalendarFeed).where(col(CalendarFeed.id) == feed_id, col(CalendarFeed.user_id) == user_id)
    found: CalendarFeed | None = await session.scalar(mine.with_for_update())
    return found


async def by_token(session: ReadSession, token_hash: str) -> CalendarFeed | None:
    alive = select(CalendarFeed).where(col(CalendarFeed.token_hash) == token_hash, col(CalendarFeed.revoked_at).is_(None))
    found: CalendarFeed | None = await session.scalar(alive)
    return found


_READ = """
update calendar_feed set last_read_at = $2
where id = $1 and (last_read_at is null or last_read_at < $2::timestamptz - interval '10 minutes')
"""


async def mark_read(pool: ReadPool, feed_id: UUID, at: datetime) -> None:
    await pool.execute(_READ, feed_id, at)


# The time of the last change is the event's SEQUENCE, or that of the last start of the database's server: what was restored is
# older than what calendars have had, and must not count as old news. In seconds since 2020, which fit for 68 years.
# An event keeps its identity while its date moves: a series by the date it had first, any other plan by the number of its turn.
def _sequence(*changed: str) -> Sql:
    return sql(
        "(extract(epoch from greatest({}, (select max(begun_at) from sync_run), (select begun_at from sync_epoch))) - 1577836800)::bigint",
        plain(", ".join(changed)),
    )


_EVENTS = """
select c.*, s.clock as time_zone, s.name as site_name, l.name as line_name, e.code as equipment_code,
    i.number, coalesce(i.description, p.description, '') as description,
    coalesce(i.due_reason, case when not c.is_forecast and c.due = p.next_due then p.reason end)::text as reason,
    {sequence} as sequence,
    greatest(p.updated_at, i.updated_at) as changed_at,
    {is_series} as is_series,
    case when c.is_forecast
        then (select count(*) from plan_occurrence r where r.plan_id = c.plan_id)
            + row_number() over (partition by c.plan_id, c.is_forecast order by c.due)
        else (select count(*) from plan_occurrence r where r.plan_id = c.plan_id and r.id <= o.id) end as turn
from ({entries}) c
join equipment e on e.id = c.equipment_id
join sites s on s.id = c.site_id
left join production_lines l on l.id = e.production_line_id
left join scheduled_maintenances p on p.id = c.plan_id
left join maintenance_interventions i on i.id = c.intervention_id
left join plan_occurrence o on o.plan_id = c.plan_id
    and (o.intervention_id = c.intervention_id or (c.intervention_id is null and o.original_due = c.original_due))
order by c.due, c.title, c.equipment_id
limit {limit}
"""

_CALLED_OFF = """
select p.id as plan_id, o.intervention_id, o.original_due, o.due, s.clock as time_zone, p.title, e.name as equipment_name,
    {plan_sequence} as sequence,
    p.updated_at as changed_at, o.reason as why_not, {is_series} as is_series, p.estimated_duration,
    (select count(*) from plan_occurrence r where r.plan_id = p.id and r.id <= o.id) as turn
from plan_occurrence o
join scheduled_maintenances p on p.id = o.plan_id
join equipment e on e.id = p.equipment_id
join sites s on s.id = p.site_id
where o.state = 'skipped' and o.due >= {since} and o.due < {until} and {conditions}
union all
select i.scheduled_maintenance_id, i.id, i.original_due, coalesce(i.due_local, i.scheduled_start at time zone s.clock),
    s.clock, i.title, e.name, {job_sequence}, i.updated_at, i.status_reason, false, i.estimated_duration, null
from maintenance_interventions i
join equipment e on e.id = i.equipment_id
join sites s on s.id = i.site_id
where i.status = 'cancelled' and i.scheduled_maintenance_id is null
    and i.scheduled_start >= {since} at time zone 'UTC' and i.scheduled_start < {until} at time zone 'UTC' and {job_conditions}
"""


async def events(pool: ReadPool, chosen: Selection, limit: int) -> list[asyncpg.Record]:
    sequence = _sequence("p.updated_at", "i.updated_at")
    statement = sql(_EVENTS, entries=entries(chosen), is_series=is_series("p"), limit=limit, sequence=sequence)
    return list(await pool.fetch(*statement.rendered()))


async def called_off(pool: ReadPool, chosen: Selection) -> list[asyncpg.Record]:
    """Occurrences left out and jobs cancelled: a subscribed calendar must hear of them to take them away."""
    statement = sql(
        _CALLED_OFF, since=chosen.since, until=chosen.until, is_series=is_series("p"), conditions=chosen.of_plans(TECHNICIAN),
        job_conditions=chosen.of_jobs, plan_sequence=_sequence("p.updated_at"), job_sequence=_sequence("i.updated_at"),
    )  # fmt: skip
    return list(await pool.fetch(*statement.rendered()))


def read_of(feed: CalendarFeed, name: str) -> FeedRead:
    fields: dict[str, Any] = feed.model_dump(include=set(FeedRead.model_fields) - {"name"})
    return FeedRead(**fields, name=name)
