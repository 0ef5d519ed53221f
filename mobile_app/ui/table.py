"""Dense tables for a desk: sorting, choosing rows, acting on many, thousands of rows.

Only one page of rows is ever sent to the client, and there rows of fixed height are
built as they scroll into view: ten thousand rows cost what fifty do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final, NamedTuple

import flet as ft

from mobile_app.core.i18n import format_number, n, t
from mobile_app.ui.buttons import Handler, IconAction, spoken, tap
from mobile_app.ui.component import component, memo
from mobile_app.ui.hooks import use_box, use_state
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import SEMIBOLD, TONES, C, Radius, Size, Space, Tone

ROW_HEIGHT: Final = 52
PAGE_SIZE: Final = 50
_CHECK_WIDTH: Final = 48
_GAP: Final = 12


@dataclass(frozen=True)
class Column:
    """`cell(row)` gives text, a `Cell`, or a control; `sort(row)` makes the header sortable."""

    key: str
    label: str
    cell: Callable[[Any], "str | Cell | ft.Control"]
    sort: Callable[[Any], Any] | None = None
    flex: int = 2
    width: float | None = None
    strong: bool = False
    number: bool = False


class Cell(NamedTuple):
    text: str
    tone: Tone | None = None
    strong: bool = False


class BulkAction(NamedTuple):
    label: str
    icon: ft.IconData
    on_click: Callable[[frozenset[str]], Any]


class Sorting(NamedTuple):
    key: str
    descending: bool = False


def sort_rows(rows: Sequence[Any], columns: Sequence[Column], sorting: Sorting | None) -> list[Any]:
    """Rows in order; what a column has no value for comes last, either way."""
    column = next((c for c in columns if sorting and c.key == sorting.key), None)
    if column is None or column.sort is None or sorting is None:
        return list(rows)
    value = column.sort
    valued = [(value(row), row) for row in rows]
    known = sorted((pair for pair in valued if pair[0] is not None), key=itemgetter(0), reverse=sorting.descending)
    return [row for _, row in known] + [row for found, row in valued if found is None]


def page_of(total: int, page: int, size: int = PAGE_SIZE) -> tuple[int, int, int]:
    """The page that exists nearest to `page`, and the rows it runs over: (page, first, last)."""
    last_page = max(0, (total - 1) // size)
    page = min(max(page, 0), last_page)
    return page, page * size, min(total, (page + 1) * size)


@component
def Table(
    columns: Sequence[Column],
    rows: Sequence[Any],
    row_key: Callable[[Any], str],
    *,
    on_open: Callable[[str], None] | None = None,
    selected: frozenset[str] = frozenset(),
    on_select: Callable[[frozenset[str]], None] | None = None,
    actions: Sequence[BulkAction] = (),
    sorting: Sorting | None = None,
    row_label: Callable[[Any], str] | None = None,
    empty: ft.Control | None = None,
    page_size: int = PAGE_SIZE,
) -> ft.Control:
    """`sorting` is where it starts; choosing rows needs `on_select`, acting on them `actions`."""
    order, set_order = use_state(sorting)
    wanted, set_page = use_state(0)
    ordered = ft.use_memo(lambda: sort_rows(rows, columns, order), [_Same(rows), order])
    page, first, last = page_of(len(ordered), wanted, page_size)
    shown = ordered[first:last]
    choosing = on_select is not None

    toggle = _steady(lambda key: on_select(selected ^ {key}) if on_select else None)
    open_row = _steady(lambda key: on_open(key) if on_open else None)

    def toggle_all() -> None:
        keys = frozenset(row_key(row) for row in shown)
        if on_select:
            on_select(selected - keys if keys <= selected else selected | keys)

    def sort_by(key: str) -> None:
        down = order is not None and order.key == key and not order.descending
        set_order(Sorting(key, down))
        set_page(0)

    all_chosen = bool(shown) and all(row_key(row) in selected for row in shown)
    header = _header(columns, order, sort_by, toggle_all if choosing else None, all_on=all_chosen)
    opens = open_row if on_open else None
    lines = [
        _Row(
            columns,
            row,
            row_key(row),
            row_label(row) if row_label else row_key(row),
            opens,
            toggle if choosing else None,
            is_on=row_key(row) in selected,
            key=row_key(row),
        )
        for row in shown
    ]
    body: ft.Control = ft.ListView(lines, item_extent=ROW_HEIGHT, expand=True)
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
    foot = _footer(len(ordered), page, first, last, page_size, set_page)
    bulk = _bulk(selected, actions, on_select) if selected and actions else ft.Container()
    bottom = ft.Row([bulk, ft.Container(expand=True), foot], spacing=12, height=48)
    return Stack(frame, bottom, spacing=10, expand=True)


class _Same:
    """Compares by identity: comparing ten thousand rows to see they are equal costs a sort."""

    def __init__(self, rows: object) -> None:
        self.rows = rows

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.rows is self.rows

    __hash__ = None  # type: ignore[assignment]


def _sized(column: Column, content: ft.Control, **more: Any) -> ft.Container:
    side = ft.Alignment.CENTER_RIGHT if column.number else ft.Alignment.CENTER_LEFT
    return ft.Container(
        content,
        width=column.width,
        expand=None if column.width else column.flex,
        alignment=side,
        **more,
    )


def _checkbox(label: str, on_change: Handler, *, is_on: bool) -> ft.Control:
    return ft.Checkbox(
        width=_CHECK_WIDTH,
        value=is_on,
        on_change=tap(on_change),
        semantics_label=label,
        active_color=C.primary,
        check_color=C.on_primary,
        border_side=ft.BorderSide(1.5, C.outline),
        shape=ft.RoundedRectangleBorder(radius=4),
    )


def _header(
    columns: Sequence[Column],
    order: Sorting | None,
    sort_by: Callable[[str], None],
    toggle_all: Handler | None,
    *,
    all_on: bool,
) -> ft.Control:
    cells: list[ft.Control] = []
    if toggle_all:
        cells.append(_checkbox(t("common.choose_all"), toggle_all, is_on=all_on))
    cells += [_head_cell(column, order, sort_by) for column in columns]
    return ft.Container(
        ft.Row(cells, spacing=_GAP),
        bgcolor=C.surface2,
        height=42,
        padding=ft.Padding(left=0 if toggle_all else _GAP, top=0, right=_GAP, bottom=0),
        border=ft.Border(bottom=ft.BorderSide(1, C.line)),
    )


def _head_cell(column: Column, order: Sorting | None, sort_by: Callable[[str], None]) -> ft.Control:
    mine = order is not None and order.key == column.key
    name = ft.Text(
        column.label,
        size=Size.meta,
        weight=SEMIBOLD,
        color=C.ink if mine else C.ink2,
        max_lines=1,
        overflow=ft.TextOverflow.ELLIPSIS,
    )
    if column.sort is None:
        return _sized(column, name)
    down = mine and order is not None and order.descending
    arrow = ft.Icons.ARROW_DOWNWARD_ROUNDED if down else ft.Icons.ARROW_UPWARD_ROUNDED
    parts: list[ft.Control] = [name]
    if mine:
        parts.append(ft.Icon(arrow, size=15, color=C.ink))
    box = _sized(
        column,
        ft.Row(parts, spacing=4, tight=True),
        height=42,
        ink=True,
        on_click=tap(lambda: sort_by(column.key)),
    )
    state = t("common.sorted_down" if down else "common.sorted_up") if mine else ""
    label = f"{column.label}, {state}" if state else None
    return spoken(box, label, expand=None if column.width else column.flex)


@memo
@component
def _Row(
    columns: Sequence[Column],
    row: Any,
    key: str,
    label: str,
    on_open: Callable[[str], Any] | None,
    toggle: Callable[[str], Any] | None,
    *,
    is_on: bool,
) -> ft.Control:
    """Drawn again only when its data or its choice changes."""
    parts: list[ft.Control] = []
    if toggle:
        said = t("common.choose_row", row=label)
        parts.append(_checkbox(said, lambda: toggle(key), is_on=is_on))
    opens = tap(lambda: on_open(key)) if on_open else None
    cells = ft.Container(
        ft.Row([_cell(column, row) for column in columns], spacing=_GAP),
        height=ROW_HEIGHT,
        ink=on_open is not None,
        on_click=opens,
    )
    parts.append(spoken(cells, button=on_open is not None, expand=True))
    return ft.Container(
        ft.Row(parts, spacing=_GAP),
        height=ROW_HEIGHT,
        bgcolor=C.primary_container if is_on else C.surface,
        border=ft.Border(bottom=ft.BorderSide(1, C.line)),
        padding=ft.Padding(left=0 if toggle else _GAP, top=0, right=_GAP, bottom=0),
    )


def _steady(act: Callable[[str], Any]) -> Callable[[str], Any]:
    """A hook: one function for as long as the table lives, so that rows need not be drawn again."""
    latest = use_box(lambda: act)
    latest.current = act

    def steady(key: str) -> Any:
        return latest.current(key)

    return use_box(lambda: steady).current


def _cell(column: Column, row: Any) -> ft.Control:
    value = column.cell(row)
    if isinstance(value, ft.Control):
        return _sized(column, value)
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
    actions: Sequence[BulkAction],
    on_select: Callable[[frozenset[str]], None] | None,
) -> ft.Control:
    """What to do with the chosen rows, in a dark bar that cannot be missed."""
    parts: list[ft.Control] = [
        ft.Container(
            ft.Text(n("common.chosen", len(selected)), weight=SEMIBOLD, color=C.on_inverse),
            padding=ft.Padding.symmetric(horizontal=8),
        )
    ]
    parts += [_bulk_button(action, selected) for action in actions]
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


def _bulk_button(action: BulkAction, selected: frozenset[str]) -> ft.Control:
    box = ft.Container(
        ft.Row(
            [
                ft.Icon(action.icon, size=20, color=C.on_inverse),
                ft.Text(action.label, color=C.on_inverse),
            ],
            spacing=8,
            tight=True,
        ),
        height=48,
        padding=ft.Padding.symmetric(horizontal=10),
        border_radius=10,
        ink=True,
        on_click=tap(lambda: action.on_click(selected)),
    )
    return spoken(box)


# On a page of its own


def table_head(title: ft.Control, search: ft.Control, *actions: ft.Control, search_width: float = 360) -> ft.Control:
    return ft.Row([ft.Container(title, expand=True), ft.Container(search, width=search_width), *actions], spacing=Space.m)


def TablePage(*above: ft.Control, table: ft.Control, below: Sequence[ft.Control] = ()) -> ft.Control:
    """A table that takes what a desk's screen has left."""
    body = Stack(*above, ft.Container(table, expand=True), *below, spacing=Space.m, expand=True)
    return ft.Container(body, padding=ft.Padding(left=28, top=20, right=28, bottom=8), expand=True)
