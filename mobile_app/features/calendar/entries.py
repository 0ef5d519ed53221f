"""How an entry of the calendar looks: its mark, its colour, its words; as a chip of a month and as a card of a day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import flet as ft

from mobile_app.core.i18n import format_date, format_date_long, format_duration, format_late, language, n, ordinal_day, t
from mobile_app.domain import marks
from mobile_app.domain.agenda import Entry, EntryState, Whole, is_moved, state_on, whole
from mobile_app.domain.client import Client
from mobile_app.domain.lookup import doer, dotted, name_of, place
from mobile_app.domain.marks import Mark
from mobile_app.ui import environment
from mobile_app.ui.buttons import SecondaryButton, spoken, tap
from mobile_app.ui.chips import StatusChip, initials
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.text import Meta, Strong
from mobile_app.ui.theme import MEDIUM, SEMIBOLD, TONES, C, Radius, Size, Tone, faint, line
from shared_models.plans.rows import MaintenanceTypeRow

GROUP: Final = "entry"
"""What can be dragged onto a day or onto a person."""
SHOWN: Final = 100
"""Cards of a list before it offers the next ones."""
CHIP_HEIGHT: Final = 24
_TWO_LINES: Final = 34
_LIGHTER: Final = 0.45
_ELLIPSIS: Final = ft.TextOverflow.ELLIPSIS
_START: Final = ft.CrossAxisAlignment.START

MARKS: Final = {
    EntryState.planned: Mark("calendar.state.planned", Tone.info, ft.Icons.EVENT_REPEAT_ROUNDED),
    EntryState.open: Mark("calendar.state.open", Tone.primary, ft.Icons.ASSIGNMENT_ROUNDED),
    EntryState.late: Mark("calendar.state.late", Tone.bad, ft.Icons.EVENT_BUSY_ROUNDED),
    EntryState.done: Mark("calendar.state.done", Tone.ok, ft.Icons.TASK_ALT_ROUNDED),
    EntryState.missed: Mark("calendar.state.missed", Tone.bad, ft.Icons.CANCEL_ROUNDED),
    EntryState.skipped: Mark("calendar.state.skipped", Tone.off, ft.Icons.REMOVE_CIRCLE_ROUNDED),
}
FORECAST: Final = Mark("calendar.forecast", Tone.off, ft.Icons.TIMELINE_ROUNDED)


@dataclass(frozen=True)
class Scene:
    """What every view needs: who looks, at what, and what happens on a tap or a drop.

    `find` gives the entries of a span of days, filtered; `find_all` all of them. `moving` is what is being moved by tapping a day;
    what is dragged is told when it is lifted, since by the time it is dropped a pull may have put another entry in its place.
    `most` is how many cards a list shows; `stamp` changes with what is told of an entry's machine, type and people. Two scenes
    are equal where they look the same: what is drawn of one need not be drawn again for the other.
    """

    client: Client
    today: date
    anchor: date
    dark: bool
    may_plan: bool
    find: Callable[[date, date], list[Entry]] = field(compare=False)
    find_all: Callable[[date, date], Sequence[Entry]] = field(compare=False)
    on_open: Callable[[Entry], None] = field(compare=False)
    on_day: Callable[[date], Any] = field(compare=False)
    on_lift: Callable[[Entry], None] = field(compare=False)
    on_drop: Callable[[date], Any] = field(compare=False)
    on_hand: Callable[[str | None], Any] = field(compare=False)
    on_step: Callable[[int], None] = field(compare=False)
    on_more: Callable[[], None] = field(compare=False)
    moving: Whole | None = None
    most: int = SHOWN
    stamp: tuple[float, ...] = ()


def More(hidden: int, on_more: Callable[[], None]) -> list[ft.Control]:
    """How many a list holds back, and the way to them."""
    if hidden <= 0:
        return []
    return [ft.Row([SecondaryButton(n("calendar.show_more", hidden), on_more, icon=ft.Icons.EXPAND_MORE_ROUNDED, expand=True)])]


# Words


def mark_of(entry: Entry, today: date) -> Mark:
    return FORECAST if entry.is_forecast else MARKS[state_on(entry, today)]


def type_of(client: Client, entry: Entry) -> MaintenanceTypeRow | None:
    return client.tables.types.get(entry.type_id)


def type_name(client: Client, entry: Entry) -> str:
    known = type_of(client, entry)
    row = entry.job or entry.plan
    return known.name if known else marks.TYPE[row.intervention_type].word if row else ""


def who(client: Client, entry: Entry) -> str:
    return doer(client, entry.technician_id, entry.team_id)


def summary(scene: Scene, entry: Entry) -> str:
    """All of it in a line: for tooltips and screen readers."""
    client = scene.client
    spent = format_duration(entry.minutes) if entry.minutes else ""
    return dotted(
        time_of(entry.due), mark_of(entry, scene.today).word, entry.title, place(client, entry.equipment_id),
        type_name(client, entry), who(client, entry) or t("domain.unassigned"), spent,
    )  # fmt: skip


def time_of(due: datetime) -> str:
    return f"{due:%H:%M}"


def full_day(day: date) -> str:
    """Lundi 23 novembre 2026."""
    return t("calendar.day_year", day=format_date_long(day), year=day.year)


def said_day(day: date) -> str:
    """As it stands within a sentence: lundi 23 novembre, Monday 23 November."""
    text = format_date_long(day)
    return text[:1].lower() + text[1:] if language() == "fr" else text


def month_name(day: date) -> str:
    """Novembre 2026."""
    name = t("common.months").split(",")[day.month - 1]
    return f"{name[:1].upper()}{name[1:]} {day.year}"


def week_name(day: date) -> str:
    return t("calendar.week", number=day.isocalendar().week)


def span_name(since: date, until: date) -> str:
    """23 – 29 novembre 2026; 30 novembre – 6 décembre 2026."""
    months = t("common.months").split(",")
    end = _day_of_month(until, months[until.month - 1])
    if (since.year, since.month) == (until.year, until.month):
        return f"{ordinal_day(since)} – {end} {until.year}"
    start = _day_of_month(since, months[since.month - 1])
    year = "" if since.year == until.year else f" {since.year}"
    return f"{start}{year} – {end} {until.year}"


def _day_of_month(day: date, month: str) -> str:
    return f"{ordinal_day(day)} {month}"


def weekday_name(day: date, *, short: bool) -> str:
    """Whole, or its first three letters."""
    name = t("common.weekdays").split(",")[day.weekday()]
    return name[:3] if short else name


# Colour


def colour_of(scene: Scene, entry: Entry) -> str:
    """The maintenance type's own colour, lighter on a dark surface."""
    known = type_of(scene.client, entry)
    if known is None:
        row = entry.job or entry.plan
        return TONES[marks.TYPE[row.intervention_type].tone].ink if row else C.ink2
    return shade(known.color, dark=scene.dark)


