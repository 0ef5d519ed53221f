"""All plans: cards on a phone, a dense table on a desk, from the rows of the device."""

from collections.abc import Callable, Container, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Literal
from uuid import UUID

import flet as ft

from mobile_app.core.folding import fold
from mobile_app.core.i18n import n, t
from mobile_app.core.rows import InOrder
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
from mobile_app.domain.views import MOST_PLANS, next_first
from mobile_app.features.plans.kinds import kinds_sheet
from mobile_app.ui.address import Asked, Key, Place, use_place
from mobile_app.ui.buttons import PrimaryButton
from mobile_app.ui.cards import in_twos
from mobile_app.ui.choices import FilterBar, FilterChip, FilterMenu
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, SkeletonList, more_of
from mobile_app.ui.fields import SearchField
from mobile_app.ui.hooks import use_clock, use_state
from mobile_app.ui.menus import MenuItem, MoreMenu
from mobile_app.ui.sheets import use_sheet
from mobile_app.ui.shell import ListPane, Page, PageHeader
from mobile_app.ui.table import Cell, Column, Sorting, Table, TablePage, is_tabular, table_head
from mobile_app.ui.theme import Tone
from shared_models.equipment.rows import EquipmentRow, EquipmentStatus
from shared_models.permissions import Permission
from shared_models.plans.fields import rule_of
from shared_models.plans.rows import PlanRow

MOST = 60
SHOWS = ("late", "ignored", "paused")
RULED_BY = (
    "frequency_type", "frequency_value", "weekdays", "week_of_month", "month_end", "basis", "starts_at", "limit_type", "limit_value",
)  # fmt: skip
SORTED_BY = (
    "title", "equipment_id", "site_id", "maintenance_type_id", "assigned_technician_id", "team_id", "is_active", "next_due", "lead_days",
    "ignored_since", "meter", *RULED_BY,
)  # fmt: skip
"""What the orders of the table, the filters and their counts ask of a plan."""
MACHINE_BY = ("code", "name", "production_line_id")
"""What they ask of its machine."""


class Filters(Asked):
    """`show`: one of `SHOWS`, or empty for all."""

    show: Literal["", "late", "ignored", "paused"] = ""
    site: Key | None = None
    line: Key | None = None
    type: Key | None = None
    technician: Key | None = None

    @property
    def wanted(self) -> dict[str, list[UUID]]:
        """By the row's fields."""
        keys = {"site_id": self.site, "maintenance_type_id": self.type, "assigned_technician_id": self.technician}
        return {name: [UUID(key)] for name, key in keys.items() if key}


def are_few(client: Client) -> bool:
    """So that one can look at what became of each one's dates."""
    return len(client.tables.plans.rows) <= MOST_PLANS


def sorted_by(client: Client) -> tuple[str, ...]:
    return (*SORTED_BY, "occurrences") if are_few(client) else SORTED_BY


def matching(client: Client, filters: Filters, today: date) -> InOrder[PlanRow]:
    """The plans that pass the filters, the next due first."""
    plans = client.tables.plans.rows.parts(*sorted_by(client), **filters.wanted)
    unused = unused_machines(client)
    if filters.show:
        plans = [plan for plan in plans if _shows(plan, filters.show, today, unused)]
    if filters.line or filters.query.strip():
        machines = {row.id: row for row in client.equipment.rows.parts(*MACHINE_BY)}
        plans = [plan for plan in plans if _passes(plan, machines.get(plan.equipment_id), filters)]
    return InOrder(client.tables.plans.rows, sorted(plans, key=lambda plan: (plan.equipment_id in unused, *next_first(plan))))


def unused_machines(client: Client) -> frozenset[UUID]:
    """No jobs are made for them, and nothing of theirs is late."""
    return frozenset(row.id for row in client.equipment.having(status=[EquipmentStatus.inactive]))


