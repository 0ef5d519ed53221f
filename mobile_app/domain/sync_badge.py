"""The small chip that says how the device and the server stand, and the bar that it is in."""

import flet as ft

from mobile_app.core.i18n import format_time, t
from mobile_app.core.sync import SyncState as CoreState
from mobile_app.domain.context import go, go_back, use_client
from mobile_app.ui.buttons import IconAction
from mobile_app.ui.component import component
from mobile_app.ui.hooks import use_live
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
    """Leads to what needs somebody, else to the details on “Me”."""
    status = use_live(use_client().sync).status
    refused = status.state == CoreState.needs_you
    since = format_time(status.offline_since) if status.offline_since else ""
    state = SyncState(_KINDS[status.state], status.needs_you if refused else status.waiting, since)
    return SyncChip(state, on_click=lambda: go("/needs-you" if refused else "/me"))


def top_bar(back: str, *actions: ft.Control) -> ft.Control:
    """Above a page whose title is its own affair: the way back, and what can be done."""
    arrow = IconAction(ft.Icons.ARROW_BACK_ROUNDED, t("common.back"), lambda: go_back(back))
    bar = ft.Row([arrow, ft.Container(expand=True), SyncBadge(), *actions], spacing=4)
    return ft.Container(bar, margin=ft.Margin(left=-12, top=-8, right=0, bottom=0))
