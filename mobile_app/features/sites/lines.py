"""The production lines of a site."""

from functools import partial
from typing import NamedTuple
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import n, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import arrived, use_tables
from mobile_app.domain.line_form import line_sheet, new_line_sheet
from mobile_app.domain.lookup import natural
from mobile_app.domain.submit import submit
from mobile_app.ui.buttons import SecondaryButton
from mobile_app.ui.cards import Card, Divider, SectionHeader
from mobile_app.ui.component import component
from mobile_app.ui.hooks import use_maybe
from mobile_app.ui.menus import MenuItem, MoreMenu
from mobile_app.ui.sheets import Question, use_confirm, use_sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Body, Meta
from shared_models.sites import LineRow


class Opened(NamedTuple):
    """A sheet: for the line, or for a new one."""

    line_id: UUID | None


@component
def Lines(client: Client, site_id: UUID) -> ft.Control:
    use_tables("lines", "equipment")
    opened, set_opened = use_maybe(Opened)
    ask = use_confirm()

    def close(_: str = "") -> None:
        set_opened(None)

    shown = None
    if opened is not None:
        shown = line_sheet(client, opened.line_id, close) if opened.line_id else new_line_sheet(client, site_id, close)
    use_sheet(shown, close)
    rows = sorted((row for row in client.lines.rows.values() if row.site_id == site_id), key=lambda row: natural(row.name))
    lines: list[ft.Control] = []
    for row in rows:
        question = Question(
            t("sites.remove_line_title", line=row.name), t("sites.remove_line_body"), t("sites.remove"), partial(_remove, client, row)
        )
        lines += [Divider()] if lines else []
        lines.append(_line(client, row, partial(set_opened, Opened(row.id)), partial(ask, question)))
    body = lines or [Meta(t("sites.lines_why"), max_lines=4)]
    add = SecondaryButton(t("sites.add_line"), lambda: set_opened(Opened(None)), icon=ft.Icons.ADD_ROUNDED)
    head = SectionHeader(t("sites.lines"), str(len(rows)) if rows else "")
    card = Card(Stack(*body, add, spacing=8))
    return Stack(head, card, spacing=10)


def _line(client: Client, row: LineRow, rename: partial[None], remove: partial[None]) -> ft.Control:
    count = len(client.equipment.having(production_line_id=[row.id]))
    words = ft.Column([Body(row.name), Meta(n("equipment_list.count", count))], spacing=0, tight=True, expand=True)
    items = [
        MenuItem(t("sites.rename"), rename, ft.Icons.EDIT_OUTLINED),
        MenuItem(t("sites.remove"), remove, ft.Icons.DELETE_OUTLINE_ROUNDED, danger=True),
    ]
    return ft.Row([words, MoreMenu(items, label=t("sites.line_actions", line=row.name))], spacing=8)


async def _remove(client: Client, row: LineRow) -> None:
    if await submit(client, client.api.delete(f"/lines/{row.id}")):
        await arrived(client, client.lines, lambda: client.lines.get(row.id) is None)
