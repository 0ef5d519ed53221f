"""The maintenance calendar: months, weeks and a list of what is to come, on what this device holds."""

from datetime import date
from functools import partial
from typing import Final

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.agenda import monday_of
from mobile_app.domain.context import use_client
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.features.calendar.agenda import AgendaList
from mobile_app.features.calendar.detail import detail_sheet
from mobile_app.features.calendar.entries import Scene, full_day, week_name
from mobile_app.features.calendar.filters import FilterChips, FilterForm
from mobile_app.features.calendar.load import LoadPanel
from mobile_app.features.calendar.month import MonthGrid, PhoneMonth, day_cards
from mobile_app.features.calendar.subscribe import Subscriptions
from mobile_app.features.calendar.visit import VIEWS, Visit, use_visit
from mobile_app.features.calendar.week import PhoneWeek, WeekGrid
from mobile_app.ui.buttons import IconAction, SecondaryButton
from mobile_app.ui.choices import Choice, Segments
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.feedback import Banner
from mobile_app.ui.hooks import use_live, use_shortcut
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Heading, Meta, Title
from mobile_app.ui.theme import Space, Tone

_TABLES: Final = ("plans", "interventions", "equipment", "lines", "sites", "types", "teams", "users")

_CENTER: Final = ft.CrossAxisAlignment.CENTER


@component
def CalendarScreen() -> ft.Control:
    client = use_client()
    for name in _TABLES:
        use_live(getattr(client.tables, name))
    visit = use_visit(client)
    scene = visit.scene()
    _use_keys(visit)
    use_sheet(_sheet(visit, scene), visit.close)
    return _phone(visit, scene) if visit.size == Breakpoint.phone else _wide(visit, scene)


def _use_keys(visit: Visit) -> None:
    use_shortcut("J", lambda: visit.step(1), t("calendar.next"))
    use_shortcut("K", lambda: visit.step(-1), t("calendar.previous"))
    use_shortcut("Arrow Right", lambda: visit.step(1), t("calendar.next"))
    use_shortcut("Arrow Left", lambda: visit.step(-1), t("calendar.previous"))
    use_shortcut("T", visit.to_today, t("calendar.today"))
    use_shortcut("M", lambda: visit.see("month"), t("calendar.view.month"))
    use_shortcut("W", lambda: visit.see("week"), t("calendar.view.week"))
    use_shortcut("A", lambda: visit.see("agenda"), t("calendar.view.agenda"))


def _sheet(visit: Visit, scene: Scene) -> Sheet | None:
    entry, name = visit.entry, visit.sheets[0]
    if entry is not None:
        tap_day = visit.begin_tap if visit.size < Breakpoint.desktop else None
        return detail_sheet(scene, entry, visit.parts[0], visit.show_part, visit.close, tap_day)
    if name == "filters":
        return Sheet(t("calendar.filter.title"), FilterForm(visit.client, visit.filters, visit.filter_by))
    if name == "machine":
        return Sheet(t("calendar.filter.machine"), FilterForm(visit.client, visit.filters, visit.filter_by, names=("machine",)))
    if name == "subscribe":
        return Sheet(t("calendar.subscribe"), Subscriptions(), tall=True)
    return _day_sheet(scene, date.fromisoformat(name.removeprefix("day:"))) if name else None


def _day_sheet(scene: Scene, day: date) -> Sheet:
    cards = day_cards(scene, scene.find(day, day))
    column = Stack(*cards, spacing=10)
    return Sheet(full_day(day), column)


def _moving_banner(visit: Visit) -> list[ft.Control]:
    if visit.moving is None:
        return []
    words = t("calendar.choose_day", title=visit.moving.title)
    return [Banner(words, tone=Tone.primary, icon=ft.Icons.TOUCH_APP_ROUNDED, action=t("calendar.do_not_move"), on_action=visit.end_tap)]


# What moves about


def _previous(visit: Visit) -> ft.Control:
    return IconAction(ft.Icons.CHEVRON_LEFT_ROUNDED, t("calendar.previous"), partial(visit.step, -1), outlined=True)


def _following(visit: Visit) -> ft.Control:
    return IconAction(ft.Icons.CHEVRON_RIGHT_ROUNDED, t("calendar.next"), partial(visit.step, 1), outlined=True)


