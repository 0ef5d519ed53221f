"""The machines that take most of something, in order, out of the same events as the figures."""

from collections.abc import Sequence
from typing import Any, Final

import asyncpg

from server.core.access import Actor
from server.core.cells import Value
from server.core.queries import Sql, joined, plain, sql
from server.core.read_pool import ReadPool
from server.kpis.asking import asked, spanned
from server.kpis.events import EVENTS
from server.kpis.facts import Asked, facts
from shared_models.kpis.registry import KpiKey
from shared_models.kpis.statistics import LEAST_TREND, is_trend, laplace_of
from shared_models.kpis.worst import BadActor, Worst, WorstBy, WorstQuery, knife

COLUMNS: Final = ("code", "machine", "stops", "failures", "down", "mttr", "jobs", "repeats", "cost", "currency")
_WORST = """
, costs as materialized (
    select equipment_id, currency, sum(numerator) as value from ({cost}) e where left_out is null group by 1, 2
), money as (
    select coalesce(nullif({currency}::text, ''),
        (select c.currency from costs c group by c.currency order by sum(c.value) desc, c.currency limit 1), '') as currency
), failed as (
    select equipment_id, count(*) as n,
        avg(extract(epoch from stopped_at - seen_from) / extract(epoch from seen_until - seen_from)) as mean_at
    from told where stop_kind = 'failure' and not is_cancelled and stopped_at >= seen_from group by 1
), stood as (
    select equipment_id, count(*) as n from told where not is_cancelled and stopped_at >= seen_from group by 1
), still as (
    select equipment_id, sum(extract(epoch from upper(span) - lower(span))) / 3600 as hours from down group by 1
), mended as (
    select equipment_id, sum(numerator) as hours, sum(denominator) as n from ({mttr}) e where left_out is null group by 1
), anew as (
    select equipment_id, count(*) as jobs, sum(numerator)::int as repeats from ({repeats}) e where left_out is null group by 1
), told_of as (
    select m.id, m.code, m.name, m.site_id, coalesce(s.n, 0) as stops, coalesce(f.n, 0) as failures, coalesce(d.hours, 0) as down,
        r.hours as restoring, r.n as restored, coalesce(a.jobs, 0) as jobs, coalesce(a.repeats, 0) as repeats,
        coalesce(c.value, 0) as cost, k.currency, f.mean_at
    from chosen m cross join money k left join costs c on c.equipment_id = m.id and c.currency = k.currency
    left join failed f on f.equipment_id = m.id left join stood s on s.equipment_id = m.id left join still d on d.equipment_id = m.id
    left join mended r on r.equipment_id = m.id left join anew a on a.equipment_id = m.id
), limits as (
    select sum(failures) / nullif(count(*) filter (where failures > 0), 0) as mean_failures,
        sum(restoring) / nullif(sum(restored), 0) as mean_mttr from told_of
)
select t.id, t.code, t.name, t.site_id, t.stops, t.failures, t.down::float8 as down, (t.restoring / t.restored)::float8 as mttr, t.jobs,
    t.repeats, t.cost::float8 as cost, t.currency, t.mean_at::float8 as mean_at, l.mean_failures::float8 as mean_failures,
    l.mean_mttr::float8 as mean_mttr, ({value})::float8 as value,
    (sum({value}) over (order by {value} desc, t.code, t.id))::float8 as until,
    (sum({value}) over ())::float8 as amount, count(*) over () as total
from told_of t cross join limits l where {value} > 0 order by {value} desc, t.code, t.id
"""
_VALUES: Final = {
    WorstBy.downtime: "t.down", WorstBy.stops: "t.stops", WorstBy.failures: "t.failures", WorstBy.cost: "t.cost",
    WorstBy.repeats: "t.repeats",
}  # fmt: skip


def _of(key: KpiKey, variant: str = "") -> Sql:
    return joined(EVENTS[key, variant], " union all ")


def ranked(of: Asked, query: WorstQuery) -> Sql:
    """All of them, most first."""
    return sql(
        "{} {}", facts(of), sql(
            _WORST, cost=_of(KpiKey.cost, "total"), mttr=_of(KpiKey.mttr), repeats=_of(KpiKey.repeat_rate), currency=query.currency,
            value=plain(_VALUES[query.by]),
        ),
    )  # fmt: skip


async def worst(pool: ReadPool, actor: Actor, query: WorstQuery) -> Worst:
    this, earlier = await asked(pool, actor, query, is_time_required=False)
    statement = sql("{} limit {} offset {}", ranked(this, query), query.size, (query.page - 1) * query.size)
    rows: Sequence[asyncpg.Record] = await pool.fetch(*statement.rendered())
    days, first = spanned(this, earlier), dict(rows[0]) if rows else {}
    return Worst(
        period=days["period"], since=days["since"], until=days["until"], as_of=this.now, by=query.by,
        currency=first.get("currency", query.currency), mean_failures=first.get("mean_failures"), mean_mttr=first.get("mean_mttr"),
        amount=first.get("amount", 0), machines=[_actor(row) for row in rows], total=first.get("total", 0),
        page=query.page, size=query.size,
    )  # fmt: skip


def _actor(row: asyncpg.Record) -> BadActor:
    told: dict[str, Any] = dict(row)
    trend = laplace_of(told["mean_at"], told["failures"], 1.0) if told["failures"] >= LEAST_TREND else None
    return BadActor(
        **{name: told[name] for name in BadActor.model_fields if name in told}, trend=trend if is_trend(trend) else None,
        repeat_rate=told["repeats"] / told["jobs"] if told["jobs"] else None,
        knife=knife(told["failures"], told["mttr"], told["mean_failures"], told["mean_mttr"]),
    )  # fmt: skip


def cells(row: asyncpg.Record) -> Sequence[Value]:
    """As `COLUMNS` names them."""
    return (
        row["code"], row["name"], row["stops"], row["failures"], row["down"], row["mttr"], row["jobs"], row["repeats"], row["cost"],
        row["currency"],
    )  # fmt: skip
