"""Figures as cards: a value, how it has moved, and the way to what it was made of."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Final

import flet as ft

from mobile_app.core.i18n import capital, t
from mobile_app.domain.answers import use_answer
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_client
from mobile_app.domain.figures import Move, counted, moved, name_of, sure_of, value_of
from mobile_app.domain.lookup import dotted
from mobile_app.ui import environment
from mobile_app.ui.buttons import spoken, tap
from mobile_app.ui.cards import Card, CardHeader, RowCard, SectionHeader, TileGrid, in_twos
from mobile_app.ui.component import component
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Caption, Meta, Strong
from mobile_app.ui.theme import BOLD, SEMIBOLD, TONES, C, Size
from shared_models.kpis.registry import KPIS, KpiKey
from shared_models.kpis.rows import Board, Figure
from shared_models.permissions import Role

To = Callable[[Figure], str]
"""The address of a figure's own page."""
BOARD: Final = "/dashboard/kpis"
FIRST: Final[dict[Role, tuple[KpiKey, ...]]] = {
    Role.admin: (KpiKey.availability, KpiKey.cost, KpiKey.preventive_share, KpiKey.mttr),
    Role.supervisor: (KpiKey.availability, KpiKey.pm_compliance, KpiKey.mttr, KpiKey.backlog_weeks),
    Role.technician: (KpiKey.availability, KpiKey.mttr, KpiKey.repeat_rate, KpiKey.pm_success),
}
"""What each starts with."""


def by_kpi(figures: Sequence[Figure]) -> dict[KpiKey, list[Figure]]:
    return {key: list(own) for key, own in groupby(figures, lambda figure: figure.key)}


_LISTED: Final = frozenset({KpiKey.cost, KpiKey.preventive_share})
"""Of which every way is worth a line."""


def figure_cards(figures: Sequence[list[Figure]], confidence: float, to: To) -> list[ft.Control]:
    """Values as tiles, those of several ways or currencies as lists, which stand side by side where there is room."""
    listed = [own for own in figures if own[0].key in _LISTED or len({figure.currency for figure in own}) > 1]
    tiles = [FigureTile(own[0], confidence, to, name=_short(own[0])) for own in figures if own not in listed]
    lists = in_twos([FigureList(own, confidence, to) for own in listed])
    return [*([TileGrid(tiles, least=164, most=4, spacing=10, equal=True)] if tiles else []), *lists]


def FigureTile(figure: Figure, confidence: float, to: To, *, name: str = "") -> ft.Control:
    name, value, move = name or name_of(figure), value_of(figure, confidence), moved(figure)
    lines: list[ft.Control] = [
        Meta(name, max_lines=3),
        ft.Row([ft.Text(value, size=20, weight=BOLD), *([_move(move)] if move else [])], spacing=8, run_spacing=0, wrap=True),
        *([Caption(move.before)] if move else []),
        Caption(_why(figure, confidence), max_lines=3, overflow=ft.TextOverflow.ELLIPSIS),
    ]
    label = ", ".join(filter(None, [name, value, move.words if move else "", _why(figure, confidence)]))
    return Card(ft.Column(lines, spacing=2, tight=True), padding=14, on_click=opener(to(figure)), label=label)


def _why(figure: Figure, confidence: float) -> str:
    if figure.value is None and figure.bound is None:
        return t(f"kpi.because.{figure.because}") if figure.because else ""
    estimated = t("kpi.estimated") if figure.is_estimated else ""
    return dotted(counted(figure), sure_of(figure, confidence), estimated)


def _move(move: Move) -> ft.Control:
    ink = TONES[move.tone].ink
    words = ft.Text(move.by, size=Size.caption, weight=SEMIBOLD, color=ink)
    return ft.Row([*([ft.Icon(move.icon, size=14, color=ink)] if move.icon else []), words], spacing=2, tight=True)


def FigureList(figures: Sequence[Figure], confidence: float, to: To) -> ft.Control:
    """One figure in each of its ways and currencies."""
    lines = [_line(figure, confidence, to) for figure in figures]
    return Card(Stack(CardHeader(t(f"kpi.{figures[0].key}")), *lines, spacing=0), padding=14)


def _line(figure: Figure, confidence: float, to: To) -> ft.Control:
    way = capital(t(f"kpi.way.{figure.variant}")) if figure.variant else figure.currency or t(f"kpi.{figure.key}")
    value, move = value_of(figure, confidence), moved(figure)
    below = (
        [ft.Row([_move(move), Caption(move.before)], spacing=8, run_spacing=0, wrap=True)]
        if move
        else [Caption(_why(figure, confidence), max_lines=2)]
    )
    words = Stack(Meta(way, color=C.ink), *below, spacing=1, expand=True)
    chevron = ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=C.ink2)
    row = ft.Row([words, Strong(value, max_lines=1), chevron], spacing=8)
    if environment.current().has_big_text:
        row = ft.Row([Stack(words, Strong(value), spacing=1, expand=True), chevron], spacing=8)
    box = ft.Container(
        row, padding=ft.Padding.symmetric(horizontal=0, vertical=8), border_radius=10, ink=True, on_click=tap(opener(to(figure)))
    )
    label = ", ".join(filter(None, [name_of(figure), value, move.words if move else _why(figure, confidence)]))
    return spoken(box, label)


def paper_line(figure: Figure, confidence: float) -> list[str]:
    """A figure as a row of a printed table."""
    move = moved(figure)
    return [name_of(figure), value_of(figure, confidence), dotted(move.words if move else "", _why(figure, confidence))]


def figure_path(figure: Figure, told: str = "") -> str:
    """The address of its page, which goes on asking what is `told`."""
    ways = [f"variant={figure.variant}"] if figure.variant else []
    ways += [f"currency={figure.currency}"] if figure.currency else []
    asked = "&".join([*ways, *([told] if told else [])])
    return f"/kpis/{figure.key}?{asked}" if asked else f"/kpis/{figure.key}"


@component
def Headlines() -> ft.Control:
    """This month's first figures, and the way to all of them; without any, the way alone."""
    client = use_client()
    board = use_answer(Board, f"{BOARD}?period=month").data
    tiles = _headlines(client, board) if board else []
    if not tiles or board is None:
        return RowCard(t("kpis.title"), meta=t("kpis.body"), icon=ft.Icons.INSIGHTS_ROUNDED, on_click=opener("/kpis"))
    header = SectionHeader(t("kpis.this_month"), action=t("kpis.all"), on_action=opener("/kpis"))
    return Stack(header, TileGrid(tiles, least=164, most=4, spacing=10, equal=True))


def _headlines(client: Client, board: Board) -> list[ft.Control]:
    known = by_kpi(board.figures)
    first = [known[key][0] for key in FIRST[client.user.role] if key in known]
    told = [figure for figure in first if figure.value is not None or figure.bound is not None]
    return [FigureTile(figure, board.confidence, figure_path, name=_short(figure)) for figure in told]


def _short(figure: Figure) -> str:
    """Of a cost, its total is meant."""
    is_whole = figure.key is KpiKey.cost and figure.variant == KPIS[figure.key].variants[0]
    return t(f"kpi.{figure.key}") if is_whole else name_of(figure)
