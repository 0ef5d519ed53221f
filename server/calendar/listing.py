"""What is due and what is scheduled, on the sites' wall clocks: one statement over plans, their exceptions, and jobs.

A plan's future is `upcoming`; an occurrence with something of its own (moved, assigned, open, over) takes the place of its date.
In a series that date is the occurrence's `original_due`; any other plan has one occurrence at a time, which is its first date,
and what comes after it is a forecast.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import asyncpg
from fastapi import Response

from server.core.access import Actor, visible_sql
from server.core.errors import Invalid
from server.core.queries import Parameters
from server.core.sql import JSON, json_columns
from shared_models.plans import CalendarEntry, CalendarQuery

MOST_ENTRIES = 20_000
_DAY = timedelta(days=1)


def is_series(plan: str) -> str:
    """`shared_models.planning.PlanRule.is_series` of a row of `scheduled_maintenances`."""
    return f"({plan}.basis = 'fixed' and {plan}.frequency_type not in ('hours', 'cycles'))"


class CalendarTooFull(Invalid):
    """More entries than anybody could read: ask for less time or filter."""

    code = "calendar_too_full"


@dataclass
class Selection(Parameters):
    """Conditions on `e` (equipment) that every part of the statement shares, and what differs between plans and jobs."""

    common: list[str] = field(default_factory=list)
    planned: list[str] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)


def selection(actor: Actor, query: CalendarQuery) -> Selection:
    """Parameters $1 (the actor's sites), $2 and $3 (the first moment, and the first one after the end) come first."""
    since = datetime.combine(query.since, datetime.min.time())
    until = datetime.combine(query.until + _DAY, datetime.min.time())
    chosen = Selection([actor.site_list, since, until], [visible_sql("e.site_id", "$1"), "e.archived_at is null"])
    for column, wanted in (("site_id", query.site_id), ("production_line_id", query.production_line_id), ("id", query.equipment_id)):
        if wanted is not None:
            chosen.common.append(f"e.{column} = {chosen.bind(wanted)}")
    if query.site_id is not None:  # said of the plan and the job too, whose indexes begin with it
        site = chosen.bind(query.site_id)
        chosen.planned.append(f"p.site_id = {site}")
        chosen.jobs.append(f"i.site_id = {site}")
    if query.maintenance_type_id is not None:
        kind = chosen.bind(query.maintenance_type_id)
        chosen.planned.append(f"p.maintenance_type_id = {kind}")
        chosen.jobs.append(f"i.maintenance_type_id = {kind}")
    if query.technician_id is not None:
        person = chosen.bind(query.technician_id)
        chosen.planned.append(f"coalesce(o.assigned_technician_id, p.assigned_technician_id) = {person}")
        chosen.jobs.append(f"i.assigned_technician_id = {person}")
    if query.team_id is not None:
        team = chosen.bind(query.team_id)
        chosen.planned.append(f"p.team_id = {team}")
        chosen.jobs.append(f"i.assigned_team_id = {team}")
    return chosen


def _of_plan(due: str, original_due: str, is_forecast: str) -> str:
    return json_columns(
        CalendarEntry, "p", plan_id="p.id", intervention_id="null::uuid", original_due=original_due, due=due, equipment_name="e.name",
        assigned_technician_id="coalesce(o.assigned_technician_id, p.assigned_technician_id)", status="'planned'", is_forecast=is_forecast,
    )  # fmt: skip


def _of_job() -> str:
    return json_columns(
        CalendarEntry, "i", plan_id="i.scheduled_maintenance_id", intervention_id="i.id", due=_JOB_DUE, equipment_name="e.name",
        team_id="i.assigned_team_id", is_forecast="false", status="i.status::text", priority="i.priority::text",
    )  # fmt: skip


_JOB_DUE = "case when i.due_at = i.scheduled_start then i.due_local else i.scheduled_start at time zone s.time_zone end"


def entries(chosen: Selection) -> str:
    """`select` of the columns of `CalendarEntry`, unordered."""
    of_plans = " and ".join(["p.is_active", "e.status <> 'inactive'", *chosen.common, *chosen.planned])
    of_jobs = " and ".join([*chosen.common, *chosen.jobs])
    dates = (
        f"select {_of_plan('coalesce(o.due, d.due)', 'coalesce(o.original_due, d.due)', 'd.n > 1 and not ' + is_series('p'))}"  # noqa: S608
        " from scheduled_maintenances p join equipment e on e.id = p.equipment_id"
        " cross join lateral unnest(p.upcoming) with ordinality d(due, n)"
        " left join plan_occurrence o on o.plan_id = p.id and o.state in ('planned', 'open')"
        f" and case when {is_series('p')} then o.original_due = d.due else d.n = 1 end"
        " where (o.id is null or o.state = 'planned') and coalesce(o.due, d.due) >= $2::timestamp"
        f" and coalesce(o.due, d.due) < $3::timestamp and {of_plans}"
    )
    # A job's day begins at different instants at different sites: the index narrows, the wall clock decides.
    jobs = (
        f"select {_of_job()} from maintenance_interventions i join sites s on s.id = i.site_id"  # noqa: S608
        " join equipment e on e.id = i.equipment_id"
        " where i.scheduled_start >= $2::timestamp at time zone 'UTC' - interval '2 days'"
        " and i.scheduled_start < $3::timestamp at time zone 'UTC' + interval '2 days'"
        f" and i.status <> 'cancelled' and {_JOB_DUE} >= $2::timestamp and {_JOB_DUE} < $3::timestamp and {of_jobs}"
    )
    return f"{dates} union all {jobs}"


async def month(pool: asyncpg.Pool, actor: Actor, query: CalendarQuery) -> Response:
    """`list[CalendarEntry]` by date; raises `CalendarTooFull` beyond `MOST_ENTRIES`."""
    chosen = selection(actor, query)
    limit = chosen.bind(MOST_ENTRIES + 1)
    statement = (
        "select coalesce(json_agg(c), '[]')::text as items, count(*) as total"  # noqa: S608
        f" from (select * from ({entries(chosen)}) u order by due, title, equipment_name limit {limit}) c"
    )
    row = await pool.fetchrow(statement, *chosen.args)
    if row["total"] > MOST_ENTRIES:
        raise CalendarTooFull(most=MOST_ENTRIES)
    return Response(row["items"], media_type=JSON)
