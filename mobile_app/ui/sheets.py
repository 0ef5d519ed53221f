"""Sheets and dialogs: from the bottom on a phone, at the side or in the middle elsewhere."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.ui import environment
from mobile_app.ui.buttons import (
    DangerButton,
    IconAction,
    PrimaryButton,
    SecondaryButton,
    tap,
)
from mobile_app.ui.dialogs import use_dialog
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.hooks import use_box, use_maybe
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Body, Heading
from mobile_app.ui.theme import C, Size

SIDE_WIDTH: Final = 480
LOW: Final = 720
"""A screen on which a sheet with a footer may not fit."""


class Sheet(NamedTuple):
    """`tall` fills a phone's screen and scrolls; otherwise it is as high as its content, where that surely fits."""

    title: str
    content: ft.Control
    footer: ft.Control | None = None
    tall: bool = False


def use_sheet(sheet: Sheet | None, on_close: Callable[[], None]) -> None:
    """Show `sheet` while it is not None. A hook: call it on every render."""
    wide = environment.current().layout.breakpoint >= Breakpoint.tablet
    opened_wide = use_box(lambda: wide)
    if sheet is None:
        opened_wide.current = wide  # a sheet keeps its place when the device is turned
    dialog = None
    if sheet is not None:
        dialog = _side(sheet, on_close) if opened_wide.current else _bottom(sheet, on_close)
    use_dialog(dialog)


def _head(sheet: Sheet, on_close: Callable[[], None]) -> ft.Control:
    title = ft.Semantics(header=True, heading_level=2, expand=True, content=Heading(sheet.title, size=19))
    return ft.Row([title, IconAction(ft.Icons.CLOSE_ROUNDED, t("common.close"), on_close)], spacing=8)


def _parts(sheet: Sheet, on_close: Callable[[], None]) -> list[ft.Control]:
    """The head, what scrolls, and the footer: where large text would leave no room above it, at the end of what scrolls."""
    footer = [sheet.footer] if sheet.footer else []
    scrolled = footer if environment.current().has_big_text else []
    column = Stack(sheet.content, *scrolled, scroll=ft.ScrollMode.AUTO, expand=True)
    return [_head(sheet, on_close), column, *(footer if not scrolled else [])]


def _bottom(sheet: Sheet, on_close: Callable[[], None]) -> ft.DialogControl:
    fills, footer = _fills(sheet), [sheet.footer] if sheet.footer else []
    parts = _parts(sheet, on_close) if fills else [_head(sheet, on_close), sheet.content, *footer]
    body = Stack(*parts, spacing=12, tight=not fills)
    page = ft.Container(body, padding=ft.Padding(left=20, top=12, right=20, bottom=20))
    return ft.BottomSheet(
        page,
        scrollable=True,
        use_safe_area=True,
        bgcolor=C.surface,
        shape=ft.RoundedRectangleBorder(radius=ft.BorderRadius(top_left=20, top_right=20, bottom_left=0, bottom_right=0)),
        on_dismiss=tap(on_close),
        animation_style=environment.quick(),
    )


def _fills(sheet: Sheet) -> bool:
    """Flet's scrolling column takes all the height there is, so only what may not fit gets one."""
    is_low = (ft.context.page.height or 800) < LOW
    return sheet.tall or environment.current().has_big_text or (is_low and sheet.footer is not None)


def _side(sheet: Sheet, on_close: Callable[[], None]) -> ft.DialogControl:
    height = ft.context.page.height or 800
    column = Stack(*_parts(sheet, on_close), tight=False)
    return ft.AlertDialog(
        content=ft.Container(column, width=SIDE_WIDTH, height=height, padding=24),
        content_padding=0,
        inset_padding=0,
        alignment=ft.Alignment.CENTER_RIGHT,
        shape=ft.RoundedRectangleBorder(radius=0),
        bgcolor=C.surface,
        semantics_label=sheet.title,
        on_dismiss=tap(on_close),
    )


# Confirming


@dataclass(frozen=True)
class Question:
    """`title` names the thing: "Delete pump P-101?"; `confirm` says the verb."""

    title: str
    body: str
    confirm: str
    on_confirm: Callable[[], Awaitable[None] | None]
    danger: bool = True


def use_confirm() -> Callable[[Question], None]:
    """Returns `ask(Question(...))`, only for what cannot be undone."""
    question, set_question = use_maybe(Question)

    def close() -> None:
        set_question(None)

    use_dialog(_ask(question, close) if question is not None else None)
    return set_question


def _ask(question: Question, close: Callable[[], None]) -> ft.DialogControl:
    async def confirmed() -> None:
        close()
        waiting = question.on_confirm()
        if waiting is not None:
            await waiting

    button = DangerButton if question.danger else PrimaryButton
    return ft.AlertDialog(
        title=Heading(question.title, size=19),
        content=ft.Container(Body(question.body, color=C.ink2), width=380),
        actions=[
            SecondaryButton(t("common.close"), close, height=Size.target),
            button(question.confirm, confirmed, height=Size.target),
        ],
        actions_padding=ft.Padding(left=20, top=0, right=20, bottom=20),
        semantics_label=question.title,
        on_dismiss=tap(close),
    )
