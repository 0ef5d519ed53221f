"""Stops summed up by machine and local day, and read by month.

A machine that is stale, stands still at this moment, or was seen for a part of the time only is reckoned from its stops instead: what is
read is right at every moment, and the job that sums up only makes it quick.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import asyncpg

from server.core.access import Actor
from server.core.database import Database, Session
from server.core.queries import Sql, plain, sql
from server.core.read_pool import ReadPool
from server.kpis.asking import asked, spanned
from server.kpis.facts import Asked, facts
from shared_models.kpis.periods import Days, months_later
from shared_models.kpis.rows import KpiQuery, MonthFigures, Months

BATCH = 200
_HOUR = timedelta(hours=1)

_TAKE = "delete from figure_stale where id in (select id from figure_stale order by id limit $1) returning equipment_id"
_ABOVE = """
with recursive above as (
    select id, parent_id, stops_parent from equipment where id = any($1::uuid[])
    union select e.id, e.parent_id, e.stops_parent from above a join equipment e on e.id = a.parent_id where a.stops_parent
) select id from above order by id
"""
_FORGET = "delete from figure_day where equipment_id = any($1::uuid[])"
_SUM = """
with recursive below as (
    select e.id as root, e.id, s.clock from equipment e join sites s on s.id = e.site_id where e.id = any($1::uuid[])
    union select b.root, e.id, b.clock from below b join equipment e on e.parent_id = b.id and e.stops_parent
), stops as materialized (
    select b.root, b.clock, i.stop_kind, i.stopped_at, i.restarted_at, o.stopped_on, o.restarted_on,
        date_trunc('month', o.restarted_on::timestamp) at time zone b.clock as month
    from below b join maintenance_interventions i on i.equipment_id = b.id cross join lateral (
        select i.stopped_at at time zone b.clock as stopped, i.restarted_at at time zone b.clock as restarted
    ) w cross join lateral (
        select w.stopped::date - (date_trunc('day', w.stopped) at time zone b.clock > i.stopped_at)::int as stopped_on,
            w.restarted::date - (date_trunc('day', w.restarted) at time zone b.clock > i.restarted_at)::int as restarted_on
    ) o
    where i.stopped_at is not null and i.restarted_at is not null and i.stop_kind is not null and i.status <> 'cancelled'
), down as (
    select root, clock, unnest(range_agg(tstzrange(stopped_at, restarted_at))) as span from stops group by root, clock
), summed as (
    select d.root, day::date as day, upper(p.piece) - lower(p.piece) as down, 0 as failures, 0 as restored,
        interval '0' as restoring, interval '0' as early
    from down d cross join lateral generate_series(
        date_trunc('day', (lower(d.span) - interval '1 hour') at time zone d.clock), upper(d.span) at time zone d.clock, interval '1 day'
    ) day cross join lateral (
        select d.span * tstzrange(day at time zone d.clock, (day + interval '1 day') at time zone d.clock) as piece
    ) p where not isempty(p.piece)
    union all
    select root, stopped_on, interval '0', 1, 0, interval '0', interval '0'
    from stops where stop_kind = 'failure'
    union all
    select root, restarted_on, interval '0', 0, 1, restarted_at - stopped_at,
        greatest(interval '0', month - stopped_at)
    from stops where stop_kind = 'failure'
)
insert into figure_day (equipment_id, day, down, failures, restored, restoring, early)
select root, day, sum(down), sum(failures), sum(restored), sum(restoring), sum(early) from summed group by root, day
"""
"""Where clocks go back at midnight its hour comes twice, and the first one is still of the day before: days begin with the second."""


async def refresh(session: Session) -> int:
    """Sum up the next machines that are stale, and those above them; how many marks that were."""
    taken = [row["equipment_id"] for row in await session.fetch(_TAKE, BATCH)]
    if taken:
        await sum_up(session, sorted(set(taken)))
    return len(taken)


async def sum_up(session: Session, machines: Sequence[UUID]) -> None:
    """Anew, whatever was known of them."""
    wanted = [row["id"] for row in await session.fetch(_ABOVE, machines)]
    await session.run("select pg_advisory_xact_lock(hashtext('figure_day'))")
    await session.run(_FORGET, wanted)
    await session.run(_SUM, wanted)


async def refresh_all(database: Database) -> int:
    done = 0
    while True:
        async with database.session() as session:
            marks = await refresh(session)
        done += marks
        if marks < BATCH:
            return done


async def rebuild(database: Database) -> int:
    """Every machine, in the place of whatever is there."""
    async with database.session() as session:
        marks = await session.run("insert into figure_stale (id, equipment_id) select gen_random_uuid(), id from equipment")
    await refresh_all(database)
    return marks


# --- read by month

MONTHS = """, border as materialized (
    select p.id as site_id, g.month, g.month at time zone p.clock as begins,
        least(p.ends, (g.month + interval '1 month') at time zone p.clock) as ends
    from place p cross join generate_series({since}::timestamp, {until}::timestamp - interval '1 day', interval '1 month') g(month)
    where g.month at time zone p.clock < p.ends
), standing as materialized (
    select distinct i.equipment_id from maintenance_interventions i
    where i.stopped_at is not null and i.status <> 'cancelled' and coalesce(i.restarted_at, 'infinity') >= {now}
), unsummed as materialized (
    select m.id from machine m where m.seen_until < m.ends and exists (
        select from maintenance_interventions i where i.equipment_id = m.id and i.stopped_at is not null
            and coalesce(i.restarted_at, 'infinity') >= m.seen_until offset 0
    )
    union select k.root from kin k join machine m on m.id = k.root
    where k.id <> k.root and (m.seen_from > m.begins or m.seen_until < m.ends)
    union select k.root from kin k where k.id in (select f.equipment_id from figure_stale f)
    union select k.root from kin k where k.id in (select s.equipment_id from standing s)
), live as materialized (
    select id, max(month) as month, max((month + interval '1 month') at time zone clock) as until from (
        select u.id, 'infinity'::timestamp as month, 'UTC' as clock from unsummed u
        union all select m.id, date_trunc('month', m.seen_from at time zone m.clock), m.clock
        from machine m where m.seen_from > m.begins and m.first_stop < m.seen_from
    ) l group by id
), known as materialized (
    select m.id, m.site_id, m.seen_from, m.seen_until, l.month from live l join machine m on m.id = l.id
), span as materialized (
    select m.id as equipment_id, b.month, greatest(m.seen_from, b.begins) as begins, least(m.seen_until, b.ends) as ends
    from known m join border b on b.site_id = m.site_id and m.seen_from < b.ends and m.seen_until > b.begins
        and b.month <= m.month
), part as materialized (
    select l.id as root, k.id, l.until from live l join kin k on k.root = l.id where l.month = 'infinity' or exists (
        select from figure_day d where d.equipment_id = l.id and d.day >= l.month and d.day < l.month + interval '1 month'
    )
), stood as materialized (
    select k.root as equipment_id, t.* from part k cross join lateral (
        select i.stop_kind = 'failure' as is_failure, i.stopped_at, i.restarted_at from maintenance_interventions i
        where i.equipment_id = k.id and i.stopped_at is not null and i.stop_kind is not null and i.status <> 'cancelled'
            and i.stopped_at < k.until and coalesce(i.restarted_at, 'infinity') >= (select min(b.begins) from border b) offset 0
    ) t
), again as materialized (
    select g.equipment_id, g.month, (select sum(upper(x) - lower(x)) from unnest(g.spans) x) as down, g.failures, g.restored, g.restoring
    from (
        select s.equipment_id, s.month, range_agg(tstzrange(t.stopped_at, t.restarted_at) * tstzrange(s.begins, s.ends)) as spans,
            count(*) filter (where t.is_failure and t.stopped_at >= s.begins) as failures,
            count(*) filter (where t.is_failure and t.restarted_at < s.ends) as restored,
            sum(t.restarted_at - greatest(t.stopped_at, s.begins)) filter (where t.is_failure and t.restarted_at < s.ends) as restoring
        from stood t join span s on s.equipment_id = t.equipment_id
            and t.stopped_at < s.ends and (t.restarted_at is null or t.restarted_at >= s.begins)
        group by s.equipment_id, s.month
    ) g
), found as (
    select d.equipment_id, date_trunc('month', d.day::timestamp) as month, sum(d.down) as down, sum(d.failures) as failures,
        sum(d.restored) as restored, sum(d.restoring - d.early) as restoring
    from (
        select c.id, case
            when c.seen_from < c.seen_until then coalesce((l.month + interval '1 month')::date, {since}) else 'infinity' end as since
        from chosen c left join live l on l.id = c.id
    ) w join figure_day d on d.equipment_id = w.id and d.day >= w.since where d.day >= {since} and d.day < {until}
    group by 1, 2
    union all select equipment_id, month, coalesce(down, interval '0'), failures, restored, coalesce(restoring, interval '0') from again
)"""
"""`found`: months of machines in which something stood still; `border`: the months of each site.

