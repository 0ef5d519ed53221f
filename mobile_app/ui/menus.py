"""Menus that drop from a button: what is done seldom, and what a list is narrowed by."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.ui import environment
from mobile_app.ui.buttons import Handler, tap
from mobile_app.ui.component import component
from mobile_app.ui.hooks import use_box
from mobile_app.ui.theme import C, Radius, Size


class MenuItem(NamedTuple):
    label: str
    on_click: Handler
    icon: ft.IconData | None = None
    danger: bool = False


@component
def MoreMenu(items: Sequence[MenuItem], *, label: str = "") -> ft.Control:
    """The three dots: what is done seldom."""
    menu = ft.PopupMenuButton(
        icon=ft.Icons.MORE_VERT_ROUNDED,
        icon_color=C.ink,
        width=Size.target,
        height=Size.target,
        padding=8,  # a table's rows are lower than that
        tooltip=label or t("common.more"),
        items=[_entry(item) for item in items],
        **use_menu(),
    )
    return ft.MergeSemantics(menu)  # or several of one card would be read as one


def _entry(item: MenuItem) -> ft.PopupMenuItem:
    ink: Any = C.bad if item.danger else C.ink
    parts: list[ft.Control] = []
    if item.icon:
        parts.append(ft.Icon(item.icon, size=20, color=ink))
    parts.append(ft.Text(item.label, color=ink))
    return ft.PopupMenuItem(ft.Row(parts, spacing=12), on_click=tap(item.on_click))


def use_menu() -> dict[str, Any]:
    """What each menu has: its looks, and that the page behind it does not take the keys that are meant for it."""
    env, mine, is_there = environment.current(), use_box(object).current, use_box(lambda: True)

    def opened(_: object) -> None:
        if is_there.current:  # a page that goes may hear of it afterwards
            env.menu = mine

    def closed(_: object = None) -> None:
        if env.menu is mine:
            env.menu = None

    def gone() -> None:
        """With its page: nobody says that it was closed."""
        is_there.current = False
        closed()

    ft.use_effect(lambda: None, [], cleanup=gone)
    return {
        "bgcolor": C.surface,
        "elevation": 2,
        "shape": ft.RoundedRectangleBorder(radius=Radius.button, side=ft.BorderSide(1, C.line)),
        "menu_position": ft.PopupMenuPosition.UNDER,
        "popup_animation_style": environment.AT_ONCE,
        "on_open": opened,
        "on_select": closed,
        "on_cancel": closed,
    }
