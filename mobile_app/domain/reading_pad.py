"""Where what a meter shows is typed: big keys under a thumb, a plain field at a desk."""

from collections.abc import Callable
from typing import Any

import flet as ft

from mobile_app.core.i18n import format_number, t
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.fields import TextInput
from mobile_app.ui.hooks import use_breakpoint
from mobile_app.ui.pads import NumberPad, shown
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Digits
from mobile_app.ui.theme import C, Space
from shared_models.meters.rows import MeterKind, MeterRow


def ReadingPad(meter: MeterRow, typed: str, on_type: Callable[[str], None], on_save: Callable[[], Any]) -> ft.Control:
    """`typed` uses "." whatever the language shows."""
    is_gauge = meter.kind is MeterKind.gauge
    if use_breakpoint() >= Breakpoint.desktop:
        return TextInput(
            t("meters.value_now"), typed, on_type, on_submit=on_save, autofocus=True, suffix=meter.unit,
            keyboard_type=ft.KeyboardType.NUMBER,
        )  # fmt: skip
    figure = ft.Row(
        [Digits(_grouped(typed), size=44, color=C.ink if typed else C.ink2), ft.Text(meter.unit, size=20, color=C.ink2)],
        spacing=8,
        alignment=ft.MainAxisAlignment.CENTER,
    )
    is_signed = is_gauge and (meter.low is None or meter.low < 0)
    keys = NumberPad(typed, on_type, decimals=meter.decimals > 0 or is_gauge, signed=is_signed)
    return Stack(figure, keys, spacing=Space.m)


def _grouped(typed: str) -> str:
    """As it is typed, in thousands."""
    whole, point, rest = typed.lstrip("-").partition(".")
    sign = "\u2212" if typed.startswith("-") else ""
    return f"{sign}{format_number(int(whole or 0))}{shown(point + rest)}"
