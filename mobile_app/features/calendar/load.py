"""Who has how much to do in a week, against what a week holds; over it in words too."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import flet as ft

from mobile_app.core.i18n import format_hours, n, t
from mobile_app.domain.agenda import WEEK_DAYS, TechnicianLoad
from mobile_app.domain.agenda import load as load_of
from mobile_app.domain.client import Client
from mobile_app.domain.lookup import dotted, name_of
from mobile_app.features.calendar.entries import Scene, weekday_name
from mobile_app.features.calendar.month import drop_target
from mobile_app.ui import environment
from mobile_app.ui.cards import Card, CardHeader
from mobile_app.ui.charts import LoadBar
from mobile_app.ui.chips import Avatar
from mobile_app.ui.component import component, memo
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.hooks import use_state
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta, Strong
from mobile_app.ui.theme import C, faint, line
from shared_models.permissions import Permission, may
from shared_models.users import UserCard

_TALLEST: Final = 22
_MANY: Final = 12


def workers(client: Client) -> list[UserCard]:
    """Those who do the work, by name."""
    users = [user for user in client.users.rows.values() if user.is_active and may(user.role, Permission.maintenance_update_assigned)]
    own = [user for user in users if not may(user.role, Permission.maintenance_write)]
    return sorted(own, key=lambda user: (user.last_name, user.first_name))


def loads_of(scene: Scene, week: date) -> list[TechnicianLoad]:
    """All that people have to do, whatever is filtered out of sight; of many people, only those who are seen."""
    span = (week, week + timedelta(days=WEEK_DAYS - 1))
    every, shown = scene.find_all(*span), scene.find(*span)
    loads = load_of(every, workers(scene.client), week)
    if len(shown) != len(every) or len(loads) > _MANY:
        seen = {entry.technician_id for entry in shown}
        loads = [each for each in loads if (each.technician.id if each.technician else None) in seen]
    return sorted(loads, key=lambda each: (each.technician is None, -each.minutes))


def LoadPanel(scene: Scene, week: date, *, across: bool = False) -> ft.Control:
    """A line for each technician; drop work on one to give it to them."""
    loads = loads_of(scene, week)
    lines: list[ft.Control] = [LoadLine(scene, each, week, key=str(each.technician.id) if each.technician else "nobody") for each in loads]
    if across:
        held = [ft.Container(one, width=236) for one in lines]
        return ft.Row(list[ft.Control](held), spacing=8, scroll=ft.ScrollMode.AUTO, vertical_alignment=ft.CrossAxisAlignment.START)
    is_desk = environment.current().layout.breakpoint == Breakpoint.desktop  # where a card can be dragged; a phone has the title above
    head = [CardHeader(t("calendar.load"))] if is_desk else []
    hint = [Meta(t("calendar.load_hint"))] if scene.may_plan and is_desk else []
    column = Stack(*head, Meta(t("calendar.load_measure")), *hint, *lines, spacing=8)
    return Card(column, padding=14)


@memo
@component
def LoadLine(scene: Scene, load: TechnicianLoad, week: date) -> ft.Control:
    is_over, set_over = use_state(False)
    client = scene.client
    name = name_of(client, load.technician.id) if load.technician else t("calendar.nobody")
    figure = figure_of(load)
    head = ft.Row([Strong(name, expand=True, max_lines=1), Meta(figure)], spacing=8)
    parts: list[ft.Control] = [head]
    if load.technician:
        parts.append(LoadBar(load.minutes, load.weekly, label=f"{name}, {figure}"))
    parts.append(_days(load, week))
    note = note_of(load)
    if note:
        parts.append(Meta(note, color=C.bad if load.over else C.ink2))
    words = Stack(*parts, spacing=5, tight=True, expand=True)
    leading = Avatar(name, size=32) if load.technician else ft.Icon(ft.Icons.PERSON_OFF_ROUNDED, size=24, color=C.ink2)
    box = ft.Container(
        ft.Row([ft.Container(leading, width=32), words], spacing=10, vertical_alignment=ft.CrossAxisAlignment.START),
        padding=8,
        border_radius=12,
        bgcolor=faint(C.primary, 0.12) if is_over else C.surface,
        border=line(C.primary if is_over else C.line, 1),
    )
    spoken_box = ft.Semantics(content=box, container=True)
    technician_id = str(load.technician.id) if load.technician else None
    return drop_target(spoken_box, lambda: scene.on_hand(technician_id), set_over) if scene.may_plan else spoken_box


def figure_of(load: TechnicianLoad) -> str:
    """“6 h 30 / 35 h”."""
    if load.technician is None:
        return format_hours(load.minutes)
    return t("calendar.load_of", minutes=format_hours(load.minutes), capacity=format_hours(load.weekly))


def note_of(load: TechnicianLoad) -> str:
    over = t("calendar.load_over", hours=format_hours(load.over)) if load.over else ""
    unknown = n("calendar.load_unestimated", load.unestimated) if load.unestimated else ""
    return dotted(over, unknown)


def _days(load: TechnicianLoad, week: date) -> ft.Control:
    """A small column for each day; a day beyond its fifth of the week is red, and says so."""
    days = [_day(load, week, number) for number in range(WEEK_DAYS)]
    return ft.Row(days, spacing=4, vertical_alignment=ft.CrossAxisAlignment.END)


def _day(load: TechnicianLoad, week: date, number: int) -> ft.Control:
    day = load.days[number]
    full = load.daily or max((each.minutes for each in load.days), default=0) or 1
    tall = max(2.0, min(1.0, day.minutes / full) * _TALLEST) if day.minutes else 2.0
    over = load.is_over_on(number)
    name = weekday_name(week + timedelta(days=number), short=False)
    said = t("calendar.load_day_over" if over else "calendar.load_day", day=name, hours=format_hours(day.minutes))
    colour = C.bad if over else C.primary if day.minutes else C.line
    bar = ft.Container(height=tall, margin=ft.Margin.only(top=_TALLEST - tall), bgcolor=colour, border_radius=2)
    letter = ft.Text(
        f"!\u2009{name[:1].upper()}" if over else name[:1].upper(), size=10, color=C.bad if over else C.ink2,
        weight=ft.FontWeight.W_700 if over else None, text_align=ft.TextAlign.CENTER,
    )  # fmt: skip
    column = Stack(bar, letter, spacing=2)
    return ft.Semantics(content=column, label=said, exclude_semantics=True, expand=1, tooltip=said)


def over_words(loads: Sequence[TechnicianLoad]) -> str:
    """Who has too much, for a line above a phone's week."""
    over = [load for load in loads if load.over and load.technician]
    return n("calendar.over_count", len(over)) if over else ""
