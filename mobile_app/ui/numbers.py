"""Numbers in forms: typed at a desk, on a pad of their own on a phone, stepped when small."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, Final

import flet as ft

from mobile_app.core.i18n import format_number, measure, t
from mobile_app.ui.buttons import IconAction, PrimaryButton, tap
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.fields import Field, Written, button_field, input_look, named, use_mark, use_typing
from mobile_app.ui.hooks import use_box, use_breakpoint, use_environment, use_maybe
from mobile_app.ui.pads import NumberPad, grouped, shown
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Digits
from mobile_app.ui.theme import FONT, SEMIBOLD, C


def number_text(value: float | None) -> str:
    """As typed on the pad: "." and no trailing zero."""
    return "" if value is None else f"{value:.6f}".rstrip("0").rstrip(".")


def parse_number(text: str) -> float | None:
    """A number as people write it, in either language; None when it is not one."""
    try:
        return float(_cleaned(text))
    except ValueError:
        return None


def parse_exact(text: str) -> Decimal | None:
    """The same to the last digit: for what is counted and paid."""
    try:
        value = Decimal(_cleaned(text))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def exact_text(value: Decimal | None, least: int = 0) -> str:
    """As one types it, with the language's decimal sign and `least` decimals at any rate; empty for None."""
    if value is None:
        return ""
    whole, _, decimals = f"{value.normalize():f}".partition(".")
    decimals = decimals.ljust(least, "0")
    return shown(f"{whole}.{decimals}" if decimals else whole)


def _cleaned(text: str) -> str:
    plain = text.replace(",", ".").replace("\u2212", "-")
    return "".join(mark for mark in plain if not mark.isspace())


@component
def NumberInput(
    label: str,
    value: float | None,
    on_change: Callable[[float | None], None],
    *,
    unit: str = "",
    error: str = "",
    hint: str = "",
    optional: bool = False,
    decimals: bool = True,
    signed: bool = False,
) -> ft.Control:
    """A pad of big keys on phone and tablet, plain typing on a desk."""
    desk = use_breakpoint() >= Breakpoint.laptop and not use_environment().has_touch
    mark = use_mark(error)
    typed, set_typed = use_maybe(str)
    focus, blur = use_typing(label)
    written = use_box(Written).current
    text = number_text(value)

    def left(e: Any) -> None:
        blur(e)
        on_change(parse_number(written.read(e)))

    pad = None if typed is None else _pad_sheet(label, typed, unit, set_typed, on_change, decimals=decimals, signed=signed)
    use_sheet(pad, lambda: set_typed(None))
    if desk:
        written.field = ft.TextField(
            value=written.text(shown(text)),
            keyboard_type=ft.KeyboardType.NUMBER,
            suffix=unit or None,
            on_blur=left,
            on_focus=focus,
            **input_look(bad=bool(error)),
        )
        control = named(written.field, label)
    else:
        said = measure(grouped(text), unit) if text else t("common.none")
        control = button_field(
            said,
            lambda: set_typed(text),
            label=label,
            icon=ft.Icons.DIALPAD_ROUNDED,
            empty=not text,
            error=error,
        )
    return Field(label, control, error=error, hint=hint, optional=optional, key=mark, says_it=True)


def _pad_sheet(
    label: str,
    typed: str,
    unit: str,
    set_typed: Callable[[Any], None],
    on_change: Callable[[float | None], None],
    *,
    decimals: bool,
    signed: bool,
) -> Sheet:
    def done() -> None:
        on_change(parse_number(typed))
        set_typed(None)

    figure = ft.Row(
        [Digits(shown(typed) or "0", size=44), ft.Text(unit, size=20, color=C.ink2)],
        spacing=8,
        alignment=ft.MainAxisAlignment.CENTER,
    )
    pad = NumberPad(typed, set_typed, decimals=decimals, signed=signed)
    return Sheet(
        label,
        Stack(figure, pad),
        PrimaryButton(t("common.ok"), done),
    )


def NumberStepper(
    label: str,
    value: int,
    on_change: Callable[[int], None],
    *,
    least: int = 0,
    most: int | None = None,
) -> ft.Control:
    """Minus, figure, plus: for quantities."""
    fewer = (lambda: on_change(value - 1)) if value > least else None
    more = (lambda: on_change(value + 1)) if most is None or value < most else None
    return ft.Row(
        [
            IconAction(ft.Icons.REMOVE_ROUNDED, f"{label} \u2212", fewer, outlined=True),
            ft.Container(
                ft.Text(format_number(value), size=18, weight=SEMIBOLD),
                width=44,
                alignment=ft.Alignment.CENTER,
            ),
            IconAction(ft.Icons.ADD_ROUNDED, f"{label} +", more, outlined=True),
        ],
        spacing=0,
        tight=True,
    )


_LARGE: Final = ft.TextStyle(size=22, weight=SEMIBOLD, font_family=FONT, letter_spacing=0, color=C.ink)


@component
def QuantityInput(
    label: str,
    text: str,
    on_change: Callable[[str], None],
    *,
    unit: str = "",
    error: str = "",
    hint: str = "",
    least: Decimal = Decimal(1),
    on_submit: Callable[[], Any] | None = None,
    autofocus: bool = False,
) -> ft.Control:
    """Minus, the figure, plus: stepped by one with a thumb, or typed to the last decimal. `text` is kept as it was typed."""
    focus, blur = use_typing(label)
    mark = use_mark(error)
    value = parse_exact(text)
    written = use_box(Written).current
    field = written.field = ft.TextField(
        value=written.text(shown(text)),
        keyboard_type=ft.KeyboardType.NUMBER,
        text_align=ft.TextAlign.CENTER,
        suffix=unit or None,
        autofocus=autofocus,
        on_change=lambda e: on_change(written.read(e)),
        on_submit=tap(on_submit),
        on_focus=focus,
        on_blur=blur,
        expand=True,
        **{
            **input_look(bad=bool(error)),
            "text_style": ft.TextStyle(size=22, weight=SEMIBOLD, font_family=FONT, letter_spacing=0, color=C.ink),
        },
    )

    def step(by: int) -> None:
        on_change(f"{max(least, (value or Decimal(0)) + by):f}")

    fewer = partial(step, -1) if value is not None and value > least else None
    row = ft.Row(
        [
            IconAction(ft.Icons.REMOVE_ROUNDED, f"{label} \u2212", fewer, outlined=True, size=56),
            ft.Container(named(field, label), expand=True),
            IconAction(ft.Icons.ADD_ROUNDED, f"{label} +", partial(step, 1), outlined=True, size=56),
        ],
        spacing=8,
    )
    return Field(label, row, error=error, hint=hint, key=mark, says_it=True)
