"""What plans find, what fails between their visits and what they take, with what that suggests."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import asyncpg

from server.core.access import Actor, in_sight
from server.core.cells import Value
from server.core.errors import NotFound
from server.core.i18n import translator
from server.core.queries import Sql, plain, sql
from server.core.read_pool import ReadPool
from server.kpis.asking import asked, spanned
from server.kpis.events import FAILED_AFTER
from server.kpis.facts import Asked, facts
from shared_models.kpis.statistics import share_at_least, share_at_most
from shared_models.kpis.worth import PlansWorth, PlanWorth, Suggestion, WorthQuery, suggested

COLUMNS: Final = (
    "code",
    "machine",
    "plan",
    "days",
    "visits",
    "finding",
    "findings",
    "judged",
    "failed",
    "failures",
    "hours",
    "cost",
    "suggestion",
)
_WORTH = """
, visit as materialized (
    select d.id, d.plan_id, d.equipment_id, d.title, d.job_id, d.days, d.done_at, least(d.held_until, d.ends) as held_until,
        {failed} as is_failed, d.held_until <= d.ends as is_over, greatest(
            (select count(*) from maintenance_interventions f where f.found_in = d.job_id and f.status <> 'cancelled'),
            (select count(*) from intervention_answer a where a.intervention_id = d.job_id and a.state = 'failed')
        ) as findings
    from served d where {plan}::uuid is null or d.plan_id = {plan}
), seen as (
    select v.plan_id, v.equipment_id, max(v.title) as title, max(v.days)::float8 as days, count(*) as visits,
        count(*) filter (where v.findings > 0) as finding, coalesce(sum(v.findings), 0)::int as findings,
        count(*) filter (where v.is_over or v.is_failed) as judged, count(*) filter (where v.is_failed) as failed,
        min(v.done_at) as since, max(v.held_until) as until
    from visit v group by v.plan_id, v.equipment_id
), taken as (
    select v.plan_id, w.currency, extract(epoch from w.ended - w.counts_from) / 3600 as hours,
        extract(epoch from w.ended - w.counts_from) / 3600 * w.rate as cost
    from visit v join work w on w.job_id = v.job_id
    union all select v.plan_id, i.currency, 0, i.amount from visit v join issued i on i.job_id = v.job_id
), paid as (
    select plan_id, sum(hours) as hours, jsonb_agg(jsonb_build_object('currency', currency, 'value', cost::float8) order by currency)
        filter (where cost > 0) as costs
    from (select plan_id, currency, sum(hours) as hours, sum(cost) as cost from taken group by 1, 2) t group by plan_id
)
select s.plan_id as id, s.title, s.equipment_id, c.code as equipment_code, c.name as equipment_name, s.days, s.visits, s.finding,
    s.findings, s.judged, s.failed, coalesce(p.hours, 0)::float8 as hours, coalesce(p.costs, '[]')::text as costs, (
        select count(*) from maintenance_interventions f where f.equipment_id = s.equipment_id and f.stop_kind = 'failure'
            and f.status <> 'cancelled' and f.stopped_at > s.since and f.stopped_at <= s.until
    ) as failures
from seen s join chosen c on c.id = s.equipment_id left join paid p on p.plan_id = s.plan_id order by c.code, s.title, s.plan_id
"""
_ORDER: Final = {each: rank for rank, each in enumerate(Suggestion)}
_of = cache(suggested)


def told(of: Asked, query: WorthQuery) -> Sql:
    """Of each plan that was visited in that time."""
    return sql("{} {}", facts(of), sql(_WORTH, failed=plain(FAILED_AFTER), plan=query.plan_id))


async def worth(pool: ReadPool, actor: Actor, query: WorthQuery) -> PlansWorth:
    """Those of which something may be changed first. Raises `NotFound` for a plan that is out of sight."""
    if query.plan_id is not None:
        query = query.model_copy(update={"equipment_id": await _machine_of(pool, actor, query)})
    this, earlier = await asked(pool, actor, query, is_time_required=False)
    rows: Sequence[asyncpg.Record] = await pool.fetch(*told(this, query).rendered())
    found = sorted(((_suggestion(row), row) for row in rows), key=lambda each: _ORDER[each[0]])
    wanted = [each for each in found if query.suggestion in {None, each[0]}]
    first, days = (query.page - 1) * query.size, spanned(this, earlier)
    return PlansWorth(
        period=days["period"], since=days["since"], until=days["until"], as_of=this.now,
        plans=[_plan(*each) for each in wanted[first : first + query.size]], total=len(wanted), page=query.page, size=query.size,
    )  # fmt: skip


async def _machine_of(pool: ReadPool, actor: Actor, query: WorthQuery) -> Any:
    statement = sql(
        "select p.equipment_id from scheduled_maintenances p where p.id = {} and {}", query.plan_id, in_sight(actor, "p.site_id")
    )
    found = await pool.fetchval(*statement.rendered())
    if found is None:
        raise NotFound
    return found


def _suggestion(row: asyncpg.Record) -> Suggestion:
    return _of(row["visits"], row["finding"], row["judged"], row["failed"])


def _plan(suggestion: Suggestion, row: asyncpg.Record) -> PlanWorth:
    visits, judged, failed = row["visits"], row["judged"], row["failed"]
    return PlanWorth(
        **dict(row) | {"costs": json.loads(row["costs"])}, suggestion=suggestion,
        finding_at_most=share_at_most(row["finding"], visits) if visits else None,
        failed_at_least=share_at_least(failed, judged) if judged else None,
        failed_at_most=share_at_most(failed, judged) if judged else None,
    )  # fmt: skip


def cells_of(lang: str) -> Any:
    """As `COLUMNS` names them."""
    t = translator(lang).t

    def cells(row: asyncpg.Record) -> Sequence[Value]:
        return (
            row["equipment_code"], row["equipment_name"], row["title"], row["days"], row["visits"], row["finding"], row["findings"],
            row["judged"], row["failed"], row["failures"], row["hours"],
            " + ".join(f"{each['value']:.2f} {each['currency']}" for each in json.loads(row["costs"])),
            t(f"kpi.suggestion.{_suggestion(row)}"),
        )  # fmt: skip

    return cells
