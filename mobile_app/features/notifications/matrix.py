"""Kinds by ways: what comes how, in groups that fit a phone."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import flet as ft

from mobile_app.core.i18n import n, t
from mobile_app.domain.lookup import dotted
from mobile_app.features.notifications.values import Values, choosing, value_of
from mobile_app.features.notifications.words import GROUPS, ICONS, kind_word
from mobile_app.ui import environment
from mobile_app.ui.buttons import spoken, tap
from mobile_app.ui.cards import Card, CardHeader, Divider
from mobile_app.ui.choices import Choice, FilterMenu
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Caption, Meta
from mobile_app.ui.theme import C, Size
from shared_models.notices.kinds import Way
from shared_models.notices.settings import DefaultRead, KindRead

Read = KindRead | DefaultRead
OnChoose = Callable[[dict[str, dict[str, Any]]], None]
_WIDTH: Final = 54
_NARROW: Final = 46
"""Where there is one more box beside."""
DAYS: Final = (1, 2, 3, 5, 7, 14, 30, 60, 90)
_BOX: Final = 22
FIXED: Final = "is_fixed"


def matrix(read: Sequence[Read], values: Values, on_choose: OnChoose, *, decides: bool = False) -> list[ft.Control]:
    """A card for each group that has something; who `decides` says also what nobody may change."""
    of = {each.kind: each for each in read}
    groups = {name: [of[kind] for kind in kinds if kind in of] for name, kinds in GROUPS.items()}
    return [_group(name, rows, values, on_choose, decides=decides) for name, rows in groups.items() if rows]


def _group(name: str, rows: Sequence[Read], values: Values, on_choose: OnChoose, *, decides: bool) -> ft.Control:
    lines: list[ft.Control] = []
    for number, row in enumerate(rows):
        lines += [*([Divider()] if number else []), _kind(row, values, on_choose, decides=decides)]
    title = CardHeader(t(f"notifications.group.{name}"))
    heads = [] if environment.current().has_big_text else [_head(words, decides=decides) for words in _columns(decides=decides).values()]
    return Card(Stack(ft.Row([_grow(title), *heads], spacing=0), *lines, spacing=8))


def _columns(*, decides: bool) -> dict[str, str]:
    """What has a box in each line, by its words."""
    ways = {way.value: t(f"notifications.way.{way}") for way in Way}
    return {**ways, FIXED: t("notifications.fix_short")} if decides else ways


def _grow(control: ft.Control) -> ft.Control:
    return ft.Container(control, expand=True)


def _width(*, decides: bool) -> float:
    return _NARROW if decides and environment.current().layout.breakpoint == Breakpoint.phone else _WIDTH


def _head(words: str, *, decides: bool) -> ft.Control:
    text = Caption(words, text_align=ft.TextAlign.CENTER, no_wrap=True)
    return ft.Semantics(content=ft.Container(text, width=_width(decides=decides), alignment=ft.Alignment.CENTER), exclude_semantics=True)


def _kind(row: Read, values: Values, on_choose: OnChoose, *, decides: bool) -> ft.Control:
    is_locked = row.is_fixed and not decides

    def choose(name: str, value: Any) -> None:
        on_choose(choosing(values, row.kind, name, value))

    boxes = [
        _box(row, name, words, values, choose, is_locked=is_locked, decides=decides) for name, words in _columns(decides=decides).items()
    ]
    words = ft.Column(
        [ft.Text(kind_word(row.kind), size=Size.body), *_more(row, values, choose, is_locked=is_locked)], spacing=2, expand=True
    )
    is_narrow = decides and environment.current().layout.breakpoint == Breakpoint.phone
    icon = [] if is_narrow else [ft.Icon(ICONS[row.kind], size=20, color=C.ink2)]
    name = ft.Row([*icon, words], spacing=10)
    return Stack(name, *boxes, spacing=0) if environment.current().has_big_text else ft.Row([_grow(name), *boxes], spacing=0)


def _box(
    row: Read, name: str, words: str, values: Values, choose: Callable[[str, Any], None], *, is_locked: bool, decides: bool
) -> ft.Control:
    """Said by itself for whoever hears the screen, and as large as a thumb."""
    is_on = bool(value_of(values, row, name))
    said = t("notifications.tick", kind=kind_word(row.kind), way=t("notifications.fix") if name == FIXED else words)
    has_big_text = environment.current().has_big_text
    face: list[ft.Control] = [_face(is_on=is_on, is_locked=is_locked, is_lock=name == FIXED)]
    if has_big_text:
        face.append(ft.Text(t("notifications.fix") if name == FIXED else words, size=Size.body, expand=True))
    box = ft.Container(
        ft.Row(face, spacing=12, alignment=ft.MainAxisAlignment.START if has_big_text else ft.MainAxisAlignment.CENTER),
        width=None if has_big_text else _width(decides=decides),
        height=None if has_big_text else Size.target,
        padding=ft.Padding.symmetric(vertical=10) if has_big_text else 0,
        border_radius=10,
        ink=not is_locked,
        on_click=None if is_locked else tap(partial(choose, name, not is_on)),
    )
    return spoken(box, f"{said}, {t('notifications.fixed')}" if is_locked else said, button=False, picked=is_on)


def _face(*, is_on: bool, is_locked: bool, is_lock: bool) -> ft.Control:
    paper = (C.off if is_locked else C.primary) if is_on else None
    icon = ft.Icons.LOCK_ROUNDED if is_lock else ft.Icons.CHECK_ROUNDED
    mark = ft.Icon(icon, size=15, color=C.surface if is_locked else C.on_primary) if is_on else None
    edge = C.line if is_locked and not is_on else paper or C.edge
    return ft.Container(
        mark, width=_BOX, height=_BOX, border=ft.Border.all(2, edge), bgcolor=paper, border_radius=6, alignment=ft.Alignment.CENTER
    )


def _more(row: Read, values: Values, choose: Callable[[str, Any], None], *, is_locked: bool) -> list[ft.Control]:
    """How long before; who may not choose is told so, and why."""
    if is_locked:
        lock = ft.Icon(ft.Icons.LOCK_ROUNDED, size=16, color=C.ink2)
        days = [] if row.days is None else [n("notifications.days_before", row.days)]
        words = Meta(dotted(t("notifications.fixed_body"), *days), max_lines=4)
        return [ft.Row([lock, _grow(words)], spacing=6, vertical_alignment=ft.CrossAxisAlignment.START)]
    if row.days is None:
        return []
    chosen = int(value_of(values, row, "days"))
    choices = [Choice(str(days), n("notifications.days_before", days)) for days in sorted({*DAYS, chosen})]
    label = t("notifications.days_of", kind=kind_word(row.kind))
    menu = FilterMenu(label, choices, str(chosen), lambda days: choose("days", int(days or chosen)), droppable=False)
    return [ft.Row([menu])]
