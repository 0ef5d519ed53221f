"""The plainest arrangement: one below the other, each as wide as all."""

from collections.abc import Sequence
from typing import Any

import flet as ft

from mobile_app.ui.theme import Space


def Stack(
    *controls: ft.Control, spacing: float = Space.l, expand: bool | None = None, tight: bool | None = None, **column: Any
) -> ft.Control:
    """As high as what is in it; with `expand`, as high as there is room, which children that expand share."""
    is_tight = not expand if tight is None else tight
    return ft.Column(
        list(controls), spacing=spacing, expand=expand, tight=is_tight, horizontal_alignment=ft.CrossAxisAlignment.STRETCH, **column
    )


def Columns(left: Sequence[ft.Control], right: Sequence[ft.Control], shares: tuple[int, int] = (1, 1)) -> ft.Control:
    """Two stacks side by side, from the top down."""
    sides = [ft.Container(Stack(*side, spacing=Space.m), expand=share) for side, share in zip((left, right), shares, strict=True)]
    return ft.Row(list[ft.Control](sides), spacing=Space.xl, vertical_alignment=ft.CrossAxisAlignment.START)
