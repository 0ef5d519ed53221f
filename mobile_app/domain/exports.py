"""A list of the server as a file for a spreadsheet, with the filters of the screen that shows it."""

from typing import Any
from urllib.parse import urlencode

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.domain.files import download
from mobile_app.ui.buttons import Handler
from mobile_app.ui.menus import MenuItem

KINDS = {"xlsx": ft.Icons.GRID_ON_ROUNDED, "csv": ft.Icons.NOTES_ROUNDED}


def exports(client: Client, path: str, name: str, **asked: Any) -> list[MenuItem]:
    """For a menu: `path` as either kind of file called `name`; what is None or empty is not asked."""
    given = {key: str(value).lower() if isinstance(value, bool) else value for key, value in asked.items() if value not in {None, ""}}
    query = urlencode(given)

    def taking(kind: str) -> Handler:
        async def taken() -> None:
            await download(client, f"{path}/export.{kind}?{query}", f"{name}.{kind}")

        return taken

    return [MenuItem(t(f"domain.export.{kind}"), taking(kind), icon) for kind, icon in KINDS.items()]