def _passes(plan: PlanRow, machine: EquipmentRow | None, filters: Filters) -> bool:
    if filters.line and (machine is None or str(machine.production_line_id) != filters.line):
        return False
    words = fold(f"{plan.title} {machine.name if machine else ''} {machine.code if machine else ''}")
    return all(word in words for word in fold(filters.query).split())


def _shows(plan: PlanRow, show: str, today: date, unused: Container[UUID]) -> bool:
    if show == "late":
        return due.plan_due_state(plan, today) is due.DueState.late and plan.equipment_id not in unused
    return due.is_ignored(plan) if show == "ignored" else not plan.is_active


def _use_counts(client: Client, today: date) -> dict[str, int]:
    """How many plans each of `SHOWS` shows."""

    def count() -> dict[str, int]:
        plans, unused = client.tables.plans.rows.parts(*sorted_by(client)), unused_machines(client)
        return {name: sum(_shows(plan, name, today, unused) for plan in plans) for name in SHOWS}

    counts: dict[str, int] = ft.use_memo(count, [client.tables.plans.revision, client.equipment.revision, today])
    return counts


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

    counts = _use_counts(client, today)
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


def _kept(plans: InOrder[PlanRow]) -> str:
    """In the heading: how many, and how they have been kept, where they are few enough to look at each."""
    kept = due.compliance_of(plan for plan in plans if plan.is_active) if len(plans) <= MOST_PLANS else due.Compliance(0, 0)
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
    changes = [client.tables.plans.revision, client.equipment.revision, today]
    rows = ft.use_memo(lambda: matching(client, filters, today), [filters.sought, *changes])
    search = SearchField(filters.query, where.pick("query"), placeholder=t("plans.search"))
    actions = _actions(client, set_sheet, _exports(client, filters), wide=True)
    head = table_head(PageHeader(t("plans.title"), _kept(rows)), search, *actions, SyncBadge(), search_width=320)
    table = Table(
        ft.use_memo(lambda: _columns(client, today), [are_few(client), *changes[1:]]),
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
    unused = unused_machines(client)

    @cache
    def machines() -> dict[UUID, Any]:
        """What plans are sorted by of each, made out when somebody does."""
        lines = {line.id: natural(line.name) for line in client.lines.rows.values()}
        rows = client.equipment.rows.parts(*MACHINE_BY)
        return {row.id: (natural(row.name), lines.get(row.production_line_id)) for row in rows}

    def of_machine(plan: PlanRow, at: int) -> Any:
        found = machines().get(plan.equipment_id)
        return found[at] if found else None

    return [
        Column("plan", t("plans.plan"), lambda plan: _title(client, plan), sort=lambda plan: fold(plan.title), flex=5),
        Column(
            "machine", t("plans.machine"), lambda plan: machine(client, plan.equipment_id), sort=lambda plan: of_machine(plan, 0), flex=4
        ),
        *site_column(client),
        Column(
            "line",
            t("equipment_list.line"),
            lambda plan: line_of(client, plan.equipment_id),
            sort=lambda plan: of_machine(plan, 1),
            roomy=True,
        ),
        Column("frequency", t("plans.frequency"), frequency_words, sort=_length, flex=4),
        Column("next", t("plans.next"), lambda plan: _next(client, plan, today), sort=lambda plan: _soonest(plan, unused), width=150),
        Column("who", t("plans.who"), lambda plan: _who(client, plan), sort=lambda plan: who_does(client, plan) or None, flex=3),
        Column("kept", t("plans.kept"), _figure, sort=(lambda plan: _of(plan).ratio) if are_few(client) else None, width=70, number=True),
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
    return rule_of(plan).interval_days(plan.meter.per_day if plan.meter else None)


def _next(client: Client, plan: PlanRow, today: date) -> ft.Control:
    return ft.Row([due_chip(plan, today, is_out=is_out_of_service(client, plan))], spacing=0)


def _soonest(plan: PlanRow, unused: Container[UUID]) -> datetime | None:
    return plan.next_due if plan.is_active and plan.equipment_id not in unused else None


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
