"""Time going by."""

from datetime import datetime

import flet as ft

from mobile_app.core.i18n import format_timer, t
from mobile_app.ui.component import component
from mobile_app.ui.hooks import use_clock
from mobile_app.ui.text import Digits
from mobile_app.ui.theme import C, Size


@component
def Timer(since: datetime, *, size: float = Size.timer, color: ft.ColorValue = C.ink) -> ft.Control:
    """Ticks each second since an instant; only its own digits are drawn again."""
    now = use_clock(1)
    text = format_timer(now - since)
    return Digits(text, size=size, color=color, label=t("common.elapsed", time=text))
