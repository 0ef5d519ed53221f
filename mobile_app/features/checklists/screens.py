"""The checklist templates: their list, and the way to write one."""

from uuid import UUID

import flet as ft

from mobile_app.core.client import Client
from mobile_app.core.i18n import n, t
from mobile_app.domain.context import go, opener, use_tables
from mobile_app.domain.lookup import dotted
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.features.checklists.editor import ChecklistForm
from mobile_app.ui.buttons import PrimaryButton
from mobile_app.ui.cards import RowCard
from mobile_app.ui.chips import StatusChip
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.fields import SearchField, fold
from mobile_app.ui.hooks import use_shortcut
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.theme import Tone
from shared_models.checklists import ChecklistRow
from shared_models.permissions import Permission


@component
def ChecklistsScreen() -> ft.Control:
    client = use_tables("checklists")
    query, set_query = ft.use_state("")
    may_write = client.may(Permission.maintenance_write)
    use_shortcut("N", lambda: go("/checklists/new"), t("checklists.new"), enabled=may_write)
    if not may_write:
        return EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("checklists.read_only"), t("checklists.read_only_body"))
    rows = sorted(client.tables.checklists.rows.values(), key=lambda row: (not row.is_active, fold(row.name)))
    head = PageHeader(t("checklists.title"), on_back=opener("/plans"), trailing=[SyncBadge()])
    new = PrimaryButton(t("checklists.new"), opener("/checklists/new"), icon=ft.Icons.ADD_ROUNDED)
    if not rows:
        empty = EmptyState(
            ft.Icons.CHECKLIST_ROUNDED, t("checklists.empty"), t("checklists.empty_body"), action=t("checklists.new"),
            on_action=opener("/checklists/new"),
        )  # fmt: skip
        return Page(head, empty)
    shown = [row for row in rows if fold(query) in fold(row.name)]
    cards = [_card(client, row) for row in shown]
    return Page(head, SearchField(query, set_query, placeholder=t("checklists.search")), *cards, footer=new)


def _card(client: Client, row: ChecklistRow) -> ft.Control:
    chips = [] if row.is_active else [StatusChip(t("checklists.inactive"), Tone.off)]
    if row.id in client.tables.checklists.pending:
        chips.append(StatusChip(t("domain.unsent"), Tone.off, icon=ft.Icons.CLOUD_UPLOAD_ROUNDED))
    return RowCard(
        row.name, meta=dotted(n("checklists.steps", len(row.steps)), t("checklists.version", version=row.version)), chips=chips,
        icon=ft.Icons.CHECKLIST_ROUNDED, on_click=opener(f"/checklists/{row.id}"),
    )  # fmt: skip


@component
def ChecklistFormScreen() -> ft.Control:
    client = use_tables("checklists")
    wanted = ft.use_route_params().get("checklist_id")
    if not client.may(Permission.maintenance_write):
        return EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("checklists.read_only"), t("checklists.read_only_body"))
    row = client.tables.checklists.get(UUID(wanted)) if wanted else None
    if wanted and row is None:
        back = opener("/checklists")
        return EmptyState(ft.Icons.SEARCH_OFF_ROUNDED, t("checklists.unknown"), action=t("checklists.title"), on_action=back)
    return ChecklistForm(client, row, key=wanted or "new")
