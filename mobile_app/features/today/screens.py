"""Today: what I have in hand, then what is due, mine first."""

from collections.abc import Iterator
from itertools import chain, groupby, islice

import flet as ft

from mobile_app.core.i18n import format_date_long, format_hours, n, t
from mobile_app.domain.cards import JobCard
from mobile_app.domain.client import Client
from mobile_app.domain.context import go, opener, use_tables
from mobile_app.domain.first_steps import nothing_yet
from mobile_app.domain.handovers import earlier, waiting
from mobile_app.domain.lookup import dotted, place, running_since
from mobile_app.domain.readiness import Lights
from mobile_app.domain.reserved import book_of_jobs
from mobile_app.domain.stocktakes import asking
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.domain.today import first_of, today_of
from mobile_app.domain.views import OpenJob, Today, is_mine
from mobile_app.ui.buttons import ActionRow, OnPrimaryButton
from mobile_app.ui.cards import HeroCard, NoticeCard, SectionHeader
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.hooks import use_breakpoint, use_clock, use_environment, use_event
from mobile_app.ui.menus import MenuItem, MoreMenu
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Columns
from mobile_app.ui.text import Heading, Meta, Overline
from mobile_app.ui.theme import Tone, faint
from mobile_app.ui.timers import Timer
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import InterventionRow
from shared_models.permissions import Permission

WHITE = ft.Colors.WHITE
MOST = 15
"""Cards of a section: a phone is no place for a backlog."""
AT_FIRST = 9
"""Of each column, where the app has just started: what fits on a screen is drawn sooner without what is below it."""
DESK_WIDTH = 1180
_DATED = frozenset({"due.late", "today.todo", "due.soon"})
_NOW = frozenset({"due.late", "today.todo"})
"""What one would begin this morning: each says whether it can."""
READY_BY = ("parts", "stocks", "orders", "reservations", "checklists")


@component
def TodayScreen() -> ft.Control:
    client = use_tables("interventions", "equipment", "lines", "users", "plans", "teams", "sites", "stocktakes", "handovers", *READY_BY)
    use_clock(60)
    now = client.now()
    head = PageHeader(t("today.title"), dotted(format_date_long(now)), trailing=[SyncBadge(), *_shortcuts(client)])
    today, few = today_of(client), None if use_event(client.drawn) else AT_FIRST
    mine = [*islice(chain(waiting(client), _mine(client, today)), few)]
    rest = [*islice(chain(_rest(client, today), asking(client)), few)]
    if use_breakpoint() == Breakpoint.desktop and mine and rest:
        columns = Columns(mine, rest)
        return Page(head, columns, *earlier(client), max_width=DESK_WIDTH)
    return Page(head, *([*mine, *rest] or [nothing_yet(client) or _nothing()]), *earlier(client))


def _shortcuts(client: Client) -> list[ft.Control]:
    """Where there is no rail to lead there."""
    if use_breakpoint() > Breakpoint.phone:
        return []
    stock = MenuItem(t("parts.title"), opener("/parts"), ft.Icons.INVENTORY_2_OUTLINED)
    calendar = MenuItem(t("app.calendar"), opener("/calendar"), ft.Icons.CALENDAR_MONTH_OUTLINED)
    week = MenuItem(t("kpis.title"), opener("/kpis?period=week"), ft.Icons.INSIGHTS_ROUNDED)
    return [MoreMenu([*([stock] if client.may(Permission.inventory_read) else []), calendar, week])]


def _mine(client: Client, today: Today[OpenJob]) -> Iterator[ft.Control]:
    """What I have in hand, and what is due."""
    yield from (Running(client, job, key=str(job.id)) for job in first_of(client, today.running))
    returned = [job for job in today.begun if job.status == InterventionStatus.in_progress and job.returned_at]
    yield from (_returned(client, job) for job in first_of(client, returned))
    begun = [job for job in today.begun if not any(job is other for other in returned)]
    yield from _sections(client, ("today.begun", begun), ("due.late", today.late), ("today.todo", today.due))


def _rest(client: Client, today: Today[OpenJob]) -> Iterator[ft.Control]:
    """What can wait, what colleagues have in hand, what somebody else must judge."""
    return _sections(
        client, ("due.soon", today.soon), ("today.later", today.later), ("today.others", today.others), ("today.awaiting", today.awaiting)
    )


