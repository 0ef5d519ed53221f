"""A month: a grid of chips on a desk and a tablet, dots with the day's list below on a phone."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import flet as ft

from mobile_app.core.i18n import format_date_long, n, t
from mobile_app.domain.agenda import Entry, EntryState, by_day, same_work, state_on, weeks_of
from mobile_app.domain.lookup import dotted
from mobile_app.features.calendar import entries as look
from mobile_app.ui import environment
from mobile_app.ui.buttons import spoken, tap
from mobile_app.ui.cards import SectionHeader
from mobile_app.ui.component import component, memo
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.hooks import use_breakpoint, use_state
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import BOLD, MEDIUM, SEMIBOLD, TONES, C, Radius, Size, Tone, faint, line

_HEAD: Final = 27
_GAP: Final = 3
_WEEK: Final = 38
_ABOVE: Final = 205
_ABOVE_TABLET: Final = 290
"""What stands above and below the grid, until it is measured."""
_DOTS: Final = 3
_FLING: Final = 250
_RANK: Final = {
    EntryState.late: 0,
    EntryState.open: 1,
    EntryState.planned: 1,
    EntryState.missed: 2,
    EntryState.done: 3,
    EntryState.skipped: 4,
}

_CENTER: Final = ft.CrossAxisAlignment.CENTER


@component
def MonthGrid(scene: look.Scene) -> ft.Control:
    """As many chips a day as its square has room for; the rest behind “+3”."""
    page = ft.context.page
    wide = use_breakpoint() == Breakpoint.desktop
    height, set_height = use_state(max(360.0, (page.height or 800) - (_ABOVE if wide else _ABOVE_TABLET)))
    weeks = weeks_of(scene.anchor)
    shown = scene.find(weeks[0][0], weeks[-1][-1])
    days = by_day(shown)
    scale = environment.current().layout.text_scale
    room = int((height / len(weeks) - _HEAD * min(scale, 1.4) - 4) // (look.chip_height(wide=wide) + _GAP))
    rows = [_week(scene, week, days, max(1, room), wide=wide) for week in weeks]
    grid = ft.Container(
        Stack(*rows, spacing=0, expand=True),
        expand=True,
        on_size_change=lambda e: set_height(e.height),
        size_change_interval=100,
    )
    frame = ft.Container(
        Stack(_weekdays(weeks[0], short=not wide), grid, spacing=0, expand=True),
        bgcolor=C.surface,
        border=line(),
        border_radius=Radius.card,
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
        expand=True,
    )
    return Stack(frame, look.Legend(scene, shown), spacing=8, expand=True)


def _weekdays(week: Sequence[date], *, short: bool) -> ft.Control:
    def name(day: date) -> ft.Control:
        text = ft.Text(
            look.weekday_name(day, short=short), size=environment.current().fixed(Size.caption), weight=SEMIBOLD, color=C.ink2, max_lines=1
        )
        return ft.Container(text, expand=1, padding=ft.Padding.symmetric(horizontal=8, vertical=8))

    return ft.Container(
        ft.Row([ft.Container(width=_WEEK), *map(name, week)], spacing=0),
        bgcolor=C.surface2,
        border=ft.Border(bottom=ft.BorderSide(1, C.line)),
    )


def _week(scene: look.Scene, week: Sequence[date], days: dict[date, list[Entry]], room: int, *, wide: bool) -> ft.Control:
    number = ft.Text(str(week[0].isocalendar().week), size=environment.current().fixed(11), color=C.ink2)
    side = ft.Container(
        number,
        width=_WEEK,
        padding=ft.Padding(0, 9, 0, 0),
        alignment=ft.Alignment.TOP_CENTER,
        tooltip=look.week_name(week[0]),
        border=ft.Border(bottom=ft.BorderSide(1, C.line)),
    )
    cells = [ft.Container(DayCell(scene, day, days.get(day, []), room, wide=wide), expand=1) for day in week]
    return ft.Row([side, *cells], spacing=0, expand=1, vertical_alignment=ft.CrossAxisAlignment.STRETCH)


@memo
@component
def DayCell(scene: look.Scene, day: date, entries: Sequence[Entry], room: int, *, wide: bool) -> ft.Control:
    """A square that takes what is dropped on it: what is late first, then what is to do, then what is over."""
    is_over, set_over = use_state(False)
    other = day.month != scene.anchor.month
    first = same_work(sorted(entries, key=lambda entry: _RANK[state_on(entry, scene.today)]), scene.today)
    shown = first if len(first) <= room else first[: max(1, room - 1)]
    chips = [look.Chip(scene, same[0], wide=wide) if len(same) == 1 else look.GroupChip(scene, same, wide=wide) for same in shown]
    rest = len(entries) - sum(map(len, shown))
    more = [_more(rest)] if rest else []
    beside, below = (more, []) if room == 1 else ([], more)
    number = ft.Row([_day_number(scene, day, entries, faded=other), *beside], spacing=0, alignment=ft.MainAxisAlignment.SPACE_BETWEEN)
    paper = faint(C.primary, 0.10) if is_over else faint(C.ink, 0.03) if other else None
    box = ft.Container(
        Stack(number, *chips, *below, spacing=_GAP),
        padding=ft.Padding(left=4, top=2, right=4, bottom=2),
        bgcolor=paper,
        border=line(C.primary, 2) if is_over else ft.Border(left=ft.BorderSide(1, C.line), bottom=ft.BorderSide(1, C.line)),
        clip_behavior=ft.ClipBehavior.HARD_EDGE,
        on_click=tap(lambda: scene.on_day(day)),
    )
    return drop_target(box, lambda: scene.on_drop(day), set_over)


def drop_target(box: ft.Control, on_drop: Any, set_over: Any) -> ft.Control:
    """`set_over` hears of what hovers."""

    async def dropped(_: object) -> None:
        set_over(False)
        waiting = on_drop()
        if waiting is not None:
            await waiting

    return ft.DragTarget(
        content=box,
        group=look.GROUP,
        on_will_accept=lambda e: set_over(e.accept),
        on_leave=lambda _: set_over(False),
        on_accept=dropped,
    )


def _day_number(scene: look.Scene, day: date, entries: Sequence[Entry], *, faded: bool) -> ft.Control:
    is_today = day == scene.today
    size = environment.current().fixed(Size.meta, 1.4)
    ink = C.on_primary if is_today else C.ink2 if faded else C.ink
    text = ft.Text(str(day.day), size=size, weight=BOLD if is_today else MEDIUM, color=ink)
    circle = ft.Container(
        text,
        height=22,
        width=None if environment.current().has_big_text else 26,
        padding=ft.Padding.symmetric(horizontal=2),
        border_radius=12,
        alignment=ft.Alignment.CENTER,
        bgcolor=C.primary if is_today else None,
    )
    box = ft.Container(ft.Row([circle], tight=True), border_radius=12, on_click=tap(lambda: scene.on_day(day)))
    return spoken(box, day_label(scene, day, entries))


def day_label(scene: look.Scene, day: date, entries: Sequence[Entry]) -> str:
    """“Lundi 23 novembre, aujourd’hui, 3 au calendrier, 1 en retard”."""
    late = sum(state_on(entry, scene.today) is EntryState.late for entry in entries)
    words = [format_date_long(day)]
    if day == scene.today:
        words.append(t("common.today"))
    words.append(n("calendar.count", len(entries)) if entries else t("calendar.nothing"))
    if late:
        words.append(n("calendar.count_late", late))
    return ", ".join(words)


def _more(count: int) -> ft.Control:
    words = ft.Text(n("calendar.more", count), size=Size.caption, weight=SEMIBOLD, color=C.primary, max_lines=1)
    return ft.Container(words, padding=ft.Padding(left=6, top=2, right=0, bottom=0))


# On a phone


def PhoneMonth(scene: look.Scene) -> list[ft.Control]:
    """Dots a day; below, what the chosen day holds."""
    weeks = weeks_of(scene.anchor)
    days = by_day(scene.find(weeks[0][0], weeks[-1][-1]))
    names = ft.Row([_letter(day) for day in weeks[0]], spacing=0)
    rows = [ft.Row([_dot_cell(scene, day, days.get(day, [])) for day in week], spacing=0) for week in weeks]
    grid = ft.Container(
        Stack(names, *rows, spacing=2),
        padding=ft.Padding.symmetric(horizontal=6, vertical=8),
        bgcolor=C.surface,
        border=line(C.primary if scene.moving else C.line, 2 if scene.moving else 1),
        border_radius=Radius.card,
    )
    swiped = ft.GestureDetector(content=grid, on_horizontal_drag_end=lambda e: _swipe(scene, e.primary_velocity or 0))
    if scene.moving:
        return [swiped]
    return [swiped, *day_list(scene, scene.anchor, days.get(scene.anchor, []))]


def _swipe(scene: look.Scene, velocity: float) -> None:
    if abs(velocity) > _FLING:
        scene.on_step(-1 if velocity > 0 else 1)


def day_list(scene: look.Scene, day: date, entries: Sequence[Entry]) -> list[ft.Control]:
    head = SectionHeader(format_date_long(day), n("calendar.count", len(entries)) if entries else "")
    return [head, *day_cards(scene, entries)]


def day_cards(scene: look.Scene, entries: Sequence[Entry]) -> list[ft.Control]:
    cards = [look.EntryCard(scene, entry) for entry in entries[: scene.most]]
    return [*(cards or [Meta(t("calendar.nothing_that_day"))]), *look.More(len(entries) - len(cards), scene.on_more)]


def _letter(day: date) -> ft.Control:
    name = look.weekday_name(day, short=True)[:1].upper()
    text = ft.Text(name, size=environment.current().fixed(Size.caption), weight=SEMIBOLD, color=C.ink2)
    spoken_name = ft.Semantics(content=text, label=look.weekday_name(day, short=False), exclude_semantics=True)
    return ft.Container(spoken_name, expand=1, height=24, alignment=ft.Alignment.CENTER)


def _dot_cell(scene: look.Scene, day: date, entries: Sequence[Entry]) -> ft.Control:
    is_today, is_chosen = day == scene.today, day == scene.anchor and not scene.moving
    ink = C.on_primary if is_chosen else C.primary if is_today else C.ink if day.month == scene.anchor.month else C.ink2
    text = ft.Text(
        str(day.day), size=environment.current().fixed(Size.body), weight=BOLD if is_today or is_chosen else MEDIUM, color=ink, no_wrap=True
    )
    number = ft.Container(
        text,
        width=32,
        height=32,
        border_radius=16,
        bgcolor=C.primary if is_chosen else None,
        border=line(C.primary, 1.5) if is_today and not is_chosen else None,
        alignment=ft.Alignment.CENTER,
    )
    opacity = 1.0 if day.month == scene.anchor.month else 0.6
    column = ft.Column([number, _dots(scene, entries)], spacing=1, tight=True, horizontal_alignment=_CENTER, opacity=opacity)
    box = ft.Container(
        column,
        height=50,
        alignment=ft.Alignment.CENTER,
        border_radius=10,
        ink=True,
        on_click=tap(lambda: scene.on_day(day)),
    )
    label = day_label(scene, day, entries)
    return spoken(box, dotted(t("calendar.move_here"), label) if scene.moving else label, picked=is_chosen or None, expand=1)


def _dots(scene: look.Scene, entries: Sequence[Entry]) -> ft.Control:
    """Up to three dots in the types' colours, else how many; late ones make it red."""
    late = any(state_on(entry, scene.today) is EntryState.late for entry in entries)
    if len(entries) > _DOTS:
        ink = TONES[Tone.bad].ink if late else C.ink2
        count = ft.Text(str(len(entries)), size=environment.current().fixed(10.5, 1), weight=BOLD, color=ink, no_wrap=True)
        mark = [ft.Icon(ft.Icons.EVENT_BUSY_ROUNDED, size=10, color=ink)] if late else []
        return ft.Row([*mark, count], spacing=2, tight=True, height=13)
    dots = [_dot(scene, entry) for entry in entries]
    return ft.Row(list[ft.Control](dots), spacing=3, tight=True, height=13)


def _dot(scene: look.Scene, entry: Entry) -> ft.Control:
    """Full for what is to do, hollow for a forecast, small for what is over; a late one is a mark."""
    if state_on(entry, scene.today) is EntryState.late:
        return ft.Icon(ft.Icons.EVENT_BUSY_ROUNDED, size=11, color=C.bad)
    colour = look.colour_of(scene, entry)
    if entry.is_forecast:
        return ft.Container(width=7, height=7, border_radius=4, border=line(colour, 1.2))
    size = 7 if entry.is_to_do else 4
    return ft.Container(width=size, height=size, border_radius=size / 2, bgcolor=colour)
