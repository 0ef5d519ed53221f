"""The checklist templates: their list, and the way to write one."""

from collections import Counter
from collections.abc import Callable, Iterable
from uuid import UUID

import flet as ft

from mobile_app.core.folding import fold
from mobile_app.core.i18n import n, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import go, id_of, opener, use_tables
from mobile_app.domain.lookup import dotted
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.features.checklists.editor import ChecklistForm
from mobile_app.ui.address import Asked, Place, go_back, use_place
from mobile_app.ui.buttons import IconAction, PrimaryButton
from mobile_app.ui.cards import RowCard
from mobile_app.ui.chips import StatusChip
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.fields import SearchField
from mobile_app.ui.hooks import use_shortcut
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.table import Cell, Column, Table, TablePage, is_tabular
from mobile_app.ui.theme import Space, Tone
from shared_models.checklists.rows import ChecklistRow
from shared_models.permissions import Permission
from shared_models.plans.rows import PlanRow


@component
def ChecklistsScreen() -> ft.Control:
    client = use_tables("checklists", "plans")
    place = use_place(Asked)
    query = place.asked.query
    tables = client.tables
    may_write = client.may(Permission.maintenance_write)
    use_shortcut("N", lambda: go("/checklists/new"), t("checklists.new"), enabled=may_write)
    rows = ft.use_memo(lambda: matching(tables.checklists.rows.values(), query), [query, tables.checklists.revision])
    counts = ft.use_memo(lambda: in_plans(tables.plans.rows.values()), [tables.plans.revision])
    if not may_write:
        return EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("checklists.read_only"), t("checklists.read_only_body"))
    if not tables.checklists.rows:
        return Page(PageHeader(t("checklists.title"), on_back=opener("/plans"), trailing=[SyncBadge()]), _none())
    search = SearchField(query, place.pick("query"), placeholder=t("checklists.search"))
    if is_tabular():
        return _desk(client, rows, counts, search, place)
    head = PageHeader(t("checklists.title"), on_back=opener("/plans"), trailing=[SyncBadge()])
    cards = [_card(client, row, counts[row.id]) for row in rows]
    new = PrimaryButton(t("checklists.new"), opener("/checklists/new"), icon=ft.Icons.ADD_ROUNDED)
    return Page(head, search, *(cards or [_no_match(query)]), footer=new)


def matching(rows: Iterable[ChecklistRow], query: str) -> list[ChecklistRow]:
    """Those in whose name or steps `query` is found; the retired ones last."""
    words = fold(query).split()
    found = [row for row in rows if all(any(word in fold(text) for text in (row.name, *(s.title for s in row.steps))) for word in words)]
    return sorted(found, key=lambda row: (not row.is_active, fold(row.name)))


def in_plans(plans: Iterable[PlanRow]) -> Counter[UUID]:
    """How many active plans use each."""
    return Counter(plan.checklist_id for plan in plans if plan.checklist_id and plan.is_active)


def _none() -> ft.Control:
    return EmptyState(
        ft.Icons.CHECKLIST_ROUNDED, t("checklists.empty"), t("checklists.empty_body"), action=t("checklists.new"),
        on_action=opener("/checklists/new"),
    )  # fmt: skip


def _no_match(query: str) -> ft.Control:
    return EmptyState(ft.Icons.SEARCH_OFF_ROUNDED, t("checklists.no_match", query=query))


def _card(client: Client, row: ChecklistRow, plans: int) -> ft.Control:
    chips = [] if row.is_active else [StatusChip(t("checklists.inactive"), Tone.off)]
    if row.id in client.tables.checklists.pending:
        chips.append(StatusChip(t("domain.unsent"), Tone.off, icon=ft.Icons.CLOUD_UPLOAD_ROUNDED))
    used = n("checklists.in_plans", plans) if plans else t("checklists.in_no_plan")
    meta = dotted(n("checklists.steps", len(row.steps)), t("checklists.version", version=row.version), used)
    return RowCard(row.name, meta=meta, chips=chips, icon=ft.Icons.CHECKLIST_ROUNDED, on_click=opener(f"/checklists/{row.id}"))


# At a desk


def _desk(client: Client, rows: list[ChecklistRow], counts: Counter[UUID], search: ft.Control, place: Place[Asked]) -> ft.Control:
    back = IconAction(ft.Icons.ARROW_BACK_ROUNDED, t("common.back"), lambda: go_back("/plans"))
    new = PrimaryButton(t("checklists.new"), opener("/checklists/new"), icon=ft.Icons.ADD_ROUNDED)
    title = ft.Container(PageHeader(t("checklists.title"), n("checklists.count", len(client.tables.checklists.rows))), expand=True)
    head = ft.Row([back, title, ft.Container(search, width=320), new, SyncBadge()], spacing=Space.m)
    table = Table(
        _columns(counts),
        rows,
        lambda row: str(row.id),
        place=place,
        route=lambda key: f"/checklists/{key}",
        row_label=lambda row: row.name,
        empty=_no_match(place.asked.query),
    )
    return TablePage(head, table=table)


def _columns(counts: Counter[UUID]) -> list[Column]:
    return [
        Column("name", t("checklists.name"), lambda row: row.name, sort=lambda row: fold(row.name), flex=4, strong=True),
        Column("what", t("checklists.steps_title"), lambda row: dotted(*(step.title for step in row.steps)), flex=7),
        Column("state", t("checklists.column_state"), _state, sort=lambda row: not row.is_active, width=130),
        _figure("count", lambda row: len(row.steps)),
        _figure("plans", lambda row: counts[row.id]),
        _figure("version", lambda row: row.version),
    ]


def _figure(name: str, of: Callable[[ChecklistRow], int]) -> Column:
    return Column(name, t(f"checklists.column_{name}"), lambda row: str(of(row)), sort=of, width=100, number=True)


def _state(row: ChecklistRow) -> Cell:
    return Cell(t("checklists.offered")) if row.is_active else Cell(t("checklists.inactive"), Tone.off)


@component
def ChecklistFormScreen() -> ft.Control:
    client = use_tables("checklists")
    wanted = ft.use_route_params().get("checklist_id")
    if not client.may(Permission.maintenance_write):
        return EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("checklists.read_only"), t("checklists.read_only_body"))
    row = client.tables.checklists.get(id_of(wanted)) if wanted else None
    if wanted and row is None:
        back = opener("/checklists")
        return EmptyState(ft.Icons.SEARCH_OFF_ROUNDED, t("checklists.unknown"), action=t("checklists.title"), on_action=back)
    return ChecklistForm(client, row, key=wanted or "new")