`live`: until which month what is summed up is not what was seen of a machine, and its stops are read instead: always where it is not
summed up yet, or stands, or was stopped by what came or went meanwhile; of one that came in this period, its first month.

The days of one machine are found by an index, those of a whole plant read at once: PostgreSQL takes `machine` for a ninth of what it
is, and would look a whole plant up one by one; `chosen` for a third.
"""
_EXPOSED = """, exposed as (
    select month, sum(machines)::bigint as machines, sum(seen) as seen from (
        select b.month, w.machines, w.machines * (b.ends - b.begins) as seen from border b join (
            select site_id, count(*) as machines from machine where seen_from = begins and seen_until = ends group by site_id
        ) w on w.site_id = b.site_id
        union all
        select b.month, 1, least(m.seen_until, b.ends) - greatest(m.seen_from, b.begins)
        from machine m join border b on b.site_id = m.site_id and m.seen_from < b.ends and m.seen_until > b.begins
        where not (m.seen_from = m.begins and m.seen_until = m.ends)
    ) e group by month
), summed as (
    select month, sum(down) as down, sum(failures)::int as failures, sum(restored)::int as restored, sum(restoring) as restoring
    from found group by month
) select e.month::date as month, e.machines, e.seen, coalesce(s.down, interval '0') as down, coalesce(s.failures, 0) as failures,
    coalesce(s.restored, 0) as restored, coalesce(s.restoring, interval '0') as restoring
