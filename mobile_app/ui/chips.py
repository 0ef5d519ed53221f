"""Small marks: status chips, tinted tiles, avatars, counters. Never colour alone."""

from typing import Final

import flet as ft

from mobile_app.ui import environment
from mobile_app.ui.buttons import Handler, spoken, tap
from mobile_app.ui.theme import (
    BOLD,
    SEMIBOLD,
    TONES,
    C,
    Radius,
    Size,
    Tone,
    line,
)

_BIG_TILE: Final = 60
_MOST: Final = 100
_CHIP_PADDING: Final = ft.Padding(left=8, top=4, right=10, bottom=4)


def StatusChip(
    word: str,
    tone: Tone = Tone.off,
    *,
    icon: ft.IconData | None = None,
    on_click: Handler | None = None,
    tooltip: str | None = None,
    said: str | None = None,
) -> ft.Control:
    """Icon, word and tone; the tone's own icon unless another says it better. `said`: the whole of it, where the word is short."""
    ink, paper, usual = TONES[tone]
    chip = ft.Container(
        bgcolor=paper,
        border_radius=Radius.pill,
        padding=_CHIP_PADDING,
        tooltip=tooltip,
        content=ft.Row(
            spacing=5,
            tight=True,
            controls=[
                ft.Icon(icon or usual, size=15, color=ink),
                ft.Text(
                    word,
                    size=Size.caption,
                    weight=SEMIBOLD,
                    color=ink,
                    max_lines=2 if environment.current().has_big_text else 1,
                    overflow=ft.TextOverflow.ELLIPSIS,
                    expand=True,
                    expand_loose=True,
                ),
            ],
        ),
    )
    return chip if on_click is None else _big_target(chip, on_click, said)


def _big_target(chip: ft.Control, on_click: Handler, said: str | None) -> ft.Control:
    """Look 26 high, feel 48: the chip sits in a tappable box."""
    return spoken(
        ft.Container(
            height=Size.target,
            border_radius=Radius.button,
            ink=True,
            on_click=tap(on_click),
            content=ft.Row([chip], tight=True, spacing=0),
        ),
        said,
    )


def IconTile(icon: ft.IconData, tone: Tone = Tone.info, *, size: float = 44) -> ft.Control:
    """The tinted square at the head of a card; decorative, so silent to screen readers."""
    ink, paper, _ = TONES[tone]
    return ft.Container(
        width=size,
        height=size,
        bgcolor=paper,
        border_radius=Radius.tile if size < _BIG_TILE else Radius.card,
        alignment=ft.Alignment.CENTER,
        content=ft.Icon(icon, size=size * 0.46, color=ink),
    )


def initials(name: str) -> str:
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    picked = words[:1] + words[-1:] if len(words) > 1 else words
    return "".join(word[0] for word in picked).upper()


_AVATAR_TONES: Final = (Tone.primary, Tone.info, Tone.ok, Tone.warning, Tone.off)


def Avatar(name: str, *, size: float = 36) -> ft.Control:
    """Initials in a circle, always the same tone for the same name."""
    ink, paper, _ = TONES[_AVATAR_TONES[sum(map(ord, name)) % len(_AVATAR_TONES)]]
    return ft.Semantics(
        label=name,
        exclude_semantics=True,
        content=ft.Container(
            width=size,
            height=size,
            bgcolor=paper,
            border_radius=size / 2,
            alignment=ft.Alignment.CENTER,
            tooltip=name,
            content=ft.Text(initials(name), size=size * 0.36, weight=SEMIBOLD, color=ink),
        ),
    )


def CountBadge(count: int, *, tone: Tone = Tone.bad) -> ft.Control:
    ink = TONES[tone].ink
    return ft.Container(
        bgcolor=ink,
        border_radius=9,
        height=18,
        padding=ft.Padding.symmetric(horizontal=5),
        alignment=ft.Alignment.CENTER,
        content=ft.Text(
            str(count) if count < _MOST else "99+",
            size=environment.current().fixed(11, 1),
            weight=BOLD,
            color=C.surface,
        ),
    )


def KeyCap(keys: str, *, alignment: ft.Alignment | None = None) -> ft.Control:
    """A keyboard key, drawn."""
    return ft.Container(
        border=line(),
        border_radius=6,
        bgcolor=C.surface2,
        padding=ft.Padding.symmetric(horizontal=7, vertical=2),
        alignment=alignment,
        content=ft.Text(keys, size=Size.caption, weight=SEMIBOLD, color=C.ink2),
    )
