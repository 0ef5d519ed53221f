"""What a report of a period tells, read from the figures' own facts and laid aside in a file, a line a row: however much it is, it is
in no memory.
"""

from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from pydantic_core import to_json

from server.core.access import Actor, in_sight
from server.core.i18n import mo_bytes
from server.core.queries import Sql, plain, sql
from server.core.read_pool import ReadPool
from server.core.sql import name_of
from server.kpis.asking import asked, spanned
from server.kpis.charts import by_machine
from server.kpis.events import events_of
from server.kpis.facts import Asked, facts
from server.kpis.figures import compared
from server.kpis.rollup import months
from server.reports.models import KeptReport
from shared_models.kpis.periods import Period
from shared_models.kpis.registry import KpiKey
from shared_models.kpis.rows import Board, KpiQuery
from shared_models.reports.rows import ReportKind

_ROWS = 500


@dataclass
class Gathered:
    """`head` goes first; the sections after it are lines, a name, a tab and an object, in the order in which the document has them."""

    pool: ReadPool
    this: Asked
    earlier: Asked
    spool: IO[bytes]
    head: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    async def fetch(self, name: str, statement: Sql, of: Asked | None = None) -> None:
        """Some rows, for the head."""
        self.head[name] = [dict(row) for row in await self.pool.fetch(*sql("{} {}", facts(of or self.this), statement).rendered())]

    async def section(self, name: str, statement: Sql) -> None:
        """Rows without number, each as one JSON object."""
        whole = sql("{} select row_to_json(x)::text from ({}) x", facts(self.this), statement)
        prefix, count = f"{name}\t".encode(), 0
        async with self.pool.acquire_for_long() as connection, connection.transaction(readonly=True):
            cursor = await connection.cursor(*whole.rendered())
            while rows := await cursor.fetch(_ROWS):
                self.spool.writelines(prefix + row[0].encode() + b"\n" for row in rows)
                count += len(rows)
        self.counts[name] = count

    def lines(self) -> Iterator[bytes]:
        yield to_json({**self.head, "counts": self.counts}) + b"\n"
        self.spool.seek(0)
        yield from self.spool


Telling = Callable[[Gathered], Awaitable[None]]
TOLD: dict[ReportKind, Telling] = {}


def tells(kind: ReportKind) -> Callable[[Telling], Telling]:
    def register(telling: Telling) -> Telling:
        TOLD[kind] = telling
        return telling

    return register


def query_of(report: KeptReport) -> KpiQuery:
    return KpiQuery(period=Period.custom, since=report.since, until=report.until, site_id=report.site_id)


async def gathered(pool: ReadPool, actor: Actor, report: KeptReport, spool: IO[bytes]) -> Gathered:
    this, earlier = await asked(pool, actor, query_of(report))
    found = Gathered(pool, this, earlier, spool)
    made = await compared(pool, this, earlier)
    board = Board(**spanned(this, earlier), figures=made)
    words = b64encode(mo_bytes(report.lang)).decode()
    found.head |= {"kind": report.kind, "lang": report.lang, "words": words, "asked_by": actor.label, "board": board}
    found.head |= await _places(pool, this)
    await TOLD[ReportKind(report.kind)](found)
    return found


async def _places(pool: ReadPool, of: Asked) -> dict[str, Any]:
    """The sites in sight by name, and the clock that all of them have, or Greenwich's."""
    own = sql("s.id = {}", of.query.site_id) if of.query.site_id else plain("true")
    statement = sql("select s.name, s.clock from sites s where {} and {} order by s.name, s.id", in_sight(of.actor, "s.id"), own)
    rows = await pool.fetch(*statement.rendered())
    clocks = {row["clock"] for row in rows}
    return {"sites": [row["name"] for row in rows], "zone": clocks.pop() if len(clocks) == 1 else "UTC"}


# --- maintenance of a period

