"""Dates and times of day in forms, by the system's own pickers."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import flet as ft

from mobile_app.core.i18n import format_date, format_date_long, t
from mobile_app.ui.buttons import IconAction
from mobile_app.ui.component import component
from mobile_app.ui.dialogs import use_dialog
from mobile_app.ui.fields import Field, button_field, use_mark
from mobile_app.ui.hooks import use_state


@component
def DateInput(
    label: str,
    value: date | None,
    on_change: Callable[[date], None],
    *,
    error: str = "",
    optional: bool = False,
    on_clear: Callable[[], None] | None = None,
) -> ft.Control:
    """`on_clear`: what may have no date can be without one again."""

    def picked(chosen: Any) -> None:
        on_change(chosen.date() if isinstance(chosen, datetime) else chosen)

    start = datetime.combine(value or datetime.now(UTC).date(), time(12), UTC)
    opening = _use_picker(ft.DatePicker(value=start, help_text=label, cancel_text=t("common.close")), picked)
    words = _written_date(value) if value else t("common.date_pick")
    control = button_field(words, opening, label=label, icon=ft.Icons.EVENT_ROUNDED, empty=value is None, error=error)
    if value and on_clear:
        clear = IconAction(ft.Icons.CLOSE_ROUNDED, t("common.clear_named", name=label), on_clear)
        control = ft.Row([ft.Container(control, expand=True), clear], spacing=4)
    return Field(label, control, error=error, optional=optional, key=use_mark(error), says_it=True)


def _use_picker(dialog: ft.DatePicker | ft.TimePicker, on_pick: Callable[[Any], None]) -> Callable[[], None]:
    """What opens `dialog`; it closes by itself."""
    is_open, set_open = use_state(False)

    def picked(e: Any) -> None:
        set_open(False)
        if e.control.value is not None:
            on_pick(e.control.value)

    def close(_: object) -> None:
        set_open(False)

    dialog.on_change, dialog.on_dismiss = picked, close
    use_dialog(dialog if is_open else None)
    return lambda: set_open(True)


def _written_date(value: date) -> str:
    """With its weekday while it is near; of another year, with the year."""
    return format_date_long(value) if value.year == datetime.now(UTC).year else format_date(value)


@component
def TimeInput(
    label: str,
    value: time | None,
    on_change: Callable[[time], None],
    *,
    error: str = "",
) -> ft.Control:
    dialog = ft.TimePicker(
        value=value or time(8), help_text=label, hour_format=ft.TimePickerHourFormat.H24, cancel_text=t("common.close")
    )  # fmt: skip
    opening = _use_picker(dialog, on_change)
    words = f"{value:%H:%M}" if value else t("common.time_pick")
    control = button_field(words, opening, label=label, icon=ft.Icons.SCHEDULE_ROUNDED, empty=value is None, error=error)
    return Field(label, control, error=error, key=use_mark(error), says_it=True)
