"""One of many: a sheet with a search, or the searchable list itself."""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import flet as ft

from mobile_app.core.folding import fold
from mobile_app.core.i18n import n, t
from mobile_app.ui import environment
from mobile_app.ui.buttons import Handler, SecondaryButton, spoken, tap
from mobile_app.ui.choices import Choice
from mobile_app.ui.component import component
from mobile_app.ui.fields import (
    Field,
    SearchField,
    button_field,
    use_mark,
)
from mobile_app.ui.hooks import use_state
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Caption, Meta
from mobile_app.ui.theme import SEMIBOLD, C, Radius


class Maker(NamedTuple):
    """What a picker offers where the right choice is not there yet: `label` says it, `note` what it leads to."""

    label: str
    on_click: Handler
    note: str = ""


_SHOWN: Final = 60
_FEW: Final = 7


def search_choices(choices: Sequence[Choice], query: str) -> list[Choice]:
    """Those having every word of `query`, accents or not, in their order."""
    words = fold(query).split()
    return [c for c in choices if all(w in fold(f"{c.label} {c.note}") for w in words)]


@component
def Picker(
    label: str,
    choices: Sequence[Choice],
    value: str | None,
    on_pick: Callable[[str], None],
    *,
    likely: int = 0,
    error: str = "",
    hint: str = "",
    optional: bool = False,
    placeholder: str = "",
    none: str = "",
    maker: Maker | None = None,
) -> ft.Control:
    """One of many: a sheet with a search; `choices` come likeliest first, `likely` of them apart.

    Without any choice, `none` says why and `maker` offers to make one; it is offered below the choices too.
    """
    is_open, set_open = use_state(False)
    mark = use_mark(error)

    def pick(key: str) -> None:
        set_open(False)
        on_pick(key)

    def close() -> None:
        set_open(False)

    async def make() -> None:
        set_open(False)
        waiting = maker.on_click() if maker else None
        if waiting is not None:
            await waiting

    listing = PickList(choices, value, pick, likely=likely, maker=maker._replace(on_click=make) if maker else None)
    sheet = Sheet(label, listing, tall=len(choices) > _FEW) if is_open else None
    use_sheet(sheet, close)
    if none and not choices:
        return Field(label, _nothing_yet(none, maker), error=error, optional=optional, key=mark)
    chosen = next((c.label for c in choices if c.key == value), "")
    control = button_field(
        chosen or placeholder or t("common.choose"),
        lambda: set_open(True),
        label=label,
        icon=ft.Icons.UNFOLD_MORE_ROUNDED,
        empty=not chosen,
        error=error,
    )
    return Field(label, control, error=error, hint=hint, optional=optional, key=mark, says_it=True)


def _nothing_yet(why: str, maker: Maker | None) -> ft.Control:
    words: list[ft.Control] = [Meta(why, max_lines=4)]
    if maker:
        words.append(SecondaryButton(maker.label, maker.on_click, icon=ft.Icons.ADD_ROUNDED))
    column = Stack(*words, spacing=10)
    return ft.Container(column, bgcolor=C.surface2, border_radius=Radius.button, padding=14)


@component
def PickList(
    choices: Sequence[Choice],
    value: str | None,
    on_pick: Callable[[str], None],
    *,
    likely: int = 0,
    maker: Maker | None = None,
) -> ft.Control:
    """The searchable list itself, for a sheet or a page of its own."""
    query, set_query = use_state("")
    found = search_choices(choices, query)
    split = likely if likely and not query else 0
    parts: list[ft.Control] = []
    if len(choices) > _FEW:
        parts.append(SearchField(query, set_query, autofocus=not environment.current().has_touch))
    if split:
        parts.append(Caption(t("common.likely")))
        parts += [_option(c, on_pick, picked=c.key == value) for c in found[:split]]
        parts.append(Caption(t("common.others")))
    parts += [_option(c, on_pick, picked=c.key == value) for c in found[split:_SHOWN]]
    if len(found) > _SHOWN:
        parts.append(Meta(n("common.more_matches", len(found) - _SHOWN)))
    if not found:
        parts.append(Meta(t("common.no_match", query=query) if query else t("common.nothing_to_choose")))
    if maker:
        add = Choice("", maker.label, ft.Icons.ADD_ROUNDED, note=maker.note)
        parts.append(_option(add, lambda _: maker.on_click(), picked=False))
    return Stack(*parts, spacing=4)


def _option(choice: Choice, on_pick: Callable[[str], Any], *, picked: bool) -> ft.Control:
    ink = C.on_primary_container if picked else C.ink
    words: list[ft.Control] = [ft.Text(choice.label, size=16, color=ink, weight=SEMIBOLD if picked else None)]
    if choice.note:
        words.append(Meta(choice.note))
    parts: list[ft.Control] = []
    if choice.icon:
        parts.append(ft.Icon(choice.icon, size=22, color=ink))
    parts.append(ft.Column(words, spacing=0, tight=True, expand=True))
    if picked:
        parts.append(ft.Icon(ft.Icons.CHECK_ROUNDED, size=22, color=ink))
    box = ft.Container(
        ft.Row(parts, spacing=12),
        padding=ft.Padding.symmetric(horizontal=12, vertical=13),
        border_radius=Radius.tile,
        bgcolor=C.primary_container if picked else None,
        ink=True,
        on_click=tap(lambda: on_pick(choice.key)),
    )
    return spoken(box, picked=picked, key=choice.key)
