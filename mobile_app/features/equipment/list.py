"""All machines: cards on a phone, a dense table on a desk."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_number, n, t
from mobile_app.domain import marks
from mobile_app.domain.cards import MachineCard
from mobile_app.domain.client import Client
from mobile_app.domain.columns import site_column
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.due import local_day
from mobile_app.domain.due_marks import plan_due
from mobile_app.domain.exports import exports
from mobile_app.domain.first_steps import nothing_yet
from mobile_app.domain.labels import LabelsOf, labels_sheet
from mobile_app.domain.lookup import DOWN_FIRST, by_name, by_name_and_site, dotted, down_first, has_several_sites, line_of, natural, stands
from mobile_app.domain.scanning import scanner
from mobile_app.domain.search import search_equipment
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.domain.views import CRITICAL_FIRST, MOST_PLANS, next_first
from mobile_app.ui.address import Asked, Key, Place, use_place
from mobile_app.ui.buttons import Handler, PrimaryButton, SecondaryButton
from mobile_app.ui.cards import in_twos
from mobile_app.ui.choices import Choice, FilterBar, FilterMenu
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, more_of
from mobile_app.ui.fields import SearchField
from mobile_app.ui.hooks import use_state
from mobile_app.ui.menus import MenuItem, MoreMenu
from mobile_app.ui.sheets import use_sheet
from mobile_app.ui.shell import ListPane, Page, PageHeader
from mobile_app.ui.table import BulkAction, Cell, Column, Table, TablePage, is_tabular, table_head
from mobile_app.ui.theme import Tone
from shared_models.equipment.rows import Criticality, EquipmentRow, EquipmentStatus
from shared_models.permissions import Permission
from shared_models.plans.rows import PlanRow

MOST = 60
SORTED_BY = (*DOWN_FIRST, "model", "serial_number", "site_id", "production_line_id", "criticality")
"""What the orders of the table ask of a machine."""
PRESSING = frozenset({Tone.bad, Tone.warning})


class Filters(Asked):
    site: Key | None = None
    line: Key | None = None
    status: EquipmentStatus | None = None
    criticality: Criticality | None = None

    @property
    def wanted(self) -> dict[str, list[Any]]:
        """By the row's fields."""
        places = {"site_id": self.site and UUID(self.site), "production_line_id": self.line and UUID(self.line)}
        states = {"status": self.status, "criticality": self.criticality}
        return {name: [value] for name, value in {**places, **states}.items() if value}


def matching(client: Client, filters: Filters, limit: int | None) -> Sequence[EquipmentRow]:
    """The machines that pass the filters, best match of the query first, else what is down, then by name."""
    if filters.query.strip():
        rows = client.equipment.having(**filters.wanted)
        return search_equipment(rows, filters.query, limit=limit or len(rows))
    found = client.equipment.rows.in_order(down_first, *SORTED_BY, **filters.wanted)
    return found if limit is None else found[:limit]


@component
def EquipmentListScreen() -> ft.Control:
    client = use_tables("equipment", "lines", "sites", "classes")
    place = use_place(Filters)
    nothing = nothing_yet(client)
    if nothing is not None:
        return nothing
    return Desk(client, place) if is_tabular() else Cards(client, place)


def _filter_bar(client: Client, place: Place[Filters]) -> ft.Control:
    filters, pick = place.asked, place.pick
    sites = by_name(client.sites.rows.values())
    lines = by_name_and_site(client, (line for line in client.lines.rows.values() if filters.site in {None, str(line.site_id)}))
    statuses = [Choice(s.value, marks.EQUIPMENT[s].word) for s in EquipmentStatus]
    ranks = [Choice(c.value, marks.CRITICALITY[c].word) for c in CRITICAL_FIRST]
    menus = [
        *([FilterMenu(t("equipment_list.site"), sites, filters.site, pick("site"))] if has_several_sites(client) or filters.site else []),
        FilterMenu(t("equipment_list.line"), lines, filters.line, pick("line")),
        FilterMenu(t("equipment_list.status"), statuses, filters.status, pick("status")),
        FilterMenu(t("equipment_list.criticality"), ranks, filters.criticality, pick("criticality")),
    ]
    return FilterBar(menus)


@component
def Cards(client: Client, place: Place[Filters]) -> ft.Control:
    filters, most = place.asked, place.asked.page * MOST
    rows = ft.use_memo(lambda: matching(client, filters, most + 1), [filters, client.equipment.revision])
    head = PageHeader(t("equipment_list.title"), _count(client, filters), trailing=[SyncBadge()])
    search = SearchField(filters.query, place.pick("query"), placeholder=t("equipment_list.search"))
    cards = [MachineCard(client, row, on_open=opener(f"/equipment/{row.id}")) for row in rows[:most]]
    new = PrimaryButton(t("equipment_list.new"), opener("/equipment/new"), icon=ft.Icons.ADD_ROUNDED)
    footer = new if client.may(Permission.equipment_write) else None
    bar = _filter_bar(client, place)
    return Page(head, search, bar, *(in_twos(cards) or [_no_match(client)]), *more_of(place, len(rows) > most), footer=footer)


@component
def Pane(client: Client, chosen: UUID) -> ft.Control:
    """Beside the machine that was opened; it goes on asking what the list asked."""
    place = use_place(Filters)
    filters, most = place.asked, place.asked.page * MOST
    rows = ft.use_memo(lambda: matching(client, filters, most + 1), [filters, client.equipment.revision])
    search = SearchField(filters.query, place.pick("query"), placeholder=t("equipment_list.search"))
    cards = [
        MachineCard(client, row, on_open=opener(place.to(f"/equipment/{row.id}")), selected=row.id == chosen, flat=True)
        for row in rows[:most]
    ]
    return ListPane(t("equipment_list.title"), search, [*(cards or [_no_match(client)]), *more_of(place, len(rows) > most)])


