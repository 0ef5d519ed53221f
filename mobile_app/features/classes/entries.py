"""The entries of a class's lists: one line each, one of them open."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.core.limits import text_limit
from mobile_app.domain import marks
from mobile_app.domain.lookup import dotted
from mobile_app.features.classes import icons
from mobile_app.features.classes.values import Values, languages, moved, title_of
from mobile_app.ui.buttons import IconAction, TextLink
from mobile_app.ui.cards import Card
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.feedback import toast
from mobile_app.ui.fields import TextInput
from mobile_app.ui.hooks import Draft, use_breakpoint, use_environment
from mobile_app.ui.menus import MenuItem, MoreMenu
from mobile_app.ui.pickers import Picker
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta, Strong
from mobile_app.ui.theme import C
from shared_models.equipment.rows import FailureItemKind, FailureItemWrite, SpecFieldWrite

PICTURES = {FailureItemKind.mode.value: icons.FAILURES, FailureItemKind.remedy.value: icons.REMEDIES}
Change = Callable[[str, Any], None]
LONGEST_NAME = 100


class Place(NamedTuple):
    """Where entries are kept in the draft, and which of them is open."""

    name: str
    opened: str
    open: Callable[[str], None]


def name_fields(
    names: dict[str, str], change: Callable[[dict[str, str]], None], *, error: str = "", focus: bool = False
) -> list[ft.Control]:
    """The reader's language first; the other may be left empty."""
    first, second = languages()

    def write(lang: str, text: str) -> None:
        change({**names, lang: text})

    return [
        TextInput(
            t(f"classes.name_{first}"), names.get(first, ""), partial(write, first), error=error, autofocus=focus, max_length=LONGEST_NAME
        ),
        TextInput(
            t(f"classes.name_{second}"), names.get(second, ""), partial(write, second), optional=True, hint=t("classes.other_language"),
            max_length=LONGEST_NAME,
        ),
    ]  # fmt: skip


@component
def Entry(draft: Draft, entry: Values, place: Place, wrong: str, can_move: tuple[bool, bool]) -> ft.Control:
    is_open = place.opened == entry["id"]
    folded = use_breakpoint() == Breakpoint.phone or use_environment().has_big_text

    def change(name: str, value: Any) -> None:
        now: Sequence[Values] = draft.get(place.name)
        draft.set(place.name, [{**other, name: value} if other["id"] == entry["id"] else other for other in now])

    def shift(by: int) -> None:
        draft.set(place.name, moved(draft.get(place.name), entry["id"], by))

    def remove() -> None:
        former: list[Values] = draft.get(place.name)
        draft.set(place.name, [other for other in former if other["id"] != entry["id"]])
        toast(t("classes.removed", name=title_of(entry["names"])), undo=lambda: draft.set(place.name, former))

    toggle = partial(place.open, "" if is_open else entry["id"])
    head = _line(entry, _tools(shift, remove, can_move, folded=folded), wrong)
    if not is_open:
        return Card(head, on_click=toggle, label=title_of(entry["names"]) or t("classes.unnamed"), padding=8)
    fields = _spec_fields(entry, change) if place.name == "specs" else _item_fields(entry, change)
    fold = TextLink(t("checklists.fold"), toggle, color=C.ink2)
    return Card(Stack(head, *fields, fold), padding=12)


def _line(entry: Values, tools: ft.Control, wrong: str) -> ft.Control:
    name = title_of(entry["names"])
    other = next((text for text in entry["names"].values() if text and text != name), "")
    meta = wrong or dotted(entry.get("code") or entry.get("unit", ""), other)
    title = Strong(name or t("classes.unnamed"), max_lines=3, color=C.ink if name else C.ink2)
    words = ft.Column([title, *([Meta(meta, color=C.bad if wrong else C.ink2)] if meta else [])], spacing=1, tight=True, expand=True)
    picture = (
        [ft.Icon(marks.icon_named(entry["icon"], ft.Icons.HELP_OUTLINE_ROUNDED), size=22, color=C.primary)] if entry.get("icon") else []
    )
    return ft.Row([ft.Container(width=4), *picture, words, tools], spacing=10)


def _tools(shift: Callable[[int], None], remove: Callable[[], None], can_move: tuple[bool, bool], *, folded: bool) -> ft.Control:
    moves = [
        (t("checklists.up"), -1, ft.Icons.ARROW_UPWARD_ROUNDED, can_move[0]),
        (t("checklists.down"), 1, ft.Icons.ARROW_DOWNWARD_ROUNDED, can_move[1]),
    ]
    if folded:
        items = [MenuItem(label, partial(shift, by), icon) for label, by, icon, can in moves if can]
        return MoreMenu([*items, MenuItem(t("classes.remove"), remove, ft.Icons.DELETE_OUTLINE_ROUNDED, danger=True)])
    arrows = [IconAction(icon, label, partial(shift, by), disabled=not can) for label, by, icon, can in moves]
    return ft.Row([*arrows, IconAction(ft.Icons.DELETE_OUTLINE_ROUNDED, t("classes.remove"), remove)], spacing=0, tight=True)


def _item_fields(item: Values, change: Change) -> list[ft.Control]:
    fields = name_fields(item["names"], partial(change, "names"), focus=not item["names"])
    pictures = PICTURES.get(item["kind"])
    if pictures:
        chosen = icons.choices(pictures)
        fields.append(Picker(t("classes.icon"), chosen, item["icon"], partial(change, "icon"), optional=True))
    code = TextInput(
        t("classes.code"), item["code"], partial(change, "code"), optional=True, hint=t("classes.code_hint"),
        max_length=text_limit(FailureItemWrite, "code") or 40,
    )  # fmt: skip
    return [*fields, code]


def _spec_fields(spec: Values, change: Change) -> list[ft.Control]:
    most = text_limit(SpecFieldWrite, "unit")
    unit = TextInput(t("classes.unit"), spec["unit"], partial(change, "unit"), optional=True, placeholder="kW", max_length=most)
    return [*name_fields(spec["names"], partial(change, "names"), focus=not spec["names"]), unit]
