"""All plans: cards on a phone, a dense table on a desk, from the rows of the device."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

import flet as ft

from mobile_app.core.folding import fold
from mobile_app.core.i18n import n, t
from mobile_app.domain import due
from mobile_app.domain.client import Client
from mobile_app.domain.columns import site_column
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.due_marks import IGNORED, ComplianceStrip, compliance_words, due_chip, frequency_words
from mobile_app.domain.exports import exports
from mobile_app.domain.lookup import by_name, by_name_and_site, dotted, has_several_sites, line_of, machine, natural, place
from mobile_app.domain.people import workers_at
from mobile_app.domain.plan_cards import PlanCard, is_out_of_service, who_does
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.domain.views import next_first
from mobile_app.features.plans.kinds import kinds_sheet
from mobile_app.ui.address import Asked, Key, Place, use_place
from mobile_app.ui.buttons import PrimaryButton
from mobile_app.ui.cards import in_twos
from mobile_app.ui.choices import FilterBar, FilterChip, FilterMenu
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, SkeletonList, more_of
from mobile_app.ui.fields import SearchField
from mobile_app.ui.hooks import use_clock, use_state
from mobile_app.ui.sheets import MenuItem, MoreMenu, use_sheet
from mobile_app.ui.shell import ListPane, Page, PageHeader
from mobile_app.ui.table import Cell, Column, Sorting, Table, TablePage, is_tabular, table_head
from mobile_app.ui.theme import Tone
from shared_models.permissions import Permission
from shared_models.plans.rows import PlanRow

MOST = 60
SHOWS = ("late", "ignored", "paused")


class Filters(Asked):
    """`show`: one of `SHOWS`, or empty for all."""

    show: Literal["", "late", "ignored", "paused"] = ""
    site: Key | None = None
    line: Key | None = None
    type: Key | None = None
    technician: Key | None = None


def matching(client: Client, filters: Filters, today: date) -> list[PlanRow]:
    """The plans that pass the filters, the next due first."""
    found = [plan for plan in client.tables.plans.rows.values() if _passes(client, plan, filters, today)]
    return sorted(found, key=lambda plan: (is_out_of_service(client, plan), *next_first(plan)))


def _passes(client: Client, plan: PlanRow, filters: Filters, today: date) -> bool:
    row = client.equipment.get(plan.equipment_id)
    wanted = (
        (filters.site, str(plan.site_id)),
        (filters.line, str(row.production_line_id) if row else None),
        (filters.type, str(plan.maintenance_type_id)),
        (filters.technician, str(plan.assigned_technician_id)),
    )
    if not all(wish is None or wish == value for wish, value in wanted) or not _shows(client, plan, filters.show, today):
        return False
    words = fold(f"{plan.title} {row.name if row else ''} {row.code if row else ''}")
    return all(word in words for word in fold(filters.query).split())


def _shows(client: Client, plan: PlanRow, show: str, today: date) -> bool:
    if show == "late":
        return due.plan_due_state(plan, today) is due.DueState.late and not is_out_of_service(client, plan)
    return {"ignored": due.is_ignored(plan), "paused": not plan.is_active}.get(show, True)


@component
def PlanListScreen() -> ft.Control:
    client = use_tables("plans", "equipment", "lines", "sites", "users", "types", "teams")
    where = use_place(Filters)
    sheet, set_sheet = use_state("")
    close = lambda: set_sheet("")  # noqa: E731 - one line, used twice
    use_sheet(kinds_sheet(sheet, client), close)
    use_clock(600)
    if not client.tables.plans.rows:
        return _nothing(client) if client.tables.plans.ready else Page(SkeletonList())
    return Desk(client, where, set_sheet) if is_tabular() else Cards(client, where, set_sheet)


def _filter_bar(client: Client, where: Place[Filters], today: date) -> ft.Control:
    filters, pick = where.asked, where.pick

    def show(name: str) -> Callable[[], None]:
        return lambda: where.ask(show="" if filters.show == name else name)

    plans = client.tables.plans.rows.values()
    counts = {name: sum(1 for plan in plans if _shows(client, plan, name, today)) for name in SHOWS}
    chips = [FilterChip(t(f"plans.show.{name}"), show(name), active=filters.show == name, count=counts[name]) for name in SHOWS]
    sites = by_name(client.sites.rows.values())
    lines = by_name_and_site(client, (line for line in client.lines.rows.values() if filters.site in {None, str(line.site_id)}))
    types = by_name(client.tables.types.rows.values())
    workers = workers_at(client, UUID(filters.site) if filters.site else None)
    menus = [
        *([FilterMenu(t("equipment_list.site"), sites, filters.site, pick("site"))] if has_several_sites(client) or filters.site else []),
        FilterMenu(t("equipment_list.line"), lines, filters.line, pick("line")),
        *([FilterMenu(t("plans.type"), types, filters.type, pick("type"))] if types or filters.type else []),
        FilterMenu(t("plans.technician"), workers, filters.technician, pick("technician")),
    ]
    return FilterBar([*chips, *menus])


def _exports(client: Client, filters: Filters) -> list[MenuItem]:
    shown = {"late": ("is_late", True), "ignored": ("is_ignored", True), "paused": ("is_active", False)}
    return exports(
        client, "/maintenance/scheduled", t("plans.title"), search=filters.query.strip(), site_id=filters.site,
        production_line_id=filters.line, maintenance_type_id=filters.type, assigned_technician_id=filters.technician,
        **dict([shown[filters.show]] if filters.show else []),
    )  # fmt: skip


def _actions(client: Client, set_sheet: Callable[[str], None], more: Sequence[MenuItem] = (), *, wide: bool) -> list[ft.Control]:
    if not client.may(Permission.maintenance_write):
        return [MoreMenu(more)] if more else []
    items = [MenuItem(t("plans.teams"), lambda: set_sheet("teams"), ft.Icons.GROUPS_ROUNDED)]
    if client.may(Permission.settings_write):
        items.append(MenuItem(t("plans.types"), lambda: set_sheet("types"), ft.Icons.PALETTE_OUTLINED))
    items.append(MenuItem(t("plans.checklists"), opener("/checklists"), ft.Icons.CHECKLIST_ROUNDED))
    new = PrimaryButton(t("plans.new"), opener("/plans/new"), icon=ft.Icons.ADD_ROUNDED, height=48)
    return [MoreMenu([*items, *more], label=t("plans.more")), *([new] if wide else [])]


def _kept(plans: list[PlanRow]) -> str:
    """In the heading: how many, and how they have been kept."""
    kept = due.compliance_of(plan for plan in plans if plan.is_active)
    return dotted(n("plans.count", len(plans)), compliance_words(kept) if kept.judged else "")


@component
def Cards(client: Client, where: Place[Filters], set_sheet: Callable[[str], None]) -> ft.Control:
    filters, most = where.asked, where.asked.page * MOST
    today = due.local_day(client.now())
    rows = matching(client, filters, today)
    head = PageHeader(t("app.plans"), _kept(rows), trailing=[SyncBadge(), *_actions(client, set_sheet, wide=False)])
    search = SearchField(filters.query, where.pick("query"), placeholder=t("plans.search"))
    cards = [PlanCard(client, plan, on_open=opener(f"/plans/{plan.id}")) for plan in rows[:most]]
    rest = more_of(where, len(rows) > most)
    may_add = client.may(Permission.maintenance_write)
    footer = PrimaryButton(t("plans.new"), opener("/plans/new"), icon=ft.Icons.ADD_ROUNDED) if may_add else None
    return Page(head, search, _filter_bar(client, where, today), *(in_twos(cards) or [_no_match()]), *rest, footer=footer)


@component
def Pane(client: Client, chosen: UUID) -> ft.Control:
    """Beside the plan that was opened; it goes on asking what the list asked."""
    where = use_place(Filters)
    filters, most = where.asked, where.asked.page * MOST
    rows = matching(client, filters, due.local_day(client.now()))
    search = SearchField(filters.query, where.pick("query"), placeholder=t("plans.search"))
    cards = [
        PlanCard(client, plan, on_open=opener(where.to(f"/plans/{plan.id}")), selected=plan.id == chosen, flat=True) for plan in rows[:most]
    ]
    return ListPane(t("app.plans"), search, [*(cards or [_no_match()]), *more_of(where, len(rows) > most)])


@component
def Desk(client: Client, where: Place[Filters], set_sheet: Callable[[str], None]) -> ft.Control:
    filters = where.asked
    today = due.local_day(client.now())
    rows = ft.use_memo(
        lambda: matching(client, filters, today), [filters.sought, client.tables.plans.revision, client.equipment.revision, today]
    )
    search = SearchField(filters.query, where.pick("query"), placeholder=t("plans.search"))
    actions = _actions(client, set_sheet, _exports(client, filters), wide=True)
    head = table_head(PageHeader(t("plans.title"), _kept(rows)), search, *actions, SyncBadge(), search_width=320)
    table = Table(
        ft.use_memo(lambda: _columns(client, today), [today, client.equipment.revision]),
        rows,
        lambda plan: str(plan.id),
        place=where,
        route=lambda key: where.to(f"/plans/{key}"),
        sorting=Sorting("next"),
        row_label=lambda plan: dotted(plan.title, place(client, plan.equipment_id)),
        empty=_no_match(),
    )
    return TablePage(head, _filter_bar(client, where, today), table=table)


def _columns(client: Client, today: date) -> list[Column]:
    def on(plan: PlanRow) -> str:
        return machine(client, plan.equipment_id)

    return [
        Column("plan", t("plans.plan"), lambda plan: _title(client, plan), sort=lambda plan: fold(plan.title), flex=5),
        Column("machine", t("plans.machine"), on, sort=lambda plan: natural(on(plan)), flex=4),
        *site_column(client),
        Column(
            "line",
            t("equipment_list.line"),
            lambda plan: line_of(client, plan.equipment_id),
            sort=lambda plan: natural(line_of(client, plan.equipment_id)) or None,
            roomy=True,
        ),
        Column("frequency", t("plans.frequency"), frequency_words, sort=_length, flex=4),
        Column("next", t("plans.next"), lambda plan: _next(client, plan, today), sort=lambda plan: _soonest(client, plan), width=150),
        Column("who", t("plans.who"), lambda plan: _who(client, plan), sort=lambda plan: who_does(client, plan) or None, flex=3),
        Column("kept", t("plans.kept"), _figure, sort=lambda plan: _of(plan).ratio, width=70, number=True),
        Column("strip", t("plans.strip"), lambda plan: ComplianceStrip(due.past_occurrences(plan)), width=184, roomy=True),
    ]


def _title(client: Client, plan: PlanRow) -> ft.Control | Cell:
    kind = client.tables.types.get(plan.maintenance_type_id)
    words = Cell(plan.title, strong=True)
    if not due.is_ignored(plan) and kind is None:
        return words
    name = ft.Text(plan.title, size=14, weight=ft.FontWeight.W_600, max_lines=1, overflow=ft.TextOverflow.ELLIPSIS, expand=True)
    dot = [ft.Container(width=10, height=10, border_radius=5, bgcolor=kind.color, tooltip=kind.name)] if kind else []
    mark = [ft.Icon(IGNORED.icon, size=18, color=ft.Colors.ERROR, tooltip=IGNORED.word)] if due.is_ignored(plan) else []
    return ft.Row([*dot, name, *mark], spacing=8)


def _length(plan: PlanRow) -> float | None:
    return plan.rule().interval_days(plan.meter.per_day if plan.meter else None)


def _next(client: Client, plan: PlanRow, today: date) -> ft.Control:
    return ft.Row([due_chip(plan, today, is_out=is_out_of_service(client, plan))], spacing=0)


def _soonest(client: Client, plan: PlanRow) -> datetime | None:
    return plan.next_due if plan.is_active and not is_out_of_service(client, plan) else None


def _who(client: Client, plan: PlanRow) -> Cell:
    name = who_does(client, plan)
    return Cell(name or t("domain.unassigned"), None if name else Tone.off)


def _of(plan: PlanRow) -> due.Compliance:
    return due.compliance(due.past_occurrences(plan))


def _figure(plan: PlanRow) -> str:
    kept = _of(plan)
    return f"{kept.on_time}/{kept.judged}" if kept.judged else "–"


def _no_match() -> ft.Control:
    return EmptyState(ft.Icons.SEARCH_OFF_ROUNDED, t("plans.no_match"), t("plans.no_match_body"))


def _nothing(client: Client) -> ft.Control:
    may_add = client.may(Permission.maintenance_write)
    return Page(
        PageHeader(t("plans.title"), trailing=[SyncBadge()]),
        EmptyState(
            ft.Icons.EVENT_REPEAT_ROUNDED,
            t("plans.none"),
            t("plans.none_body"),
            action=t("plans.new") if may_add else "",
            on_action=opener("/plans/new"),
        ),
    )
