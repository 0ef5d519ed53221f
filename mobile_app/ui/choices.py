"""Choosing: big cards two by two, pills, segments, filters; and the head of a step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import flet as ft

from mobile_app.core.i18n import format_percent, t
from mobile_app.ui import environment
from mobile_app.ui.buttons import IconAction, spoken, tap
from mobile_app.ui.cards import TileRow
from mobile_app.ui.component import component, memo
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.hooks import use_steady
from mobile_app.ui.menus import use_menu
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Caption, Meta, Title
from mobile_app.ui.theme import SEMIBOLD, C, Radius, Size, Space, line

OnPick = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """`share` (0 to 1) is how often it is the answer; None where nobody counted."""

    key: str
    label: str
    icon: ft.IconData | None = None
    share: float | None = None
    note: str = ""


def ChoiceGrid(
    choices: Sequence[Choice],
    selected: str | None,
    on_pick: OnPick,
    *,
    columns: int = 2,
) -> ft.Control:
    """Big cards with an icon and how often each is right; the picked one shows a check."""
    cards = [_choice_card(c, on_pick, picked=c.key == selected) for c in choices]
    fit = max(1, int(columns / environment.current().layout.text_scale + 0.25))
    return TileRow(cards, columns=fit, spacing=10, equal=True)


def _choice_card(choice: Choice, on_pick: OnPick, *, picked: bool) -> ft.Control:
    ink = C.on_primary_container if picked else C.ink
    corner = _corner(choice, picked=picked)
    end = [corner] if corner else []
    words: list[ft.Control] = [ft.Text(choice.label, size=Size.body, weight=SEMIBOLD, color=ink, max_lines=3)]
    if choice.note:
        words.append(Meta(choice.note))
    said = ft.Column(words, spacing=1, tight=True)
    if choice.icon:
        top = ft.Row([ft.Icon(choice.icon, size=22, color=ink), ft.Container(expand=True), *end], spacing=0)
        face: ft.Control = ft.Column([top, said], spacing=12, alignment=ft.MainAxisAlignment.SPACE_BETWEEN)
    else:
        face = ft.Row([ft.Container(said, expand=True), *end], spacing=4)
    box = ft.Container(
        content=face,
        height=None,
        padding=12,
        bgcolor=C.primary_container if picked else C.surface,
        border=line(C.primary if picked else C.line),
        border_radius=Radius.card,
        ink=True,
        on_click=tap(lambda: on_pick(choice.key)),
    )
    return spoken(box, choice.label, picked=picked)


def _corner(choice: Choice, *, picked: bool) -> ft.Control | None:
    if picked:
        return ft.Icon(ft.Icons.CHECK_CIRCLE_ROUNDED, size=22, color=C.on_primary_container)
    if choice.share is not None:
        return Caption(format_percent(choice.share))
    return None


def ChoiceChips(
    choices: Sequence[Choice],
    selected: str | Sequence[str] | None,
    on_pick: OnPick,
) -> ft.Control:
    """Pills on as many lines as it takes; `selected` may hold several keys."""
    picked = {selected} if isinstance(selected, str) else set(selected or ())
    pills = [_pill(c, on_pick, picked=c.key in picked) for c in choices]
    return ft.Row(list[ft.Control](pills), wrap=True, spacing=8, run_spacing=8)


def _pill(choice: Choice, on_pick: OnPick, *, picked: bool) -> ft.Control:
    ink = C.on_primary_container if picked else C.ink
    parts: list[ft.Control] = []
    if picked:
        parts.append(ft.Icon(ft.Icons.CHECK_ROUNDED, size=18, color=ink))
    elif choice.icon:
        parts.append(ft.Icon(choice.icon, size=18, color=ink))
    parts.append(ft.Text(choice.label, size=Size.body, weight=SEMIBOLD, color=ink))
    box = ft.Container(
        content=ft.Row(parts, spacing=6, tight=True),
        padding=ft.Padding.symmetric(horizontal=16, vertical=13),
        bgcolor=C.primary_container if picked else C.surface,
        border=line(C.primary if picked else C.line),
        border_radius=Radius.pill,
        ink=True,
        on_click=tap(lambda: on_pick(choice.key)),
    )
    return spoken(box, picked=picked)


def Strip(choices: Sequence[Choice], selected: Sequence[str], on_pick: OnPick) -> ft.Control:
    """Any of some with short names, as weekdays, side by side; pills on several lines when text is large."""
    if environment.current().has_big_text:
        return ChoiceChips(choices, selected, on_pick)
    return ft.Row([_cell(each, on_pick, picked=each.key in selected) for each in choices], spacing=6)


def _cell(choice: Choice, on_pick: OnPick, *, picked: bool) -> ft.Control:
    ink = C.on_primary_container if picked else C.ink2
    box = ft.Container(
        content=ft.Text(choice.label, size=14, weight=SEMIBOLD, color=ink, text_align=ft.TextAlign.CENTER, max_lines=1),
        height=48,
        alignment=ft.Alignment.CENTER,
        bgcolor=C.primary_container if picked else C.surface,
        border=line(C.primary if picked else C.line),
        border_radius=10,
        ink=True,
        on_click=tap(lambda: on_pick(choice.key)),
    )
    return spoken(box, picked=picked, expand=True)


def Segments(choices: Sequence[Choice], selected: str, on_pick: OnPick) -> ft.Control:
    """One of two to four, side by side, always one picked; two by two when text is large."""
    cells = [_segment(c, on_pick, picked=c.key == selected) for c in choices]
    across = 2 if environment.current().has_big_text else len(cells)
    rows: list[ft.Control] = [ft.Row(list[ft.Control](cells[at : at + across]), spacing=4) for at in range(0, len(cells), across)]
    return ft.Container(
        ft.Column(rows, spacing=4, tight=True),
        bgcolor=C.surface2,
        border_radius=Radius.button,
        padding=4,
    )


def _segment(choice: Choice, on_pick: OnPick, *, picked: bool) -> ft.Control:
    ink = C.ink if picked else C.ink2
    has_big_text = environment.current().has_big_text
    parts: list[ft.Control] = []
    if choice.icon and not has_big_text:
        parts.append(ft.Icon(choice.icon, size=18, color=ink))
    parts.append(
        ft.Text(
            choice.label,
            weight=SEMIBOLD,
            size=14,
            color=ink,
            max_lines=2 if has_big_text else 1,
            overflow=ft.TextOverflow.ELLIPSIS,
            text_align=ft.TextAlign.CENTER,
            expand=True if has_big_text else None,
        )
    )
    box = ft.Container(
        content=ft.Row(parts, spacing=6, alignment=ft.MainAxisAlignment.CENTER),
        bgcolor=C.surface if picked else C.clear,
        border=line(C.line if picked else C.clear),
        border_radius=10,
        padding=ft.Padding.symmetric(horizontal=2, vertical=14),
        ink=True,
        on_click=tap(lambda: on_pick(choice.key)),
    )
    return spoken(box, picked=picked, expand=True)


# Filters

_FILTER_PADDING: Final = ft.Padding.symmetric(horizontal=14, vertical=8)
_FILTER_REACH: Final = ft.Padding.symmetric(horizontal=0, vertical=6)
"""A filter looks small, and is hit like any button."""


def FilterChip(
    label: str,
    on_click: Callable[[], None],
    *,
    active: bool = False,
    count: int | None = None,
) -> ft.Control:
    """A filter that is on or off; `count` says how many it would show."""
    text = label if count is None else f"{label} ({count})"
    box = ft.Container(
        _filter_face(text, active=active),
        padding=_FILTER_REACH,
        border_radius=Radius.pill,
        ink=True,
        on_click=tap(on_click),
    )
    return spoken(box, picked=active)


def FilterMenu(
    label: str,
    choices: Sequence[Choice],
    selected: str | None,
    on_pick: Callable[[str | None], None],
    *,
    droppable: bool = True,
) -> ft.Control:
    """A filter with a menu: shows what is picked, and offers to drop it; also what an address asks that is not offered here."""
    menu: ft.Control = _Steady(label, tuple(choices), selected, on_pick, droppable=droppable)
    menu.data = bool(selected) if droppable else bool(choices) and choices[0].key != selected  # see `_is_at_work`
    return menu


@component
def _Steady(
    label: str, choices: Sequence[Choice], selected: str | None, on_pick: Callable[[str | None], None], *, droppable: bool
) -> ft.Control:
    """Callers make their handlers anew each time."""
    menu: ft.Control = _Menu(label, choices, selected, use_steady(on_pick), droppable=droppable)
    return menu


@memo
@component
def _Menu(
    label: str, choices: Sequence[Choice], selected: str | None, on_pick: Callable[[str | None], None], *, droppable: bool
) -> ft.Control:
    """Its tooltip is also what a screen reader says: the face is silent, not to say it twice. A plant's lines are many menu items."""
    picked = next((c for c in choices if c.key == selected), Choice(selected, t("common.not_offered", what=label)) if selected else None)
    face = picked.label if picked else label
    shown = ft.Container(_filter_face(face, active=picked is not None, menu=True), padding=_FILTER_REACH)
    items = [_menu_item(t("common.all"), None, on_pick, picked=picked is None)] if droppable else []
    items += [_menu_item(c.label, c.key, on_pick, picked=c.key == selected) for c in choices]
    return ft.PopupMenuButton(
        content=ft.Semantics(content=shown, exclude_semantics=True),
        items=items,
        tooltip=f"{label}, {picked.label}" if picked else label,
        padding=0,
        **use_menu(),
    )


