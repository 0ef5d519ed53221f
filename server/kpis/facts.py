"""What figures are made of: of the machines that are asked about, their stops, work, dates and costs within the sites' own days.

Each fact is one `with` of a statement, read only where an event is made of it. `machine` are those that were seen in that time, from when
they are known here until they leave; `chosen` are all of them, whose work counts whenever it was done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from server.core.access import Actor, in_sight
from server.core.queries import Sql, joined, plain, sql
from shared_models.kpis.periods import Days
from shared_models.kpis.reliability import HOUR_UNITS
from shared_models.kpis.rows import KpiQuery
from shared_models.permissions import COSTS, Role
from shared_models.plans.scheduling import ARCHIVED, OUT_OF_SERVICE, PAUSED

_A_DAY = timedelta(days=1)
"""No clock is further from Greenwich: what lies outside is no site's, which an index can tell."""


def knows_costs(actor: Actor) -> bool:
    return any(map(actor.may, COSTS))


@dataclass(frozen=True)
class Asked:
    """What is asked about, of what the actor sees: which machines, and which local days until `now`."""

    actor: Actor
    query: KpiQuery
    days: Days
    now: datetime
    required: Sequence[tuple[UUID, datetime, datetime]] = ()
    """When machines are to run, by the shifts of those sites that have said any."""

    @property
    def is_of_machines(self) -> bool:
        """Whether less than whole sites is asked about."""
        query = self.query
        return any(chosen is not None for chosen in (query.equipment_id, query.production_line_id, query.class_id))


def facts(asked: Asked) -> Sql:
    """`with …`, before a select of the facts."""
    query, since, until = asked.query, sql("{}::date", asked.days.since), sql("{}::date", asked.days.until)
    first, last = (datetime.combine(day, time(), UTC) + reach for day, reach in ((asked.days.since, -_A_DAY), (asked.days.until, _A_DAY)))
    wanted = (
        ("e.id", query.equipment_id), ("e.production_line_id", query.production_line_id), ("e.class_id", query.class_id),
    )  # fmt: skip
    places = [in_sight(asked.actor, "s.id")] + ([sql("s.id = {}", query.site_id)] if query.site_id else [])
    chosen = [sql("{} = {}", plain(column), value) for column, value in wanted if value is not None] or [plain("true")]
    return sql(
        _FACTS, since=since, until=until, first=sql("{}::timestamptz", first), last=sql("{}::timestamptz", last),
        sites=[site for site, _, _ in asked.required], starts=[begins for _, begins, _ in asked.required],
        stops=[ends for _, _, ends in asked.required],
        dated=plain(_DATED_OF) if asked.is_of_machines else sql(_DATED, since=since, until=until), now=sql("{}::timestamptz", asked.now),
        jobs=plain(_JOBS if query.equipment_id is None else _JOBS_OF), places=joined(places, " and "),
        chosen=joined(chosen, " and "), hours=list(HOUR_UNITS), out_of_service=OUT_OF_SERVICE,
        crew=Role.technician.value, called_off=[PAUSED, ARCHIVED],
        is_of_machines=asked.is_of_machines, ran_from=_total_at("c.begins"), ran_until=_total_at("c.ends"),
        every=_days("p.frequency_type", "p.frequency_value"), limit=_days("p.limit_type", "p.limit_value"),
    )  # fmt: skip


def _total_at(instant: str) -> Sql:
    """What the meter `x` had counted then: between two readings by proportion, across its resets."""
    return sql(
        "(select coalesce(b.total + (a.total - b.total) * extract(epoch from {at} - b.read_at)"
        " / nullif(extract(epoch from a.read_at - b.read_at), 0), b.total) from"
        " (select r.total, r.read_at from reading r where r.meter_id = x.id and r.voided_at is null and r.read_at <= {at}"
        " order by r.read_at desc, r.total desc limit 1) b,"
        " (select r.total, r.read_at from reading r where r.meter_id = x.id and r.voided_at is null and r.read_at >= {at}"
        " order by r.read_at, r.total limit 1) a)",
        at=plain(instant),
    )


def _days(frequency: str, every: str) -> Sql:
    """The mean interval of the plan `p`, as `shared_models.plans.planning.PlanRule.interval_days` has it."""
    return sql(
        "(case {frequency} when 'daily' then {every} when 'weekly' then {every} * 7 when 'monthly' then {every} * 30.436875"
        " when 'quarterly' then {every} * 91.310625 when 'yearly' then {every} * 365.2425"
        " else {every} / nullif((p.meter->>'per_day')::numeric, 0) end)",
        frequency=plain(frequency), every=plain(every),
    )  # fmt: skip


_DATED = """select o.* from plan_occurrence o where o.original_due >= {since} and o.original_due < {until}
    union select o.* from plan_occurrence o where o.due >= {since} and o.due < {until}
    union select o.* from maintenance_interventions i join plan_occurrence o on o.intervention_id = i.id
    where i.due_reason->>'moved_from' is not null"""
