"""A week: seven columns beside who has how much to do; on a phone, seven days above the list of one."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Final

import flet as ft

from mobile_app.core.i18n import format_duration, format_hours, n, t
from mobile_app.domain.agenda import WEEK_DAYS, Entry, EntryState, by_day, monday_of, state_on
from mobile_app.domain.lookup import machine, name_of
from mobile_app.features.calendar import entries as look
from mobile_app.features.calendar.load import LoadPanel, loads_of, over_words
from mobile_app.features.calendar.month import day_label, day_list, drop_target
from mobile_app.ui import environment
from mobile_app.ui.buttons import spoken, tap
from mobile_app.ui.cards import SectionHeader
from mobile_app.ui.chips import Avatar
from mobile_app.ui.component import component, memo
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.hooks import use_breakpoint, use_state
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import BOLD, MEDIUM, SEMIBOLD, TONES, C, Radius, Size, Tone, faint, line

_MOST: Final = 20
"""Cards of a day, before it offers the next ones."""
_DAY_MINUTES: Final = 24 * 60
_SIDE: Final = 290

_START: Final = ft.CrossAxisAlignment.START
_ELLIPSIS: Final = ft.TextOverflow.ELLIPSIS


def days_of(anchor: date) -> list[date]:
    monday = monday_of(anchor)
    return [monday + timedelta(days=day) for day in range(WEEK_DAYS)]


def WeekGrid(scene: look.Scene) -> ft.Control:
    week = days_of(scene.anchor)
    shown = scene.find(week[0], week[-1])
    days = by_day(shown)
    desk = use_breakpoint() == Breakpoint.desktop
    columns: list[ft.Control] = [ft.Container(DayColumn(scene, day, days.get(day, []), desk=desk), expand=1) for day in week]
    grid = ft.Container(
        ft.Row(columns, spacing=0, expand=True, vertical_alignment=ft.CrossAxisAlignment.STRETCH),
        bgcolor=C.surface,
        border=line(),
        border_radius=Radius.card,
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
        expand=True,
    )
    left = Stack(grid, look.Legend(scene, shown), spacing=8, expand=True)
    if desk:
        panel = Stack(LoadPanel(scene, week[0]), spacing=10, tight=False, width=_SIDE, scroll=ft.ScrollMode.AUTO)
        return ft.Row([left, panel], spacing=16, expand=True, vertical_alignment=ft.CrossAxisAlignment.STRETCH)
    return Stack(LoadPanel(scene, week[0], across=True), left, spacing=12, expand=True)


@memo
@component
def DayColumn(scene: look.Scene, day: date, entries: Sequence[Entry], *, desk: bool) -> ft.Control:
    is_over, set_over = use_state(False)
    (of_day, most), ask = use_state((day, _MOST))
    cards = [WeekCard(scene, entry, desk=desk) for entry in entries[: most if of_day == day else _MOST]]
    rest = len(entries) - len(cards)
    if rest > 0:
        cards.append(_more(rest, lambda: ask((day, len(cards) + _MOST))))
    rows = ft.ListView(cards, spacing=6, expand=True, padding=ft.Padding(left=5, top=6, right=5, bottom=12))
    weekend = day.weekday() >= 5  # noqa: PLR2004 - Saturday
    box = ft.Container(
        Stack(_head(scene, day, entries), rows, spacing=0, expand=True),
        bgcolor=faint(C.primary, 0.10) if is_over else faint(C.ink, 0.03) if weekend else None,
        border=line(C.primary, 2) if is_over else ft.Border(left=ft.BorderSide(1, C.line)),
    )
    return drop_target(box, lambda: scene.on_drop(day), set_over)


def _more(rest: int, on_more: Callable[[], None]) -> ft.Control:
    words = ft.Text(n("calendar.more", rest), size=Size.meta, weight=SEMIBOLD, color=C.primary, text_align=ft.TextAlign.CENTER)
    return spoken(ft.Container(words, padding=14, border=line(), border_radius=8, ink=True, on_click=tap(on_more)))


def _head(scene: look.Scene, day: date, entries: Sequence[Entry]) -> ft.Control:
    is_today = day == scene.today
    env = environment.current()
    name = ft.Text(
        look.weekday_name(day, short=True), size=env.fixed(Size.caption), weight=SEMIBOLD, color=C.primary if is_today else C.ink2
    )
    number = ft.Container(
        ft.Text(
            str(day.day), size=env.fixed(Size.section), weight=BOLD if is_today else SEMIBOLD, color=C.on_primary if is_today else C.ink
        ),
        width=34,
        height=34,
        border_radius=17,
        alignment=ft.Alignment.CENTER,
        bgcolor=C.primary if is_today else None,
    )
    minutes = sum(entry.minutes or 0 for entry in entries if entry.state not in {EntryState.missed, EntryState.skipped})
    spent = Meta(_spent(minutes), max_lines=1)
    column = ft.Column([name, number, spent], spacing=1, tight=True, horizontal_alignment=ft.CrossAxisAlignment.CENTER)
    box = ft.Container(
        column,
        padding=ft.Padding.symmetric(vertical=8),
        alignment=ft.Alignment.CENTER,
        border=ft.Border(bottom=ft.BorderSide(1, C.line)),
        ink=True,
        on_click=tap(lambda: scene.on_day(day)),
    )
    return spoken(box, day_label(scene, day, entries))


def _spent(minutes: int) -> str:
    """40 min, 3 h 25, 29 h: work is counted in hours, not in days of twenty-four."""
    if not minutes:
        return ""
    return format_duration(minutes) if minutes < _DAY_MINUTES else format_hours(minutes)


def WeekCard(scene: look.Scene, entry: Entry, *, desk: bool) -> ft.Control:
    """Time and mark, title, machine, person."""
    mark, colour = look.mark_of(entry, scene.today), look.colour_of(scene, entry)
    quiet = entry.is_forecast or not entry.is_to_do
    icon = TONES[mark.tone].ink if mark.tone is Tone.bad else colour
    said = [ft.Text(mark.word, size=10.5, color=C.ink2, italic=True, max_lines=1, overflow=_ELLIPSIS)] if _says_mark(entry, scene) else []
    clock = ft.Text(look.time_of(entry.due), size=Size.caption, weight=SEMIBOLD, color=C.ink2, no_wrap=True)
    first = ft.Row([ft.Icon(mark.icon, size=14, color=icon), clock, *(ft.Container(one, expand=True) for one in said if desk)], spacing=4)
    title = ft.Text(
        entry.title, size=Size.meta, weight=MEDIUM if quiet else SEMIBOLD, color=C.ink2 if quiet else C.ink, max_lines=3 if desk else 2,
        overflow=_ELLIPSIS,
    )  # fmt: skip
    where = ft.Text(machine(scene.client, entry.equipment_id), size=Size.caption, color=C.ink2, max_lines=1, overflow=_ELLIPSIS)
    parts: list[ft.Control] = [first, title, where, *([_owner(scene, entry)] if desk else said)]
    light, side = faint(colour, 0.4), ft.BorderSide(3, faint(colour, 0.5 if quiet else 1))
    box = ft.Container(
        Stack(*parts, spacing=2),
        padding=ft.Padding(left=7, top=6, right=6, bottom=6),
        bgcolor=C.surface if entry.is_forecast else faint(colour, 0.06 if quiet else 0.13),
        border=ft.Border.all(1, light) if entry.is_forecast else ft.Border(left=side),
        border_radius=8,
        tooltip=look.summary(scene, entry),
        ink=True,
        on_click=tap(lambda: scene.on_open(entry)),
    )
    return look.draggable(scene, entry, spoken(box, key=entry.key), sideways=not desk)


def _says_mark(entry: Entry, scene: look.Scene) -> bool:
    return entry.is_forecast or state_on(entry, scene.today) is not EntryState.planned


def _owner(scene: look.Scene, entry: Entry) -> ft.Control:
    name = look.who(scene.client, entry)
    spent = format_duration(entry.minutes) if entry.minutes else ""
    words = name or t("domain.unassigned")
    leading = [Avatar(name, size=18)] if name_of(scene.client, entry.technician_id) else []
    text = ft.Text(words, size=Size.caption, color=C.ink2, max_lines=1, overflow=_ELLIPSIS, expand=True)
    return ft.Row([*leading, text, ft.Text(spent, size=Size.caption, color=C.ink2, no_wrap=True)], spacing=5)


# On a phone


def PhoneWeek(scene: look.Scene) -> list[ft.Control]:
    week = days_of(scene.anchor)
    found = scene.find(week[0], week[-1])
    days = by_day(found)
    strip = ft.Row([_strip_day(scene, day, days.get(day, [])) for day in week], spacing=4)
    if scene.moving:
        return [strip]
    loads = [each for each in loads_of(scene, week[0]) if each.count]
    over = over_words(loads)
    load = [SectionHeader(t("calendar.load"), over), LoadPanel(scene, week[0])] if loads else []
    return [strip, *day_list(scene, scene.anchor, days.get(scene.anchor, [])), *load]


def _strip_day(scene: look.Scene, day: date, entries: Sequence[Entry]) -> ft.Control:
    is_chosen, is_today = day == scene.anchor and not scene.moving, day == scene.today
    env = environment.current()
    ink = C.on_primary if is_chosen else C.primary if is_today else C.ink
    quiet = C.on_primary if is_chosen else C.ink2
    late = any(state_on(entry, scene.today) is EntryState.late for entry in entries)
    count_ink = quiet if is_chosen or not late else C.bad
    mark = [ft.Icon(ft.Icons.EVENT_BUSY_ROUNDED, size=11, color=count_ink)] if late else []
    count = ft.Row(
        [*mark, ft.Text(str(len(entries)) if entries else "·", size=env.fixed(Size.caption, 1), weight=SEMIBOLD, color=count_ink)],
        spacing=1,
        tight=True,
    )
    column = ft.Column(
        [
            ft.Text(look.weekday_name(day, short=True)[:1].upper(), size=env.fixed(Size.caption, 1), weight=SEMIBOLD, color=quiet),
            ft.Text(str(day.day), size=env.fixed(Size.section, 1), weight=BOLD, color=ink),
            count,
        ],
        spacing=1,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
    )
    box = ft.Container(
        column,
        padding=ft.Padding.symmetric(vertical=8),
        alignment=ft.Alignment.CENTER,
        border_radius=Radius.button,
        bgcolor=C.primary if is_chosen else C.surface,
        border=line(C.primary if is_chosen or is_today or scene.moving else C.line),
        ink=True,
        on_click=tap(lambda: scene.on_day(day)),
    )
    return spoken(box, day_label(scene, day, entries), picked=is_chosen or None, expand=1)
