"""What is said where a row is not on the device."""

from contextlib import suppress

import flet as ft

from mobile_app.core.errors import ClientError
from mobile_app.domain.context import use_client
from mobile_app.ui.component import component
from mobile_app.ui.feedback import SkeletonList
from mobile_app.ui.hooks import use_async, use_live
from mobile_app.ui.shell import Page
from shared_models.base import EntityRow


@component
def Missing(words: ft.Control, row: tuple[type[EntityRow], str] | None = None) -> ft.Control:
    """`words`, once the first load has come through: before, the row may be on its way, and is asked for by its path, when it has one."""
    client = use_client()
    is_first = use_live(client.sync).status.is_first

    async def ask() -> None:
        if is_first and row:
            with suppress(ClientError):
                await client.bring(*row)

    use_async(ask, [is_first, row and row[1]])
    return Page(SkeletonList(3)) if is_first else words
