"""The machines that take most of something, in order, out of the same events as the figures."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import asyncpg

from server.core.access import Actor
from server.core.cells import Formula, Value
from server.core.exports import Values
from server.core.i18n import translator
from server.core.queries import Sql, joined, plain, sql
from server.core.read_pool import ReadPool
from server.kpis.asking import asked, spanned
from server.kpis.events import EVENTS
from server.kpis.facts import Asked, facts, knows_costs
from server.kpis.files import Line, Table, days_of, in_row, spelled, titled
from shared_models.kpis.registry import KpiKey
from shared_models.kpis.statistics import LEAST_TREND, is_trend, laplace_of
from shared_models.kpis.worst import BadActor, Knife, Worst, WorstBy, WorstQuery, knife
from shared_models.permissions import COSTS

_COLUMNS: Final = (
    "code", "machine", "stops", "failures", "down", "restoring", "restored", "mttr", "jobs", "repeats", "repeat_rate", "cost", "currency",
    "until", "share", "knife", "failed_at", "trend",
)  # fmt: skip
_WORST = """
, costs as materialized (
    select equipment_id, currency, sum(numerator) as value from ({cost}) e where left_out is null and {is_told} group by 1, 2
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
        case when {is_told} then coalesce(c.value, 0) end as cost, k.currency, f.mean_at
    from chosen m cross join money k left join costs c on c.equipment_id = m.id and c.currency = k.currency
    left join failed f on f.equipment_id = m.id left join stood s on s.equipment_id = m.id left join still d on d.equipment_id = m.id
    left join mended r on r.equipment_id = m.id left join anew a on a.equipment_id = m.id
), limits as (
    select sum(failures) / nullif(count(*) filter (where failures > 0), 0) as mean_failures,
        sum(restoring) / nullif(sum(restored), 0) as mean_mttr from told_of
)
select t.id, t.code, t.name, t.site_id, t.stops, t.failures, t.down::float8 as down, coalesce(t.restoring, 0)::float8 as restoring,
    coalesce(t.restored, 0)::int as restored, (t.restoring / t.restored)::float8 as mttr, t.jobs, t.repeats, t.cost::float8 as cost,
    t.currency, t.mean_at::float8 as mean_at, l.mean_failures::float8 as mean_failures, l.mean_mttr::float8 as mean_mttr,
    ({value})::float8 as value,
    (sum({value}) over (order by {value} desc, t.code, t.id))::float8 as until,
    (sum({value}) over ())::float8 as amount, count(*) over () as total