def _menu_item(label: str, key: str | None, on_pick: Callable[[str | None], None], *, picked: bool) -> ft.PopupMenuItem:
    return ft.PopupMenuItem(label, checked=picked, on_click=tap(lambda: on_pick(key)))


def _filter_face(label: str, *, active: bool, menu: bool = False) -> ft.Control:
    ink = C.on_primary_container if active else C.ink
    parts: list[ft.Control] = [ft.Text(label, size=Size.meta, weight=SEMIBOLD, color=ink)]
    if menu:
        parts.append(ft.Icon(ft.Icons.EXPAND_MORE_ROUNDED, size=16, color=ink))
    return ft.Container(
        ft.Row(parts, spacing=2, tight=True),
        bgcolor=C.primary_container if active else C.surface,
        border=line(C.primary_container if active else C.line),
        border_radius=Radius.pill,
        padding=_FILTER_PADDING,
    )


def FilterBar(chips: Sequence[ft.Control], trailing: ft.Control | None = None) -> ft.Control:
    """Filters on one line that scrolls sideways, with a fixed end; on a phone, which shows few, those at work come first."""
    is_phone = environment.current().layout.breakpoint == Breakpoint.phone
    ordered = sorted(chips, key=lambda chip: not _is_at_work(chip)) if is_phone else list(chips)
    strip = ft.Row(ordered, spacing=8, scroll=ft.ScrollMode.HIDDEN, expand=True)
    return ft.Row([strip, *([trailing] if trailing else [])], spacing=12)


