"""The frame of the app: one shell that is a bottom bar, a rail, or a rail beside two panes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import flet as ft

from mobile_app.core.i18n import n, t
from mobile_app.ui import environment
from mobile_app.ui.address import Opener, go_back
from mobile_app.ui.buttons import Handler, IconAction, spoken, tap
from mobile_app.ui.chips import CountBadge, KeyCap, StatusChip
from mobile_app.ui.component import component, memo
from mobile_app.ui.environment import RULER, Breakpoint, Shortcut
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.hooks import use_breakpoint, use_shortcut, use_state, use_steady
from mobile_app.ui.scrolling import Scrolling
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Body, Meta, Title
from mobile_app.ui.theme import MEDIUM, SEMIBOLD, C, Radius, Size, Space, Tone
from mobile_app.ui.toasts import undo_last

BAR_HEIGHT: Final = 68
_FORM: Final = 3000
"""Of a page with something to send, all is built: what is wrong with it may be far from the button."""
RAIL_WIDTH: Final = 90
LIST_WIDTH: Final = 360
TABLET_LIST: Final = 300
_SCAN: Final = 60
_SHORTEST: Final = 6
"""Letters: a shorter word's target would be narrower than a thumb."""
_CENTER: Final = ft.CrossAxisAlignment.CENTER


@dataclass(frozen=True, slots=True)
class Destination:
    """A place of the app; the first four make a phone's bar unless `on_phone` says otherwise. `pinned` stays in sight on a rail."""

    key: str
    label: str
    icon: ft.IconData
    selected_icon: ft.IconData
    badge: int = 0
    on_phone: bool = True
    pinned: bool = False


@component
def Shell(
    destinations: Sequence[Destination],
    selected: str,
    on_select: Callable[[str], None],
    on_scan: Handler,
    body: ft.Control,
    *,
    banners: Sequence[ft.Control] = (),
    progress: ft.Control | None = None,
    bare: bool = False,
) -> ft.Control:
    """Frame `body`; `progress` lies over its upper edge; `bare` hides the navigation for a task that fills the screen."""
    size = use_breakpoint()
    inset = environment.current().layout.bottom_inset
    is_helping, set_helping = use_state(False)
    bar_height, set_bar_height = use_state(float(BAR_HEIGHT + inset))
    select, scan, tell_height = use_steady(on_select), use_steady(on_scan), use_steady(set_bar_height)
    environment.current().is_bare = bare
    use_shortcut("?", lambda: set_helping(True), t("common.keyboard_help"))
    use_shortcut("Ctrl+Z", _undo, t("common.undo"))
    use_sheet(_help_sheet() if is_helping else None, lambda: set_helping(False))

    # in a list: the one content of a new container that is the old one's would not learn of its new parent
    held = ft.Stack([body], fit=ft.StackFit.EXPAND, clip_behavior=ft.ClipBehavior.NONE, expand=True)
    main = Stack(*banners, held, spacing=0, expand=True)
    rail, bar = size >= Breakpoint.tablet and not bare, size < Breakpoint.tablet and not bare
    layers: list[ft.Control] = [
        _ruler(),
        ft.Container(
            main,
            left=RAIL_WIDTH if rail else 0,
            right=0,
            top=0,
            bottom=bar_height if bar else 0,
            bgcolor=C.background,
        ),
    ]
    if progress is not None:
        layers.append(ft.Container(progress, left=RAIL_WIDTH if rail else 0, right=0, top=0))
    if rail:
        side = _Rail(destinations, selected, select, scan, environment.current().fixed(11.5, 1.1))
        layers.append(ft.Container(side, left=0, top=0, bottom=0))
    if bar:
        shown = [d for d in destinations if d.on_phone][:4]
        below = _BottomBar(shown, selected, select, scan, inset, tell_height, environment.current().fixed(12, 1.1))
        layers.append(ft.Container(below, left=0, right=0, bottom=0))
    return ft.Stack(layers, expand=True)


async def _undo() -> None:
    """Take back what was just done; in a field, the browser takes back letters."""
    env = environment.current()
    if not env.typing:
        await undo_last(env)


def _ruler() -> ft.Control:
    """An unseen line of text whose height tells how large people want text."""
    text = ft.Text(
        " ",
        size=RULER / 2,
        style=ft.TextStyle(height=2),
        width=1,
        no_wrap=True,
        on_size_change=lambda e: environment.current().measured(e.height),
    )
    return ft.Container(text, left=0, top=0)