from told_of t cross join limits l where {kept} order by {value} desc, t.code, t.id
"""
_ANYTHING: Final = "greatest(t.down, t.stops, t.failures, t.cost, t.repeats, t.restored) > 0"
_VALUES: Final = {
    WorstBy.downtime: "t.down", WorstBy.stops: "t.stops", WorstBy.failures: "t.failures", WorstBy.cost: "t.cost",
    WorstBy.repeats: "t.repeats",
}  # fmt: skip


def _of(key: KpiKey, variant: str = "") -> Sql:
    return joined(EVENTS[key, variant], " union all ")


def _ranked(of: Asked, query: WorstQuery, *, with_others: bool = False) -> Sql:
    """All of them, most first; `with_others`: then those, too, of which there is something else, as the means are made of them.

    Raises `Forbidden` where costs are not theirs to know.
    """
    if query.by is WorstBy.cost:
        of.actor.ensure_any(COSTS)
    value = _VALUES[query.by]
    return sql(
        "{} {}", facts(of), sql(
            _WORST, cost=_of(KpiKey.cost, "total"), mttr=_of(KpiKey.mttr), repeats=_of(KpiKey.repeat_rate), currency=query.currency,
            is_told=plain("true" if knows_costs(of.actor) else "false"),
            value=plain(value), kept=plain(_ANYTHING if with_others else f"{value} > 0"),
        ),
    )  # fmt: skip


async def worst(pool: ReadPool, actor: Actor, query: WorstQuery) -> Worst:
    return await _worst(pool, *await asked(pool, actor, query, is_time_required=False), query)


async def _worst(pool: ReadPool, this: Asked, earlier: Asked, query: WorstQuery) -> Worst:
    statement = sql("{} limit {} offset {}", _ranked(this, query), query.size, (query.page - 1) * query.size)
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


# --- as a file


async def whole(pool: ReadPool, actor: Actor, query: WorstQuery) -> Table:
    """All of them; those that have nothing of what they are ranked by come last."""
    this, earlier = await asked(pool, actor, query, is_time_required=False)
    statement, t = _ranked(this, query, with_others=True), translator(actor.lang).t

    async def figures() -> list[Line]:
        return _figures(await _worst(pool, this, earlier, query.model_copy(update={"page": 1, "size": 1})), t)

    return Table("worst", titled(_COLUMNS, actor.lang), _COLUMNS, statement, _cells_of(query.by, t), t("kpi.file.rows"), figures)


def _cells_of(by: WorstBy, t: Callable[[str], str]) -> Values:
    ranked, of_row = _RANKED[by], partial(in_row, _COLUMNS)
    names = {each: t(f"kpis.knife.{each}") for each in Knife}
    mttr, rate, trend = map(of_row, ("[restoring]/[restored]", "[repeats]/[jobs]", "([failed_at]-0.5)*SQRT(12*[failures])"))
    until, share, lies_so = of_row(f"N([^until])+[{ranked}]"), of_row("[until]/amount"), of_row(_knives(names))

    def cells(row: asyncpg.Record) -> Sequence[Value]:
        lies, failures = knife(row["failures"], row["mttr"], row["mean_failures"], row["mean_mttr"]), row["failures"]
        u = laplace_of(row["mean_at"], failures, 1.0) if failures >= LEAST_TREND else None
        return (
            row["code"], row["name"], row["stops"], failures, row["down"], row["restoring"], row["restored"],
            Formula(mttr, row["mttr"]) if row["restored"] else None, row["jobs"], row["repeats"],
            Formula(rate, row["repeats"] / row["jobs"]) if row["jobs"] else None, row["cost"], row["currency"],
            Formula(until, row["until"]), Formula(share, row["until"] / row["amount"]) if row["amount"] else None,
            Formula(lies_so, names[lies] if lies else None), row["mean_at"], Formula(trend, u) if u is not None else None,
        )  # fmt: skip

    return cells


def _knives(names: dict[Knife, str]) -> str:
    """As `knife` has it."""
    long_and_often, long, often, calm = (spelled(names[each]) for each in Knife)
    is_often, is_long = "[failures]>mean_failures", "[mttr]>mean_mttr"
    which = f"IF({is_long},IF({is_often},{long_and_often},{long}),IF({is_often},{often},{calm}))"
    return f'IF([failures]*[restored]=0,"",{which})'


_RANKED: Final = {by: "down" if by is WorstBy.downtime else by.value for by in WorstBy}


def _figures(found: Worst, t: Callable[[str], str]) -> list[Line]:
    ranked = _RANKED[found.by]
    return [
        Line(t("kpi.file.figure"), [t("kpis.worst")]), Line(t("kpi.file.by"), [t(f"kpi.column.{ranked}")]),
        *days_of(t, found.since, found.until),
        Line(t("kpi.file.machines"), [Formula(f'COUNTIF([{ranked}],">0")', found.total)]),
        Line(t("kpi.file.amount"), [Formula(f"SUM([{ranked}])", found.amount)], "amount"),
        Line(
            t("kpi.file.mean_failures"),
            [Formula('IF(SUM([failures])>0,SUM([failures])/COUNTIF([failures],">0"),"")', found.mean_failures)], "mean_failures",
        ),
        Line(
            t("kpi.file.mean_mttr"), [Formula('IF(SUM([restored])>0,SUM([restoring])/SUM([restored]),"")', found.mean_mttr)], "mean_mttr",
        ),
    ]  # fmt: skip
