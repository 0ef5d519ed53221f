"""A figure opened: what it counts, what it leaves out and why, in words and row by row."""

from server.core.access import Actor
from server.core.errors import NotFound
from server.core.i18n import translator
from server.core.queries import Sql, plain, sql
from server.core.read_pool import ReadPool
from server.core.sql import name_of
from server.kpis.asking import asked, spanned
from server.kpis.events import Way, events_of
from server.kpis.facts import Asked, facts
from server.kpis.figures import compared
from server.kpis.files import Table
from server.kpis.proof_files import table_of
from shared_models.kpis.registry import KPIS, OF_COSTS, WITHOUT_NUMBER, KpiKey, LeftOut
from shared_models.kpis.rows import Figure, KpiEvent, Omitted, Proof, ProofQuery
from shared_models.permissions import COSTS

_CLOCK = "coalesce(c.clock, (select p.clock from place p order by p.id limit 1))"
_ORDER = "left_out is not null, kind = any({}), part, began, kind, equipment_code, label, id"
_FOR_LEFT_OUT = 4
"""A quarter of a page is kept for what does not count."""


def way_of(actor: Actor, key: KpiKey, query: ProofQuery) -> Way:
    """Raises `NotFound` for a way in which the figure is not given, `Forbidden` for one that they may not know."""
    kpi = KPIS[key]
    variant = query.variant or kpi.variants[0]
    if variant not in kpi.variants:
        raise NotFound
    if (key, variant) in OF_COSTS:
        actor.ensure_any(COSTS)
    return key, variant


async def whole(pool: ReadPool, actor: Actor, key: KpiKey, query: ProofQuery) -> Table:
    """All its events, and the figure as of the same moment."""
    way, (this, earlier) = way_of(actor, key, query), await asked(pool, actor, query)
    figure = chosen(await compared(pool, this, earlier, [way]), query)
    return table_of(figure, spanned(this, earlier), listed(this, way, figure.currency), actor.lang)


async def proof(pool: ReadPool, actor: Actor, key: KpiKey, query: ProofQuery) -> Proof:
    way, (this, earlier) = way_of(actor, key, query), await asked(pool, actor, query)
    given = await compared(pool, this, earlier, [way])
    figure = chosen(given, query)
    counts = await pool.fetch(*_counted(this, way, figure.currency).rendered())
    total, counting = sum(row["count"] for row in counts), sum(row["count"] for row in counts if not row["left_out"])
    left_out = min(total - counting, max(query.size // _FOR_LEFT_OUT, query.size - counting))
    rows = await pool.fetch(*listed(this, way, figure.currency, (query.size - left_out, left_out)).rendered())
    t = translator(actor.lang).t
    return Proof(
        **spanned(this, earlier), name=t(f"kpi.{key}"), formula=t(f"kpi.{key}.formula"), standard=KPIS[key].standard,
        figure=figure, figures=given, events=[KpiEvent.model_validate(dict(row)) for row in rows],
        total=total,
        omitted=[Omitted(reason=LeftOut(row["left_out"]), count=row["count"]) for row in counts if row["left_out"]],
    )  # fmt: skip


def chosen(given: list[Figure], query: ProofQuery) -> Figure:
    """In the currency that is asked for, or the first; raises `NotFound` where there is none."""
    found = [figure for figure in given if not query.currency or figure.currency == query.currency]
    if not found:
        raise NotFound
    return found[0]


def listed(of: Asked, way: Way, currency: str, most: tuple[int, int] | None = None) -> Sql:
    """Every event: those that count first, and of these what is more than an amount; no amounts of other currencies are among them.

    At `most` so many that count, and so many that were left out.
    """
    ordered = sql(_ORDER, list(WITHOUT_NUMBER))
    ranked = sql("row_number() over (partition by left_out is null order by {})", ordered) if most else plain("0")
    few = sql("place <= case when left_out is null then {}::int else {}::int end", *most) if most else plain("true")
    return sql(
        "{facts} select * from (select *, {ranked} as place from ("
        "select e.part, e.kind, e.id, e.equipment_id, coalesce(c.code, '') as equipment_code,"
        " coalesce(c.name, '') as equipment_name, coalesce(e.label, '') as label, coalesce({person}, '') as person, e.job_id,"
        " e.began, e.ended, e.began at time zone {clock} as began_local, e.ended at time zone {clock} as ended_local,"
        " e.numerator::float8 as numerator, e.denominator::float8 as denominator, e.currency, e.left_out"
        " from ({events}) e left join chosen c on c.id = e.equipment_id where e.currency = {currency}) e) e"
        " where {few} order by {order}",
        facts=facts(of), events=events_of(way), currency=currency, order=ordered, ranked=ranked, few=few, clock=plain(_CLOCK),
        person=plain(name_of("e.person")),
    )  # fmt: skip


def _counted(of: Asked, way: Way, currency: str) -> Sql:
    return sql(
        "{facts} select left_out, count(*) as count from ({events}) e where currency = {currency} group by left_out order by left_out",
        facts=facts(of), events=events_of(way), currency=currency,
    )  # fmt: skip