# Phone


@memo
@component
def _BottomBar(
    destinations: Sequence[Destination],
    selected: str,
    on_select: Callable[[str], None],
    on_scan: Handler,
    inset: float,
    on_height: Callable[[float], None],
    text_size: float,
) -> ft.Control:
    """The bar with the scan button in it: what rises out of a bar lies over the words of what is behind."""
    middle = len(destinations) // 2
    halves = [
        _half([_bar_item(d, selected, on_select, text_size) for d in part]) for part in (destinations[:middle], destinations[middle:])
    ]
    scan = ft.Container(_scan_button(on_scan, _SCAN), padding=ft.Padding.symmetric(horizontal=4))
    items: list[ft.Control] = [halves[0], scan, halves[1]]
    return ft.Container(
        ft.Row(items, spacing=0, vertical_alignment=_CENTER),
        bgcolor=C.surface,
        border=ft.Border(top=ft.BorderSide(1, C.line)),
        padding=ft.Padding(left=4, top=6, right=4, bottom=6 + inset),
        on_size_change=lambda e: on_height(e.height),
    )


def _half(items: Sequence[ft.Control]) -> ft.Control:
    """What is on one side of the scan button, which stays in the middle however long the words are."""
    return ft.Row(list(items), spacing=0, expand=1, vertical_alignment=_CENTER)


def _scan_button(on_scan: Handler, size: float) -> ft.Control:
    face = ft.Container(
        ft.Icon(
            ft.Icons.QR_CODE_SCANNER_ROUNDED,
            size=size * 0.5,
            color=C.on_scan,
            semantics_label=t("common.scan_label"),
        ),
        width=size,
        height=size,
        bgcolor=C.scan,
        border_radius=size * 0.28,
        alignment=ft.Alignment.CENTER,
        ink=True,
        on_click=tap(on_scan),
    )
    return spoken(face)


def _bar_item(place: Destination, selected: str, on_select: Callable[[str], None], text_size: float) -> ft.Control:
    on = place.key == selected
    ink = C.primary if on else C.ink2
    column = ft.Column(
        [
            _badged(ft.Icon(place.selected_icon if on else place.icon, size=25, color=ink), place),
            ft.Text(
                place.label,
                size=text_size,
                weight=SEMIBOLD if on else MEDIUM,
                color=ink,
                max_lines=1,
                overflow=ft.TextOverflow.ELLIPSIS,
            ),
        ],
        spacing=3,
        tight=True,
        horizontal_alignment=_CENTER,
        alignment=ft.MainAxisAlignment.CENTER,
    )
    box = ft.Container(
        column,
        padding=ft.Padding.symmetric(vertical=6),
        alignment=ft.Alignment.CENTER,
        border_radius=Radius.button,
        ink=True,
        on_click=tap(lambda: on_select(place.key)),
    )
    return spoken(box, _said(place, on=on), expand=max(len(place.label), _SHORTEST) + 2)


def _said(place: Destination, *, on: bool) -> str:
    words = [place.label]
    if place.badge:
        words.append(n("common.unread", place.badge))
    if on:
        words.append(t("common.here"))
    return ", ".join(words)


def _badged(icon: ft.Control, place: Destination) -> ft.Control:
    if not place.badge:
        return icon
    return ft.Stack(
        [
            ft.Container(icon, padding=ft.Padding.symmetric(horizontal=12)),
            ft.Container(CountBadge(place.badge), right=0, top=0),
        ],
        clip_behavior=ft.ClipBehavior.NONE,
    )


# Tablet and desktop


@memo
@component
def _Rail(
    destinations: Sequence[Destination],
    selected: str,
    on_select: Callable[[str], None],
    on_scan: Handler,
    text_size: float,
) -> ft.Control:
    places: list[ft.Control] = [_rail_item(d, selected, on_select, text_size) for d in destinations if not d.pinned]
    pinned: list[ft.Control] = [_rail_item(d, selected, on_select, text_size) for d in destinations if d.pinned]
    column = ft.Column(
        [
            ft.Container(_scan_button(on_scan, 52), padding=ft.Padding(0, 0, 0, 6)),
            *pinned,
            ft.Column(
                places,
                spacing=2,
                expand=True,
                scroll=ft.ScrollMode.HIDDEN,
                horizontal_alignment=_CENTER,
            ),
        ],
        spacing=8,
        horizontal_alignment=_CENTER,
    )
    rail = ft.Container(
        column,
        width=RAIL_WIDTH,
        bgcolor=C.surface,
        border=ft.Border(right=ft.BorderSide(1, C.line)),
        padding=ft.Padding.symmetric(horizontal=4, vertical=12),
    )
    return ft.Semantics(content=rail, container=True)


