"""Numbers in forms: typed at a desk, on a pad of their own on a phone, stepped when small."""

from collections.abc import Callable
from typing import Any

import flet as ft

from mobile_app.core.i18n import format_number, measure, t
from mobile_app.ui.buttons import IconAction, PrimaryButton
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.fields import Field, Written, button_field, input_look, named, use_mark, use_typing
from mobile_app.ui.hooks import use_box, use_breakpoint, use_environment, use_maybe
from mobile_app.ui.pads import NumberPad, grouped, shown
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Digits
from mobile_app.ui.theme import SEMIBOLD, C


def number_text(value: float | None) -> str:
    """As typed on the pad: "." and no trailing zero."""
    return "" if value is None else f"{value:.6f}".rstrip("0").rstrip(".")


def parse_number(text: str) -> float | None:
    """A number as people write it, in either language; None when it is not one."""
    cleaned = text.replace(",", ".").replace("\u2212", "-")
    cleaned = "".join(mark for mark in cleaned if not mark.isspace())
    try:
        return float(cleaned)
    except ValueError:
        return None


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
    return Field(label, control, error=error, hint=hint, optional=optional, key=mark)


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
