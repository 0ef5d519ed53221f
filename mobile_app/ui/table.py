"""Dense tables for a desk: sorting, choosing rows, acting on many, thousands of rows; by mouse and by keyboard.

Only one page of rows is ever sent to the client, and there rows of fixed height are
built as they scroll into view: ten thousand rows cost what fifty do.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, count
from math import ceil
from operator import itemgetter
from typing import Any, Final, NamedTuple, Protocol

import flet as ft

from mobile_app.core.i18n import format_number, n, t
from mobile_app.core.rows import InOrder
from mobile_app.ui import environment
from mobile_app.ui.address import Asked, Opener, Place
from mobile_app.ui.buttons import Bare, Handler, IconAction, spoken, tap
from mobile_app.ui.component import component, memo
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.hooks import (
    DRAWN_SECONDS,
    Box,
    State,
    use_box,
    use_breakpoint,
    use_environment,
    use_maybe,
    use_shortcut,
    use_state,
    use_steady,
)
from mobile_app.ui.scrolling import OFTEN, comes_back, how_far, use_scroll_place
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import SEMIBOLD, TONES, C, Radius, Size, Space, Tone

ROW_HEIGHT: Final = 40
ROW_FOR_A_FINGER: Final = 48
PAGE_SIZE: Final = 50
_AROUND: Final = 180
"""Least height of a page around its table's rows: those in sight are sent before the rest, and drawn sooner."""
_LEAST: Final = 10
_CHECK_WIDTH: Final = 44
_BOX: Final = 18
_GAP: Final = 12
_HEAD: Final = 38
_BLEED: Final = 4
"""By which the button of a head is wider than its column, so that their words stand below each other."""
_FOOT: Final = 56
_NARROW_SEARCH: Final = 230
_BELOW: Final = ft.Border(bottom=ft.BorderSide(1, C.line))
_IN_SIGHT: Final = 400
_AHEAD: Final = 4


@dataclass(frozen=True)
class Column:
    """`cell(row)` gives text, a `Cell`, a `Chip` or a control; `sort(row)` makes a column sortable; a narrow table has no `roomy` ones."""

    key: str
    label: str
    cell: Callable[[Any], "Told"]
    sort: Callable[[Any], Any] | None = None
    flex: int = 2
    width: float | None = None
    strong: bool = False
    number: bool = False
    roomy: bool = False


class Cell(NamedTuple):
    text: str
    tone: Tone | None = None
    strong: bool = False


class Chip(Protocol):
    """A mark; those that are equal look alike."""

    def chip(self) -> ft.Control: ...


Told = str | Cell | Chip | ft.Control
"""What a cell is given to show."""


class BulkAction(NamedTuple):
    """`on_click` takes the keys of the chosen rows, in the table's order."""

    label: str
    icon: ft.IconData
    on_click: Callable[[list[str]], Any]


class Sorting(NamedTuple):
    key: str
    descending: bool = False

    @classmethod
    def told(cls, words: str) -> "Sorting":
        """As an address has it: `name`, or `-name` downwards."""
        return cls(words.removeprefix("-"), words.startswith("-"))

    @property
    def words(self) -> str:
        return f"-{self.key}" if self.descending else self.key


def is_tabular() -> bool:
    """Whether a list is a table here: there is room, and text is no larger than it was drawn for."""
    env = environment.current()
    return env.layout.breakpoint >= Breakpoint.laptop and not env.has_big_text


class Upwards(NamedTuple):
    """Rows with what a column sorts them by, in its order, and those of which it has no value."""

    valued: list[tuple[Any, Any]]
    others: list[Any]

    @classmethod
    def of(cls, rows: Sequence[Any], columns: Sequence[Column], key: str | None) -> "Upwards | None":
        value = next((column.sort for column in columns if column.key == key), None)
        if value is None:
            return None
        valued = [(value(row), row) for row in (rows.parts if isinstance(rows, InOrder) else rows)]
        known = sorted((pair for pair in valued if pair[0] is not None), key=itemgetter(0))
        return cls(known, [row for found, row in valued if found is None])