def _is_at_work(chip: ft.Control) -> bool:
    return bool(chip.checked if isinstance(chip, ft.Semantics) else chip.data)


# Steps


def StepHeader(title: str, step: int, total: int, on_close: Callable[[], None]) -> ft.Control:
    """What is being done, how far along, and the way out."""
    bar = ft.Row(
        [
            IconAction(ft.Icons.CLOSE_ROUNDED, t("common.close"), on_close),
            ft.Container(
                ft.Text(title, size=Size.body, weight=SEMIBOLD),
                expand=True,
                alignment=ft.Alignment.CENTER,
            ),
            ft.Container(
                ft.Text(
                    t("common.step", step=step, total=total),
                    size=environment.current().fixed(Size.meta),
                    color=C.ink2,
                    no_wrap=True,
                ),
                width=Size.target * (1.3 if environment.current().has_big_text else 1),
                alignment=ft.Alignment.CENTER,
            ),
        ],
        spacing=0,
    )
    progress = ft.ProgressBar(
        value=step / total,
        bar_height=6,
        border_radius=3,
        color=C.primary,
        bgcolor=C.surface2,
        semantics_label=t("common.step_spoken", step=step, total=total),
    )
    return Stack(bar, progress, spacing=6)


def StepTitle(question: str, hint: str = "") -> ft.Control:
    lines: list[ft.Control] = [Title(question, max_lines=3)]
    if hint:
        lines.append(Meta(hint))
    return ft.Column(lines, spacing=Space.xs, tight=True)
