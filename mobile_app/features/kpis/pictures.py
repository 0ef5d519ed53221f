"""How the figures have gone month by month, and what weighs most: drawn, each with its figures behind it."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any, Final

import flet as ft

from mobile_app.core.i18n import capital, format_hours, format_month, format_number, format_percent, t
from mobile_app.domain.answers import use_answer
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_client
from mobile_app.domain.figures import DASH, amount, money
from mobile_app.ui.cards import Card, CardHeader, SectionHeader
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.feedback import SkeletonCard
from mobile_app.ui.hooks import use_breakpoint
from mobile_app.ui.plots import Pareto, Point, Ranked, Slice, Stacked, Trend
from mobile_app.ui.stack import Columns, Stack
from shared_models.kpis.registry import Unit
from shared_models.kpis.rows import Chart, Charts, Figure, MonthFigures, Months
from shared_models.permissions import Role

_HOUR: Final = 60
_FINEST: Final = 3
_FINE: Final = 1e-9
_OF_MACHINES: Final = frozenset({"downtime", "cost"})
COSTS: Final = ("labour", "parts", "downtime")
SHOWN: Final = {
    Role.technician: ("downtime", "modes"),
    Role.supervisor: ("downtime", "modes", "downtime_by_kind", "cost"),
    Role.admin: ("downtime", "cost", "modes", "downtime_by_kind"),
}


@component
def Pictures(query: str) -> ft.Control:
    client, is_wide = use_client(), use_breakpoint() >= Breakpoint.desktop
    months, charts = use_answer(Months, f"/dashboard/months?{query}"), use_answer(Charts, f"/dashboard/charts?{query}")
    if months.is_loading and charts.is_loading and not (months.data or charts.data):
        return SkeletonCard()
    lines = _lines(months.data) if months.data else []
    ranked = _ranked(client, charts.data) if charts.data else []
    parts = [part for title, cards in (("months", lines), ("weight", ranked)) if cards for part in _section(title, cards, is_wide=is_wide)]
    return Stack(*parts, spacing=12)


def _section(title: str, cards: list[ft.Control], *, is_wide: bool) -> list[ft.Control]:
    header = SectionHeader(t(f"kpis.{title}"))
    return [header, Columns(cards[::2], cards[1::2])] if is_wide else [header, *cards]


def _card(title: str, picture: ft.Control, total: str = "") -> ft.Control:
    return Card(Stack(CardHeader(title, total), picture, spacing=8))


# --- month by month


def _lines(months: Months) -> list[ft.Control]:
    if all(month.down == 0 and month.failures == 0 for month in months.months):
        return []
    hours: Callable[[float], str] = lambda value: format_hours(round(value * _HOUR))  # noqa: E731
    return [
        _month_card("availability", months, lambda month: month.availability, _percent, as_line=True, top=1.0),
        _month_card("down", months, lambda month: month.down, hours),
        _month_card("failures", months, lambda month: float(month.failures), format_number),
        _month_card("mttr", months, lambda month: month.mttr, hours),
    ]


def _month_card(
    name: str, months: Months, value: Callable[[MonthFigures], float | None], said: Callable[[float], str], **more: Any
) -> ft.Control:  # fmt: skip
    title = t(f"kpis.by_month.{name}")
    exact = (lambda found: amount(Unit.share, found)) if name == "availability" else said
    points = [Point(format_month(month.month), found := value(month), DASH if found is None else exact(found)) for month in months.months]
    label = f"{title}, {_month(months.since)} – {_month(months.until)}"
    return _card(title, Trend(points, label=label, said=said, **more))


def _percent(share: float) -> str:
    """With the decimals that tell the marks of an axis apart."""
    return format_percent(share, next(digits for digits in range(4) if digits == _FINEST or abs(round(share, digits + 2) - share) < _FINE))


def _month(day: date) -> str:
    return f"{format_month(day)} {day.year}"


# --- what it costs


def cost_pictures(figures: Sequence[Figure]) -> list[ft.Control]:
    """Labour, parts and downtime of this period and of the one before, a currency at a time."""
    cards = []
    for currency in dict.fromkeys(figure.currency for figure in figures if figure.value):
        ways = {figure.variant: figure for figure in figures if figure.currency == currency}
        parts = [ways[way] for way in COSTS if way in ways]
        spans = [("kpis.this_period", [part.value or 0 for part in parts]), ("kpis.period_before", [part.before or 0 for part in parts])]
        said = partial(money, currency=currency)
        slices = [Slice(t(name), values, said(sum(values)), said(sum(values))) for name, values in spans if sum(values) > 0]
        names = [capital(t(f"kpi.way.{part.variant}")) for part in parts]
        cards.append(_card(t("kpis.costs"), Stacked(slices, names, said=said)))
    return cards


# --- what weighs most


def _ranked(client: Client, charts: Charts) -> list[ft.Control]:
    return [_pareto(chart) for key in SHOWN[client.user.role] for chart in charts.charts if chart.key == key and chart.bars]


def _pareto(chart: Chart) -> ft.Control:
    bars = [
        Ranked(_label(chart, bar.label), bar.value, _said(chart, bar.value), f"/equipment/{bar.id}" if chart.key in _OF_MACHINES else "")
        for bar in chart.bars
        if bar.value > 0
    ]
    return _card(t(f"kpi.chart.{chart.key}"), Pareto(bars, total=chart.whole, on_open=opener), _said(chart, chart.whole))


def _said(chart: Chart, value: float) -> str:
    return money(value, chart.currency) if chart.unit is Unit.money else amount(chart.unit, value)


def _label(chart: Chart, label: str) -> str:
    if chart.key == "downtime_by_kind":
        return t(f"kpis.stop.{label}")
    return label or t("kpis.no_mode")
