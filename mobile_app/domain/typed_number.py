"""A number typed in its field, in a sheet whose other numbers are to stay in sight: a pad would cover them."""

from collections.abc import Callable
from typing import Any

import flet as ft

from mobile_app.core.i18n import language
from mobile_app.domain.meters import as_typed
from mobile_app.ui.component import component
from mobile_app.ui.fields import TextInput
from mobile_app.ui.hooks import use_box, use_state
from mobile_app.ui.numbers import number_text, parse_number


@component
def TypedNumber(
    label: str,
    value: float | None,
    on_change: Callable[[float | None], Any],
    *,
    unit: str = "",
    hint: str = "",
    error: str = "",
    optional: bool = False,
) -> ft.Control:
    """What is known stands there in thousands; what is typed stays as it is typed."""
    text, set_text = use_state(as_typed(number_text(value)))
    in_thousands = use_box(lambda: language() == "en" and "," in text)

    def put(typed: str) -> None:
        in_thousands.current = in_thousands.current and bool(typed)
        set_text(typed)
        on_change(parse_number(typed.replace(",", "") if in_thousands.current else typed))

    return TextInput(label, text, put, hint=hint, error=error, optional=optional, suffix=unit or None, keyboard_type=ft.KeyboardType.NUMBER)
