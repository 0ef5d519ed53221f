"""What a monitoring system is told of the plant: sums by site, which a job keeps now and then. Who asks reads one row.

Names of sites are told, of people none. What happens is summed over the last days, today included.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import asyncpg
import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from server.core.access import SYSTEM
from server.core.clock import now
from server.core.database import Database
from server.core.queries import Sql, joined, plain, sql
from server.core.read_pool import ReadPool
from server.kpis.asking import asked
from server.kpis.events import EVENTS
from server.kpis.facts import facts
from shared_models.kpis.periods import Period
from shared_models.kpis.registry import KpiKey
from shared_models.kpis.rows import KpiQuery

DAYS: Final = 30
READ_AT: Final = "etabli_figures_read_time_seconds"
METRICS: Final = {
    "etabli_machines": ("Machines by status", ("site", "status")),
    "etabli_jobs_open": ("Jobs that are not over", ("site", "status")),
    "etabli_jobs_completed": ("Jobs completed in the last 30 days", ("site", "type")),
    "etabli_jobs_duration_hours": ("From the start to the end of the jobs completed in the last 30 days", ("site", "type")),
    "etabli_jobs_work_hours": ("Worked on the jobs completed in the last 30 days", ("site", "type")),
    "etabli_machine_hours": ("Time of the machines in the last 30 days", ("site",)),
    "etabli_machine_up_hours": ("Of it, time in which they did not stand still", ("site",)),
    "etabli_preventive_due": ("Preventive work due in the last 30 days and judged", ("site",)),
    "etabli_preventive_on_time": ("Of it, done on time", ("site",)),
    "etabli_preventive_done": ("Preventive work of the last 30 days of which it is known whether it held", ("site",)),
    "etabli_preventive_held": ("Of it, not followed by a failure of the machine within the interval of its plan", ("site",)),
    "etabli_cost": ("Cost of maintenance of the last 30 days", ("site", "currency", "kind")),
    "etabli_stock_value": ("Value of the stock", ("site", "currency")),
    "etabli_stock_low": ("Parts at their minimum or below", ("site",)),
}
_log = structlog.get_logger(__name__)
_KEEP = (
    "insert into figure_reading (id, read_at, content) values (1, $1, $2::text::jsonb)"
    " on conflict (id) do update set read_at = excluded.read_at, content = excluded.content"
)
_KEPT = "select extract(epoch from read_at)::float8 as read_at, content::text from figure_reading"


# --- kept


def _of(name: str, value: str, source: Sql | str, **labels: str) -> Sql:
    """`labels`: an expression each; `site_id` is the source's."""
    wanted = joined(
        [plain("jsonb_build_object("), joined([plain(f"'{key}', {each}") for key, each in labels.items()], ", "), plain(")")], ""
    )
    return sql(
        "select {} as name, site_id, {} as labels, ({})::float8 as value from {} group by 2, 3",
        plain(f"'{name}'"), wanted, plain(value), source if isinstance(source, Sql) else plain(source),
    )  # fmt: skip


def _events(key: KpiKey, variant: str = "") -> Sql:
    return sql(
        "(select e.*, c.site_id from ({}) e join chosen c on c.id = e.equipment_id where e.left_out is null) e",
        joined(EVENTS[key, variant], " union all "),
    )


_HOURS = "sum(extract(epoch from {} - {})) / 3600"
_STOCK = "(select k.site_id, k.value, k.low_since, p.currency from stock k join spare_parts p on p.id = k.part_id) k"
_COST_KIND = "case kind when 'work' then 'labour' when 'part' then 'parts' else 'downtime' end"


def _parts() -> Iterator[Sql]:
    yield _of("etabli_machines", "count(*)", "equipment where archived_at is null", status="status")
    yield _of(
        "etabli_jobs_open", "count(*)", "maintenance_interventions where status in ('pending', 'in_progress', 'on_hold')", status="status"
    )
    yield _of("etabli_jobs_completed", "count(*)", "done", type="intervention_type")
    duration = "coalesce(sum(extract(epoch from actual_end - actual_start)), 0) / 3600"
    yield _of("etabli_jobs_duration_hours", duration, "done", type="intervention_type")
    worked = "(select j.site_id, j.intervention_type, a.ended_at - a.started_at as lasting from done j join intervention_action a"
    yield _of(
        "etabli_jobs_work_hours", "coalesce(sum(extract(epoch from lasting)), 0) / 3600", f"{worked} on a.intervention_id = j.id) w",
        type="intervention_type",
    )  # fmt: skip
    for key, of, brought in (
        (KpiKey.availability, "etabli_machine_up_hours", "etabli_machine_hours"),
        (KpiKey.pm_compliance, "etabli_preventive_on_time", "etabli_preventive_due"),
        (KpiKey.pm_success, "etabli_preventive_held", "etabli_preventive_done"),
    ):
        yield _of(of, "sum(numerator)", _events(key))
        yield _of(brought, "sum(denominator)", _events(key))
    yield _of("etabli_cost", "sum(numerator)", _events(KpiKey.cost, "total"), currency="currency", kind=_COST_KIND)
    yield _of("etabli_stock_value", "sum(value)", _STOCK, currency="currency")
    yield _of("etabli_stock_low", "count(*) filter (where low_since is not null)", _STOCK)


async def keep(database: Database) -> None:
    """Reckon all of it anew."""
    today = now().date()
    query = KpiQuery(period=Period.custom, since=today - timedelta(days=DAYS - 1), until=today)
    this, _ = await asked(database.pool, SYSTEM, query, is_time_required=False)
    statement = sql(
        "{} select r.name, (r.labels || jsonb_build_object('site', s.name))::text as labels, r.value from ({}) r"
        " join sites s on s.id = r.site_id"
        " order by 1, s.name, 2",
        facts(this), joined(list(_parts()), " union all "),
    )  # fmt: skip
    async with database.pool.acquire_for_long() as connection:
        rows = await connection.fetch(*statement.rendered())
    content = json.dumps([[row["name"], json.loads(row["labels"]), row["value"]] for row in rows])
    async with database.session() as session:
        await session.run(_KEEP, this.now, content)


# --- told


class _Told(Collector):
    def __init__(self, row: asyncpg.Record | None) -> None:
        self._row = row

    def collect(self) -> Iterator[GaugeMetricFamily]:
        families = {name: GaugeMetricFamily(name, said, labels=labels) for name, (said, labels) in METRICS.items()}
        for name, labels, value in json.loads(self._row["content"]) if self._row else []:
            if (family := families.get(name)) is not None:
                family.add_metric([labels.get(label, "") for label in METRICS[name][1]], value)
        yield from families.values()
        if self._row:
            yield GaugeMetricFamily(READ_AT, "When the figures of the plant were read", value=self._row["read_at"])


async def told(pool: ReadPool) -> bytes:
    """In the words of Prometheus; nothing while the database is away."""
    try:
        row: Any = await pool.fetchrow(_KEPT)
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        _log.warning("figures_not_read", error=repr(error))
        return b""
    registry = CollectorRegistry()
    registry.register(_Told(row))
    return generate_latest(registry)
