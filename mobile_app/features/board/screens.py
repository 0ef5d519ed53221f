"""The supervisor's board: what is wrong now, each figure opening its list."""

from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_date_long, format_percent, n, t
from mobile_app.core.rows import InOrder
from mobile_app.domain import marks
from mobile_app.domain.agenda import NOBODY
from mobile_app.domain.cards import JobCard, MachineCard, RequestCard
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.due import DueState, compliance_of, local_day
from mobile_app.domain.due_marks import DUE as DUE_MARKS
from mobile_app.domain.due_marks import IGNORED as IGNORED_MARK
from mobile_app.domain.due_marks import compliance_words
from mobile_app.domain.figure_cards import Headlines
from mobile_app.domain.first_steps import FirstSteps, nothing_yet, use_first_steps
from mobile_app.domain.handovers import earlier, waiting
from mobile_app.domain.lookup import name_of
from mobile_app.domain.morning import Morning
from mobile_app.domain.parts import low_ones, ones_to_count
from mobile_app.domain.plan_cards import PlanCard
from mobile_app.domain.readiness import OF_PLAN
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.domain.views import AWAITED, MOST_PLANS, OF_CLOSED, OF_OPEN, Board, Load, board_view
from mobile_app.ui.buttons import IconAction, spoken, tap
from mobile_app.ui.cards import Card, CardHeader, SectionHeader, StatTile, TileGrid
from mobile_app.ui.charts import LoadBar
from mobile_app.ui.chips import Avatar
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.hooks import use_breakpoint, use_clock
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Columns, Stack
from mobile_app.ui.text import Meta, Strong
from mobile_app.ui.theme import Tone
from shared_models.equipment.rows import EquipmentStatus
from shared_models.interventions.lifecycle import OPEN
from shared_models.plans.rows import PlanRow
from shared_models.requests.rows import RequestStatus

SHOWN = 4
DOWN, IGNORED = "/equipment?status=broken", "/plans?show=ignored"
LOW = "/parts?show=low"
LATE, DUE, SOON, FREE = "/jobs?due=late", "/jobs?due=due", "/jobs?due=soon", f"/jobs?technician={NOBODY}"
WELL_KEPT = 0.9
"""Schedule compliance that good practice (SMRP) aims at."""
BUSY = 8
"""Open jobs that make a full week for one technician; plans will bring hours."""


@component
def BoardScreen() -> ft.Control:
    client = use_tables("interventions", "equipment", "requests", "users", "lines", "classes", "sites", "stocks", "handovers")
    steps, put_away = use_first_steps(client)
    size = use_breakpoint()
    use_clock(60)
    head = PageHeader(t("board.title"), format_date_long(client.now()), trailing=[SyncBadge(), *_shortcuts(size)])
    first = [FirstSteps(steps, put_away)] if steps else []
    nothing = nothing_yet(client)
    if nothing is not None:
        return Page(head, *(first or [nothing]))
    board = board_of(client)
    tiles = TileGrid([*_tiles(board), *_plans(client, board), *_stock(client)], least=150, most=5, spacing=10, equal=True)
    left = [*waiting(client), *_morning(client, board), *_down(client, board), *_waiting(client, board)]
    right = [*_requests(client, board), *_ignored(client, board), *_dated(client, board), *_load(client, board)]
    figures = [Headlines()]
    calm = [] if left or right else [EmptyState(ft.Icons.SENTIMENT_SATISFIED_ROUNDED, t("board.calm"), t("board.calm_body"))]
    if size < Breakpoint.desktop:
        return Page(head, *first, tiles, *left, *right, *calm, *figures, *earlier(client))
    columns = Columns(left, right)
    return Page(head, *first, tiles, *figures, columns, *calm, *earlier(client), max_width=1180)


def _shortcuts(size: Breakpoint) -> list[ft.Control]:
    """What a phone's bar has no place for."""
    if size > Breakpoint.phone:
        return []
    return [
        IconAction(ft.Icons.INVENTORY_2_OUTLINED, t("parts.title"), opener("/parts")),
        IconAction(ft.Icons.EVENT_REPEAT_ROUNDED, t("app.plans"), opener("/plans")),
    ]


def board_of(client: Client) -> Board:
    tables, jobs = client.tables, client.interventions.rows
    return board_view(
        tables.equipment.having(status=[EquipmentStatus.broken]),
        jobs.parts(*OF_OPEN, status=OPEN),
        jobs.parts(*OF_CLOSED, **AWAITED),
        tables.requests.having(status=[RequestStatus.new]),
        lambda plan_id: tables.plans.rows.part_of(plan_id, *OF_PLAN),
        tables.plans.rows.telling("ignored_since"),
        local_day(client.now()),
    )


def _tiles(board: Board) -> list[ft.Control]:
    free = {job.id for job in board.unassigned}
    critical = sum(1 for machine in board.down if machine.criticality == "critical")
    return [
        StatTile(
            t("board.down"),
            str(len(board.down)),
            n("board.critical", critical) if critical else t("board.none_critical"),
            tone=marks.alarm(len(board.down), marks.EQUIPMENT[EquipmentStatus.broken].tone),
            on_click=opener(DOWN),
        ),
        StatTile(t("board.to_validate"), str(len(board.to_validate)), t("board.oldest_first"), on_click=opener("/validate")),
        StatTile(
            t("board.requests"),
            str(len(board.requests)),
            t("board.to_answer") if board.requests else t("board.answered"),
            tone=marks.alarm(len(board.requests), Tone.warning),
            on_click=opener("/requests"),
        ),
        StatTile(
            t("board.late"),
            str(len(board.late)),
            n("board.unassigned", sum(job.id in free for job in board.late)),
            tone=marks.alarm(len(board.late), DUE_MARKS[DueState.late].tone),
            on_click=opener(LATE),
        ),
        StatTile(t("board.due"), str(len(board.due)), t("board.by_tonight"), on_click=opener(DUE)),
        StatTile(t("board.soon"), str(len(board.soon)), t("board.soon_note"), on_click=opener(SOON)),
    ]