def shade(colour: str, *, dark: bool) -> str:
    if not dark:
        return colour
    parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(part + (255 - part) * _LIGHTER):02X}" for part in parts)


# In a month


def may_drag(scene: Scene, entry: Entry) -> bool:
    """Forecasts too: dropped, they say why they stay."""
    return scene.may_plan and entry.is_to_do and scene.moving is None


def draggable(scene: Scene, entry: Entry, content: ft.Control, *, sideways: bool = False) -> ft.Control:
    """`sideways`: the drag begins across, so that a finger going down still scrolls."""
    if not may_drag(scene, entry):
        return content
    return ft.Draggable(
        content=content,
        group=GROUP,
        on_drag_start=lambda: scene.on_lift(entry),
        content_feedback=_feedback(scene, entry),
        affinity=ft.Axis.HORIZONTAL if sideways else None,
        max_simultaneous_drags=1,
    )


def _feedback(scene: Scene, entry: Entry) -> ft.Control:
    """What hangs at the pointer."""
    return ft.Container(
        ft.Text(entry.title, size=Size.meta, weight=SEMIBOLD, color=C.ink, max_lines=1, overflow=_ELLIPSIS),
        width=200,
        height=36,
        padding=ft.Padding.symmetric(horizontal=10),
        alignment=ft.Alignment.CENTER_LEFT,
        bgcolor=C.surface,
        border=line(colour_of(scene, entry), 2),
        border_radius=10,
        opacity=0.95,
    )


