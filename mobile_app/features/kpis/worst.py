"""The machines that take most: by what, how they lie to the means, and whether they fail more and more often."""

from collections.abc import Callable
from typing import Final
from urllib.parse import urlencode

import flet as ft

from mobile_app.core.i18n import format_number, n, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.figures import amount, knows_costs, money
from mobile_app.domain.lookup import dotted, site_name
from mobile_app.features.kpis.asking import Asked
from mobile_app.features.kpis.frame import files, use_frame
from mobile_app.ui.address import use_place
from mobile_app.ui.cards import Card, CardHeader, RowCard, SectionHeader
from mobile_app.ui.chips import StatusChip
from mobile_app.ui.choices import Choice, FilterBar, FilterMenu
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.hooks import use_breakpoint
from mobile_app.ui.plots import Dotted, Pareto, Ranked, Scatter
from mobile_app.ui.shell import Page
from mobile_app.ui.stack import Columns, Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import Tone
from shared_models.kpis.registry import Unit
from shared_models.kpis.worst import BadActor, Knife, Worst, WorstBy

PATH: Final = "/dashboard/worst"
BARS: Final = 12
_KNIVES: Final = {Knife.acute_chronic: Tone.bad, Knife.acute: Tone.warning, Knife.chronic: Tone.warning}
_UNITS: Final = {WorstBy.downtime: Unit.hours, WorstBy.cost: Unit.money}


class Worse(Asked):
    """By the time in which they stood still, unless it says otherwise."""

    by: WorstBy | None = None

    @property
    def question(self) -> str:
        return "&".join(filter(None, [super().question, urlencode({"by": self.by}) if self.by else ""]))


@component
def WorstScreen() -> ft.Control:
    client, place = use_tables("sites", "lines", "classes", "equipment"), use_place(Worse)
    found = use_frame(client, place, Worst, PATH, t("kpis.worst"))
    size = use_breakpoint()
    choices = [Choice(each, t(f"kpis.worst_by.{each}")) for each in WorstBy if each is not WorstBy.cost or knows_costs(client)]
    by = FilterBar([FilterMenu(t("kpis.by"), choices, place.asked.by or WorstBy.downtime, place.pick("by"), droppable=False)])
    parts = _parts(client, found.data, place.asked.question) if found.data else []
    if size < Breakpoint.desktop or len(parts) <= 1:
        return Page(*found.head, by, *parts, max_width=720)
    return Page(*found.head, by, Columns(parts[:-1], parts[-1:]), max_width=1180)


def _parts(client: Client, worst: Worst, question: str) -> list[ft.Control]:
    if not worst.machines:
        return [EmptyState(ft.Icons.THUMB_UP_OFF_ALT_ROUNDED, t("kpis.worst_none"), t("kpis.worst_none_body"))]
    said = _said(worst)
    bars = [Ranked(_name(client, each), each.value, said(each.value), f"/equipment/{each.id}") for each in worst.machines[:BARS]]
    pareto = Pareto(bars, total=worst.amount, on_open=opener)
    weight = Card(Stack(CardHeader(t(f"kpis.worst_by.{worst.by}"), said(worst.amount)), pareto, spacing=8))
    rows = [_row(client, each, worst) for each in worst.machines]
    rest = [Meta(n("kpis.in_file", worst.total - len(rows)))] if worst.total > len(rows) else []
    listed = Stack(SectionHeader(t("kpis.worst_machines"), format_number(worst.total)), *rows, *rest, spacing=10)
    return [weight, *_jack_knife(client, worst), *files(client, PATH, question, t("kpis.worst")), listed]


def _said(worst: Worst) -> Callable[[float], str]:
    return lambda value: amount(_UNITS.get(worst.by, Unit.number), value, worst.currency)


def _name(client: Client, machine: BadActor) -> str:
    return dotted(machine.name, site_name(client, machine.site_id))


def _jack_knife(client: Client, worst: Worst) -> list[ft.Control]:
    """Failures by how long they take; the lines are the means."""
    dots = [
        Dotted(each.name, each.failures, each.mttr, dotted(site_name(client, each.site_id), _lies(each)), f"/equipment/{each.id}")
        for each in worst.machines
        if each.knife and each.mttr
    ]
    if not dots or worst.mean_failures is None or not worst.mean_mttr:
        return []
    picture = Scatter(
        dots, label=t("kpis.jack_knife"), axes=(t("kpis.failures"), t("kpis.restoring")), said=(format_number, _hours), on_open=opener,
        cross=(worst.mean_failures, worst.mean_mttr),
    )  # fmt: skip
    means = t("kpis.jack_knife_means", failures=format_number(worst.mean_failures, 1), hours=_hours(worst.mean_mttr))
    return [Card(Stack(CardHeader(t("kpis.jack_knife")), picture, Meta(means, max_lines=4), spacing=8))]


def _hours(value: float) -> str:
    return amount(Unit.hours, value)


def _lies(machine: BadActor) -> str:
    return dotted(n("kpis.failures_count", machine.failures), t("kpis.restored_in", hours=_hours(machine.mttr or 0)))


def _row(client: Client, machine: BadActor, worst: Worst) -> ft.Control:
    """What it is ranked by stands at its head; then the rest of what it took."""
    facts = {
        WorstBy.stops: n("kpis.stops_count", machine.stops) if machine.stops else "",
        WorstBy.downtime: t("kpis.stood", hours=_hours(machine.down)) if machine.down else "",
        WorstBy.failures: _lies(machine) if machine.failures and machine.mttr is not None else "",
        WorstBy.repeats: n("kpis.repeats_count", machine.repeats) if machine.repeats else "",
        WorstBy.cost: money(machine.cost, worst.currency) if machine.cost else "",
    }
    others = dotted(*(said for by, said in facts.items() if by is not worst.by or by is WorstBy.failures))
    chips = [StatusChip(t(f"kpis.knife.{machine.knife}"), _KNIVES[machine.knife])] if machine.knife in _KNIVES else []
    trend = ""
    if machine.trend is not None:
        trend = t("kpi.closer" if machine.trend > 0 else "kpi.further", u=format_number(machine.trend, 1))
    return RowCard(
        _name(client, machine), trailing=_said(worst)(machine.value), meta=others, chips=chips, note=trend,
        on_click=opener(f"/equipment/{machine.id}"),
    )  # fmt: skip
