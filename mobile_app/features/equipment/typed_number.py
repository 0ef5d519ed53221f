"""A number typed in its field, in a sheet whose other numbers are to stay in sight: a pad would cover them."""

from collections.abc import Callable
from typing import Any

import flet as ft

from mobile_app.ui.component import component
from mobile_app.ui.fields import TextInput, number_text, parse_number
from mobile_app.ui.hooks import use_state
from mobile_app.ui.pads import shown


@component
def TypedNumber(
    label: str, value: float | None, on_change: Callable[[float | None], Any], *, unit: str = "", hint: str = "", optional: bool = False
) -> ft.Control:
    text, set_text = use_state(shown(number_text(value)))

    def put(typed: str) -> None:
        set_text(typed)
        on_change(parse_number(typed))

    return TextInput(label, text, put, hint=hint, optional=optional, suffix=unit or None, keyboard_type=ft.KeyboardType.NUMBER)