def _stock(client: Client) -> list[ft.Control]:
    """What has to be bought, once parts are kept; and what has to be counted."""
    if not client.tables.stocks.rows:
        return []
    low = len({stock.part_id for stock in low_ones(client)})
    to_count = len({stock.part_id for stock in ones_to_count(client)})
    note = n("board.to_count", to_count) if to_count else t("board.stock_counted")
    return [StatTile(t("board.low_stock"), str(low), note, tone=Tone.warning if to_count else Tone.ok, on_click=opener(LOW))]


def _plans(client: Client, board: Board) -> list[ft.Control]:
    """Of too many, whether they are kept is a figure that the server computes."""
    active = client.tables.plans.count(is_active=[True])
    read = client.tables.plans.having(is_active=[True]) if active <= MOST_PLANS else []
    return [_unanswered(board, active), *([_kept(read)] if active <= MOST_PLANS else [])]


def _unanswered(board: Board, active: int) -> ft.Control:
    return StatTile(
        t("board.unanswered"),
        str(len(board.ignored)),
        n("board.plans", active),
        tone=marks.alarm(len(board.ignored), IGNORED_MARK.tone),
        on_click=opener(IGNORED),
    )


def _kept(plans: list[PlanRow]) -> ft.Control:
    """How plans have been kept: the last dates of every plan one sees."""
    kept = compliance_of(plans)
    figure = format_percent(kept.ratio) if kept.ratio is not None else "–"
    tone = Tone.off if kept.ratio is None else Tone.ok if kept.ratio >= WELL_KEPT else Tone.warning
    return StatTile(t("board.kept"), figure, compliance_words(kept), tone=tone, on_click=opener("/plans"))


def _section(title: str, total: int, cards: list[ft.Control], route: str) -> list[ft.Control]:
    if not cards:
        return []
    more = total > len(cards)
    header = SectionHeader(t(title), str(total), action=t("board.all") if more else "", on_action=opener(route) if more else None)
    return [header, *cards]


def _down(client: Client, board: Board) -> list[ft.Control]:
    cards = [MachineCard(client, machine, on_open=opener(f"/equipment/{machine.id}")) for machine in board.down[:SHOWN]]
    return _section("board.down", len(board.down), cards, DOWN)


def _morning(client: Client, board: Board) -> list[ft.Control]:
    jobs = [*board.late, *board.due]
    return [Morning(client, jobs)] if jobs else []


def _waiting(client: Client, board: Board) -> list[ft.Control]:
    jobs = InOrder(client.interventions.rows, board.to_validate)[:SHOWN]
    cards = [JobCard(client, job, on_open=opener(f"/validate/{job.id}")) for job in jobs]
    return _section("board.to_validate", len(board.to_validate), cards, "/validate")


def _requests(client: Client, board: Board) -> list[ft.Control]:
    cards = [RequestCard(client, request, on_open=opener(f"/requests/{request.id}")) for request in board.requests[:SHOWN]]
    return _section("board.requests", len(board.requests), cards, "/requests")


def _ignored(client: Client, board: Board) -> list[ft.Control]:
    cards = [PlanCard(client, plan, on_open=opener(f"/plans/{plan.id}")) for plan in board.ignored[:SHOWN]]
    return _section("board.unanswered", len(board.ignored), cards, IGNORED)


def _dated(client: Client, board: Board) -> list[ft.Control]:
    """What is late, what has nobody, what is due today, what comes next; each job once, under the first that is true of it."""
    parts: list[ft.Control] = []
    shown: set[UUID] = set()
    sections = (
        ("board.late", board.late, LATE), ("board.free", board.unassigned, FREE),
        ("board.due", board.due, DUE), ("board.soon", board.soon, SOON),
    )  # fmt: skip
    for title, jobs, route in sections:
        rest = InOrder(client.interventions.rows, [job for job in jobs if job.id not in shown])[:SHOWN]
        shown |= {job.id for job in rest}
        parts += _section(title, len(jobs), [JobCard(client, job, on_open=opener(f"/jobs/{job.id}")) for job in rest], route)
    return parts


def _load(client: Client, board: Board) -> list[ft.Control]:
    """Open jobs of each technician: to balance the load, never to rank people."""
    loads = [load for load in board.load if load.technician_id]
    if not loads:
        return []
    lines = [_load_line(client, load) for load in loads]
    column = Stack(CardHeader(t("board.load")), *lines, spacing=14)
    return [Card(column)]


def _load_line(client: Client, load: Load) -> ft.Control:
    name = name_of(client, load.technician_id)
    figure = n("today.count", load.open)
    bar = LoadBar(load.open, BUSY, label=f"{name}, {figure}")
    head = ft.Row([Strong(name, expand=True), Meta(figure)], spacing=8)
    words = Stack(head, bar, spacing=6, tight=True, expand=True)
    row = ft.Container(
        ft.Row([Avatar(name), words], spacing=12),
        border_radius=10,
        ink=True,
        on_click=tap(opener(f"/jobs?technician={load.technician_id}")),
    )
    return spoken(row, f"{name}, {figure}")
