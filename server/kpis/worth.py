"""What plans find, what fails between their visits and what they take, with what that suggests."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

import asyncpg

from server.core.access import Actor, in_sight
from server.core.cells import Formula, Value
from server.core.errors import NotFound
from server.core.exports import Values
from server.core.i18n import translator
from server.core.queries import Sql, plain, sql
from server.core.read_pool import ReadPool
from server.kpis.asking import asked, spanned
from server.kpis.events import FAILED_AFTER
from server.kpis.facts import Asked, facts, knows_costs
from server.kpis.files import Line, Table, days_of, in_row, spelled, titled
from shared_models.kpis.statistics import CONFIDENCE, share_at_least, share_at_most
from shared_models.kpis.worth import FEWEST, FREQUENT, RARE, PlansWorth, PlanWorth, Suggestion, WorthQuery, suggested

_COLUMNS: Final = (
    "code", "machine", "plan", "days", "visits", "finding", "findings", "finding_at_most", "judged", "failed", "failed_at_least",
    "failed_at_most", "failures", "hours", "suggestion",
)  # fmt: skip
_PAID = """
, made as (
    select * from served where {plan}::uuid is null or plan_id = {plan}
), taken as (
    select v.plan_id, w.currency, extract(epoch from w.ended - w.counts_from) / 3600 as hours,
        extract(epoch from w.ended - w.counts_from) / 3600 * w.rate as cost
    from made v join work w on w.job_id = v.job_id
    union all select v.plan_id, i.currency, 0, i.amount from made v join issued i on i.job_id = v.job_id
), paid as (
    select plan_id, sum(hours) as hours, jsonb_agg(jsonb_build_object('currency', currency, 'value', cost::float8) order by currency)
        filter (where cost > 0 and {is_told}) as costs
    from (select plan_id, currency, sum(hours) as hours, sum(cost) as cost from taken group by 1, 2) t group by plan_id
)
"""
_CURRENCIES = plain("select distinct c.currency from paid p, jsonb_to_recordset(p.costs) as c(currency text) order by 1")
_WORTH = sql(
    """
, visit as materialized (
    select d.id, d.plan_id, d.equipment_id, d.title, d.job_id, d.days, d.done_at, least(d.held_until, d.ends) as held_until,
        {failed} as is_failed, d.held_until <= d.ends as is_over, greatest(
            (select count(*) from maintenance_interventions f where f.found_in = d.job_id and f.status <> 'cancelled'),
            (select count(*) from intervention_answer a where a.intervention_id = d.job_id and a.state = 'failed')
        ) as findings
    from made d
), seen as (
    select v.plan_id, v.equipment_id, max(v.title) as title, max(v.days)::float8 as days, count(*) as visits,
        count(*) filter (where v.findings > 0) as finding, coalesce(sum(v.findings), 0)::int as findings,
        count(*) filter (where v.is_over or v.is_failed) as judged, count(*) filter (where v.is_failed) as failed,
        min(v.done_at) as since, max(v.held_until) as until
    from visit v group by v.plan_id, v.equipment_id
)
select s.plan_id as id, s.title, s.equipment_id, c.code as equipment_code, c.name as equipment_name, s.days, s.visits, s.finding,
    s.findings, s.judged, s.failed, coalesce(p.hours, 0)::float8 as hours, coalesce(p.costs, '[]')::text as costs, (
        select count(*) from maintenance_interventions f where f.equipment_id = s.equipment_id and f.stop_kind = 'failure'
            and f.status <> 'cancelled' and f.stopped_at > s.since and f.stopped_at <= s.until
    ) as failures