def _rail_item(place: Destination, selected: str, on_select: Callable[[str], None], text_size: float) -> ft.Control:
    on = place.key == selected
    icon = ft.Icon(
        place.selected_icon if on else place.icon,
        size=23,
        color=C.on_primary_container if on else C.ink2,
    )
    pill = ft.Container(
        _badged(icon, place),
        width=56,
        height=32,
        bgcolor=C.primary_container if on else C.clear,
        border_radius=16,
        alignment=ft.Alignment.CENTER,
    )
    label = ft.Text(
        place.label,
        size=text_size,
        weight=SEMIBOLD,
        color=C.ink if on else C.ink2,
        max_lines=1,
        overflow=ft.TextOverflow.ELLIPSIS,
    )
    box = ft.Container(
        ft.Column([pill, label], spacing=3, tight=True, horizontal_alignment=_CENTER),
        width=RAIL_WIDTH - 8,
        padding=ft.Padding.symmetric(vertical=2),
        border_radius=Radius.button,
        ink=True,
        on_click=tap(lambda: on_select(place.key)),
    )
    return spoken(box, _said(place, on=on))


# Pages


def PageHeader(
    title: str,
    meta: str = "",
    *,
    trailing: Sequence[ft.Control] = (),
    on_back: Handler | None = None,
) -> ft.Control:
    """A page's title with what belongs at its right; a way back above it where there is one, to a list as it was left."""
    if isinstance(on_back, Opener):
        on_back = partial(go_back, on_back.route)
    lines = {"max_lines": 6} if environment.current().has_big_text else {}
    name = ft.Container(Title(title, **lines), expand=True)
    below: list[ft.Control] = [ft.Container(Meta(meta), margin=_under(trailing, on_back))] if meta else []
    if on_back is None:
        first: list[ft.Control] = [ft.Row([name, *trailing], spacing=8)]
        if trailing and environment.current().has_big_text:
            name.expand = None
            first = [ft.Row(list(trailing), wrap=True, spacing=8), name]
    else:
        back = IconAction(ft.Icons.ARROW_BACK_ROUNDED, t("common.back"), on_back)
        bar = ft.Row([back, ft.Container(expand=True), *trailing], spacing=4)
        # The arrow, not its 48 dp box, lines up with the title below.
        first = [ft.Container(bar, margin=ft.Margin(left=-12, top=-8, right=-8, bottom=0)), name]
        name.expand = None
    return Stack(*first, *below, spacing=2)


def _under(trailing: Sequence[ft.Control], on_back: Handler | None) -> ft.Margin:
    """Right below the title, whose line is as high as the targets at its right."""
    lifted = bool(trailing) and on_back is None and not environment.current().has_big_text
    return ft.Margin(left=0, top=-8 if lifted else 0, right=0, bottom=0)


def Page(
    *controls: ft.Control,
    footer: ft.Control | None = None,
    spacing: float = Space.m,
    max_width: float | None = 720,
    padding: float = Space.page,
) -> ft.Control:
    """A scrolling page; `footer` (the primary action) stays in reach of a thumb below it.

    Its rows are built as they come into view, so it also holds long lists.
    """
    env = environment.current()
    phone = env.layout.breakpoint == Breakpoint.phone
    env.footer = _footer_height(env) if footer is not None else 0
    body = Scrolling(
        controls,
        is_body=True,
        cache_extent=_FORM if footer is not None else None,
        spacing=spacing,
        padding=ft.Padding(left=padding, top=padding, right=padding, bottom=32),
    )
    parts: list[ft.Control] = [body]
    if footer is not None:
        parts.append(_footer(footer, padding))
    column = Stack(*parts, spacing=0, expand=True)
    return column if phone or max_width is None else _centred(column, max_width)


def _footer_height(env: environment.Environment) -> float:
    """As high as two buttons one above the other, where large text puts them there; above a phone's bar."""
    lines = 2 if env.has_big_text else 1
    return env.bar + 26 + lines * (Size.button * env.layout.text_scale + 10)


def _footer(content: ft.Control, padding: float) -> ft.Control:
    return ft.Container(
        content,
        bgcolor=C.background,
        padding=ft.Padding(left=padding, top=10, right=padding, bottom=16),
    )


