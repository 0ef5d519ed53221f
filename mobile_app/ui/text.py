"""Text in the few sizes there are. Plain functions: one control each."""

from typing import Any, Final

import flet as ft

from mobile_app.ui import environment
from mobile_app.ui.theme import BOLD, MEDIUM, REGULAR, SEMIBOLD, C, Size

_ELLIPSIS: Final = ft.TextOverflow.ELLIPSIS


def Title(value: str, *, max_lines: int = 2, **more: Any) -> ft.Control:
    """The one title of a page."""
    text = ft.Text(value, size=Size.title, weight=BOLD, max_lines=max_lines, overflow=_ELLIPSIS, **more)
    return ft.Semantics(content=text, header=True, heading_level=1, container=True)


def Heading(value: str, *, size: float = Size.section, **more: Any) -> ft.Text:
    return ft.Text(value, size=size, weight=SEMIBOLD, **more)


def _fits(max_lines: int | None) -> ft.TextOverflow:
    """An ellipsis alone would keep to one line."""
    return _ELLIPSIS if max_lines else ft.TextOverflow.CLIP


def Strong(value: str, *, size: float = Size.body, max_lines: int | None = 2, **more: Any) -> ft.Text:
    return ft.Text(value, size=size, weight=SEMIBOLD, max_lines=max_lines, overflow=_fits(max_lines), **more)


def Body(value: str, *, color: ft.ColorValue = C.ink, **more: Any) -> ft.Text:
    return ft.Text(value, size=Size.body, color=color, **more)


def Meta(value: str, *, color: ft.ColorValue = C.ink2, max_lines: int | None = 2, **more: Any) -> ft.Text:
    """The quiet second line; nothing of it is cut off when text is large."""
    if environment.current().has_big_text and max_lines and max_lines > 1:
        max_lines = None
    return ft.Text(
        value,
        size=Size.meta,
        color=color,
        weight=more.pop("weight", REGULAR),
        max_lines=max_lines,
        overflow=_fits(max_lines),
        **more,
    )


def Caption(value: str, *, color: ft.ColorValue = C.ink2, **more: Any) -> ft.Text:
    return ft.Text(value, size=Size.caption, weight=MEDIUM, color=color, **more)


def Overline(value: str, *, color: ft.ColorValue = C.ink2, **more: Any) -> ft.Text:
    return ft.Text(value.upper(), size=Size.caption, weight=SEMIBOLD, color=color, **more)


def Digits(value: str, *, size: float = Size.timer, color: ft.ColorValue = C.ink, label: str | None = None) -> ft.Control:
    """Figures that do not dance while they tick: one cell of fixed width per character.

    Flet cannot ask a font for tabular figures.
    """
    env = environment.current()
    size, scale = env.fixed(size), env.layout.text_scale
    wide, narrow = size * 0.64 * scale, size * 0.3 * scale
    cells = [
        ft.Container(
            width=wide if mark.isdigit() else narrow,
            alignment=ft.Alignment.CENTER,
            content=ft.Text(mark, size=size, weight=BOLD, color=color, no_wrap=True),
        )
        for mark in value
    ]
    row = ft.Row(spacing=0, tight=True, controls=list[ft.Control](cells))
    return ft.Semantics(label=label or value, exclude_semantics=True, content=row)
