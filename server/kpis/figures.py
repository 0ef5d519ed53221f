"""Figures out of their events: sums over sums, by one statement for all of them."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from server.core.access import Actor
from server.core.queries import Sql, joined, plain, sql
from server.core.read_pool import ReadPool
from server.kpis.asking import asked, spanned
from server.kpis.events import PARTS_OF, Way, events_of, shared
from server.kpis.facts import Asked, facts, knows_costs
from shared_models.kpis.registry import KPIS, OF_COSTS, WITHOUT_NUMBER, Because, Kpi, KpiKey
from shared_models.kpis.rows import Board, Figure, KpiQuery
from shared_models.kpis.statistics import LEAST_TREND, is_trend, laplace_of, mtbf_at_least

_MIDDLES = {"median": 0.5, "p90": 0.9}
_NOTHING: dict[KpiKey, Because] = {
    KpiKey.availability: Because.nothing_seen, KpiKey.mtbf: Because.no_failures, KpiKey.mttr: Because.nothing_restored,
    KpiKey.mrt: Because.nothing_restored, KpiKey.mdt: Because.nothing_down, KpiKey.availability_inherent: Because.no_failures,
    KpiKey.availability_required: Because.no_calendar, KpiKey.preventive_share: Because.nothing_done,
    KpiKey.pm_compliance: Because.nothing_due, KpiKey.pm_success: Because.nothing_done,
    KpiKey.schedule_compliance: Because.nothing_scheduled, KpiKey.lateness: Because.nothing_due,
    KpiKey.backlog_weeks: Because.no_capacity, KpiKey.cost: Because.no_costs, KpiKey.cost_to_value: Because.no_replacement_value,
    KpiKey.utilisation: Because.no_capacity, KpiKey.repeat_rate: Because.nothing_done, KpiKey.stock_turns: Because.no_stock,
}  # fmt: skip


@dataclass
class Sums:
    """Of the events of one figure, in one currency."""

    n: int = 0
    left_out: int = 0
    numerator: float | None = None
    denominator: float | None = None
    middle: float | None = None
    mean_at: float | None = None
    estimated: int = 0
    unpriced: int = 0


Found = dict[tuple[Way, str, str], Sums]
"""By figure, part and currency."""


# --- sums


async def sums(pool: ReadPool, of: Asked, ways: Iterable[Way]) -> Found:
    """`ways`: what is given of which figure; one that is made of two brings the sums of both."""
    wanted = list(ways)
    made, kept = shared(wanted)
    statement = sql("{} {} {}", facts(of), made, joined([_summed(way, kept) for way in wanted], " union all "))
    is_board_of_one = of.query.equipment_id is not None and len(wanted) > 1
    ask = pool.fetch_as_planned if is_board_of_one else pool.fetch
    rows: Sequence[asyncpg.Record] = await ask(*statement.rendered())
    return {
        ((KpiKey(row["key"]), row["variant"]), row["part"], row["currency"]): Sums(
            row["n"], row["left_out"], row["numerator"], row["denominator"], row["middle"], row["mean_at"], row["estimated"],
            row["unpriced"],
        )
        for row in rows
    }  # fmt: skip


def _summed(way: Way, kept: Mapping[int, Sql]) -> Sql:
    key, variant = way
    return sql(
        "select {}::text as key, {}::text as variant, part, currency,"
        " count(*) filter (where left_out is null and kind <> all({})) as n, count(*) filter (where left_out is not null) as left_out,"
        " (sum(numerator) filter (where left_out is null))::float8 as numerator,"
        " (sum(denominator) filter (where left_out is null))::float8 as denominator, {} as middle,"
        " {} as mean_at, count(*) filter (where kind = 'machine') as estimated,"
        " count(*) filter (where left_out = 'no_rate') as unpriced from ({}) e group by part, currency",
        plain(f"'{key}'"), plain(f"'{variant}'"), list(WITHOUT_NUMBER), plain(_middle(variant)), plain(_mean_at(key)),
        events_of(way, kept),
    )  # fmt: skip


def _middle(variant: str) -> str:
    if variant not in _MIDDLES:
        return "null::float8"
    return f"percentile_cont({_MIDDLES[variant]}) within group (order by numerator::float8) filter (where left_out is null)"


def _mean_at(key: KpiKey) -> str:
    """Where in the window the failures lie on average, 0 to 1."""
    if key is not KpiKey.mtbf:
        return "null::float8"
    whole = "(select extract(epoch from max(ends) - min(begins)) from place)"
    since = "(select extract(epoch from min(begins)) from place)"
    return f"(avg(extract(epoch from began)) filter (where kind = 'failure') - {since})::float8 / {whole}::float8"


# --- figures


def figures(found: Found, earlier: Found, ways: Iterable[Way]) -> list[Figure]:
    made = []
    for way in ways:
        currencies = sorted({currency for known, _, currency in (*found, *earlier) if known == way})
        for currency in currencies or [""]:
            figure = _figure(way, currency, found)
            made.append(figure.model_copy(update={"before": _figure(way, currency, earlier).value}))
    return made


def _figure(way: Way, currency: str, found: Found) -> Figure:
    kpi = KPIS[way[0]]
    if way in PARTS_OF:
        return _inherent(kpi, found)
    of = found.get((way, "", currency), Sums())
    return _blank(kpi, way[1], currency).model_copy(update=_valued(kpi, way[1], of))


def _blank(kpi: Kpi, variant: str, currency: str) -> Figure:
    return Figure(
        key=kpi.key, variant=variant, currency=currency, unit=kpi.unit, better=kpi.better, value=None, because=_NOTHING[kpi.key]
    )  # fmt: skip


def _valued(kpi: Kpi, variant: str, of: Sums) -> dict[str, Any]:
    value = of.middle if variant in _MIDDLES else _value(kpi.key, of)
    told: dict[str, Any] = {
        "value": value, "numerator": of.numerator, "denominator": of.denominator, "n": of.n, "left_out": of.left_out,
        "because": None if value is not None else _because(kpi.key, of),
    }  # fmt: skip
    if kpi.key is KpiKey.mtbf and of.numerator:
        told |= {"bound": mtbf_at_least(max(0.0, of.numerator), of.n), "is_estimated": of.estimated > 0, "trend": _trend(of)}
    return told


def _value(key: KpiKey, of: Sums) -> float | None:
    if key is KpiKey.cost:
        return of.numerator
    if not of.denominator or (key is KpiKey.cost_to_value and _is_unpriced(of)):
        return None
    return (of.numerator or 0.0) / of.denominator


def _is_unpriced(of: Sums) -> bool:
    """Of all the work nobody knows what it cost, which is not that it cost nothing."""
    return of.unpriced > 0 and not of.n


def _because(key: KpiKey, of: Sums) -> Because:
    if key in {KpiKey.mtbf, KpiKey.mttr} and not of.numerator and not of.left_out and not of.n:
        return Because.nothing_seen
    if key in {KpiKey.cost, KpiKey.cost_to_value} and _is_unpriced(of):
        return Because.no_rates
    return _NOTHING[key]


def _trend(of: Sums) -> float | None:
    if of.n < LEAST_TREND or of.mean_at is None:
        return None
    u = laplace_of(of.mean_at, of.n, 1.0)
    return u if is_trend(u) else None


def _inherent(kpi: Kpi, found: Found) -> Figure:
    """MTBF over MTBF and MRT."""
    way = (kpi.key, "")
    run, mended = found.get((way, "mtbf", ""), Sums()), found.get((way, "mrt", ""), Sums())
    blank = _blank(kpi, "", "").model_copy(update={"n": run.n, "left_out": run.left_out + mended.left_out})
    if not run.denominator or not mended.denominator:
        return blank
    mtbf, mrt = (run.numerator or 0.0) / run.denominator, (mended.numerator or 0.0) / mended.denominator
    if not mtbf + mrt:
        return blank
    return blank.model_copy(update={"value": mtbf / (mtbf + mrt), "numerator": mtbf, "denominator": mtbf + mrt, "because": None})


async def compared(pool: ReadPool, this: Asked, earlier: Asked, ways: Iterable[Way] | None = None) -> list[Figure]:
    """All figures, or those of `ways`; both periods are summed at the same time."""
    wanted = list(all_ways(this.actor) if ways is None else ways)
    return figures(*await asyncio.gather(sums(pool, this, wanted), sums(pool, earlier, wanted)), wanted)


# --- the board


def all_ways(actor: Actor) -> Iterator[Way]:
    """That they may know."""
    ways = ((kpi.key, variant) for kpi in KPIS.values() for variant in kpi.variants)
    return (way for way in ways if way not in OF_COSTS or knows_costs(actor))


async def board(pool: ReadPool, actor: Actor, query: KpiQuery) -> Board:
    this, earlier = await asked(pool, actor, query)
    return Board(**spanned(this, earlier), figures=await compared(pool, this, earlier))