def sort_rows(rows: Sequence[Any], columns: Sequence[Column], sorting: Sorting | None, known: Upwards | None = None) -> Sequence[Any]:
    """Rows in order; what a column has no value for comes last, either way. `known`: where that was found out for the other way."""
    upwards = known or Upwards.of(rows, columns, sorting and sorting.key)
    if upwards is None or sorting is None:
        return rows
    valued = sorted(upwards.valued, key=itemgetter(0), reverse=True) if sorting.descending else upwards.valued
    found = [row for _, row in valued] + upwards.others
    return rows.of(found) if isinstance(rows, InOrder) else found


def page_of(total: int, page: int, size: int = PAGE_SIZE) -> tuple[int, int, int]:
    """The page that exists nearest to `page`, and the rows it runs over: (page, first, last)."""
    last_page = max(0, (total - 1) // size)
    page = min(max(page, 0), last_page)
    return page, page * size, min(total, (page + 1) * size)


def reach(keys: Sequence[str], since: str | None, until: str) -> list[str]:
    """The keys from one to the other; the other alone where one of them is not there."""
    if since not in keys or until not in keys:
        return [until]
    ends = sorted((keys.index(since), keys.index(until)))
    return list(keys[ends[0] : ends[1] + 1])


@component
def Table(
    columns: Sequence[Column],
    rows: Sequence[Any],
    row_key: Callable[[Any], str],
    *,
    place: Place[Any],
    route: Callable[[str], str] | None = None,
    selected: frozenset[str] = frozenset(),
    on_select: Callable[[frozenset[str]], None] | None = None,
    actions: Sequence[BulkAction] = (),
    sorting: Sorting | None = None,
    row_label: Callable[[Any], str] | None = None,
    empty: ft.Control | None = None,
    page_size: int = PAGE_SIZE,
    more: ft.Control | None = None,
) -> ft.Control:
    """`place` tells the order and the page; `sorting` is the order where it tells none. `route` is where a row leads.

    Choosing rows needs `on_select`, acting on them `actions`; `more` stands at the foot. Of rows that are `InOrder` those are read that
    are shown: a column's `sort` is asked of their parts.
    """
    last = use_box(lambda: "")
    view: Box[ft.ListView | None] = use_box(lambda: None)
    keep_place = use_scroll_place(view, "table")
    roomy = use_breakpoint() == Breakpoint.desktop
    height = ROW_FOR_A_FINGER if use_environment().has_touch else ROW_HEIGHT
    shown_columns = [column for column in columns if roomy or not column.roomy]
    order = Sorting.told(place.asked.sort) if place.asked.sort else sorting
    ordered = _use_order(rows, columns, order)
    page, first, until = page_of(len(ordered), place.asked.page - 1, page_size)
    shown = ordered[first:until]
    keys = [row_key(row) for row in shown]
    choosing = on_select is not None

    def toggle(key: str) -> None:
        """With Shift, all rows since the last one that was ticked become as this one does."""
        has_shift = environment.current().pointer.has_shift
        span = frozenset(reach(keys, last.current if has_shift else None, key))
        last.current = key
        if on_select:
            on_select(selected - span if key in selected else selected | span)

    def toggle_all() -> None:
        if on_select:
            on_select(selected - frozenset(keys) if set(keys) <= selected else selected | frozenset(keys))

    def sort_by(key: str) -> None:
        down = order is not None and order.key == key and not order.descending
        place.ask(sort=Sorting(key, down).words)

    def turn_to(number: int) -> None:
        place.ask(page=number + 1)

    def all_keys() -> Sequence[str]:
        return ordered.keys() if isinstance(ordered, InOrder) else [row_key(row) for row in ordered]

    here = _use_keys(keys, view, height, route, toggle if choosing else None)
    steady_toggle, open_row = use_steady(toggle), use_steady(lambda key: Opener(route(key))() if route else None)
    open_in_tab = use_steady(lambda key: Opener(route(key)).in_tab() if route else None)
    all_chosen = bool(keys) and set(keys) <= selected
    drawn: Box[list[ft.Control]] = use_box(list)
    slots = _use_slots(place.asked, keys)
    at_once = len(shown) if _use_whole(place.asked) else _in_sight(height)
    header = _use_header(shown_columns, order, use_steady(sort_by), toggle_all if choosing else None, all_on=all_chosen)
    lines = [
        _Row(
            shown_columns,
            row,
            key,
            row_label(row) if row_label else key,
            (open_row, open_in_tab) if route else None,
            steady_toggle if choosing else None,
            height,
            is_on=key in selected,
            is_here=key == here,
            key=str(slots[key]),
        )
        for row, key in zip(shown[:at_once], keys[:at_once], strict=True)
    ]
    taken = {line.key for line in lines}
    lines += [line for line in drawn.current[at_once : len(shown)] if line.key not in taken]  # as they were until a moment later
    drawn.current = lines
    view.current = listing = ft.ListView(lines, item_extent=height, expand=True, on_scroll=keep_place, scroll_interval=OFTEN)
    body: ft.Control = listing
    if not shown and empty is not None:
        body = ft.Container(empty, expand=True, alignment=ft.Alignment.CENTER)
    frame = ft.Container(
        Stack(header, body, spacing=0, tight=False),
        bgcolor=C.surface,
        border=ft.Border.all(1, C.line),
        border_radius=Radius.card,
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
        expand=True,
    )
    foot = _footer(len(ordered), page, first, until, page_size, turn_to)
    in_order = ft.use_memo(lambda: all_keys() if selected else [], [_Same(ordered), bool(selected)])
    bulk = _bulk(selected, in_order, actions, on_select, offer_all=all_chosen) if selected and actions else more or ft.Container()
    bottom = ft.Row([bulk, ft.Container(expand=True), foot], spacing=12, height=48)
    return Stack(frame, bottom, spacing=10, expand=True)


def _use_order(rows: Sequence[Any], columns: Sequence[Column], order: Sorting | None) -> Sequence[Any]:
    key = order and order.key
    upwards = ft.use_memo(lambda: Upwards.of(rows, columns, key), [_Same(rows), key])
    ordered: Sequence[Any] = ft.use_memo(lambda: sort_rows(rows, columns, order, upwards), [_Same(rows), order])
    return ordered


def _use_slots(asked: Asked, keys: Sequence[str]) -> dict[str, int]:
    """Which control is whose. A row that stays keeps its own: a tap may be on its way to it.

    Of one that has left because something else was asked, another takes it over: only the words in it change.
    """
    kept: Box[tuple[Asked, dict[str, int], int]] = use_box(lambda: (asked, {}, 0))
    before, known, used = kept.current
    left = [slot for key, slot in known.items() if key not in keys] if before != asked else []
    free = chain(left, count(used))
    slots = {key: known[key] if key in known else next(free) for key in keys}
    kept.current = asked, slots, max([used - 1, *slots.values()]) + 1
    return slots


def _use_whole(asked: Asked) -> bool:
    """Whether all rows of what is asked for are sent: at once where one comes back to a place far down."""
    first: State[Asked | None] = use_state(asked if comes_back("table") else None)
    sent, set_sent = first

    async def send_all() -> None:
        await asyncio.sleep(DRAWN_SECONDS)
        set_sent(asked)

    ft.use_effect(send_all, [asked], cleanup=lambda: None)
    return sent == asked


def _in_sight(height: float) -> int:
    """How many rows of this height there are down to the window's foot."""
    room = (environment.current().page.height or 0) - _AROUND
    return max(_LEAST, ceil((how_far("table") + room) / height))


def _use_keys(
    keys: Sequence[str],
    view: Box[ft.ListView | None],
    height: float,
    route: Callable[[str], str] | None,
    toggle: Callable[[str], Any] | None,
) -> str | None:
    """The row that the keyboard is on: the table's own affair, so that Tab need not pass through every row."""
    known, set_here = use_maybe(str)
    here = known if known in keys else None

    async def follow(offset: float) -> None:
        """The list as it is drawn by then: the one of the key press is gone as its row is marked."""
        if view.current:
            await view.current.scroll_to(offset=offset, duration=0)

    def step(by: int) -> None:
        if not keys:
            return
        at = keys.index(here) + by if here else 0 if by > 0 else len(keys) - 1
        at = min(max(at, 0), len(keys) - 1)
        set_here(keys[at])
        if view.current and (at * height >= _IN_SIGHT or by < 0):  # the first rows are in sight anyway
            environment.current().page.run_task(follow, max(0, (at - _AHEAD) * height))

    use_shortcut("J", lambda: step(1), t("common.row_next"))
    use_shortcut("K", lambda: step(-1), t("common.row_previous"))
    use_shortcut("Arrow Down", lambda: step(1), t("common.row_next"))
    use_shortcut("Arrow Up", lambda: step(-1), t("common.row_previous"))
    use_shortcut("Enter", lambda: Opener(route(here))() if route and here else None, t("common.row_open"), enabled=route is not None)
    use_shortcut("X", lambda: toggle(here) if toggle and here else None, t("common.row_choose"), enabled=toggle is not None)
    use_shortcut("Tab", lambda: set_here(None), "", enabled=here is not None)
    return here


class _Same:
    """Compares by identity: comparing ten thousand rows to see they are equal costs a sort."""

    def __init__(self, rows: object) -> None:
        self.rows = rows

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.rows is self.rows

    __hash__ = None  # type: ignore[assignment]


def _sized(column: Column, content: ft.Control, **more: Any) -> ft.Container:
    return ft.Container(
        content,
        width=column.width,
        expand=None if column.width else column.flex,
        alignment=_side(column),
        **more,
    )


def _side(column: Column) -> ft.Alignment:
    return ft.Alignment.CENTER_RIGHT if column.number else ft.Alignment.CENTER_LEFT


def _checkbox(label: str, on_change: Handler, *, is_on: bool) -> ft.Control:
    """A box of its own for a screen reader, as wide as what is tapped."""
    face = ft.Container(
        ft.Icon(ft.Icons.CHECK_ROUNDED, size=14, color=C.on_primary) if is_on else None,
        width=_BOX,
        height=_BOX,
        border=ft.Border.all(2, C.primary if is_on else C.edge),
        bgcolor=C.primary if is_on else None,
        border_radius=5,
        alignment=ft.Alignment.CENTER,
    )
    target = ft.Container(face, width=_CHECK_WIDTH, alignment=ft.Alignment.CENTER, on_click=tap(on_change))
    return ft.Semantics(content=target, label=label, checked=is_on, container=True)


def _use_header(
    columns: Sequence[Column],
    order: Sorting | None,
    sort_by: Callable[[str], None],
    toggle_all: Handler | None,
    *,
    all_on: bool,
) -> ft.Control:
    ordered = [(column, order if order and order.key == column.key else None) for column in columns]
    heads = _use_alike(
        [
            (column.key, (column.label, column.width, column.flex, column.sort is None, mine), partial(_head, column, mine, sort_by))
            for column, mine in ordered
        ]
    )
    box = [_checkbox(t("common.choose_all"), toggle_all, is_on=all_on)] if toggle_all else []
    return ft.Container(
        ft.Row([*box, ft.Row(heads, spacing=_GAP, expand=True)], spacing=0),
        bgcolor=C.surface2,
        height=_HEAD,
        padding=ft.Padding(left=0 if toggle_all else _GAP, top=0, right=_GAP, bottom=0),
        border=_BELOW,
    )


def _head(column: Column, order: Sorting | None, sort_by: Callable[[str], None]) -> ft.Control:
    """`order`: where the table is in the column's."""
    name = ft.Text(
        column.label,
        size=Size.meta,
        weight=SEMIBOLD,
        color=C.ink if order else C.ink2,
        max_lines=1,
        overflow=ft.TextOverflow.ELLIPSIS,
    )
    if column.sort is None:
        return _sized(column, name)
    parts: list[ft.Control] = [name]
    label = column.label
    if order:
        arrow = ft.Icons.ARROW_DOWNWARD_ROUNDED if order.descending else ft.Icons.ARROW_UPWARD_ROUNDED
        parts.append(ft.Icon(arrow, size=15, color=C.ink))
        label += f", {t('common.sorted_down' if order.descending else 'common.sorted_up')}"
    words = Bare(ft.Row(parts, spacing=4, tight=True), lambda: sort_by(column.key), label, side=_side(column))
    cell = _sized(column, words, height=_HEAD, margin=ft.Margin(left=-_BLEED, top=0, right=-_BLEED, bottom=0))
    if column.width:
        cell.width = column.width + 2 * _BLEED  # what is bled is not of the column
    return cell


@memo
@component
def _Row(
    columns: Sequence[Column],
    row: Any,
    key: str,
    label: str,
    opens: tuple[Callable[[str], Any], Callable[[str], Any]] | None,
    toggle: Callable[[str], Any] | None,
    height: float,
    *,
    is_on: bool,
    is_here: bool,
) -> ft.Control:
    """Drawn again only when its data or its choice changes, or the mouse or the keyboard comes to it."""
    is_under, set_under = use_state(False)
    parts: list[ft.Control] = []
    if toggle:
        said = t("common.choose_row", row=label)
        parts.append(_checkbox(said, lambda: toggle(key), is_on=is_on))
    inside = ft.Row(_use_cells(columns, row), spacing=_GAP, height=height)
    cells: ft.Control = inside
    if opens:
        open_row, open_in_tab = opens
        cells = ft.GestureDetector(
            content=inside,
            mouse_cursor=ft.MouseCursor.CLICK,
            on_tap=tap(lambda: open_row(key)),
            on_tertiary_tap_up=tap(lambda: open_in_tab(key)),
        )
    parts.append(ft.MergeSemantics(ft.Semantics(content=cells, button=True if opens else None, container=True), expand=True))
    paper = C.primary_container if is_on else C.surface2 if is_under or is_here else C.surface
    return ft.Container(
        ft.Row(parts, spacing=0 if toggle else _GAP),
        height=height,
        bgcolor=paper,
        border=_BELOW,
        foreground_decoration=ft.BoxDecoration(border=ft.Border.all(2, C.primary)) if is_here else None,
        padding=ft.Padding(left=0 if toggle else _GAP, top=0, right=_GAP, bottom=0),
        on_hover=lambda e: set_under(e.data),
    )


def _use_cells(columns: Sequence[Column], row: Any) -> list[ft.Control]:
    values = [(column, column.cell(row)) for column in columns]
    return _use_alike(
        [
            (column.key, None if isinstance(value, ft.BaseControl) else (column.width, column.flex, value), partial(_cell, column, value))
            for column, value in values
        ]
    )


def _use_alike(drawings: Sequence[tuple[str, Any, Callable[[], ft.Control]]]) -> list[ft.Control]:
    """What is drawn under each name; while it tells the same (`None`: nobody knows), the very same control, which Flet passes over.

    Only where it was, though: Flet gives a control the identity of the one before it in its place, and a kept one would lose its own.
    """
    kept: Box[dict[str, tuple[Any, ft.Control]]] = use_box(dict)
    before = kept.current if [*kept.current] == [name for name, *_ in drawings] else {}
    now = dict[str, tuple[Any, ft.Control]]()
    for name, told, draw in drawings:
        known = before.get(name)
        now[name] = known if known and told is not None and known[0] == told else (told, draw())
    kept.current = now
    return [control for _, control in now.values()]


def _cell(column: Column, value: Told) -> ft.Control:
    if isinstance(value, ft.BaseControl):
        return _sized(column, value)
    if not isinstance(value, str | Cell):
        return _sized(column, value.chip())
    cell = Cell(value) if isinstance(value, str) else value
    return ft.Text(
        cell.text,
        size=14,
        weight=SEMIBOLD if column.strong or cell.strong else None,
        color=TONES[cell.tone].ink if cell.tone else C.ink,
        max_lines=1,
        overflow=ft.TextOverflow.ELLIPSIS,
        text_align=ft.TextAlign.END if column.number else ft.TextAlign.START,
        width=column.width,
        expand=None if column.width else column.flex,
    )


def _footer(total: int, page: int, first: int, last: int, size: int, set_page: Callable[[int], None]) -> ft.Control:
    if total == 0:
        return Meta(t("common.range_none"))
    text = t(
        "common.range",
        first=format_number(first + 1),
        last=format_number(last),
        total=format_number(total),
    )
    parts: list[ft.Control] = [Meta(text)]
    if total > size:
        back, ahead = ft.Icons.CHEVRON_LEFT_ROUNDED, ft.Icons.CHEVRON_RIGHT_ROUNDED
        previous, following = t("common.page_previous"), t("common.page_next")
        parts += [
            IconAction(back, previous, (lambda: set_page(page - 1)) if page else None),
            IconAction(ahead, following, (lambda: set_page(page + 1)) if last < total else None),
        ]
    return ft.Row(parts, spacing=0, tight=True)


def _bulk(
    selected: frozenset[str],
    in_order: Sequence[str],
    actions: Sequence[BulkAction],
    on_select: Callable[[frozenset[str]], None] | None,
    *,
    offer_all: bool,
) -> ft.Control:
    """What to do with the chosen rows, in a dark bar that cannot be missed; what a filter hides by now comes last."""
    chosen = [key for key in in_order if key in selected]
    chosen += sorted(selected.difference(chosen))
    parts: list[ft.Control] = [
        ft.Container(
            ft.Text(n("common.chosen", len(selected)), weight=SEMIBOLD, color=C.on_inverse),
            padding=ft.Padding.symmetric(horizontal=8),
        )
    ]
    if on_select and offer_all and not selected.issuperset(in_order):
        every = n("common.choose_every", len(in_order))
        parts.append(_bulk_button(every, ft.Icons.DONE_ALL_ROUNDED, lambda: on_select(selected.union(in_order))))
    parts += [_bulk_button(action.label, action.icon, partial(action.on_click, chosen)) for action in actions]
    if on_select:
        parts.append(
            IconAction(
                ft.Icons.CLOSE_ROUNDED,
                t("common.unchoose"),
                lambda: on_select(frozenset()),
                color=C.on_inverse,
            )
        )
    return ft.Container(
        ft.Row(parts, spacing=2, tight=True),
        bgcolor=C.inverse,
        border_radius=Radius.button,
        padding=ft.Padding.symmetric(horizontal=8),
        height=48,
    )


def _bulk_button(label: str, icon: ft.IconData, on_click: Handler) -> ft.Control:
    box = ft.Container(
        ft.Row(
            [
                ft.Icon(icon, size=20, color=C.on_inverse),
                ft.Text(label, color=C.on_inverse),
            ],
            spacing=8,
            tight=True,
        ),
        height=48,
        padding=ft.Padding.symmetric(horizontal=10),
        border_radius=10,
        ink=True,
        on_click=tap(on_click),
    )
    return spoken(box)


# On a page of its own


def table_head(title: ft.Control, search: ft.Control, *actions: ft.Control, search_width: float = 360) -> ft.Control:
    width = search_width if environment.current().layout.breakpoint == Breakpoint.desktop else min(search_width, _NARROW_SEARCH)
    return ft.Row([ft.Container(title, expand=True), ft.Container(search, width=width), *actions], spacing=Space.m)


def TablePage(*above: ft.Control, table: ft.Control, below: Sequence[ft.Control] = ()) -> ft.Control:
    """A table that takes what a desk's screen has left."""
    env = environment.current()
    env.footer = _FOOT
    side = 28 if env.layout.breakpoint == Breakpoint.desktop else 16
    body = Stack(*above, ft.Container(table, expand=True), *below, spacing=Space.m, expand=True)
    return ft.Container(body, padding=ft.Padding(left=side, top=16, right=side, bottom=8), expand=True)
