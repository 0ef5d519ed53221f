"""Several of many: what is chosen stands there, each can be taken out, and one more is a search away."""

from collections.abc import Callable, Sequence
from functools import partial

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.ui.buttons import IconAction, TextLink
from mobile_app.ui.choices import Choice
from mobile_app.ui.component import component
from mobile_app.ui.fields import Field
from mobile_app.ui.hooks import use_state
from mobile_app.ui.pickers import PickList
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Body


@component
def Chosen(
    label: str, choices: Sequence[Choice], chosen: list[str], on_change: Callable[[list[str]], None], add: str, error: str = ""
) -> ft.Control:
    """What was chosen and is offered no more stays, until it is taken out."""
    is_open, set_open = use_state(False)
    close = partial(set_open, False)

    def pick(key: str) -> None:
        close()
        on_change([*chosen, key])

    left = [choice for choice in choices if choice.key not in chosen]
    use_sheet(Sheet(label, PickList(left, None, pick), tall=True) if is_open else None, close)
    names = {choice.key: choice.label for choice in choices}
    lines = [
        _line(names.get(key, t("common.not_offered", what=label)), partial(on_change, [k for k in chosen if k != key])) for key in chosen
    ]
    return Field(label, Stack(*lines, ft.Row([TextLink(add, partial(set_open, True))]), spacing=0), error=error, optional=True)


def _line(name: str, drop: Callable[[], None]) -> ft.Control:
    away = IconAction(ft.Icons.CLOSE_ROUNDED, t("parts.take_out", name=name), drop)
    return ft.Row([ft.Container(Body(name), expand=True), away], spacing=4)