@component
def Desk(client: Client, place: Place[Filters]) -> ft.Control:
    filters = place.asked
    nobody: frozenset[str] = frozenset()
    chosen, choose = ft.use_state(nobody)
    printing, set_printing = use_state(cast("list[str] | None", None))
    done = lambda: set_printing(None)  # noqa: E731 - one line, used twice
    use_sheet(None if printing is None else labels_sheet(client, LabelsOf(tuple(map(UUID, printing))), done), done)
    rows = ft.use_memo(lambda: matching(client, filters, None), [filters.sought, client.equipment.revision])
    search = SearchField(filters.query, place.pick("query"), placeholder=t("equipment_list.search"))
    actions = [MoreMenu(_exports(client, filters)), *_admin_actions(client, lambda: set_printing([])), SyncBadge()]
    head = table_head(PageHeader(t("equipment_list.title"), _count(client, filters, rows)), search, *actions)
    dues = ft.use_memo(lambda: next_dues(client), [client.tables.plans.revision])
    table = Table(
        _columns(client, dues),
        rows,
        lambda row: str(row.id),
        place=place,
        route=lambda key: place.to(f"/equipment/{key}"),
        selected=chosen,
        on_select=choose,
        actions=[BulkAction(t("equipment_list.print"), ft.Icons.QR_CODE_2_ROUNDED, set_printing)],
        row_label=lambda row: dotted(row.name, row.code, stands(client, row.id)),
        empty=_no_match(client),
    )
    return TablePage(head, _filter_bar(client, place), table=table)


def _exports(client: Client, filters: Filters) -> list[MenuItem]:
    asked = {"search": filters.query.strip(), "site_id": filters.site, "production_line_id": filters.line}
    return exports(client, "/equipment", t("equipment_list.title"), **asked, status=filters.status, criticality=filters.criticality)


def _count(client: Client, filters: Filters, found: Sequence[EquipmentRow] | None = None) -> str:
    """How many there are, and how many of them are shown where not all are; `found` spares looking for them again."""
    total = len(client.equipment.rows)
    if filters.but(sort="") == Filters():
        return dotted(n("equipment_list.count", total), n("equipment_list.sites", len(client.sites.rows)))
    shown = len(matching(client, filters, None) if found is None else found)
    return t("equipment_list.count_of", shown=format_number(shown), total=format_number(total))


def _admin_actions(client: Client, on_blank: Handler) -> list[ft.Control]:
    if not client.may(Permission.equipment_write):
        return []
    return [
        SecondaryButton(t("labels_form.blank"), on_blank, icon=ft.Icons.QR_CODE_2_ROUNDED, height=48),
        PrimaryButton(t("equipment_list.new"), opener("/equipment/new"), icon=ft.Icons.ADD_ROUNDED, height=48),
    ]


def next_dues(client: Client) -> dict[UUID, PlanRow] | None:
    """When something is next to be done on each machine; of too many plans only the machine's own page tells."""
    plans = client.tables.plans
    if not plans.ready or not 0 < len(plans.rows) <= MOST_PLANS:
        return None
    due = [plan for plan in plans.rows.values() if plan.is_active and plan.next_due]
    return {plan.equipment_id: plan for plan in sorted(due, key=next_first, reverse=True)}


def _next_due(dues: dict[UUID, PlanRow] | None, today: date) -> list[Column]:
    if dues is None:
        return []

    def cell(row: EquipmentRow) -> Cell:
        plan = dues.get(row.id)
        told = plan_due(plan, today) if plan else None
        return Cell(told.word, told.tone if told.tone in PRESSING else None) if told else Cell("")

    def soonest(row: EquipmentRow) -> datetime | None:
        plan = dues.get(row.id)
        return plan.next_due if plan else None

    return [Column("next_due", t("equipment_list.next_due"), cell, sort=soonest, flex=2)]


def _columns(client: Client, dues: dict[UUID, PlanRow] | None) -> list[Column]:
    lines = {line.id: natural(line.name) for line in client.lines.rows.values()}
    return [
        Column("code", t("equipment_list.code"), lambda row: row.code, sort=lambda row: row.code, width=110),
        Column("name", t("equipment_list.name"), lambda row: row.name, sort=lambda row: natural(row.name), flex=5, strong=True),
        Column("model", t("equipment_list.model"), lambda row: row.model, sort=lambda row: row.model or None, flex=3, roomy=True),
        *site_column(client),
        Column("line", t("equipment_list.line"), lambda row: line_of(client, row.id), sort=lambda row: lines.get(row.production_line_id)),
        Column("status", t("equipment_list.status"), lambda row: marks.EQUIPMENT[row.status], sort=lambda row: row.status, width=138),
        Column(
            "criticality",
            t("equipment_list.criticality"),
            lambda row: Cell(marks.CRITICALITY[row.criticality].word, _rank_tone(row)),
            sort=lambda row: CRITICAL_FIRST[row.criticality],
        ),
        *_next_due(dues, local_day(client.now())),
        Column("serial", t("equipment_list.serial"), lambda row: row.serial_number or "", sort=lambda row: row.serial_number, roomy=True),
    ]


def _rank_tone(row: EquipmentRow) -> Any:
    return marks.CRITICALITY[row.criticality].tone if CRITICAL_FIRST[row.criticality] < CRITICAL_FIRST[Criticality.medium] else None


def _no_match(client: Client) -> ft.Control:
    return EmptyState(
        ft.Icons.SEARCH_OFF_ROUNDED,
        t("equipment_list.no_match"),
        t("equipment_list.no_match_body"),
        secondary=t("scan.title"),
        on_secondary=scanner(client),
    )