def _sections(client: Client, *groups: tuple[str, list[OpenJob]]) -> Iterator[ft.Control]:
    could_begin = [job for title, jobs in groups if title in _NOW for job in first_of(client, jobs, MOST)]
    lights = Lights(client, book_of_jobs(client, could_begin)) if could_begin else None
    for title, jobs in groups:
        found = first_of(client, jobs, MOST)
        if not found:
            continue
        shown = lights if title in _NOW else None
        more = len(jobs) > MOST
        all_of_them = opener("/jobs") if more else None
        yield SectionHeader(t(title), _amount(jobs), action=t("today.all") if more else "", on_action=all_of_them)
        yield from _by_whose(client, found, shown) if title in _DATED else _cards(client, found)


def _cards(client: Client, jobs: list[InterventionRow], lights: Lights | None = None) -> Iterator[ft.Control]:
    for job in jobs:
        light = lights.of(job) if lights else None
        yield JobCard(client, job, on_open=opener(f"/jobs/{job.id}"), light=light if light and light.is_known else None)


def _by_whose(client: Client, jobs: list[InterventionRow], lights: Lights | None) -> Iterator[ft.Control]:
    """Mine, my teams', what nobody has: each part with its name where there are several, since each begins again by date."""
    groups = [(whose, list(own)) for whose, own in groupby(jobs, lambda job: _whose(client, job))]
    if len(groups) < 2:  # noqa: PLR2004 - nothing to tell apart
        return _cards(client, jobs, lights)
    return (part for whose, own in groups for part in (_group(whose), *_cards(client, own, lights)))


def _group(whose: str) -> ft.Control:
    name = Overline(t(f"today.whose.{whose}"))
    return ft.Container(ft.Semantics(content=name, header=True, heading_level=3, container=True), padding=ft.Padding(2, 4, 0, 0))


def _whose(client: Client, job: InterventionRow) -> str:
    if is_mine(job, client.user.id):
        return "mine"
    return "team" if job.assigned_team_id else "free"


def _amount(jobs: list[OpenJob]) -> str:
    """How many, and how long they are estimated to take, where plans say."""
    minutes = sum(job.estimated_duration or 0 for job in jobs)
    return dotted(n("today.count", len(jobs)), format_hours(minutes) if minutes else "")


@component
def Running(client: Client, job: InterventionRow) -> ft.Control:
    """The dark card of the job in hand: its clock, resume, close."""
    since = running_since(job) or job.actual_start or client.now()
    what = Overline(dotted(t("domain.job.in_progress"), _short_number(job)), color=faint(WHITE, 0.85))
    clock = ft.Row([ft.Icon(ft.Icons.TIMER_ROUNDED, color=WHITE, size=20), Timer(since, size=22, color=WHITE)], spacing=6, tight=True)
    if use_environment().has_big_text:
        top: ft.Control = ft.Column([what, clock], spacing=4, tight=True)
    else:
        top = ft.Row([ft.Container(what, expand=True), clock], spacing=6)
    buttons = ActionRow(
        OnPrimaryButton(t("today.resume"), opener(f"/jobs/{job.id}"), icon=ft.Icons.PLAY_ARROW_ROUNDED, expand=3),
        OnPrimaryButton(t("today.close"), opener(f"/jobs/{job.id}/close"), icon=ft.Icons.CHECK_ROUNDED, strong=False, expand=2),
        spacing=8,
    )
    words = ft.Column(
        [
            Heading(job.title, size=19, color=WHITE, max_lines=2, overflow=ft.TextOverflow.ELLIPSIS),
            Meta(place(client, job.equipment_id), color=faint(WHITE, 0.85)),
        ],
        spacing=2,
        tight=True,
    )
    return HeroCard(ft.Column([top, words, ft.Container(buttons, padding=ft.Padding(0, 8, 0, 0))], spacing=6, tight=True))


def _short_number(job: InterventionRow) -> str:
    """`004182` of `INT-2026-004182`: enough on one's own card."""
    return (job.number or "").rpartition("-")[2]


def _returned(client: Client, job: InterventionRow) -> ft.Control:
    return NoticeCard(
        t("today.returned", title=job.title),
        dotted(place(client, job.equipment_id), job.return_reason),
        tone=Tone.warning,
        icon=ft.Icons.UNDO_ROUNDED,
        on_click=opener(f"/jobs/{job.id}"),
    )


def _nothing() -> ft.Control:
    return EmptyState(
        ft.Icons.TASK_ALT_ROUNDED,
        t("today.none"),
        t("today.none_body"),
        action=t("today.scan"),
        on_action=lambda: go("/scan"),
        secondary=t("today.all_jobs"),
        on_secondary=lambda: go("/jobs"),
    )
