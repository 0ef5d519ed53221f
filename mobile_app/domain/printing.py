"""A thing as a document that the server typesets, and a page of the app on paper."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import flet as ft

from mobile_app.core.bridge import bridge
from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.domain.files import download
from mobile_app.ui.buttons import SecondaryButton


def print_button(client: Client, label: str, path: str, name: str | None) -> list[ft.Control]:
    """What the server does not know yet, and has no `name` for, cannot be printed there."""
    if not name:
        return []
    return [SecondaryButton(t(label), partial(download, client, path, f"{name}.pdf"), icon=ft.Icons.PICTURE_AS_PDF_ROUNDED)]


class Printed(NamedTuple):
    """A table; the first cell of a row is its name, the second what it amounts to."""

    title: str
    rows: Sequence[Sequence[str]]


async def print_page(title: str, meta: str, parts: Sequence[Printed]) -> None:
    """Hand it to the browser, which prints it."""
    tables = [{"title": part.title, "rows": [list(row) for row in part.rows]} for part in parts]
    await bridge.request("print", {"title": title, "meta": meta, "parts": tables})
