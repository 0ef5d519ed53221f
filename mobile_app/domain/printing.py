"""A thing as a document: the server typesets it, the browser keeps the file."""

from functools import partial

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.domain.files import download
from mobile_app.ui.buttons import SecondaryButton


def print_button(client: Client, label: str, path: str, name: str | None) -> list[ft.Control]:
    """What the server does not know yet, and has no `name` for, cannot be printed there."""
    if not name:
        return []
    return [SecondaryButton(t(label), partial(download, client, path, f"{name}.pdf"), icon=ft.Icons.PICTURE_AS_PDF_ROUNDED)]