_HOURS = "extract(epoch from w.ended - w.counts_from) / 3600"
_BY_TYPE = sql(
    "select k.intervention_type as name, coalesce(d.jobs, 0) as jobs, coalesce(w.hours, 0)::float8 as hours from ("
    " select intervention_type from done union select intervention_type from work) k"
    " left join (select intervention_type, count(*) as jobs from done group by 1) d using (intervention_type)"
    " left join (select w.intervention_type, sum({hours}) as hours from work w group by 1) w using (intervention_type)"
    " order by hours desc, jobs desc, name",
    hours=plain(_HOURS),
)
_BY_PLACE = """
select s.name as site, l.name as line, count(*) as machines, sum(m.seen) as seen, sum(m.down) as down, sum(m.failures)::int as failures,
    sum(m.jobs)::int as jobs, sum(m.labour) as labour, ((sum(m.seen) - sum(m.down)) / nullif(sum(m.seen), 0))::float8 as availability
from ({machines}) m join equipment e on e.id = m.id join sites s on s.id = m.site_id
left join production_lines l on l.id = e.production_line_id
group by s.id, l.id order by s.name, s.id, l.name nulls last, l.id
"""
_MACHINES = """
select m.code, m.name, m.down, m.availability, m.failures, m.mttr, m.jobs, m.labour from ({machines}) m
where m.down > 0 or m.failures > 0 or m.jobs > 0 or m.labour > 0 order by m.down desc, m.code, m.id
"""
_STOPS = """
select c.code, c.name, t.number, t.title, t.stop_kind, t.stopped_at at time zone c.clock as began,
    t.restarted_at at time zone c.clock as ended, extract(epoch from t.ended - t.began) / 3600 as hours
from told t join chosen c on c.id = t.equipment_id where not t.is_cancelled and t.began < t.ended order by t.stopped_at, t.number, c.code
"""
_JOBS = """
select i.number, i.title, i.intervention_type, i.status, c.code, c.name, n.ended at time zone c.clock as done_at, n.hours, n.costs
from (
    select job_id, max(ended) as ended, sum(hours) as hours,
        json_object_agg(currency, cost) filter (where currency is not null) as costs
    from (
        select job_id, currency, max(ended) as ended, sum(hours) as hours, sum(cost) as cost from (
            select id as job_id, null::text as currency, actual_end as ended, null::numeric as hours, null::numeric as cost from done
            union all select w.job_id, null, null, {hours}, null from work w
            union all select w.job_id, w.currency, null, null, {hours} * w.rate from work w where w.rate is not null
            union all select job_id, currency, null, null, amount from issued
        ) each group by job_id, currency
    ) by_currency group by job_id
) n
join maintenance_interventions i on i.id = n.job_id join chosen c on c.id = i.equipment_id
order by n.ended nulls last, i.number
"""
"""Facts come together by sums alone: PostgreSQL takes them for a handful of rows, and joined would read them all for each job."""


@tells(ReportKind.maintenance)
async def _maintenance(found: Gathered) -> None:
    await found.fetch("by_type", _BY_TYPE)
    await found.fetch("by_place", sql(_BY_PLACE, machines=by_machine()))
    await found.section("machines", sql(_MACHINES, machines=by_machine()))
    await found.section("stops", sql(_STOPS))
    await found.section("jobs", sql(_JOBS, hours=plain(_HOURS)))


# --- the letter

_DOWN = "select m.id::text as id, m.code, m.name, m.down as value from ({machines}) m where m.down > 0"
_COST = """
select e.equipment_id::text as id, c.code, c.name, e.currency, sum(e.numerator)::float8 as value
from ({events}) e join chosen c on c.id = e.equipment_id where e.left_out is null group by 1, 2, 3, 4 having sum(e.numerator) <> 0
"""
_LONGEST = """
select c.code, c.name, t.number, t.title, t.stop_kind, extract(epoch from t.ended - t.began)::float8 / 3600 as hours,
    t.stopped_at at time zone c.clock as began, t.restarted_at is null as is_down,
    (select coalesce(f.names ->> {lang}, f.names ->> 'fr', f.code) from maintenance_interventions i
        join failure_item f on f.id = i.cause_id where i.id = t.id) as cause
from told t join chosen c on c.id = t.equipment_id where not t.is_cancelled and t.began < t.ended
order by t.ended - t.began desc, t.number limit 5
"""
_MISSED = """
select c.code, c.name, d.title, d.due::text as due, d.state, d.outcome from due d join chosen c on c.id = d.equipment_id
where d.excused is null
    and (d.state = 'missed' or d.outcome = 'late' or (d.state in ('planned', 'open') and d.today - d.due::date > d.tolerance))
order by d.state = 'missed' desc, d.done_at is null desc, d.due, c.code limit 5
"""


@tells(ReportKind.letter)
async def _letter(found: Gathered) -> None:
    actor, query, lang = found.this.actor, found.this.query, found.head["lang"]
    found.head["months"] = await months(found.pool, actor, query)
    for of, when in ((found.this, "now"), (found.earlier, "before")):
        await found.fetch(f"down_{when}", sql(_DOWN, machines=by_machine()), of)
        await found.fetch(f"cost_{when}", sql(_COST, events=events_of((KpiKey.cost, "total"))), of)
    await found.fetch("longest", sql(_LONGEST, lang=lang))
    await found.fetch("missed", sql(_MISSED))


