"""Cards and the rows of lists. Data and callbacks in, one tree out."""

import math
from collections.abc import Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.ui import environment, toasts
from mobile_app.ui.buttons import Handler, IconAction, TextLink, spoken, tap
from mobile_app.ui.chips import IconTile
from mobile_app.ui.component import component
from mobile_app.ui.hooks import use_state
from mobile_app.ui.text import Heading, Meta, Strong
from mobile_app.ui.theme import (
    BOLD,
    SEMIBOLD,
    TONES,
    C,
    Radius,
    Size,
    Tone,
    faint,
    line,
)

_ELLIPSIS: Final = ft.TextOverflow.ELLIPSIS

_TOP: Final = ft.CrossAxisAlignment.START


def Card(
    content: ft.Control,
    *,
    on_click: Handler | None = None,
    label: str | None = None,
    padding: float = 16,
    tone: Tone | None = None,
    selected: bool = False,
    **more: Any,
) -> ft.Control:
    """A rounded surface with a line around it; tinted by `tone`, tappable with `on_click`.

    A screen reader hears the texts inside, or `label` in their place.
    """
    ink, paper = (C.line, C.surface) if tone is None else (TONES[tone].ink, TONES[tone].paper)
    box = ft.Container(
        content=content,
        bgcolor=C.primary_container if selected else paper,
        border=line(C.primary if selected else ink),
        border_radius=Radius.card,
        padding=padding,
        ink=on_click is not None,
        on_click=tap(on_click),
        **more,
    )
    if on_click is None:
        return box
    return spoken(box, label)


def HeroCard(content: ft.Control) -> ft.Control:
    """The one dark card of a page, for what is going on now; its ink is white."""
    return ft.Container(content, bgcolor="#0B5563", border_radius=Radius.card, padding=16)


def SectionHeader(title: str, meta: str = "", *, action: str = "", on_action: Handler | None = None) -> ft.Control:
    """A title, then at the right either a quiet figure or something to do."""
    end: list[ft.Control] = []
    if meta:
        end.append(Meta(meta))
    if action:
        end.append(TextLink(action, on_action))
    words = ft.Semantics(header=True, heading_level=2, container=True, content=Heading(title))
    return ft.Container(_headed(words, end), padding=ft.Padding(left=0, top=0 if action else 10, right=0, bottom=0))


def CardHeader(title: str, trailing: ft.Control | str = "") -> ft.Control:
    """The first line inside a card: its name, and a figure or a chip at the right."""
    end = [Meta(trailing) if isinstance(trailing, str) else trailing] if trailing else []
    words = ft.Semantics(header=True, heading_level=3, container=True, content=Heading(title))
    return _headed(words, end)


def _headed(words: ft.Control, end: list[ft.Control]) -> ft.Control:
    """The words, and what stands at the right; below them where large text leaves no room beside."""
    if end and environment.current().has_big_text:
        return ft.Row([words, *end], spacing=8, wrap=True, alignment=ft.MainAxisAlignment.SPACE_BETWEEN)
    words.expand = True
    return ft.Row([words, *end], spacing=8)


class Trailing(NamedTuple):
    """The short word at the right of a card's first line."""

    word: str
    tone: Tone = Tone.off


def RowCard(
    title: str,
    *,
    meta: str = "",
    trailing: Trailing | str = "",
    icon: ft.IconData | None = None,
    leading: ft.Control | None = None,
    tone: Tone = Tone.info,
    chips: Sequence[ft.Control] = (),
    note: str = "",
    on_click: Handler | None = None,
    selected: bool = False,
    flat: bool = False,
) -> ft.Control:
    """A card of a list: tile, title with trailing word, meta line, chips and a note.

    `flat` is for dense lists in a pane: no radius, a line below, wash when selected.
    """
    head: list[ft.Control] = []
    if leading or icon:
        head.append(leading or IconTile(icon or ft.Icons.CIRCLE, tone))
    lines: list[ft.Control] = [_first_line(title, trailing)]
    if meta:
        lines.append(Meta(meta))
    if chips or note:
        lines.append(_chip_line(chips, note))
    text = ft.Column(lines, spacing=3, expand=True, tight=True)
    body = ft.Row([*head, text], spacing=14, vertical_alignment=_TOP)
    if flat:
        return _flat(body, on_click, selected=selected)
    return Card(body, on_click=on_click, padding=14, selected=selected)