def Chip(scene: Scene, entry: Entry, *, wide: bool) -> ft.Control:
    """One thing in a month's day: colour of the type, mark of the state, title; a forecast is drawn lighter, and says so.

    On one line where the day is `wide`, else on two.
    """
    mark = mark_of(entry, scene.today)
    end = _chip_end(scene, entry, mark) if wide else []
    box = _chip_box(scene, entry, entry.title, end, wide=wide)
    box.tooltip, box.on_click = summary(scene, entry), tap(lambda: scene.on_open(entry))
    return draggable(scene, entry, spoken(box))


def _chip_box(scene: Scene, entry: Entry, words: str, end: Sequence[ft.Control], *, wide: bool) -> ft.Container:
    """As `entry` looks, with `words` for it."""
    mark, colour = mark_of(entry, scene.today), colour_of(scene, entry)
    quiet = entry.is_forecast or not entry.is_to_do
    icon = TONES[mark.tone].ink if mark.tone is Tone.bad else colour
    title = ft.Text(
        words, size=Size.caption if wide else 11, weight=None if quiet else MEDIUM, color=C.ink2 if quiet else C.ink,
        max_lines=1 if wide else 2, no_wrap=wide, overflow=_ELLIPSIS, expand=True, italic=entry.is_forecast,
        style=None if wide else ft.TextStyle(height=1.15),
    )  # fmt: skip
    return ft.Container(
        ft.Row([ft.Icon(mark.icon, size=14 if wide else 12, color=icon), title, *end], spacing=4 if wide else 3),
        height=chip_height(wide=wide),
        padding=ft.Padding(left=5 if wide else 3, top=0, right=5 if wide else 2, bottom=0),
        bgcolor=None if entry.is_forecast else faint(colour, 0.16 if entry.is_to_do else 0.07),
        border=_edge(colour, entry),
        border_radius=6,
        ink=True,
    )


def GroupChip(scene: Scene, entries: Sequence[Entry], *, wide: bool) -> ft.Control:
    """The same work on several machines of a day, as one: how many times, which no long title cuts, and by whom; a tap lists them."""
    first = entries[0]
    people = list(dict.fromkeys(name for entry in entries if (name := who(scene.client, entry))))
    words = t("calendar.times", title=first.title, count=len(entries))
    count = ft.Text(
        t("calendar.count_of", count=len(entries)), size=Size.caption if wide else 11, weight=SEMIBOLD, color=C.ink, no_wrap=True
    )
    end = [ft.Text(" ".join(initials(name) for name in people[:2]), size=10.5, weight=SEMIBOLD, color=C.ink2)] if people and wide else []
    box = _chip_box(scene, first, first.title, [count, *end], wide=wide)
    box.tooltip = dotted(words, mark_of(first, scene.today).word, *people)
    box.on_click = tap(lambda: scene.on_day(first.due.date()))
    return spoken(box, box.tooltip)


def chip_height(*, wide: bool) -> float:
    return (CHIP_HEIGHT if wide else _TWO_LINES) * environment.current().layout.text_scale


def _chip_end(scene: Scene, entry: Entry, mark: Mark) -> list[ft.Control]:
    """That it is a forecast, else whose it is."""
    if entry.is_forecast:
        return [ft.Text(mark.word, size=10.5, color=C.ink2, italic=True, no_wrap=True)]
    name = name_of(scene.client, entry.technician_id) if entry.is_to_do else ""
    return [ft.Text(initials(name), size=10.5, weight=SEMIBOLD, color=C.ink2)] if name else []


def _edge(colour: str, entry: Entry) -> ft.Border:
    if entry.is_forecast:
        return ft.Border.all(1, faint(colour, 0.45))
    side = ft.BorderSide(3, faint(colour, 1 if entry.is_to_do else 0.5))
    return ft.Border(left=side)


# On a day


