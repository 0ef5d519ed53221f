"""All machines: cards on a phone, a dense table on a desk."""

from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_number, n, t
from mobile_app.domain import marks
from mobile_app.domain.cards import MachineCard
from mobile_app.domain.client import Client
from mobile_app.domain.context import go, opener, use_tables
from mobile_app.domain.exports import exports
from mobile_app.domain.first_steps import nothing_yet
from mobile_app.domain.lookup import by_name, by_name_and_site, dotted, down_first, has_several_sites, line_of, natural, stands
from mobile_app.domain.scanning import scanner
from mobile_app.domain.search import search_equipment
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.domain.views import CRITICAL_FIRST
from mobile_app.features.equipment.labels import labels_sheet
from mobile_app.ui.buttons import Handler, PrimaryButton, SecondaryButton
from mobile_app.ui.cards import in_twos
from mobile_app.ui.choices import Choice, FilterBar, FilterMenu
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.fields import SearchField
from mobile_app.ui.hooks import use_breakpoint, use_environment, use_state
from mobile_app.ui.sheets import MenuItem, MoreMenu, use_sheet
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.table import BulkAction, Cell, Column, Table, TablePage, table_head
from mobile_app.ui.text import Meta
from shared_models.equipment.rows import Criticality, EquipmentRow, EquipmentStatus
from shared_models.permissions import Permission

MOST = 60


@dataclass(frozen=True)
class Filters:
    query: str = ""
    site: str | None = None
    line: str | None = None
    status: str | None = None
    criticality: str | None = None

    @property
    def wanted(self) -> dict[str, list[Any]]:
        """By the row's fields."""
        places = {"site_id": self.site and UUID(self.site), "production_line_id": self.line and UUID(self.line)}
        states = {"status": self.status, "criticality": self.criticality}
        return {name: [value] for name, value in {**places, **states}.items() if value}


def matching(client: Client, filters: Filters, limit: int | None) -> list[EquipmentRow]:
    """The machines that pass the filters, best match of the query first, else what is down, then by name."""
    rows = client.equipment.having(**filters.wanted)
    if filters.query.strip():
        return search_equipment(rows, filters.query, limit=limit or len(rows))
    return sorted(rows, key=down_first)[:limit]


@component
def EquipmentListScreen() -> ft.Control:
    client = use_tables("equipment", "lines", "sites", "classes")
    filters, set_filters = ft.use_state(Filters())
    size = use_breakpoint()
    nothing = nothing_yet(client)
    if nothing is not None:
        return nothing
    is_dense = size == Breakpoint.desktop and not use_environment().has_big_text
    return Desk(client, filters, set_filters) if is_dense else Cards(client, filters, set_filters)


def _filter_bar(client: Client, filters: Filters, set_filters: Any, trailing: ft.Control | None = None) -> ft.Control:
    def pick(name: str) -> Any:
        return lambda value: set_filters(replace(filters, **{name: value}))

    sites = by_name(client.sites.rows.values())
    lines = by_name_and_site(client, (line for line in client.lines.rows.values() if filters.site in {None, str(line.site_id)}))
    statuses = [Choice(s.value, marks.EQUIPMENT[s].word) for s in EquipmentStatus]
    ranks = [Choice(c.value, marks.CRITICALITY[c].word) for c in CRITICAL_FIRST]
    menus = [
        *([FilterMenu(t("equipment_list.site"), sites, filters.site, pick("site"))] if has_several_sites(client) else []),
        FilterMenu(t("equipment_list.line"), lines, filters.line, pick("line")),
        FilterMenu(t("equipment_list.status"), statuses, filters.status, pick("status")),
        FilterMenu(t("equipment_list.criticality"), ranks, filters.criticality, pick("criticality")),
    ]
    return FilterBar(menus, trailing)


@component
def Cards(client: Client, filters: Filters, set_filters: Any) -> ft.Control:
    rows = ft.use_memo(lambda: matching(client, filters, MOST), [filters, client.equipment.revision])
    head = PageHeader(t("equipment_list.title"), n("equipment_list.count", len(client.equipment.rows)), trailing=[SyncBadge()])
    search = SearchField(filters.query, lambda text: set_filters(replace(filters, query=text)), placeholder=t("equipment_list.search"))
    cards = [MachineCard(client, row, on_open=opener(f"/equipment/{row.id}")) for row in rows]
    rest = [Meta(t("equipment_list.more", count=MOST))] if len(rows) == MOST else []
    new = PrimaryButton(t("equipment_list.new"), opener("/equipment/new"), icon=ft.Icons.ADD_ROUNDED)
    footer = new if client.may(Permission.equipment_write) else None
    return Page(head, search, _filter_bar(client, filters, set_filters), *(in_twos(cards) or [_no_match(client)]), *rest, footer=footer)


