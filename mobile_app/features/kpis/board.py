"""All figures of a period, in the order in which their reader needs them."""

from typing import Any, Final

import flet as ft

from mobile_app.core.errors import ClientError, Offline
from mobile_app.core.i18n import format_moment, t
from mobile_app.core.problems import why
from mobile_app.domain.answers import Answer, use_answer
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.figure_cards import BOARD, by_kpi, figure_cards, figure_path
from mobile_app.domain.figures import days_said
from mobile_app.domain.lookup import dotted
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.features.kpis.asking import Asked, filters, machine_sheet, scope_words
from mobile_app.features.kpis.pictures import Pictures, cost_pictures
from mobile_app.features.kpis.week import my_week
from mobile_app.ui.address import Place, use_place
from mobile_app.ui.cards import NoticeCard, RowCard, SectionHeader, in_twos
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.feedback import EmptyState, ErrorState, SkeletonList
from mobile_app.ui.hooks import use_breakpoint, use_state
from mobile_app.ui.sheets import use_sheet
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.theme import Tone
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
    picking, pick = use_state(False)
    close = lambda: pick(False)  # noqa: E731 - one line, used twice
    use_sheet(machine_sheet(client, place, close) if picking else None, close)
    answer = use_answer(Board, f"{BOARD}?{place.asked.question}")
    board, size = answer.data, use_breakpoint()
    head = PageHeader(t("kpis.title"), _when(client, place, board), trailing=[SyncBadge()])
    asking = filters(client, place, lambda: pick(True), (board.since, board.until) if board else None)
    own = my_week(client)
    body = _body(client, place, board) if board else _without(answer)
    onward = _onward(place.asked) if board and not _is_empty(board) else []
    pictures = [Pictures(place.asked.question, key=place.asked.question)] if board and not _is_empty(board) else []
    width = 1180 if size >= Breakpoint.desktop else 720
    return Page(head, *asking, *stale(client, answer), *own, *body, *onward, *pictures, max_width=width)


def _when(client: Client, place: Place[Asked], board: Board | None) -> str:
    """`1 – 30 nov. · Usine de Lyon · chiffres de 10:31`."""
    if board is None:
        return scope_words(client, place.asked)
    as_of = t("kpis.as_of", at=format_moment(board.as_of, client.now()))
    return dotted(days_said(board.since, board.until), scope_words(client, place.asked), as_of)


def stale(client: Client, answer: Answer[Any]) -> list[ft.Control]:
    """Why what is shown is what was known last, and of when that is."""
    if not isinstance(answer.error, ClientError) or answer.data is None:
        return []
    title = t("kpis.last_known", at=format_moment(answer.data.as_of, client.now()))
    icon = ft.Icons.CLOUD_OFF_ROUNDED if isinstance(answer.error, Offline) else None
    return [NoticeCard(title, why(answer.error, "kpis.offline"), tone=Tone.off, icon=icon)]


def _onward(asked: Asked) -> list[ft.Control]:
    """What the figures lead to, of the same question."""
    pages = {"worst": ft.Icons.LEADERBOARD_ROUNDED, "waiting": ft.Icons.HOURGLASS_BOTTOM_ROUNDED, "plans": ft.Icons.EVENT_REPEAT_ROUNDED}
    cards = [
        RowCard(t(f"kpis.{name}"), meta=t(f"kpis.{name}_about"), icon=icon, on_click=opener(asked.at(f"/kpis/{name}")))
        for name, icon in pages.items()
    ]
    return [SectionHeader(t("kpis.onward")), *in_twos(cards)]


def _without(answer: Answer[Any]) -> list[ft.Control]:
    if answer.is_loading or answer.error is None:
        return [SkeletonList(4)]
    if isinstance(answer.error, Offline):
        return [EmptyState(ft.Icons.CLOUD_OFF_ROUNDED, t("kpis.never_seen"), t("kpis.never_seen_body"))]
    words = why(answer.error) if isinstance(answer.error, ClientError) else t("common.failed")
    return [ErrorState(t("kpis.refused"), words, on_retry=answer.reload)]


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
            parts += in_twos(cost_pictures(known.get(KpiKey.cost, [])))
    return parts


def _nothing(client: Client, asked: Asked) -> ft.Control:
    """What makes figures appear; of a choice that is too narrow, that it is."""
    icon = ft.Icons.INSIGHTS_ROUNDED
    if client.equipment.rows and (asked.scope or asked.period):
        return EmptyState(icon, t("kpis.none_here"), t("kpis.none_here_body"), action=t("kpis.show_all"), on_action=opener("/kpis"))
    may_add = client.may(Permission.equipment_write) and not client.equipment.rows
    add = t("kpis.add_machine") if may_add else ""
    return EmptyState(icon, t("kpis.none"), t("kpis.none_body"), action=add, on_action=opener("/equipment/new"))
