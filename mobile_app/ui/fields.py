"""Fields of forms: label above, problem below, 52 dp to hit."""

from collections.abc import Callable
from itertools import count
from typing import Any, Final

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.ui import environment
from mobile_app.ui.buttons import IconAction, spoken, tap
from mobile_app.ui.chips import KeyCap
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.hooks import use_box, use_breakpoint, use_shortcut
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import FONT, MEDIUM, SEMIBOLD, C, Radius, Size, line

NEARLY_FULL: Final = 0.8


def Field(
    label: str,
    control: ft.Control,
    *,
    error: str = "",
    hint: str = "",
    optional: bool = False,
    key: ft.ScrollKey | None = None,
    says_it: bool = False,
) -> ft.Control:
    """A control with its label above, and below it what is wrong, or else the hint.

    `says_it`: a screen reader hears the label from the control itself, and not a second time.
    """
    head: list[ft.Control] = [ft.Text(label, size=Size.meta, weight=SEMIBOLD, color=C.ink)]
    if optional:
        head.append(Meta(t("common.optional")))
    row = ft.Row(head, spacing=6, wrap=optional and environment.current().has_big_text)
    above = ft.Semantics(content=row, exclude_semantics=True) if says_it else row
    parts: list[ft.Control] = [above, control] if label else [control]
    if error:
        parts.append(_error(error))
    elif hint:
        parts.append(Meta(hint))
    return Stack(*parts, spacing=6, key=key)


_numbers = count(1)


def use_mark(error: str) -> ft.ScrollKey:
    """A hook: what leads to this field once something is wrong with it; those further down count higher."""
    number = use_box(lambda: next(_numbers)).current
    wrong = environment.current().wrong
    (wrong.add if error else wrong.discard)(number)
    ft.use_effect(lambda: None, [], cleanup=lambda: wrong.discard(number))
    return ft.ScrollKey(f"field-{number}")  # type: ignore[call-arg]


def _error(text: str) -> ft.Control:
    row = ft.Row(
        [
            ft.Icon(ft.Icons.ERROR_ROUNDED, size=16, color=C.bad),
            ft.Text(text, size=Size.meta, weight=MEDIUM, color=C.bad, expand=True),
        ],
        spacing=6,
    )
    return ft.Semantics(content=row, live_region=True)


def named(field: ft.Control, label: str) -> ft.Control:
    """The label stands above the field, out of its sight: this is how a reader hears it."""
    return ft.MergeSemantics(ft.Semantics(content=field, label=label))


def _name_of(placeholder: str, value: str) -> str:
    """The name of a field without a label: its placeholder, which Flutter says itself until something is typed."""
    return placeholder if value else ""


def outline(color: ft.ColorValue, width: float = 1) -> ft.OutlineInputBorder:
    return ft.OutlineInputBorder(side=ft.BorderSide(width, color), border_radius=Radius.button)


def input_look(*, bad: bool = False) -> dict[str, Any]:
    """What all our text inputs share."""
    edge = C.bad if bad else C.edge
    return {
        "border": {
            ft.ControlState.DEFAULT: outline(edge),
            ft.ControlState.FOCUSED: outline(C.bad if bad else C.primary, 2),
        },
        "filled": True,
        "fill_color": C.surface,
        "content_padding": ft.Padding.symmetric(horizontal=14, vertical=16),
        "text_style": ft.TextStyle(size=16, font_family=FONT, letter_spacing=0, color=C.ink),
        "hint_style": ft.TextStyle(size=16, font_family=FONT, letter_spacing=0, color=C.ink2),
        "cursor_color": C.primary,
    }


def use_typing(name: str) -> tuple[Callable[[Any], None], Callable[[Any], None]]:
    """Handlers that tell the keyboard shortcuts to keep quiet while someone types here."""
    typing = environment.current().typing
    token = use_box(object).current

    def leave(_: object = None) -> None:
        typing.discard(token)

    ft.use_effect(lambda: None, [name], cleanup=leave)
    return lambda _: typing.add(token), leave


class Written:
    """What stands in a text field: what was typed there, unless the app has something new to say.

    A drawing comes later than what made it: to send again what the app knew then would take back
    the letters typed since.
    """

    def __init__(self) -> None:
        self.field: ft.TextField | None = None
        self._known: str | None = None

    def text(self, value: str) -> str:
        is_known, self._known = value == self._known, value
        return self.field.value if is_known and self.field is not None else value

    def read(self, event: Any) -> str:
        self._known = event.control.value
        return self._known or ""