def _centred(content: ft.Control, width: float) -> ft.Control:
    available = (ft.context.page.width or width) - RAIL_WIDTH
    held = ft.Container(content, width=min(width, available))
    return ft.Row([held], alignment=ft.MainAxisAlignment.CENTER, vertical_alignment=ft.CrossAxisAlignment.STRETCH, expand=True)


@component
def TwoPane(
    list_pane: ft.Control,
    detail: ft.Control | None,
    *,
    placeholder: str = "",
) -> ft.Control:
    """List and detail side by side; on a phone the detail, once there is one, takes the place."""
    size = use_breakpoint()
    if size == Breakpoint.phone:
        return ft.Container(detail if detail is not None else list_pane, expand=True)
    left = ft.Container(
        list_pane,
        width=LIST_WIDTH if size >= Breakpoint.laptop else TABLET_LIST,
        bgcolor=C.surface,
        border=ft.Border(right=ft.BorderSide(1, C.line)),
    )
    empty = EmptyState(ft.Icons.TOUCH_APP_OUTLINED, placeholder or t("common.details"))
    right = detail if detail is not None else ft.Container(empty, alignment=ft.Alignment.CENTER)
    return ft.Row(
        [left, ft.Container(right, expand=True)],
        spacing=0,
        expand=True,
        vertical_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def has_room_beside() -> bool:
    """Whether a list stays in sight beside what is opened from it; on a desk the page itself has two columns."""
    env = environment.current()
    return env.layout.breakpoint == Breakpoint.laptop and not env.has_big_text


def ListPane(title: str, search: ft.Control, rows: Sequence[ft.Control]) -> ft.Control:
    """A list beside what was opened from it."""
    head = ft.Container(Stack(PageHeader(title), search, spacing=10), padding=16)
    return Stack(head, Scrolling(rows, spacing=0), spacing=0, expand=True)


# State of the sync


@dataclass(frozen=True, slots=True)
class SyncState:
    """`kind`: done, running, waiting, offline or refused; `since` is already written out."""

    kind: str
    count: int = 0
    since: str = ""


_SYNC: Final[dict[str, tuple[Tone, ft.IconData]]] = {
    "done": (Tone.ok, ft.Icons.CLOUD_DONE_ROUNDED),
    "running": (Tone.info, ft.Icons.SYNC_ROUNDED),
    "waiting": (Tone.off, ft.Icons.CLOUD_UPLOAD_ROUNDED),
    "offline": (Tone.off, ft.Icons.CLOUD_OFF_ROUNDED),
    "refused": (Tone.warning, ft.Icons.REPORT_ROUNDED),
}


def sync_words(state: SyncState) -> str:
    if state.kind == "refused":
        return n("common.sync_refused", state.count)
    if state.count:
        return n("common.sync_waiting", state.count)
    if state.kind == "offline" and state.since:
        return t("common.sync_offline_since", since=state.since)
    return t({"done": "common.sync_done", "running": "common.sync_running"}.get(state.kind, "common.sync_offline"))


def SyncChip(state: SyncState, on_click: Handler | None = None) -> ft.Control:
    """On a phone, without a network, the icon and the time: the words would break the title beside it."""
    tone, icon = _SYNC[state.kind]
    words = sync_words(state)
    is_told_by_icon = state.kind == "offline" and environment.current().layout.breakpoint == Breakpoint.phone
    short = (str(state.count) if state.count else state.since) if is_told_by_icon else words
    return StatusChip(short, tone, icon=icon, on_click=on_click, said=words)


def _unlike(shortcuts: Sequence[Shortcut]) -> list[Shortcut]:
    """Each key once: the last one counts."""
    return [shortcut for shortcut in {shortcut.keys: shortcut for shortcut in shortcuts}.values() if shortcut.label]


def _help_sheet() -> Sheet:
    keys = _unlike(environment.current().shortcuts)
    rows: list[ft.Control] = [ft.Row([ft.Container(Body(s.label), expand=True), KeyCap(s.keys)]) for s in keys]
    return Sheet(t("common.keyboard"), ft.Column(rows, spacing=14, tight=True))


def spread(*controls: ft.Control, **more: Any) -> ft.Control:
    """First at the left, last at the right."""
    return ft.Row(list(controls), alignment=ft.MainAxisAlignment.SPACE_BETWEEN, spacing=8, **more)
