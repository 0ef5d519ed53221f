"""The maintenance calendar: months, weeks and a list of what is to come, on what this device holds."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import flet as ft

from mobile_app.core.agenda import Agenda, Entry, Filters, add_months, entries, monday_of, weeks_of
from mobile_app.core.client import Client
from mobile_app.core.i18n import t
from mobile_app.domain.context import go, use_client
from mobile_app.domain.due import local_day
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.features.calendar.agenda import DAYS, AgendaList, late_span
from mobile_app.features.calendar.detail import detail_sheet
from mobile_app.features.calendar.entries import EntryCard, Scene, full_day, month_name, span_name, week_name
from mobile_app.features.calendar.filters import FilterChips, FilterForm, filtered, read_filters
from mobile_app.features.calendar.load import LoadPanel
from mobile_app.features.calendar.month import MonthGrid, PhoneMonth
from mobile_app.features.calendar.move import Moves
from mobile_app.features.calendar.subscribe import Subscriptions
from mobile_app.features.calendar.week import PhoneWeek, WeekGrid, days_of
from mobile_app.ui.buttons import IconAction, SecondaryButton
from mobile_app.ui.choices import Choice, Segments
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.feedback import Banner
from mobile_app.ui.hooks import (
    State,
    use_box,
    use_breakpoint,
    use_draft,
    use_environment,
    use_interval,
    use_live,
    use_palette,
    use_shortcut,
    use_state,
)
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.text import Heading, Meta, Title
from mobile_app.ui.theme import DARK, Space, Tone
from shared_models.permissions import Permission

VIEWS: Final = ("month", "week", "agenda")
_TABLES: Final = ("plans", "interventions", "equipment", "lines", "sites", "types", "teams", "users")
_STRETCH: Final = ft.CrossAxisAlignment.STRETCH
_CENTER: Final = ft.CrossAxisAlignment.CENTER


@dataclass(frozen=True)
class Where:
    """The view and the day it is about, as the address says."""

    view: str
    day: date

    @property
    def route(self) -> str:
        return f"/calendar?view={self.view}&date={self.day.isoformat()}"

    def on(self, day: date) -> "Where":
        return replace(self, day=day)

    def step(self, by: int, today: date) -> "Where":
        if self.view == "month":
            first = add_months(self.day, by)
            return self.on(today if (first.year, first.month) == (today.year, today.month) else first)
        days = 7 if self.view == "week" else DAYS
        return self.on(self.day + timedelta(days=by * days))

    @property
    def title(self) -> str:
        if self.view == "month":
            return month_name(self.day)
        since, days = (monday_of(self.day), 7) if self.view == "week" else (self.day, DAYS)
        return span_name(since, since + timedelta(days=days - 1))


def where_of(route: str, remembered: str, today: date) -> Where:
    asked = {name: values[0] for name, values in parse_qs(urlsplit(route).query).items()}
    view = asked.get("view", remembered)
    day = today
    with suppress(ValueError):
        day = date.fromisoformat(asked.get("date", ""))
    return Where(view if view in VIEWS else VIEWS[0], day)


def spans_of(where: Where, today: date) -> list[tuple[date, date]]:
    """The days that a view shows: its own, and in a list what is late."""
    if where.view == "month":
        weeks = weeks_of(where.day)
        return [(weeks[0][0], weeks[-1][-1])]
    if where.view == "week":
        week = days_of(where.day)
        return [(week[0], week[-1])]
    return [(where.day, where.day + timedelta(days=DAYS - 1)), late_span(today)]


@component
def CalendarScreen() -> ft.Control:
    client = use_client()
    for name in _TABLES:
        use_live(getattr(client.tables, name))
    ft.use_route_location()
    kept = use_draft("calendar", {})
    today = use_today(client)
    agenda = use_box(lambda: Agenda(client.tables.plans, client.interventions)).current
    filters = read_filters(kept.values)
    where = where_of(ft.context.page.route or "", kept.get("view", VIEWS[0]), today)
    opened: State[Entry | None] = use_state(None)
    part, set_part = use_state("")
    sheet, set_sheet = use_state("")
    moved: State[Entry | None] = use_state(None)
    (entry, set_entry), (moving, set_moving) = opened, moved
    size = use_breakpoint()

    def find(since: date, until: date) -> list[Entry]:
        found = agenda.between(since, until)
        return list(found) if not filters.count else filtered(client, found, filters)

    def to(new: Where) -> None:
        if new.view != kept.get("view", VIEWS[0]):
            kept.set("view", new.view)
        if new != where or not urlsplit(ft.context.page.route or "").query:
            go(new.route)

    def close() -> None:
        set_entry(None)
        set_part("")
        set_sheet("")

    def open_entry(found: Entry) -> Any:
        if moving is not None:
            return on_day(found.due.date())
        set_sheet("")
        set_part("")
        set_entry(found)
        return None

    async def finish(day: date) -> None:
        set_moving(None)
        to(where.on(day))
        if moving is not None:
            await Moves(client, moving).to_day(day)

    def on_day(day: date) -> Any:
        if moving is not None:
            return finish(day)
        if size == Breakpoint.phone:
            to(where.on(day))
        else:
            set_sheet(f"day:{day.isoformat()}")
        return None

    def by_key(key: str) -> Entry | None:
        return next((one for span in spans_of(where, today) for one in agenda.between(*span) if one.key == key), None)

    async def drop(key: str, day: date) -> None:
        found = by_key(key)
        if found is not None:
            await Moves(client, found).to_day(day)

    async def hand(key: str, technician: str | None) -> None:
        found = by_key(key)
        if found is not None:
            await Moves(client, found).hand_to(technician)

    def begin_tap() -> None:
        set_moving(entry)
        close()
        if where.view == "agenda":
            to(Where("month", entry.due.date() if entry else where.day))

    scene = Scene(
        client, today, where.day, use_palette() is DARK, client.may(Permission.maintenance_write), find, open_entry, on_day, drop, hand,
        lambda by: to(where.step(by, today)), moving,
    )  # fmt: skip
    _use_keys(to, where, today)
    tap_day = begin_tap if size < Breakpoint.desktop else None
    shown = _refreshed(client, entry) if entry is not None else None
    use_sheet(detail_sheet(scene, shown, part, set_part, close, tap_day) if shown else _sheet(scene, sheet, filters, kept.set), close)
    banner = _moving_banner(moving, lambda: set_moving(None))
    controls = Controls(where, to, today, set_sheet, filters, kept.set)
    if size == Breakpoint.phone:
        return _phone(scene, where, controls, banner)
    return _wide(scene, where, controls, banner, client, size)


def use_today(client: Client) -> date:
    """The day where the reader is; renders again when it changes."""
    day, set_day = use_state(local_day(client.now()))
    use_interval(lambda: set_day(local_day(client.now())), 30)
    return day


def _refreshed(client: Client, entry: Entry) -> Entry:
    """The entry as the tables have it by now."""
    plan = client.tables.plans.get(entry.plan_id)
    jobs = [job for job in client.interventions.rows.values() if job.scheduled_maintenance_id == entry.plan_id] if plan else []
    if entry.job is not None and not jobs:
        jobs = [client.interventions.get(entry.job.id) or entry.job]
    found = entries([plan] if plan else [], jobs, date(1, 1, 1), date(9000, 1, 1))
    return next((one for one in found if one.key == entry.key), entry)


def _use_keys(to: Callable[[Where], None], where: Where, today: date) -> None:
    def step(by: int) -> Callable[[], None]:
        return lambda: to(where.step(by, today))

    use_shortcut("J", step(1), t("calendar.next"))
    use_shortcut("K", step(-1), t("calendar.previous"))
    use_shortcut("Arrow Right", step(1), t("calendar.next"))
    use_shortcut("Arrow Left", step(-1), t("calendar.previous"))
    use_shortcut("T", lambda: to(where.on(today)), t("calendar.today"))
    use_shortcut("M", lambda: to(replace(where, view="month")), t("calendar.view.month"))
    use_shortcut("W", lambda: to(replace(where, view="week")), t("calendar.view.week"))
    use_shortcut("A", lambda: to(replace(where, view="agenda")), t("calendar.view.agenda"))


def _sheet(scene: Scene, name: str, filters: Filters, set_kept: Callable[[str, Any], None]) -> Sheet | None:
    if name == "filters":
        return Sheet(t("calendar.filter.title"), FilterForm(scene.client, filters, set_kept))
    if name == "machine":
        return Sheet(t("calendar.filter.machine"), FilterForm(scene.client, filters, set_kept, names=("machine",)))
    if name == "subscribe":
        return Sheet(t("calendar.subscribe"), Subscriptions(), tall=True)
    if name.startswith("day:"):
        day = date.fromisoformat(name.removeprefix("day:"))
        cards = [EntryCard(scene, entry) for entry in scene.find(day, day)[:100]]
        column = ft.Column(cards or [Meta(t("calendar.nothing_that_day"))], spacing=10, tight=True, horizontal_alignment=_STRETCH)
        return Sheet(full_day(day), column)
    return None


def _moving_banner(moving: Entry | None, cancel: Callable[[], None]) -> list[ft.Control]:
    if moving is None:
        return []
    words = t("calendar.choose_day", title=moving.title)
    return [Banner(words, tone=Tone.primary, icon=ft.Icons.TOUCH_APP_ROUNDED, action=t("common.cancel"), on_action=cancel)]


# What moves about


@dataclass(frozen=True)
class Controls:
    where: Where
    to: Callable[[Where], None]
    today: date
    set_sheet: Callable[[str], None]
    filters: Filters
    set_filter: Callable[[str, Any], None]

    def step(self, by: int) -> Callable[[], None]:
        return lambda: self.to(self.where.step(by, self.today))

    def previous(self) -> ft.Control:
        return IconAction(ft.Icons.CHEVRON_LEFT_ROUNDED, t("calendar.previous"), self.step(-1), outlined=True)

    def following(self) -> ft.Control:
        return IconAction(ft.Icons.CHEVRON_RIGHT_ROUNDED, t("calendar.next"), self.step(1), outlined=True)

    def views(self) -> ft.Control:
        choices = [Choice(view, t(f"calendar.view.{view}")) for view in VIEWS]
        return Segments(choices, self.where.view, lambda view: self.to(replace(self.where, view=view)))

    def today_button(self) -> ft.Control:
        return SecondaryButton(t("calendar.today"), lambda: self.to(self.where.on(self.today)), height=48)

    def subscribe(self) -> ft.Control:
        return IconAction(ft.Icons.SHARE_ROUNDED, t("calendar.subscribe"), lambda: self.set_sheet("subscribe"), outlined=True)

    def filter_button(self) -> ft.Control:
        words = t("calendar.filter.active", count=self.filters.count) if self.filters.count else t("calendar.filter.title")
        icon = ft.Icons.FILTER_ALT_ROUNDED if self.filters.count else ft.Icons.FILTER_ALT_OUTLINED
        return IconAction(icon, words, lambda: self.set_sheet("filters"), outlined=True)

    def chips(self, client: Client) -> ft.Control:
        return FilterChips(client, self.filters, self.set_filter, lambda: self.set_sheet("machine"))


def _phone(scene: Scene, where: Where, controls: Controls, banner: Sequence[ft.Control]) -> ft.Control:
    body = {"month": PhoneMonth, "week": PhoneWeek, "agenda": AgendaList}[where.view](scene)
    head = PageHeader(t("calendar.title"), trailing=[SyncBadge(), controls.filter_button()])
    views = ft.Row([ft.Container(controls.views(), expand=True), controls.subscribe()], spacing=8)
    name = ft.Semantics(content=Heading(where.title, text_align=ft.TextAlign.CENTER), header=True, heading_level=2, container=True)
    now = IconAction(ft.Icons.TODAY_ROUNDED, t("calendar.today"), lambda: controls.to(where.on(scene.today)), outlined=True)
    bar = ft.Row([controls.previous(), ft.Container(name, expand=True), now, controls.following()], spacing=6)
    page = Page(head, views, bar, *body)
    if not banner:
        return page
    return ft.Column([*banner, ft.Container(page, expand=True)], spacing=0, expand=True, horizontal_alignment=_STRETCH)


def _wide(scene: Scene, where: Where, controls: Controls, banner: Sequence[ft.Control], client: Client, size: Breakpoint) -> ft.Control:
    title = ft.Row([Title(where.title, max_lines=1), *_week_of(where)], spacing=12, wrap=False, vertical_alignment=_CENTER)
    steps = ft.Row([controls.previous(), controls.following(), controls.today_button()], spacing=8, tight=True)
    views = ft.Container(controls.views(), width=300)
    end: list[ft.Control] = [controls.subscribe(), SyncBadge()]
    if size == Breakpoint.desktop and not use_environment().has_big_text:
        rows: list[ft.Control] = [
            ft.Row([ft.Container(title, expand=True), steps, views, *end], spacing=16, vertical_alignment=_CENTER),
            controls.chips(client),
        ]
    else:
        rows = [
            ft.Row([ft.Container(title, expand=True), *end], spacing=12, vertical_alignment=_CENTER),
            ft.Row([steps, ft.Container(expand=True), views], spacing=12, vertical_alignment=_CENTER),
            controls.chips(client),
        ]
    column = ft.Column(
        [*banner, *rows, ft.Container(_wide_body(scene, where, size), expand=True)],
        spacing=Space.m,
        expand=True,
        horizontal_alignment=_STRETCH,
    )
    side = 28 if size == Breakpoint.desktop else 20
    return ft.Container(column, padding=ft.Padding(left=side, top=18, right=side, bottom=12), expand=True)


def _week_of(where: Where) -> list[ft.Control]:
    return [Meta(week_name(where.day))] if where.view == "week" else []


def _wide_body(scene: Scene, where: Where, size: Breakpoint) -> ft.Control:
    if where.view == "month":
        return MonthGrid(scene)
    if where.view == "week":
        return WeekGrid(scene)
    rows = ft.ListView(AgendaList(scene), spacing=10, expand=True, padding=ft.Padding(0, 0, 8, 24))
    if size < Breakpoint.desktop:
        return rows
    panel = ft.Column([LoadPanel(scene, monday_of(where.day))], width=330, scroll=ft.ScrollMode.AUTO, horizontal_alignment=_STRETCH)
    return ft.Row([rows, panel], spacing=24, expand=True, vertical_alignment=_STRETCH)