from exposed e left join summed s on s.month = e.month order by e.month
"""


def by_month(of: Asked) -> Sql:
    """`with …, found`: what is known of each machine in each month, of whole months until now."""
    return sql(
        "{} {}", facts(of), sql(MONTHS, since=sql("{}::date", of.days.since), until=sql("{}::date", of.days.until),
            now=sql("{}::timestamptz", of.now)),
    )  # fmt: skip


async def _whole_months(pool: ReadPool, actor: Actor, query: KpiQuery) -> tuple[Asked, Asked]:
    """The months of longer periods, or the twelve that end with it."""
    this, earlier = await asked(pool, actor, query, is_time_required=False)
    last = months_later((this.days.until - timedelta(days=1)).replace(day=1), 1)
    first = min(this.days.since.replace(day=1), months_later(last, -12))
    return replace(this, days=Days(first, last)), earlier


async def months(pool: ReadPool, actor: Actor, query: KpiQuery) -> Months:
    """All that is asked about, month by month."""
    of, earlier = await _whole_months(pool, actor, query)
    rows = await pool.fetch(*sql("{} {}", by_month(of), plain(_EXPOSED)).rendered())
    days = spanned(of, earlier)
    return Months(since=days["since"], until=days["until"], as_of=of.now, months=[_month(row) for row in rows])


def _month(row: asyncpg.Record) -> MonthFigures:
    seen, down, restoring = (row[name] / _HOUR for name in ("seen", "down", "restoring"))
    failures, restored = row["failures"], row["restored"]
    return MonthFigures(
        month=row["month"], machines=row["machines"], seen=seen, down=down, failures=failures, restored=restored,
        availability=(seen - down) / seen if seen else None, mtbf=(seen - down) / failures if failures else None,
        mttr=restoring / restored if restored else None,
    )  # fmt: skip
