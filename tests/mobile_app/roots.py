"""The root that a screen has in the app: its client, its drafts."""

from collections.abc import Callable

import flet as ft

from mobile_app.core.client import Client
from mobile_app.domain.context import ClientContext
from mobile_app.ui.component import component
from mobile_app.ui.hooks import DraftContext, MemoryDrafts


def inside(client: Client, show: Callable[[], ft.Control], drafts: MemoryDrafts | None = None) -> Callable[[], ft.Control]:
    kept = drafts or MemoryDrafts()

    @component
    def Shown() -> ft.Control:
        return show()

    @ft.component
    def Root() -> ft.Control:
        return ClientContext(client, lambda: DraftContext(kept, Shown))

    return Root