@component
def Desk(client: Client, filters: Filters, set_filters: Any) -> ft.Control:
    nobody: frozenset[str] = frozenset()
    chosen, choose = ft.use_state(nobody)
    printing, set_printing = use_state(cast("list[str] | None", None))
    done = lambda: set_printing(None)  # noqa: E731 - one line, used twice
    use_sheet(None if printing is None else labels_sheet(client, [UUID(key) for key in printing], done), done)
    rows = ft.use_memo(lambda: matching(client, filters, None), [filters, client.equipment.revision])
    search = SearchField(filters.query, lambda text: set_filters(replace(filters, query=text)), placeholder=t("equipment_list.search"))
    actions = [MoreMenu(_exports(client, filters)), *_admin_actions(client, lambda: set_printing([])), SyncBadge()]
    head = table_head(PageHeader(t("equipment_list.title"), _count(client)), search, *actions)
    table = Table(
        _columns(client),
        rows,
        lambda row: str(row.id),
        on_open=lambda key: go(f"/equipment/{key}"),
        selected=chosen,
        on_select=choose,
        actions=[BulkAction(t("equipment_list.print"), ft.Icons.QR_CODE_2_ROUNDED, lambda keys: set_printing(sorted(keys)))],
        sorting=None,
        row_label=lambda row: dotted(row.name, row.code, stands(client, row.id)),
        empty=_no_match(client),
    )
    return TablePage(head, _filter_bar(client, filters, set_filters), table=table)


def _exports(client: Client, filters: Filters) -> list[MenuItem]:
    asked = {"search": filters.query.strip(), "site_id": filters.site, "production_line_id": filters.line}
    return exports(client, "/equipment", t("equipment_list.title"), **asked, status=filters.status, criticality=filters.criticality)


def _count(client: Client) -> str:
    return dotted(format_number(len(client.equipment.rows)), n("equipment_list.sites", len(client.sites.rows)))


def _admin_actions(client: Client, on_blank: Handler) -> list[ft.Control]:
    if not client.may(Permission.equipment_write):
        return []
    return [
        SecondaryButton(t("labels_form.blank"), on_blank, icon=ft.Icons.QR_CODE_2_ROUNDED, height=48),
        PrimaryButton(t("equipment_list.new"), lambda: go("/equipment/new"), icon=ft.Icons.ADD_ROUNDED, height=48),
    ]


def _columns(client: Client) -> list[Column]:
    lines = {line.id: line.name for line in client.lines.rows.values()}
    return [
        Column("code", t("equipment_list.code"), lambda row: row.code, sort=lambda row: row.code, width=110),
        Column("name", t("equipment_list.name"), lambda row: row.name, sort=lambda row: natural(row.name), flex=5, strong=True),
        Column("model", t("equipment_list.model"), lambda row: row.model, sort=lambda row: row.model or None, flex=3),
        *_sites(client),
        Column("line", t("equipment_list.line"), lambda row: line_of(client, row.id), sort=lambda row: lines.get(row.production_line_id)),
        Column("status", t("equipment_list.status"), lambda row: marks.EQUIPMENT[row.status].chip(), sort=lambda row: row.status, flex=2),
        Column(
            "criticality",
            t("equipment_list.criticality"),
            lambda row: Cell(marks.CRITICALITY[row.criticality].word, _rank_tone(row)),
            sort=lambda row: CRITICAL_FIRST[row.criticality],
        ),
        Column("serial", t("equipment_list.serial"), lambda row: row.serial_number or "", sort=lambda row: row.serial_number, flex=2),
    ]


def _sites(client: Client) -> list[Column]:
    if not has_several_sites(client):
        return []
    names = {site.id: site.name for site in client.sites.rows.values()}
    return [
        Column("site", t("equipment_list.site"), lambda row: names.get(row.site_id, ""), sort=lambda row: names.get(row.site_id), flex=3)
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
