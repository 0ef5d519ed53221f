"""The small chip that says how the device and the server stand, the bell beside it, and the bar that they are in."""

import flet as ft

from mobile_app.core.i18n import format_time, n, t
from mobile_app.core.sync import SyncState as CoreState
from mobile_app.domain.context import go, go_back, opener, use_client
from mobile_app.domain.notices import unread, use_notices
from mobile_app.ui.buttons import IconAction
from mobile_app.ui.chips import CountBadge
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.hooks import use_breakpoint, use_live
from mobile_app.ui.shell import SyncChip, SyncState

_KINDS = {
    CoreState.synced: "done",
    CoreState.syncing: "running",
    CoreState.waiting: "waiting",
    CoreState.offline: "offline",
    CoreState.needs_you: "refused",
}


@component
def SyncBadge() -> ft.Control:
    """Leads to what needs somebody, else to the details on “Me”. On a phone, which has no rail, the bell is beside it."""
    status = use_live(use_client().sync).status
    refused = status.state == CoreState.needs_you
    since = format_time(status.offline_since) if status.offline_since else ""
    state = SyncState(_KINDS[status.state], status.needs_you if refused else status.waiting, since)
    chip = SyncChip(state, on_click=lambda: go("/needs-you" if refused else "/me"))
    has_rail = use_breakpoint() > Breakpoint.phone
    return chip if has_rail else ft.Row([chip, Bell()], spacing=4, tight=True)


@component
def Bell() -> ft.Control:
    """How many notifications wait, and the way to them."""
    client, notices = use_notices()
    count = len(unread(notices, client.now()))
    words = t("notifications.title")
    icon = ft.Icons.NOTIFICATIONS_ROUNDED if count else ft.Icons.NOTIFICATIONS_OUTLINED
    button = IconAction(icon, f"{words}, {n('common.unread', count)}" if count else words, opener("/notifications"))
    if not count:
        return button
    figure = ft.Container(ft.Semantics(content=CountBadge(count), exclude_semantics=True), right=0, top=2, ignore_interactions=True)
    return ft.Stack([button, figure], clip_behavior=ft.ClipBehavior.NONE)


def top_bar(back: str, *actions: ft.Control) -> ft.Control:
    """Above a page whose title is its own affair: the way back, and what can be done."""
    arrow = IconAction(ft.Icons.ARROW_BACK_ROUNDED, t("common.back"), lambda: go_back(back))
    bar = ft.Row([arrow, ft.Container(expand=True), SyncBadge(), *actions], spacing=4)
    return ft.Container(bar, margin=ft.Margin(left=-12, top=-8, right=0, bottom=0))