"""Where the rule may have a date of these days: as it was first told, where a meter has moved it to, or before somebody moved it."""
_DATED_OF = "select o.* from chosen c join scheduled_maintenances p on p.equipment_id = c.id join plan_occurrence o on o.plan_id = p.id"
_JOBS = "place p join maintenance_interventions i on i.site_id = p.id join chosen c on c.id = i.equipment_id"
_JOBS_OF = """chosen c join place p on p.id = c.site_id
    cross join lateral (select * from maintenance_interventions i where i.equipment_id = c.id and i.site_id = p.id offset 0) i"""
"""Found by their machine, whatever the period: few have so many."""
_FACTS = """with
place as materialized (
    select * from (
        select s.id, s.clock, s.currency, {since}::timestamp at time zone s.clock as begins,
            least({now}, {until}::timestamp at time zone s.clock) as ends
        from sites s where {places}
    ) s where begins < ends
), chosen as materialized (
    select k.id, k.site_id, k.code, k.name, k.hourly_downtime_cost, k.replacement_value, k.currency, k.clock, k.begins, k.ends,
        k.site_currency, greatest(k.begins, k.installed_at, least(k.created_at, k.first_stop)) as seen_from, k.first_stop,
        least(k.ends, k.archived_at) as seen_until
    from (
        select e.*, p.clock, p.begins, p.ends, p.currency as site_currency,
            e.installation_date::timestamp at time zone p.clock as installed_at,
            case when e.created_at > p.begins or e.installation_date::timestamp at time zone p.clock > p.begins then (
                select min(i.stopped_at) from maintenance_interventions i where i.equipment_id = e.id and i.stopped_at is not null
            ) end as first_stop
        from equipment e join place p on p.id = e.site_id where {chosen} offset 0
    ) k
), machine as materialized (
    select * from chosen where seen_from < seen_until
), kin as materialized (
    with recursive below as (
        select m.id as root, e.id from machine m join equipment e on e.parent_id = m.id and e.stops_parent
        union select b.root, e.id from below b join equipment e on e.parent_id = b.id and e.stops_parent
    ) select m.id as root, m.id from machine m union all select b.root, b.id from below b where b.id <> b.root
), told as materialized (
    select i.id, m.id as equipment_id, i.number, i.title, i.stop_kind, i.status = 'cancelled' as is_cancelled, i.stopped_at, i.restarted_at,
        m.seen_from, m.seen_until, m.begins, m.ends,
        greatest(i.stopped_at, m.seen_from) as began, greatest(least(i.restarted_at, m.seen_until), i.stopped_at, m.seen_from) as ended
    from machine m join kin k on k.root = m.id join maintenance_interventions i on i.equipment_id = k.id
    where i.stopped_at < m.seen_until and (i.restarted_at is null or i.restarted_at >= m.seen_from) and i.stop_kind is not null
        and i.stopped_at < {last} and coalesce(i.restarted_at, 'infinity') >= {first}
), down as materialized (
    select equipment_id, unnest(range_agg(tstzrange(began, ended))) as span
    from told where not is_cancelled and began < ended group by equipment_id
), counter as materialized (
    select m.id as equipment_id, x.name, c.begins, c.ends, 3600 * ({ran_until} - {ran_from}) as ran
    from machine m cross join lateral (
        select x.id, x.name from meter x where x.equipment_id = m.id and x.kind = 'counter' and lower(x.unit) = any({hours}::text[])
        order by x.is_active desc, x.created_at, x.id limit 1
    ) x cross join lateral (
        select greatest(m.seen_from, min(r.read_at)) as begins, least(m.seen_until, max(r.read_at)) as ends
        from reading r where r.meter_id = x.id and r.voided_at is null
    ) c where c.begins < c.ends
), unmetered as materialized (
    select m.id as equipment_id, tstzmultirange(tstzrange(m.seen_from, m.seen_until))
        - case when c.begins is null then '{{}}'::tstzmultirange else tstzmultirange(tstzrange(c.begins, c.ends)) end as spans
    from machine m left join counter c on c.equipment_id = m.id
), required as materialized (
    select r.site_id, range_agg(tstzrange(r.begins, r.ends)) as spans
    from unnest({sites}::uuid[], {starts}::timestamptz[], {stops}::timestamptz[]) r(site_id, begins, ends) group by r.site_id
), needed as materialized (
    select m.id as equipment_id, m.seen_from, m.seen_until, r.spans * tstzmultirange(tstzrange(m.seen_from, m.seen_until)) as spans
    from machine m left join required r on r.site_id = m.site_id
), done as materialized (
    select i.*, p.begins, p.ends
    from {jobs} where i.actual_end >= p.begins and i.actual_end < p.ends
        and i.status = 'completed' and i.actual_end >= {first} and i.actual_end < {last}
), spent as materialized (
    select a.id, a.user_id, i.id as job_id, i.equipment_id, i.number, i.title, i.intervention_type,
        greatest(a.started_at, c.begins) as began, least(coalesce(a.ended_at, c.ends), c.ends) as ended,
        coalesce(a.currency, c.site_currency) as currency, a.rate
    from chosen c join maintenance_interventions i on i.equipment_id = c.id
    join intervention_action a on a.intervention_id = i.id
    where a.started_at < c.ends and (a.ended_at > c.begins or a.ended_at is null)
        and a.started_at < {last} and (a.ended_at > {first} or a.ended_at is null)
), work as materialized (
    select s.*, least(s.ended, greatest(s.began, max(s.ended) over (
        partition by s.user_id order by s.began, s.id rows between unbounded preceding and 1 preceding))) as counts_from
    from spent s
), crew as materialized (
    select u.id, u.weekly_capacity / 60.0 as weekly, s.ends,
        greatest(s.begins, least(u.created_at, (select min(w.began) from work w where w.user_id = u.id))) as begins
    from users u cross join lateral (
        select min(p.begins) as begins, max(p.ends) as ends from place p
        where (u.all_sites or exists (select from user_site m where m.user_id = u.id and m.site_id = p.id))
            and (not {is_of_machines} or exists (select from chosen c where c.site_id = p.id))
    ) s where u.role = {crew} and u.is_active and u.weekly_capacity > 0 and s.begins is not null
), issued as materialized (
    select m.id, i.id as job_id, i.equipment_id, i.number, i.title, i.intervention_type, m.occurred_at, -m.amount as amount, m.currency,
        p.part_number, p.name
    from place c join stock_movements m on m.site_id = c.id and m.occurred_at >= c.begins and m.occurred_at < c.ends
    join maintenance_interventions i on i.id = m.intervention_id join chosen e on e.id = i.equipment_id
    join spare_parts p on p.id = m.spare_part_id where m.occurred_at >= {first} and m.occurred_at < {last}
), dated as materialized (
    {dated}
), due as materialized (
    select o.id, i.id as job_id, p.equipment_id, p.title, i.number, d.due, d.due at time zone c.clock as due_at,
        o.state, o.outcome, o.done_at, c.ends, v.days, coalesce(p.tolerance_days, v.days / 10, 0) as tolerance,
        (c.ends at time zone c.clock)::date as today,
        case when o.state <> 'skipped' then null when o.reason = {out_of_service} then 'out_of_service'
            when o.reason = any({called_off}::text[]) or i.status = 'cancelled' then 'cancelled' end as excused
    from dated o left join lateral (
        select i.id, i.number, i.status, i.due_reason from maintenance_interventions i where i.id = o.intervention_id offset 0
    ) i on true
    join scheduled_maintenances p on p.id = o.plan_id join chosen c on c.id = p.equipment_id
    cross join lateral (select case
        when p.basis = 'fixed' and p.frequency_type not in ('hours', 'cycles') or i.due_reason is null then o.original_due
        when i.due_reason->>'moved_from' is null then o.due
        else coalesce(least((i.due_reason->>'calendar_due')::timestamp, (i.due_reason->>'meter_due')::timestamp), o.due) end as due) d
    cross join lateral (select least({every}, {limit}) as days) v
    where d.due >= {since} and d.due < {until} and d.due at time zone c.clock < c.ends
), served as materialized (
    select o.id, p.id as plan_id, v.days, i.id as job_id, p.equipment_id, p.title, i.number, o.done_at,
        o.done_at + v.days * interval '1 day' as held_until, c.ends
    from chosen c join scheduled_maintenances p on p.equipment_id = c.id
    join plan_occurrence o on o.plan_id = p.id and o.done_at >= c.begins and o.done_at < c.ends
        and o.done_at >= {first} and o.done_at < {last}
    left join maintenance_interventions i on i.id = o.intervention_id
    cross join lateral (select least({every}, {limit}) as days) v
    where o.state = 'done'
), scheduled as materialized (
    select i.*, p.begins, p.ends
    from {jobs} where i.scheduled_start >= p.begins and i.scheduled_start < p.ends
        and i.scheduled_start >= {first} and i.scheduled_start < {last}
), waiting as materialized (
    select i.* from chosen c join maintenance_interventions i on i.equipment_id = c.id and i.status in ('pending', 'in_progress', 'on_hold')
), year as materialized (
    select p.id, p.ends - interval '12 months' as begins, p.ends from place p where not {is_of_machines}
), lain as materialized (
    select y.id as site_id, m.currency, y.begins, y.ends, sum(m.amount) filter (where m.occurred_at < y.begins) as amount
    from year y join stock_movements m on m.site_id = y.id where m.occurred_at < y.ends group by 1, 2, 3, 4
), moved as materialized (
    select m.id, m.site_id, m.movement_type, m.occurred_at, m.amount, m.currency, y.begins, y.ends, p.part_number, p.name
    from year y join stock_movements m on m.site_id = y.id and m.occurred_at >= y.begins and m.occurred_at < y.ends
    join spare_parts p on p.id = m.spare_part_id
)
"""