def count_of(value: str, most: int | None) -> str:
    """What a field says of its length: nothing before four fifths of it are used."""
    return f"{len(value)} / {most}" if most and len(value) >= most * NEARLY_FULL else ""


def _counter(value: str, most: int | None) -> dict[str, Any]:
    style = ft.TextStyle(size=Size.meta, font_family=FONT, letter_spacing=0, color=C.ink2)
    return {"counter": count_of(value, most), "counter_style": style} if most else {}


@component
def TextInput(
    label: str,
    value: str,
    on_change: Callable[[str], None],
    *,
    error: str = "",
    hint: str = "",
    placeholder: str = "",
    optional: bool = False,
    lines: int = 1,
    max_length: int | None = None,
    on_submit: Callable[[], Any] | None = None,
    **more: Any,
) -> ft.Control:
    """`lines` > 1 grows as one types; nothing goes in beyond `max_length`, which is told as it comes near.

    `more` goes to `ft.TextField` (password, autofill_hints …).
    """
    focus, blur = use_typing(label)
    key = use_mark(error)
    written = use_box(Written).current
    field = written.field = ft.TextField(
        value=written.text(value),
        hint_text=placeholder,
        multiline=lines > 1,
        min_lines=lines if lines > 1 else None,
        max_lines=max(lines, 8) if lines > 1 else None,
        max_length=max_length,
        on_change=lambda e: on_change(written.read(e)),
        on_submit=tap(on_submit),
        on_focus=focus,
        on_blur=blur,
        **{**input_look(bad=bool(error)), **_counter(value, max_length), **more},
    )
    said = named(field, label or _name_of(placeholder, value))
    return Field(label, said, error=error, hint=hint, optional=optional, key=key, says_it=True)


@component
def SearchField(
    value: str,
    on_change: Callable[[str], None],
    *,
    placeholder: str = "",
    autofocus: bool = False,
) -> ft.Control:
    """Search as one types; `/` comes here from the keyboard."""
    desk = use_breakpoint() >= Breakpoint.desktop
    focus, blur = use_typing("search")
    hint = placeholder or t("common.search")
    wipe = IconAction(ft.Icons.CLOSE_ROUNDED, t("common.clear"), lambda: on_change(""))
    key_hint = ft.Container(KeyCap("/", alignment=ft.Alignment.CENTER), padding=10, width=48)
    suffix = wipe if value else key_hint if desk else None
    look = input_look()
    look["content_padding"] = ft.Padding.symmetric(horizontal=12, vertical=12)
    written = use_box(Written).current
    field = written.field = ft.TextField(
        value=written.text(value),
        hint_text=hint,
        autofocus=autofocus,
        prefix_icon=ft.Icon(ft.Icons.SEARCH_ROUNDED, color=C.ink2, size=22),
        suffix_icon=suffix,
        on_change=lambda e: on_change(written.read(e)),
        on_focus=focus,
        on_blur=blur,
        autocorrect=False,
        **look,
    )
    use_shortcut("/", field.focus, t("common.keyboard_search"))
    return named(field, _name_of(hint, value))


def button_field(
    text: str,
    on_click: Callable[[], None],
    *,
    label: str,
    icon: ft.IconData,
    empty: bool,
    error: str,
) -> ft.Control:
    """Looks like a field, opens something."""
    row = ft.Row(
        [
            ft.Text(
                text,
                size=16,
                color=C.ink2 if empty else C.ink,
                expand=True,
                max_lines=2,
                overflow=ft.TextOverflow.ELLIPSIS,
            ),
            ft.Icon(icon, size=22, color=C.ink2),
        ],
        spacing=8,
    )
    box = ft.Container(
        row,
        padding=ft.Padding.symmetric(horizontal=17, vertical=15),
        bgcolor=C.surface,
        border=line(C.bad if error else C.edge),
        border_radius=Radius.button,
        ink=True,
        on_click=tap(on_click),
    )
    return spoken(box, f"{label}, {text}")


# Picking


def Toggle(
    label: str,
    value: bool,  # noqa: FBT001 - as in every field
    on_change: Callable[[bool], None],
    *,
    meta: str = "",
) -> ft.Control:
    """A setting that is on or off; the whole line is the target."""
    words: list[ft.Control] = [ft.Text(label, size=Size.body)]
    if meta:
        words.append(Meta(meta, max_lines=4))
    switch = ft.Switch(value=value, on_change=tap(lambda: on_change(not value)))
    row = ft.Row(
        [
            ft.Column(words, spacing=0, tight=True, expand=True),
            switch,
        ],
        spacing=12,
    )
    return ft.MergeSemantics(ft.Container(row, padding=ft.Padding.symmetric(vertical=4)))
