"""All figures of a period, in the order in which their reader needs them."""

from typing import Final

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.figure_cards import BOARD, by_kpi, figure_cards, figure_path, paper_line
from mobile_app.domain.printing import Printed
from mobile_app.features.kpis.asking import Asked
from mobile_app.features.kpis.frame import use_frame
from mobile_app.features.kpis.paper import menu
from mobile_app.features.kpis.pictures import Pictures, cost_pictures
from mobile_app.features.kpis.week import my_week
from mobile_app.ui.address import Place, use_place
from mobile_app.ui.cards import RowCard, SectionHeader, in_twos
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.hooks import use_breakpoint
from mobile_app.ui.menus import MenuItem
from mobile_app.ui.shell import Page
from shared_models.kpis.registry import KpiKey
from shared_models.kpis.rows import Board, Figure
from shared_models.permissions import Permission, Role

GROUPS: Final[dict[str, tuple[KpiKey, ...]]] = {
    "machines": (
        KpiKey.availability, KpiKey.mtbf, KpiKey.mttr, KpiKey.mrt, KpiKey.mdt, KpiKey.availability_required, KpiKey.availability_inherent,
        KpiKey.repeat_rate,
    ),
    "work": (
        KpiKey.pm_compliance, KpiKey.schedule_compliance, KpiKey.backlog_weeks, KpiKey.utilisation, KpiKey.pm_success, KpiKey.lateness,
    ),
    "money": (KpiKey.cost_to_value, KpiKey.stock_turns, KpiKey.cost, KpiKey.preventive_share),
}  # fmt: skip
ORDER: Final[dict[Role, tuple[str, ...]]] = {
    Role.technician: ("machines", "work"),
    Role.supervisor: ("work", "machines", "money"),
    Role.admin: ("machines", "money", "work"),
}
"""What concerns a reader first; what costs is no technician's affair."""


@component
def KpisScreen() -> ft.Control:
    client = use_tables("sites", "lines", "classes", "equipment", "interventions")
    place = use_place(Asked)

    def actions(board: Board) -> list[MenuItem]:
        return menu(client, place.asked, board, lines_of(client, board))

    frame = use_frame(client, place, Board, BOARD, t("kpis.title"), actions=actions, is_part=False)
    board, size = frame.data, use_breakpoint()
    body = _body(client, place, board) if board else []
    onward = _onward(place.asked) if board and not _is_empty(board) else []
    pictures = [Pictures(place.asked.question, key=place.asked.question)] if board and not _is_empty(board) else []
    width = 1180 if size >= Breakpoint.desktop else 720
    return Page(*frame.head, *my_week(client), *body, *onward, *pictures, max_width=width)


def lines_of(client: Client, board: Board) -> list[Printed]:
    """The same figures, for paper."""
    known = by_kpi(board.figures)
    return [
        Printed(
            t(f"kpis.group.{name}"),
            [paper_line(figure, board.confidence) for key in GROUPS[name] for figure in known.get(key, [])],
        )
        for name in ORDER[client.user.role]
    ]


def _onward(asked: Asked) -> list[ft.Control]:
    """What the figures lead to, of the same question."""
    pages = {"worst": ft.Icons.LEADERBOARD_ROUNDED, "waiting": ft.Icons.HOURGLASS_BOTTOM_ROUNDED, "plans": ft.Icons.EVENT_REPEAT_ROUNDED}
    cards = [
        RowCard(t(f"kpis.{name}"), meta=t(f"kpis.{name}_about"), icon=icon, on_click=opener(asked.at(f"/kpis/{name}")))
        for name, icon in pages.items()
    ]
    return [SectionHeader(t("kpis.onward")), *in_twos(cards)]


def _is_empty(board: Board) -> bool:
    return all(figure.value is None and figure.bound is None for figure in board.figures)


def _body(client: Client, place: Place[Asked], board: Board) -> list[ft.Control]:
    if _is_empty(board):
        return [_nothing(client, place.asked)]
    known = by_kpi(board.figures)

    def to(figure: Figure) -> str:
        return figure_path(figure, place.asked.told)

    parts: list[ft.Control] = []
    for name in ORDER[client.user.role]:
        figures = [known[key] for key in GROUPS[name] if key in known]
        parts += [SectionHeader(t(f"kpis.group.{name}")), *figure_cards(figures, board.confidence, to)]
        if KpiKey.cost in GROUPS[name]:
            drawn = cost_pictures(known.get(KpiKey.cost, []))
            parts += in_twos(drawn) if len(drawn) > 1 else drawn
    return parts


def _nothing(client: Client, asked: Asked) -> ft.Control:
    """What makes figures appear; of a choice that is too narrow, that it is."""
    icon = ft.Icons.INSIGHTS_ROUNDED
    if client.equipment.rows and (asked.scope or asked.period):
        return EmptyState(icon, t("kpis.none_here"), t("kpis.none_here_body"), action=t("kpis.show_all"), on_action=opener("/kpis"))
    may_add = client.may(Permission.equipment_write) and not client.equipment.rows
    add = t("kpis.add_machine") if may_add else ""
    return EmptyState(icon, t("kpis.none"), t("kpis.none_body"), action=add, on_action=opener("/equipment/new"))
