"""What is due and what is scheduled, on the sites' wall clocks: one statement over plans' occurrences, their rules' dates, and jobs.

A plan's future is `upcoming`; an occurrence with a row of its own (the next one always, any that was moved, assigned or opened)
takes the place of its date. In a series that date is the occurrence's `original_due`; any other plan has one occurrence at a time,
which stands for its first date, and what comes after it is a forecast.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import asyncpg
from fastapi import Response

from server.core.access import Actor, visible_sql
from server.core.errors import Invalid
from server.core.queries import Parameters
from server.core.sql import JSON, json_columns
from shared_models.plans.calendar import CalendarEntry, CalendarQuery

MOST_ENTRIES = 20_000
TECHNICIAN = "coalesce(o.assigned_technician_id, p.assigned_technician_id)"  # of an occurrence with its row
_ALIVE = "p.is_active and e.status <> 'inactive'"
_DAY = timedelta(days=1)


def is_series(plan: str) -> str:
    """`shared_models.plans.planning.PlanRule.is_series` of a row of `scheduled_maintenances`."""
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
    technician: str | None = None

    def of_plans(self, technician: str) -> str:
        """Conditions on `p` and `e`; `technician` is the expression that says whose the date is."""
        own = () if self.technician is None else (f"{technician} = {self.technician}",)
        return " and ".join((*self.common, *self.planned, *own))

    @property
    def of_jobs(self) -> str:
        return " and ".join((*self.common, *self.jobs))


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
        chosen.technician = chosen.bind(query.technician_id)
        chosen.jobs.append(f"i.assigned_technician_id = {chosen.technician}")
    if query.team_id is not None:
        team = chosen.bind(query.team_id)
        chosen.planned.append(f"p.team_id = {team}")
        chosen.jobs.append(f"i.assigned_team_id = {team}")
    return chosen


def _of_plan(due: str, original_due: str, *, technician: str, is_forecast: str) -> str:
    return json_columns(
        CalendarEntry, "p", plan_id="p.id", intervention_id="null::uuid", original_due=original_due, due=due, equipment_name="e.name",
        assigned_technician_id=technician, status="'planned'", is_forecast=is_forecast,
    )  # fmt: skip


def _of_job() -> str:
    return json_columns(
        CalendarEntry, "i", plan_id="i.scheduled_maintenance_id", intervention_id="i.id", due=_JOB_DUE, equipment_name="e.name",
        team_id="i.assigned_team_id", is_forecast="false", status="i.status::text", priority="i.priority::text",
    )  # fmt: skip


_JOB_DUE = "case when i.due_at = i.scheduled_start then i.due_local else i.scheduled_start at time zone s.clock end"


def entries(chosen: Selection) -> str:
    """`select` of the columns of `CalendarEntry`, unordered."""
    return " union all ".join((_occurrences(chosen), _dates(chosen), _jobs(chosen)))


def _occurrences(chosen: Selection) -> str:
    """Every plan's next occurrence, and those later ones that were moved or given to somebody."""
    return (
        f"select {_of_plan('o.due', 'o.original_due', technician=TECHNICIAN, is_forecast='false')}"  # noqa: S608
        " from plan_occurrence o join scheduled_maintenances p on p.id = o.plan_id join equipment e on e.id = p.equipment_id"
        f" where o.state = 'planned' and o.due >= $2::timestamp and o.due < $3::timestamp and {_ALIVE} and {chosen.of_plans(TECHNICIAN)}"
    )


def _dates(chosen: Selection) -> str:
    """What the rule says of later dates that have nothing of their own."""
    technician = "p.assigned_technician_id"
    return (
        f"select {_of_plan('d.due', 'd.due', technician=technician, is_forecast='not ' + is_series('p'))}"  # noqa: S608
        " from scheduled_maintenances p join equipment e on e.id = p.equipment_id"
        " cross join lateral unnest(p.upcoming) with ordinality d(due, n)"
        f" where d.due >= $2::timestamp and d.due < $3::timestamp and ({is_series('p')} or d.n > 1)"
        f" and {_ALIVE} and {chosen.of_plans(technician)}"
        f" and not exists (select from plan_occurrence o where {is_series('p')}"
        " and o.plan_id = p.id and o.original_due = d.due and o.state in ('planned', 'open'))"
    )


def _jobs(chosen: Selection) -> str:
    # A job's day begins at different instants at different sites: the index narrows, the wall clock decides.
    return (
        f"select {_of_job()} from maintenance_interventions i join sites s on s.id = i.site_id"  # noqa: S608
        " join equipment e on e.id = i.equipment_id"
        " where i.scheduled_start >= $2::timestamp at time zone 'UTC' - interval '2 days'"
        " and i.scheduled_start < $3::timestamp at time zone 'UTC' + interval '2 days'"
        f" and i.status <> 'cancelled' and {_JOB_DUE} >= $2::timestamp and {_JOB_DUE} < $3::timestamp and {chosen.of_jobs}"
    )


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