def _views(visit: Visit) -> ft.Control:
    return Segments([Choice(view, t(f"calendar.view.{view}")) for view in VIEWS], visit.where.view, visit.see)


def _subscribe(visit: Visit) -> ft.Control:
    return IconAction(ft.Icons.SHARE_ROUNDED, t("calendar.subscribe"), partial(visit.show_sheet, "subscribe"), outlined=True)


def _filter_button(visit: Visit) -> ft.Control:
    count = visit.filters.count
    words = t("calendar.filter.active", count=count) if count else t("calendar.filter.title")
    icon = ft.Icons.FILTER_ALT_ROUNDED if count else ft.Icons.FILTER_ALT_OUTLINED
    return IconAction(icon, words, partial(visit.show_sheet, "filters"), outlined=True)


def _chips(visit: Visit) -> ft.Control:
    return FilterChips(visit.client, visit.filters, visit.filter_by, partial(visit.show_sheet, "machine"))


def _phone(visit: Visit, scene: Scene) -> ft.Control:
    body = {"month": PhoneMonth, "week": PhoneWeek, "agenda": AgendaList}[visit.where.view](scene)
    head = PageHeader(t("calendar.title"), trailing=[SyncBadge(), _filter_button(visit)])
    views = ft.Row([ft.Container(_views(visit), expand=True), _subscribe(visit)], spacing=8)
    name = Heading(visit.where.short_title, text_align=ft.TextAlign.CENTER)
    title = ft.Semantics(content=name, header=True, heading_level=2, container=True)
    now = IconAction(ft.Icons.TODAY_ROUNDED, t("calendar.today"), visit.to_today, outlined=True)
    bar = ft.Row([_previous(visit), ft.Container(title, expand=True), now, _following(visit)], spacing=6)
    page = Page(head, views, bar, *body)
    banner = _moving_banner(visit)
    if not banner:
        return page
    return Stack(*banner, ft.Container(page, expand=True), spacing=0, expand=True)


def _wide(visit: Visit, scene: Scene) -> ft.Control:
    body = ft.Container(_wide_body(visit, scene), expand=True)
    column = Stack(*_moving_banner(visit), *_head(visit), _chips(visit), body, spacing=Space.m, expand=True)
    side = 28 if visit.size == Breakpoint.desktop else 20
    return ft.Container(column, padding=ft.Padding(left=side, top=18, right=side, bottom=12), expand=True)


def _head(visit: Visit) -> list[ft.Control]:
    """On one line where there is room."""
    week = [Meta(week_name(visit.where.day))] if visit.where.view == "week" else []
    title = ft.Row([Title(visit.where.title, max_lines=1), *week], spacing=12, vertical_alignment=_CENTER)
    now = SecondaryButton(t("calendar.today"), visit.to_today, height=48)
    steps = ft.Row([_previous(visit), _following(visit), now], spacing=8, tight=True)
    views = ft.Container(_views(visit), width=300)
    first: list[ft.Control] = [ft.Container(title, expand=True)]
    second: list[ft.Control] = [steps, views]
    end: list[ft.Control] = [_subscribe(visit), SyncBadge()]
    if visit.size == Breakpoint.desktop:
        return [ft.Row([*first, *second, *end], spacing=16, vertical_alignment=_CENTER)]
    return [
        ft.Row([*first, *end], spacing=12, vertical_alignment=_CENTER),
        ft.Row(second, spacing=12, vertical_alignment=_CENTER, alignment=ft.MainAxisAlignment.SPACE_BETWEEN),
    ]


def _wide_body(visit: Visit, scene: Scene) -> ft.Control:
    if visit.where.view == "month":
        return MonthGrid(scene)
    if visit.where.view == "week":
        return WeekGrid(scene)
    rows = ft.ListView(AgendaList(scene), spacing=10, expand=True, padding=ft.Padding(0, 0, 8, 24))
    if visit.size < Breakpoint.desktop:
        return rows
    panel = Stack(LoadPanel(scene, monday_of(visit.where.day)), spacing=10, tight=False, width=330, scroll=ft.ScrollMode.AUTO)
    return ft.Row([rows, panel], spacing=24, expand=True, vertical_alignment=ft.CrossAxisAlignment.STRETCH)