def EntryCard(scene: Scene, entry: Entry, *, with_day: bool = False) -> ft.Control:
    """Time, what, where, who: in the lists of a day. `with_day` where the list is of several days."""
    client, env = scene.client, environment.current()
    words: list[ft.Control] = [
        Strong(entry.title, max_lines=2, color=C.ink2 if entry.is_forecast else C.ink),
        Meta(place(client, entry.equipment_id)),
        TypeLine(scene, entry),
    ]
    chips = _chips(scene, entry)
    beside = env.layout.breakpoint >= Breakpoint.tablet and not env.has_big_text
    if chips and not beside:
        words.append(ft.Container(chips, padding=ft.Padding(0, 4, 0, 0)))
    text = ft.Column(words, spacing=2, tight=True, expand=True)
    clock = _clock(entry, with_day=with_day)
    inside: ft.Control = ft.Row(
        [ft.Container(clock, width=66), text, *([chips] if chips and beside else [])], spacing=8, vertical_alignment=_START
    )
    if env.has_big_text:
        inside = ft.Column([clock, ft.Row([text])], spacing=4, tight=True)
    bar = ft.Container(width=5, bgcolor=faint(colour_of(scene, entry), 0.45 if entry.is_forecast else 1))
    held = ft.Container(inside, padding=ft.Padding(left=11, top=12, right=12, bottom=12), expand=True)
    box = ft.Container(
        ft.Row([bar, held], spacing=0, intrinsic_height=True, vertical_alignment=ft.CrossAxisAlignment.STRETCH),
        bgcolor=C.background if entry.is_forecast else C.surface,
        border=line(),
        border_radius=Radius.tile,
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
        ink=True,
        on_click=tap(lambda: scene.on_open(entry)),
    )
    card = spoken(box, key=entry.key)
    return draggable(scene, entry, card) if env.layout.breakpoint == Breakpoint.desktop else card


def _clock(entry: Entry, *, with_day: bool) -> ft.Control:
    spent = format_duration(entry.minutes) if entry.minutes else ""
    first, second = (format_date(entry.due.date()), time_of(entry.due)) if with_day else (time_of(entry.due), spent)
    return ft.Column([Strong(first), *([Meta(second)] if second else [])], spacing=1, tight=True)


def _chips(scene: Scene, entry: Entry) -> ft.Control | None:
    """What is out of the ordinary."""
    state, mark = state_on(entry, scene.today), mark_of(entry, scene.today)
    chips: list[ft.Control] = []
    if state is EntryState.late and not entry.is_forecast:
        chips.append(mark.chip(format_late(entry.due.date(), scene.today)))
    elif entry.is_forecast or state is not EntryState.planned:
        chips.append(mark.chip())
    found = whole(entry, scene.client.tables.plans, scene.client.interventions)
    if found and is_moved(found):
        chips.append(StatusChip(t("calendar.moved"), Tone.off, icon=ft.Icons.OPEN_WITH_ROUNDED))
    if found and is_pending(scene.client, found):
        chips.append(StatusChip(t("domain.unsent"), Tone.off, icon=ft.Icons.CLOUD_UPLOAD_ROUNDED))
    return ft.Row(chips, spacing=6, run_spacing=6, wrap=True) if chips else None


def TypeLine(scene: Scene, entry: Entry) -> ft.Control:
    """The type with its colour, then who does it."""
    dot = ft.Container(width=9, height=9, border_radius=3, bgcolor=colour_of(scene, entry))
    words = Meta(dotted(type_name(scene.client, entry), who(scene.client, entry) or t("domain.unassigned")), expand=True)
    return ft.Row([dot, words], spacing=6)


def is_pending(client: Client, entry: Whole) -> bool:
    of_job = entry.job is not None and entry.job.id in client.interventions.pending
    return of_job or (entry.plan is not None and entry.plan.id in client.tables.plans.pending and entry.occurrence is not None)


def Legend(scene: Scene, shown: Sequence[Entry]) -> ft.Control:
    """The types that are seen, with their colours, and what the light ones are."""
    kinds = {(entry.type_id, entry.row.intervention_type): entry for entry in shown}
    named = {type_name(scene.client, entry): colour_of(scene, entry) for entry in kinds.values()}
    parts: list[ft.Control] = [
        ft.Row([ft.Container(width=10, height=10, border_radius=3, bgcolor=colour), Meta(name)], spacing=6, tight=True)
        for name, colour in sorted(named.items())
    ]
    if any(entry.is_forecast for entry in shown):
        parts.append(ft.Row([ft.Icon(FORECAST.icon, size=14, color=C.ink2), Meta(t("calendar.forecast_legend"))], spacing=6, tight=True))
    return ft.Row(parts, spacing=16, run_spacing=4, wrap=True)
