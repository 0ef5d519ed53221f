"""What charts and reports show of many machines at once, out of the same facts as the figures."""

from collections.abc import Iterator

from server.core.access import Actor
from server.core.queries import Sql, joined, plain, sql
from server.core.read_pool import ReadPool
from server.kpis.asking import asked, spanned
from server.kpis.events import EVENTS
from server.kpis.facts import facts, knows_costs
from server.kpis.figures import compared
from shared_models.kpis.registry import KpiKey, Unit
from shared_models.kpis.rows import Bar, Chart, Charts, KpiQuery, MachineFigures, Report, ReportQuery

BARS = 12
_DOWN = "(select equipment_id, upper(span) - lower(span) as lasting from down) e"
_COUNTED = "left_out is null"


def _bars(key: str, *, row: str, value: str, source: Sql, label: str = "null", currency: str = "''", count: str = "count(*)") -> Sql:
    """A bar without a label is a machine's: `charts` names those, each once."""
    return sql(
        "select {}::text as key, {}::text as currency, {}::uuid as id, {}::text as label, ({})::float8 as value, ({})::bigint as count"
        " from {} group by 2, 3, 4",
        *map(plain, (f"'{key}'", currency, row, label, value, count)), source,
    )  # fmt: skip


def _of(key: KpiKey, variant: str = "") -> Sql:
    return sql("({}) e", joined(EVENTS[key, variant], " union all "))


_MODE = (
    "(select t.id, coalesce(f.id, null) as mode_id, coalesce(f.names->>{lang}, f.names->>'fr', f.code) as mode from told t"
    " join maintenance_interventions i on i.id = t.id left join failure_item f on f.id = i.mode_id"
    " where t.stop_kind = 'failure' and not t.is_cancelled and t.stopped_at >= t.seen_from) e"
)
_UNITS = {
    "downtime": Unit.hours, "downtime_by_kind": Unit.hours, "failures": Unit.number, "restoring": Unit.hours, "modes": Unit.number,
    "work": Unit.hours, "cost": Unit.money,
}  # fmt: skip


def _statement(actor: Actor) -> Sql:
    kinds = "(select stop_kind, extract(epoch from ended - began) / 3600 as lasting from told where not is_cancelled and began < ended) e"
    work = "(select intervention_type, extract(epoch from ended - counts_from) / 3600 as lasting from work) e"
    return joined(
        (
            _bars("downtime", row="e.equipment_id", value="sum(extract(epoch from lasting)) / 3600", source=plain(_DOWN)),
            _bars("downtime_by_kind", row="null", label="e.stop_kind", value="sum(lasting)", source=plain(kinds)),
            _bars("failures", row="e.equipment_id", value="count(*)",
                  source=sql("{} where {} and e.kind = 'failure'", _of(KpiKey.mtbf), plain(_COUNTED))),
            _bars("restoring", row="e.equipment_id", value="sum(numerator) / sum(denominator)",
                  source=sql("{} where {}", _of(KpiKey.mttr), plain(_COUNTED))),
            _bars("modes", row="e.mode_id", label="coalesce(e.mode, '')", value="count(*)", source=sql(_MODE, lang=actor.lang)),
            _bars("work", row="null", label="e.intervention_type", value="sum(lasting)", source=plain(work)),
            *_costs(actor),
        ),
        " union all ",
    )  # fmt: skip


def _costs(actor: Actor) -> Iterator[Sql]:
    if knows_costs(actor):
        source = sql("{} where {}", _of(KpiKey.cost, "total"), plain(_COUNTED))
        yield _bars("cost", row="e.equipment_id", value="sum(numerator)", currency="e.currency", source=source)


async def charts(pool: ReadPool, actor: Actor, query: KpiQuery) -> Charts:
    """Each chart's longest bars, and how many there are in all."""
    this, earlier = await asked(pool, actor, query)
    ranked = sql(
        "{} select *, count(*) over of_one as total, sum(value) over of_one as whole, row_number() over (partition by key, currency"
        " order by value desc, label, id) as place from (select b.key, b.currency, b.id, b.value, b.count,"
        " coalesce(b.label, c.code || ' · ' || c.name) as label from ({}) b left join chosen c on c.id = b.id) b"
        " window of_one as (partition by key, currency)",
        facts(this), _statement(actor),
    )  # fmt: skip
    rows = await pool.fetch(*sql("select * from ({}) r where place <= {} order by key, currency, place", ranked, BARS).rendered())
    found: dict[tuple[str, str], Chart] = {}
    for key, unit in _UNITS.items():
        for row in rows:
            if row["key"] == key:
                blank = Chart(key=key, unit=unit, currency=row["currency"], bars=[], total=row["total"], whole=row["whole"])
                chart = found.setdefault((key, row["currency"]), blank)
                chart.bars.append(Bar(id=row["id"], label=row["label"] or "", value=row["value"], count=row["count"]))
    days = spanned(this, earlier)
    return Charts(period=days["period"], since=days["since"], until=days["until"], as_of=this.now, charts=list(found.values()))


# --- the report


_MACHINES = """
select m.id, m.site_id, m.code, m.name, s.seen::float8 as seen, coalesce(d.down, 0)::float8 as down, coalesce(f.failures, 0) as failures,
    ((s.seen - coalesce(d.down, 0)) / s.seen)::float8 as availability, (f.ran / nullif(f.failures, 0))::float8 as mtbf,
    r.mttr::float8 as mttr, coalesce(j.jobs, 0) as jobs, coalesce(w.labour, 0)::float8 as labour,
    coalesce(w.preventive, 0)::float8 as preventive_labour
from machine m
cross join lateral (select extract(epoch from m.seen_until - m.seen_from) / 3600 as seen) s
left join (select equipment_id, sum(extract(epoch from upper(span) - lower(span))) / 3600 as down from down group by 1) d
    on d.equipment_id = m.id
left join (select equipment_id, sum(numerator) as ran, sum(denominator)::bigint as failures from {mtbf} where left_out is null group by 1) f
    on f.equipment_id = m.id
left join (select equipment_id, sum(numerator) / sum(denominator) as mttr from {mttr} where left_out is null group by 1) r
    on r.equipment_id = m.id
left join (select equipment_id, count(*) as jobs from done group by 1) j on j.equipment_id = m.id
left join (select equipment_id, sum(numerator) as preventive, sum(denominator) as labour from {hours} group by 1) w on w.equipment_id = m.id
"""


def by_machine() -> Sql:
    """A row of each machine, after its `facts`."""
    return sql(_MACHINES, mtbf=_of(KpiKey.mtbf), mttr=_of(KpiKey.mttr), hours=_of(KpiKey.preventive_share, "hours"))


async def report(pool: ReadPool, actor: Actor, query: ReportQuery) -> Report:
    this, earlier = await asked(pool, actor, query)
    made = await compared(pool, this, earlier)
    statement = sql(
        "{} select *, count(*) over () as total from ({}) m order by down desc, code, id limit {} offset {}",
        facts(this), by_machine(), query.size, (query.page - 1) * query.size,
    )  # fmt: skip
    rows = await pool.fetch(*statement.rendered())
    return Report(
        **spanned(this, earlier), figures=made, machines=[MachineFigures.model_validate(dict(row)) for row in rows],
        total=rows[0]["total"] if rows else 0, page=query.page, size=query.size,
    )  # fmt: skip