def _first_line(title: str, trailing: Trailing | str) -> ft.Control:
    name = Strong(title, max_lines=3)
    if not trailing:
        return name
    if isinstance(trailing, str):
        word = Meta(trailing, max_lines=None)
    else:
        word = ft.Text(trailing.word, size=Size.meta, weight=SEMIBOLD, color=TONES[trailing.tone].ink)
    # 15 and 13 dp lines: two dp put both on one baseline.
    end = ft.Container(word, padding=ft.Padding(left=8, top=2, right=0, bottom=0))
    if environment.current().has_big_text:
        return ft.Column([word, name], spacing=0, tight=True)
    name.expand = True
    return ft.Row([name, end], spacing=0, vertical_alignment=_TOP)


def _chip_line(chips: Sequence[ft.Control], note: str) -> ft.Control:
    parts = [*chips, ft.Text(note, size=Size.meta, color=C.ink2)] if note else list(chips)
    row = ft.Row(parts, spacing=6, run_spacing=6, wrap=True)
    return ft.Container(row, padding=ft.Padding(left=0, top=4, right=0, bottom=0))


def _flat(body: ft.Control, on_click: Handler | None, *, selected: bool) -> ft.Control:
    box = ft.Container(
        body,
        padding=ft.Padding.symmetric(horizontal=16, vertical=14),
        bgcolor=C.primary_container if selected else C.surface,
        border=ft.Border(bottom=ft.BorderSide(1, C.line)),
        ink=on_click is not None,
        on_click=tap(on_click),
    )
    return spoken(box, button=on_click is not None)


def LineItem(
    title: str,
    *,
    meta: str = "",
    trailing: str | ft.Control = "",
    icon: ft.IconData | None = None,
    leading: ft.Control | None = None,
    color: ft.ColorValue = C.primary,
    chips: Sequence[ft.Control] = (),
    on_click: Handler | None = None,
    is_head: bool = False,
) -> ft.Control:
    """A line inside a card ("what fixed it", parts, settings); a chevron when it opens and has no control of its own.

    `is_head`: the card is of this alone.
    """
    head = leading or (ft.Icon(icon, size=22, color=color) if icon else None)
    text: list[ft.Control] = [Strong(title, max_lines=3) if is_head else ft.Text(title, size=Size.body)]
    if meta:
        text.append(Meta(meta))
    if chips:
        text.append(_chip_line(chips, ""))
    end: list[ft.Control] = []
    if trailing:
        end.append(Meta(trailing) if isinstance(trailing, str) else trailing)
    if on_click is not None and not isinstance(trailing, ft.BaseControl):
        end.append(ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=C.ink2))
    column = ft.Column(text, spacing=0, expand=True, tight=True)
    row = ft.Row([*([head] if head else []), column, *end], spacing=12)
    box = ft.Container(
        row,
        padding=ft.Padding.symmetric(vertical=6 if on_click is None else 12),
        border_radius=10,
        ink=on_click is not None,
        on_click=tap(on_click),
    )
    return box if on_click is None else spoken(box)


def KeyValues(rows: Sequence[tuple[str, str | ft.Control]], *, stacked: bool = False) -> ft.Control:
    """Names and values: side by side, or `stacked` as on a sheet to read."""
    make = _stacked_value if stacked or environment.current().has_big_text else _side_value
    lines: list[ft.Control] = [make(name, value) for name, value in rows]
    return ft.Column(lines, spacing=10, tight=True)


def _value(value: str | ft.Control, **more: Any) -> ft.Control:
    if isinstance(value, str):
        if environment.current().has_touch:  # there, a long press would take it from what scrolls
            return ft.Text(value, size=Size.body, weight=SEMIBOLD, **more)
        return _selectable(value, **more)
    return value


def _selectable(text: str, **more: Any) -> ft.Control:
    """To be marked with a mouse. Flutter says nothing of such a text to a screen reader, so it is said beside it."""
    control = ft.Text(text, size=Size.body, weight=SEMIBOLD, selectable=True, **more)
    return ft.Semantics(content=control, label=text, exclude_semantics=True, container=True)


def _stacked_value(name: str, value: str | ft.Control) -> ft.Control:
    return ft.Column([Meta(name), _value(value)], spacing=1, tight=True)