from seen s join chosen c on c.id = s.equipment_id left join paid p on p.plan_id = s.plan_id order by c.code, s.title, s.plan_id
""",
    failed=plain(FAILED_AFTER),
)
_ORDER: Final = {each: rank for rank, each in enumerate(Suggestion)}


def _told(of: Asked, query: WorthQuery, wanted: Sql = _WORTH) -> Sql:
    """Of each plan that was visited in that time."""
    is_told = plain("true" if knows_costs(of.actor) else "false")
    return sql("{} {} {}", facts(of), sql(_PAID, plan=query.plan_id, is_told=is_told), wanted)


async def worth(pool: ReadPool, actor: Actor, query: WorthQuery) -> PlansWorth:
    """Those of which something may be changed first. Raises `NotFound` for a plan that is out of sight."""
    this, days = await _days(pool, actor, query)
    wanted, first = await _wanted(pool, this, query), (query.page - 1) * query.size
    return PlansWorth(
        **days, as_of=this.now, plans=[_plan(*each) for each in wanted[first : first + query.size]], total=len(wanted), page=query.page,
        size=query.size,
    )  # fmt: skip


async def _days(pool: ReadPool, actor: Actor, query: WorthQuery) -> tuple[Asked, dict[str, Any]]:
    if query.plan_id is not None:
        query = query.model_copy(update={"equipment_id": await _machine_of(pool, actor, query)})
    this, earlier = await asked(pool, actor, query, is_time_required=False)
    days = spanned(this, earlier)
    return this, {name: days[name] for name in ("period", "since", "until")}


async def _wanted(pool: ReadPool, this: Asked, query: WorthQuery) -> list[tuple[Suggestion, asyncpg.Record]]:
    """All of them."""
    rows: Sequence[asyncpg.Record] = await pool.fetch(*_told(this, query).rendered())
    found = sorted(((_suggestion(row), row) for row in rows), key=lambda each: _ORDER[each[0]])
    return [each for each in found if query.suggestion in {None, each[0]}]


async def _machine_of(pool: ReadPool, actor: Actor, query: WorthQuery) -> Any:
    statement = sql(
        "select p.equipment_id from scheduled_maintenances p where p.id = {} and {}", query.plan_id, in_sight(actor, "p.site_id")
    )
    found = await pool.fetchval(*statement.rendered())
    if found is None:
        raise NotFound
    return found


def _suggestion(row: asyncpg.Record) -> Suggestion:
    return suggested(row["visits"], row["finding"], row["judged"], row["failed"])


def _plan(suggestion: Suggestion, row: asyncpg.Record) -> PlanWorth:
    visits, judged, failed = row["visits"], row["judged"], row["failed"]
    return PlanWorth(
        **dict(row) | {"costs": json.loads(row["costs"])}, suggestion=suggestion,
        finding_at_most=share_at_most(row["finding"], visits) if visits else None,
        failed_at_least=share_at_least(failed, judged) if judged else None,
        failed_at_most=share_at_most(failed, judged) if judged else None,
    )  # fmt: skip


# --- as a file


async def whole(pool: ReadPool, actor: Actor, query: WorthQuery) -> Table:
    """All plans that were visited in that time."""
    (this, days), t = await _days(pool, actor, query), translator(actor.lang).t
    currencies = [row["currency"] for row in await pool.fetch(*_told(this, query, _CURRENCIES).rendered())]  # of all suggestions

    async def figures() -> list[Line]:
        found = _figures(await _wanted(pool, this, query), t, currencies)
        return [*days_of(t, days["since"], days["until"]), *found]

    columns = (*_COLUMNS, *(f"cost.{currency}" for currency in currencies))
    titles = [*titled(_COLUMNS, actor.lang), *(f"{t('kpi.column.cost')}, {currency}" for currency in currencies)]
    cells = _cells_of(query, t, currencies)
    return Table("plans", titles, columns, _told(this, query), cells, t("kpi.file.rows"), figures)


def _cells_of(query: WorthQuery, t: Callable[[str], str], currencies: Sequence[str]) -> Values:
    at_most = "IF([{k}]<[{n}],BETAINV(confidence,[{k}]+1,[{n}]-[{k}]),1)"
    at_least = "IF([{k}]>0,BETAINV(1-confidence,[{k}],[{n}]-[{k}]+1),0)"
    finding = in_row(_COLUMNS, at_most.format(k="finding", n="visits"))
    least, most = (in_row(_COLUMNS, bound.format(k="failed", n="judged")) for bound in (at_least, at_most))
    suggests = in_row(_COLUMNS, _suggests(t))

    def cells(row: asyncpg.Record) -> Sequence[Value] | None:
        suggestion = _suggestion(row)
        if query.suggestion not in {None, suggestion}:
            return None
        plan = _plan(suggestion, row)
        costs = {cost.currency: cost.value for cost in plan.costs}
        return (
            plan.equipment_code, plan.equipment_name, plan.title, plan.days, plan.visits, plan.finding, plan.findings,
            Formula(finding, plan.finding_at_most), plan.judged, plan.failed,
            Formula(least, plan.failed_at_least) if plan.judged else None, Formula(most, plan.failed_at_most) if plan.judged else None,
            plan.failures, plan.hours, Formula(suggests, t(f"kpi.suggestion.{suggestion}")), *map(costs.get, currencies),
        )  # fmt: skip

    return cells


def _suggests(t: Callable[[str], str]) -> str:
    """As `suggested` has it."""
    said = {each: spelled(t(f"kpi.suggestion.{each}")) for each in Suggestion}
    finds_little, fails_often = "[finding_at_most]<rare", "[failed_at_least]>frequent"
    often = f"IF({finds_little},{said[Suggestion.drop]},{said[Suggestion.shorter]})"
    seldom = f"IF(AND({finds_little},[failed_at_most]<rare),{said[Suggestion.longer]},{said[Suggestion.keep]})"
    return f"IF(MIN([visits],[judged])<fewest,{said[Suggestion.unsure]},IF({fails_often},{often},{seldom}))"


def _figures(wanted: Sequence[tuple[Suggestion, asyncpg.Record]], t: Callable[[str], str], currencies: Sequence[str]) -> list[Line]:
    limits = {"confidence": CONFIDENCE, "fewest": FEWEST, "rare": RARE, "frequent": FREQUENT}
    counts, costs = Counter(suggestion for suggestion, _ in wanted), Counter[str]()
    for _, row in wanted:
        costs.update({cost["currency"]: cost["value"] for cost in json.loads(row["costs"])})
    names = ("visits", "finding", "findings", "judged", "failed", "hours")
    summed = [(name, sum(row[name] for _, row in wanted)) for name in names]
    return [
        *(Line(t(f"kpi.file.{name}"), [value], name) for name, value in limits.items()),
        Line(t("kpi.file.plans"), [Formula("COUNTA([plan])", len(wanted))]),
        *(Line(t(f"kpi.suggestion.{each}"), [Formula(_counted(t, each), counts[each])]) for each in Suggestion),
        *(Line(t(f"kpi.column.{name}"), [Formula(f"SUM([{name}])", value)]) for name, value in summed),
        *(Line(f"{t('kpi.column.cost')}, {currency}", [Formula(f"SUM([cost.{currency}])", costs[currency])]) for currency in currencies),
    ]  # fmt: skip


def _counted(t: Callable[[str], str], suggestion: Suggestion) -> str:
    return f"COUNTIF([suggestion],{spelled(t(f'kpi.suggestion.{suggestion}'))})"