# --- compliance

_JUDGED = """(select d.*, case when d.state in ('planned', 'open') and d.today - d.due::date <= d.tolerance then 'undecided'
        when d.excused is not null then d.excused when d.state = 'done' then coalesce(d.outcome, 'late')
        when d.state in ('missed', 'skipped') then d.state else 'open' end as verdict from due d) d"""
_VERDICTS = "select d.verdict, count(*) as count from {judged} group by 1 order by 1"
_DUE_BY_PLACE = """
select s.name as site, l.name as line, count(*) filter (where d.verdict not in ('undecided', 'cancelled', 'out_of_service'))::int as due,
    count(*) filter (where d.verdict = 'on_time')::int as on_time
from {judged} join equipment e on e.id = d.equipment_id join sites s on s.id = e.site_id
left join production_lines l on l.id = e.production_line_id group by s.id, l.id order by s.name, s.id, l.name nulls last, l.id
"""
_DATES = """
select c.code, c.name, d.title, d.number, d.due::text as due, d.done_at at time zone c.clock as done_at, d.verdict, d.tolerance
from {judged} join chosen c on c.id = d.equipment_id order by d.due, c.code, d.title, d.id
"""


@tells(ReportKind.compliance)
async def _compliance(found: Gathered) -> None:
    judged = plain(_JUDGED)
    await found.fetch("verdicts", sql(_VERDICTS, judged=judged))
    await found.fetch("by_place", sql(_DUE_BY_PLACE, judged=judged))
    await found.section("dates", sql(_DATES, judged=judged))


# --- stock

_BEGAN = """
select m.currency, sum(m.amount)::float8 as value from place p join stock_movements m on m.site_id = p.id where m.occurred_at < p.begins
group by 1 order by 1
"""
_BY_KIND = """
select m.currency, m.movement_type as kind, count(*) as count, coalesce(sum(m.amount) filter (where m.amount > 0), 0)::float8 as came,
    coalesce(sum(m.amount) filter (where m.amount < 0), 0)::float8 as went, sum(m.amount)::float8 as value
from place p join stock_movements m on m.site_id = p.id and m.occurred_at >= p.begins and m.occurred_at < p.ends group by 1, 2 order by 1, 2
"""
_ENDED_BY_SITE = """
select s.name as site, m.currency, sum(m.amount)::float8 as value from place p join sites s on s.id = p.id
join stock_movements m on m.site_id = p.id where m.occurred_at < p.ends group by s.id, 2 order by s.name, s.id, 2
"""
_LOW = """
select q.part_number, q.name, s.name as site, k.on_hand::float8 as on_hand, k.on_order::float8 as on_order, q.unit,
    coalesce(k.minimum, q.minimum_stock)::float8 as minimum, (k.low_since at time zone p.clock) as low_since
from place p join stock k on k.site_id = p.id join spare_parts q on q.id = k.part_id join sites s on s.id = p.id
where k.low_since is not null and q.is_active order by s.name, q.part_number, q.id
"""
_MOVED = """
select m.occurred_at at time zone p.clock as at, m.movement_type as kind, q.part_number, q.name, q.unit, m.quantity::float8 as quantity,
    m.amount::float8 as amount, m.currency, coalesce(i.number, m.reference_document) as reference, {who} as who
from place p join stock_movements m on m.site_id = p.id and m.occurred_at >= p.begins and m.occurred_at < p.ends
join spare_parts q on q.id = m.spare_part_id left join maintenance_interventions i on i.id = m.intervention_id
order by m.occurred_at, m.id
"""


@tells(ReportKind.stock)
async def _stock(found: Gathered) -> None:
    await found.fetch("began", plain(_BEGAN))
    await found.fetch("by_kind", plain(_BY_KIND))
    await found.fetch("by_site", plain(_ENDED_BY_SITE))
    await found.section("low", plain(_LOW))
    await found.section("moved", sql(_MOVED, who=plain(name_of("m.created_by"))))


async def lines_of(gathered: Gathered, told: Callable[[float], Awaitable[None]]) -> AsyncIterator[bytes]:
    """`told` hears what share of them has gone."""
    whole = gathered.rows + 1
    for number, line in enumerate(gathered.lines(), start=1):
        yield line
        await told(number / whole)