def _side_value(name: str, value: str | ft.Control) -> ft.Control:
    right = ft.Container(_value(value, text_align=ft.TextAlign.END), expand=True, alignment=ft.Alignment.CENTER_RIGHT)
    return ft.Row([Meta(name), right], spacing=16, vertical_alignment=_TOP)


def Copyable(text: str, shown: str = "") -> ft.Control:
    """What people carry over to a letter or another system: one tap takes it."""
    take = IconAction(
        ft.Icons.CONTENT_COPY_ROUNDED, t("common.copy", text=text), partial(toast_copied, text), size=36, action=ft.CopyToClipboard(text)
    )
    return ft.Row([_selectable(shown or text), take], spacing=2, tight=True)


def toast_copied(text: str) -> None:
    toasts.say(environment.current(), t("common.copied", text=text))


def StatTile(
    name: str,
    value: str,
    note: str = "",
    *,
    tone: Tone | None = None,
    on_click: Handler | None = None,
) -> ft.Control:
    """A figure with its name above and what to think of it below."""
    color = C.ink2 if tone is None else TONES[tone].ink
    column = ft.Column(
        spacing=1,
        tight=True,
        controls=[
            Meta(name, max_lines=1),
            ft.Text(value, size=20, weight=BOLD, max_lines=1, overflow=_ELLIPSIS),
            ft.Text(note, size=Size.caption, color=color, max_lines=2, overflow=_ELLIPSIS),
        ],
    )
    return Card(column, padding=14, on_click=on_click)


def TileRow(tiles: Sequence[ft.Control], *, columns: int, spacing: float = 12, equal: bool = False) -> ft.Control:
    """Tiles in rows of `columns`; `equal` makes those of a row as high as the highest.

    Equal heights are measured beforehand, which charts and canvases do not allow.
    """
    side = ft.CrossAxisAlignment.STRETCH if equal else _TOP
    rows: list[ft.Control] = []
    for start in range(0, len(tiles), columns):
        part = list(tiles[start : start + columns])
        part += [ft.Container() for _ in range(columns - len(part))]
        cells: list[ft.Control] = [ft.Container(tile, expand=1) for tile in part]
        rows.append(ft.Row(cells, spacing=spacing, vertical_alignment=side, intrinsic_height=equal))
    return ft.Column(rows, spacing=spacing, tight=True)


def in_twos(cards: Sequence[ft.Control]) -> list[ft.Control]:
    """The cards of a list, side by side where there is room."""
    env = environment.current()
    if env.layout.breakpoint == environment.Breakpoint.phone or env.has_big_text:
        return list(cards)
    return [TileRow(cards[at : at + 2], columns=2, equal=True) for at in range(0, len(cards), 2)]


@component
def TileGrid(tiles: Sequence[ft.Control], *, least: float = 150, most: int = 4, spacing: float = 12, equal: bool = False) -> ft.Control:
    """Equal tiles, as many side by side as fit at `least` dp each, at most `most`."""
    width, set_width = use_state(ft.context.page.width or 390)
    scale = environment.current().layout.text_scale
    fit = int((width + spacing) // (least * scale + spacing))
    columns = min(max(1, fit), most, len(tiles) or 1)
    if columns > len(tiles) / 2 and columns < len(tiles):
        columns = math.ceil(len(tiles) / 2)
    return ft.Container(
        TileRow(tiles, columns=columns, spacing=spacing, equal=equal),
        on_size_change=lambda e: set_width(e.width),
        size_change_interval=100,
    )


def NoticeCard(
    title: str,
    body: str = "",
    *,
    tone: Tone = Tone.warning,
    icon: ft.IconData | None = None,
    on_click: Handler | None = None,
) -> ft.Control:
    """A tinted card that says something worth knowing before acting."""
    ink, _, usual = TONES[tone]
    first = ft.Row(
        [ft.Icon(icon or usual, size=20, color=ink), Strong(title, color=ink, expand=True, max_lines=None)],
        spacing=10,
    )
    lines: list[ft.Control] = [first]
    if body:
        lines.append(ft.Text(body, size=Size.meta))
    return Card(
        ft.Column(lines, spacing=4, tight=True),
        tone=tone,
        padding=14,
        on_click=on_click,
    )


def Divider() -> ft.Control:
    return ft.Container(height=1, bgcolor=C.line)


def Wash(content: ft.Control) -> ft.Control:
    return ft.Container(content, bgcolor=faint(C.ink, 0.06), border_radius=Radius.tile, padding=12)
