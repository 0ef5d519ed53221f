"""What breakdowns of a period waited for, and the longest of them."""

from collections.abc import Sequence
from typing import Final

import flet as ft

from mobile_app.core.i18n import format_number, n, t
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.figures import amount
from mobile_app.domain.job_times import phase_words
from mobile_app.domain.lookup import dotted
from mobile_app.features.kpis.asking import Asked
from mobile_app.features.kpis.frame import files, use_frame
from mobile_app.ui.address import use_place
from mobile_app.ui.cards import Card, CardHeader, LineItem, SectionHeader
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.plots import Pareto, Ranked
from mobile_app.ui.shell import Page
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from shared_models.kpis.registry import Unit
from shared_models.kpis.waiting import AFTERWARDS, Breakdown, WaitedFor, Waiting, lasted

PATH: Final = "/dashboard/waiting"
SHOWN: Final = 20


@component
def WaitingScreen() -> ft.Control:
    client, place = use_tables("sites", "lines", "classes", "equipment"), use_place(Asked)
    found = use_frame(client, place, Waiting, PATH, t("kpis.waiting"))
    if found.data is None:
        return Page(*found.head, max_width=720)
    waiting = found.data
    if not waiting.phases:
        none = EmptyState(ft.Icons.HOURGLASS_EMPTY_ROUNDED, t("kpis.waiting_none"), t("kpis.waiting_none_body"))
        return Page(*found.head, none, max_width=720)
    lines = [_line(each) for each in waiting.breakdowns[:SHOWN]]
    rest = [Meta(n("kpis.in_file", waiting.total - len(lines)))] if waiting.total > len(lines) else []
    return Page(
        *found.head,
        _pareto(waiting.phases),
        *files(client, PATH, place.asked.question, t("kpis.waiting")),
        SectionHeader(t("kpis.longest"), format_number(waiting.total)),
        Card(Stack(*lines, *rest, spacing=0), padding=12),
        max_width=720,
    )


def _pareto(phases: Sequence[WaitedFor]) -> ft.Control:
    whole = lasted(phases)
    bars = [
        Ranked(dotted(phase_words(each.until), n("kpis.breakdowns", each.count)), each.hours, amount(Unit.hours, each.hours))
        for each in phases
        if each.hours > 0 and each.until is not AFTERWARDS
    ]
    unclear = [
        Meta(t("kpis.unclear", phase=phase_words(each.until), count=format_number(each.unclear), of=format_number(each.count)), max_lines=4)
        for each in phases
        if each.unclear
    ]
    after = [
        Meta(t("kpis.afterwards", hours=amount(Unit.hours, each.hours), count=format_number(each.count)), max_lines=4)
        for each in phases
        if each.until is AFTERWARDS
    ]
    head = CardHeader(t("kpis.where_time_goes"), amount(Unit.hours, whole))
    return Card(Stack(head, Pareto(bars, total=whole), *unclear, *after, spacing=8))


def _line(breakdown: Breakdown) -> ft.Control:
    longest = max((each for each in breakdown.phases if each.until is not AFTERWARDS), key=lambda phase: phase.hours, default=None)
    most = f"{phase_words(longest.until)} {amount(Unit.hours, longest.hours)}" if longest else ""
    meta = dotted(breakdown.equipment_code, breakdown.equipment_name, most)
    title = dotted(breakdown.number, breakdown.title)
    return LineItem(title, meta=meta, trailing=amount(Unit.hours, breakdown.hours), on_click=opener(f"/jobs/{breakdown.id}"))
