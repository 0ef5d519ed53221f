"""Buttons: primary, secondary, danger, quiet, icon. Never smaller than 48 dp."""

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any, Final

import flet as ft

from mobile_app.ui import environment
from mobile_app.ui.stack import Stack
from mobile_app.ui.theme import FONT, SEMIBOLD, C, Radius, Size, faint

Handler = Callable[..., Awaitable[Any] | None]


class _Look(Enum):
    primary = (C.primary, C.on_primary, None)
    secondary = (C.surface, C.ink, C.line)
    danger = (C.bad, C.surface, None)
    danger_quiet = (C.surface, C.bad, C.line)
    light = (ft.Colors.WHITE, "#0B5563", None)
    glass = (faint(ft.Colors.WHITE, 0.2), ft.Colors.WHITE, None)


def PrimaryButton(label: str, on_click: Handler | None, **more: Any) -> ft.Control:
    """The one thing to do here. `more`: icon, trailing_icon, expand, busy, disabled, height."""
    return _button(_Look.primary, label, on_click, **more)


def SecondaryButton(label: str, on_click: Handler | None, **more: Any) -> ft.Control:
    return _button(_Look.secondary, label, on_click, **more)


def DangerButton(label: str, on_click: Handler | None, *, quiet: bool = False, **more: Any) -> ft.Control:
    look = _Look.danger_quiet if quiet else _Look.danger
    return _button(look, label, on_click, **more)


def OnPrimaryButton(label: str, on_click: Handler | None, *, strong: bool = True, **more: Any) -> ft.Control:
    """For use on a `HeroCard`: solid light, or glass when not `strong`."""
    return _button(_Look.light if strong else _Look.glass, label, on_click, **more)


def TextLink(label: str, on_click: Handler | None, *, color: ft.ColorValue = C.primary, **more: Any) -> ft.Control:
    return ft.TextButton(
        label,
        on_click=_drop_event(on_click),
        height=None if environment.current().has_big_text else Size.target,  # then its words may take several lines
        style=ft.ButtonStyle(
            color=color,
            padding=ft.Padding.symmetric(horizontal=8),
            text_style=_label_style(),
            shape=ft.RoundedRectangleBorder(radius=10),
        ),
        **more,
    )


def Bare(content: ft.Control, on_click: Handler, label: str, *, side: ft.Alignment = ft.Alignment.CENTER_LEFT) -> ft.Control:
    """Words that are a button."""
    button = ft.TextButton(
        ft.Semantics(content=content, exclude_semantics=True),
        on_click=_drop_event(on_click),
        style=ft.ButtonStyle(
            color=C.ink,
            padding=ft.Padding.symmetric(horizontal=4),
            text_style=_label_style(Size.meta),
            shape=ft.RoundedRectangleBorder(radius=8),
            alignment=side,
            visual_density=ft.VisualDensity.COMPACT,
        ),
    )
    return ft.MergeSemantics(ft.Semantics(content=button, label=label))


def IconAction(
    icon: ft.IconData,
    label: str,
    on_click: Handler | None,
    *,
    outlined: bool = False,
    color: ft.ColorValue = C.ink,
    size: float = Size.target,
    **more: Any,
) -> ft.Control:
    """An icon alone: `label` is its tooltip and what a screen reader says."""
    button = ft.IconButton(
        icon,
        tooltip=label,
        icon_color=color,
        icon_size=22,
        width=size,
        height=size,
        on_click=_drop_event(on_click),
        style=ft.ButtonStyle(
            shape=ft.RoundedRectangleBorder(radius=Radius.button),
            bgcolor=C.surface if outlined else None,
            side=_edged(C.line if outlined else None),
        ),
        **more,
    )
    return ft.MergeSemantics(button)


def spoken(
    box: ft.Container,
    label: str | None = None,
    *,
    button: bool = True,
    picked: bool | None = None,
    expand: bool | int | None = None,
    key: str | None = None,
) -> ft.Control:
    """Say to a screen reader that `box` is a button, and what it is.

    Without `label` the texts inside are read; with it they are silenced, or each would be
    heard twice. `picked` is for choices.
    """
    said = ft.Semantics(content=box, button=button or None, label=label, checked=picked, container=True)
    if label is None or box.content is None:
        said.expand, said.key = expand, key
        return said
    box.content = ft.Semantics(content=box.content, exclude_semantics=True)
    return ft.MergeSemantics(said, expand=expand, key=key)


def ActionRow(*buttons: ft.Control, spacing: float = 10) -> ft.Control:
    """Buttons side by side; one above the other when text is large."""
    if environment.current().has_big_text:
        for button in buttons:
            button.expand = None
        return Stack(*buttons, spacing=spacing)
    return ft.Row(list(buttons), spacing=spacing)


def _edged(color: ft.ColorValue | None) -> ft.BorderSide | None:
    return ft.BorderSide(1, color) if color else None


def _label_style(size: float = Size.body) -> ft.TextStyle:
    """A button's own style drops the theme's family, so it is named here."""
    return ft.TextStyle(size=size, weight=SEMIBOLD, font_family=FONT, letter_spacing=0)


_SPINNER: Final = 18


def _button(
    look: _Look,
    label: str,
    on_click: Handler | None,
    *,
    icon: ft.IconData | None = None,
    trailing_icon: ft.IconData | None = None,
    busy: bool = False,
    disabled: bool = False,
    height: float = Size.button,
    **more: Any,
) -> ft.Control:
    paper, ink, edge = look.value
    off = disabled or busy or on_click is None
    is_big = environment.current().has_big_text  # then a label may take two lines
    return ft.FilledButton(
        content=_content(label, icon, trailing_icon, C.ink2 if off else ink, busy=busy),
        height=None if is_big else height,
        disabled=off,
        on_click=_drop_event(on_click),
        style=ft.ButtonStyle(
            bgcolor={ft.ControlState.DISABLED: C.surface2, ft.ControlState.DEFAULT: paper},
            color={ft.ControlState.DISABLED: C.ink2, ft.ControlState.DEFAULT: ink},
            side=_edged(edge),
            shape=ft.RoundedRectangleBorder(radius=Radius.button),
            padding=ft.Padding.symmetric(horizontal=16, vertical=12 if is_big else 0),
            text_style=_label_style(),
        ),
        elevation=0,
        **more,
    )


def _content(
    label: str,
    icon: ft.IconData | None,
    trailing: ft.IconData | None,
    ink: ft.ColorValue,
    *,
    busy: bool,
) -> str | ft.Control:
    if not (icon or trailing or busy):
        return label
    parts: list[ft.Control] = []
    if busy:
        parts.append(ft.ProgressRing(width=_SPINNER, height=_SPINNER, stroke_width=2.5, color=C.ink2))
    elif icon:
        parts.append(ft.Icon(icon, size=20, color=ink))
    words = ft.Text(
        label, max_lines=2 if environment.current().has_big_text else 1, overflow=ft.TextOverflow.ELLIPSIS, expand=True, expand_loose=True
    )
    parts.append(words)
    if trailing:
        parts.append(ft.Icon(trailing, size=20, color=ink))
    return ft.Row(parts, spacing=10, tight=True, alignment=ft.MainAxisAlignment.CENTER)


def _drop_event(handler: Handler | None) -> Any:
    """Callbacks of ours take no argument and may be coroutines; Flet's get an event."""
    if handler is None:
        return None

    async def clicked(_: object) -> None:
        waiting = handler()
        if waiting is not None:
            await waiting

    return clicked


tap = _drop_event
