"""What is due and what is scheduled, on the sites' wall clocks: one statement over plans' occurrences, their rules' dates, and jobs.

A plan's future is `upcoming`; an occurrence with a row of its own (the next one always, any that was moved, assigned or opened)
takes the place of its date. In a series that date is the occurrence's `original_due`; any other plan has one occurrence at a time,
which stands for its first date, and what comes after it is a forecast.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from fastapi import Response

from server.core.access import Actor, in_sight
from server.core.errors import Invalid
from server.core.queries import Sql, joined, plain, sql
from server.core.read_pool import ReadPool
from server.core.sql import Written, json_columns
from shared_models.plans.calendar import CalendarEntry, CalendarQuery

MOST_ENTRIES = 20_000
TECHNICIAN = "coalesce(o.assigned_technician_id, p.assigned_technician_id)"  # of an occurrence with its row
_ALIVE = plain("p.is_active and e.status <> 'inactive'")
_DAY = timedelta(days=1)


def is_series(plan: str) -> Sql:
    """`shared_models.plans.planning.PlanRule.is_series` of a row of `scheduled_maintenances`."""
    return plain(f"({plan}.basis = 'fixed' and {plan}.frequency_type not in ('hours', 'cycles'))")


class CalendarTooFull(Invalid):
    """More entries than anybody could read: ask for less time or filter."""

    code = "calendar_too_full"


@dataclass
class Selection:
    """Conditions on `e` (equipment) that every part of the statement shares, and what differs between plans and jobs."""

    since: Sql
    until: Sql
    common: list[Sql]
    planned: list[Sql] = field(default_factory=list)
    jobs: list[Sql] = field(default_factory=list)
    technician: Sql | None = None
    is_of_place: bool = False
    """Whether less than all sites is looked at: those of nearly all take no longer by their plans than by their dates."""

    def of_plans(self, technician: str) -> Sql:
        """Conditions on `p` and `e`; `technician` is the expression that says whose the date is."""
        own = () if self.technician is None else (sql("{} = {}", plain(technician), self.technician),)
        return joined((*self.common, *self.planned, *own), " and ")

    @property
    def of_jobs(self) -> Sql:
        return joined((*self.common, *self.jobs), " and ")

    def both(self, planned: str, job: str, wanted: UUID | None) -> None:
        """Narrow plans and jobs to those with `wanted`, when it is."""
        if wanted is not None:
            value = sql("{}", wanted)
            self.planned.append(sql("{} = {}", plain(planned), value))
            self.jobs.append(sql("{} = {}", plain(job), value))


def selection(actor: Actor, query: CalendarQuery) -> Selection:
    since = datetime.combine(query.since, datetime.min.time())
    until = datetime.combine(query.until + _DAY, datetime.min.time())
    chosen = Selection(
        sql("{}::timestamp", since), sql("{}::timestamp", until), [in_sight(actor, "e.site_id"), sql("e.archived_at is null")]
    )
    places = ("e.site_id", query.site_id), ("e.production_line_id", query.production_line_id), ("e.id", query.equipment_id)
    chosen.is_of_place = actor.site_ids is not None or any(wanted is not None for _, wanted in places)
    for column, wanted in places:
        if wanted is not None:
            chosen.common.append(sql("{} = {}", plain(column), wanted))
    chosen.both("p.site_id", "i.site_id", query.site_id)  # said of the plan and the job too, whose indexes begin with it
    chosen.both("p.maintenance_type_id", "i.maintenance_type_id", query.maintenance_type_id)
    chosen.both("p.team_id", "i.assigned_team_id", query.team_id)
    if query.technician_id is not None:
        chosen.technician = sql("{}", query.technician_id)
        chosen.jobs.append(sql("i.assigned_technician_id = {}", chosen.technician))
    return chosen


def _of_plan(due: str, original_due: str, *, technician: str, is_forecast: str) -> Sql:
    return plain(json_columns(
        CalendarEntry, "p", plan_id="p.id", intervention_id="null::uuid", original_due=original_due, due=due, equipment_name="e.name",
        assigned_technician_id=technician, status="'planned'", is_forecast=is_forecast,
    ))  # fmt: skip


_JOB_DUE = "case when i.due_at = i.scheduled_start then i.due_local else i.scheduled_start at time zone s.clock end"
_JOB = plain(json_columns(
    CalendarEntry, "i", plan_id="i.scheduled_maintenance_id", intervention_id="i.id", due=_JOB_DUE, equipment_name="e.name",
    team_id="i.assigned_team_id", is_forecast="false", status="i.status::text", priority="i.priority::text",
))  # fmt: skip


def entries(chosen: Selection) -> Sql:
    """`select` of the columns of `CalendarEntry`, unordered."""
    return joined((_occurrences(chosen), _dates(chosen), _jobs(chosen)), " union all ")


_BY_DATE = plain("plan_occurrence o join scheduled_maintenances p on p.id = o.plan_id")
_BY_PLAN = plain(
    "scheduled_maintenances p"
    " cross join lateral (select * from plan_occurrence o where o.plan_id = p.id and o.state = 'planned' offset 0) o"
)


def _occurrences(chosen: Selection) -> Sql:
    """Every plan's next occurrence, and those later ones that were moved or given to somebody.

    PostgreSQL takes few of the dates to come for planned, when nearly all are, and would look at those of every site.
    """
    return sql(
        "select {} from {} join equipment e on e.id = p.equipment_id"
        " where o.state = 'planned' and o.due >= {} and o.due < {} and {} and {}",
        _of_plan("o.due", "o.original_due", technician=TECHNICIAN, is_forecast="false"), _BY_PLAN if chosen.is_of_place else _BY_DATE,
        chosen.since, chosen.until, _ALIVE, chosen.of_plans(TECHNICIAN),
    )  # fmt: skip


def _dates(chosen: Selection) -> Sql:
    """What the rule says of later dates that have nothing of their own."""
    technician, series = "p.assigned_technician_id", is_series("p")
    return sql(
        "select {columns} from scheduled_maintenances p join equipment e on e.id = p.equipment_id"
        " cross join lateral unnest(p.upcoming) with ordinality d(due, n)"
        " where d.due >= {since} and d.due < {until} and ({series} or d.n > 1) and {alive} and {chosen}"
        " and not exists (select from plan_occurrence o where {series}"
        " and o.plan_id = p.id and o.original_due = d.due and o.state in ('planned', 'open'))",
        columns=_of_plan("d.due", "d.due", technician=technician, is_forecast=f"not {series}"),
        since=chosen.since, until=chosen.until, series=series, alive=_ALIVE, chosen=chosen.of_plans(technician),
    )  # fmt: skip


def _jobs(chosen: Selection) -> Sql:
    # A job's day begins at different instants at different sites: the index narrows, the wall clock decides.
    return sql(
        "select {columns} from maintenance_interventions i join sites s on s.id = i.site_id join equipment e on e.id = i.equipment_id"
        " where i.scheduled_start >= {since} at time zone 'UTC' - interval '2 days'"
        " and i.scheduled_start < {until} at time zone 'UTC' + interval '2 days'"
        " and i.status <> 'cancelled' and {due} >= {since} and {due} < {until} and {chosen}",
        columns=_JOB, since=chosen.since, until=chosen.until, due=plain(_JOB_DUE), chosen=chosen.of_jobs,
    )  # fmt: skip


async def month(pool: ReadPool, actor: Actor, query: CalendarQuery) -> Response:
    """`list[CalendarEntry]` by date; raises `CalendarTooFull` beyond `MOST_ENTRIES`."""
    statement = sql(
        "select coalesce(json_agg(c), '[]')::text as items, count(*) as total"
        " from (select * from ({}) u order by due, title, equipment_name limit {}) c",
        entries(selection(actor, query)), MOST_ENTRIES + 1,
    )  # fmt: skip
    row = await pool.fetchrow(*statement.rendered())
    if row["total"] > MOST_ENTRIES:
        raise CalendarTooFull(most=MOST_ENTRIES)
    return Written(row["items"])
