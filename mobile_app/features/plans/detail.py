"""A plan: when it is due next and why, the dates after, how it has been kept, and what its jobs ask for."""

from collections.abc import Callable
from datetime import datetime

import flet as ft

from mobile_app.core.i18n import format_date, format_date_long, n, t
from mobile_app.domain import due_marks, marks
from mobile_app.domain.cards import JobCard
from mobile_app.domain.client import Client
from mobile_app.domain.context import go, id_of, opener, use_tables
from mobile_app.domain.due import compliance, local_day, open_occurrence, past_occurrences, plan_due_state
from mobile_app.domain.lookup import dotted, place
from mobile_app.domain.missing import Missing
from mobile_app.domain.plan_cards import is_out_of_service, plan_chips
from mobile_app.domain.reasons import ReasonForm
from mobile_app.domain.sync_badge import top_bar
from mobile_app.features.plans import parts
from mobile_app.features.plans.commands import PlanCommands
from mobile_app.features.plans.dates import NextDate, next_dates
from mobile_app.features.plans.kinds import dot
from mobile_app.features.plans.list import Pane
from mobile_app.features.plans.moving import AssignDate, MoveForm
from mobile_app.features.plans.worth import WorthCard
from mobile_app.ui.buttons import ActionRow, Handler, IconAction, PrimaryButton, SecondaryButton, TextLink, spoken, tap
from mobile_app.ui.cards import Card, CardHeader, NoticeCard, SectionHeader
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.feedback import EmptyState, SkeletonList
from mobile_app.ui.hooks import State, use_breakpoint, use_clock, use_maybe, use_state
from mobile_app.ui.menus import MenuItem, MoreMenu
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.shell import Page, TwoPane, has_room_beside
from mobile_app.ui.stack import Columns, Stack
from mobile_app.ui.text import Body, Meta, Strong, Title
from mobile_app.ui.theme import Tone
from shared_models.permissions import Permission
from shared_models.plans.rows import PlanRow

PAUSE_REASONS = ("works", "machine_out", "season", "review")
SKIP_REASONS = ("just_done", "not_running", "not_needed")
LAST_JOBS = 5


@component
def PlanScreen() -> ft.Control:
    client = use_tables("plans", "equipment", "lines", "users", "types", "teams", "checklists", "meters", "interventions")
    plan_id = id_of(ft.use_route_params()["plan_id"])
    plan = client.tables.plans.get(plan_id)
    if plan is not None:
        detail = Plan(client, plan, key=str(plan_id))
        return TwoPane(Pane(client, plan_id), detail) if has_room_beside() else detail
    return Page(SkeletonList(3)) if not client.tables.plans.ready else Missing(_unknown())


def _unknown() -> ft.Control:
    return EmptyState(
        ft.Icons.SEARCH_OFF_ROUNDED, t("plans.unknown"), t("plans.unknown_body"), action=t("plans.all"), on_action=opener("/plans")
    )


@component
def Plan(client: Client, plan: PlanRow) -> ft.Control:
    asked: State[tuple[str, datetime | None]] = use_state(("", None))
    (sheet, due), ask = asked
    use_clock(600)
    commands = PlanCommands(client, plan)
    may_plan = client.may(Permission.maintenance_write)

    def close() -> None:
        ask(("", None))

    dates = next_dates(plan) if plan.is_active else []
    use_sheet(_sheet(sheet, due, client, plan, dates, commands, close), close)
    first = [
        _identity(client, plan),
        *_notices(plan),
        _next_card(client, plan, dates, commands, ask if may_plan else None),
        _kept_card(plan),
        WorthCard(plan, key=f"worth:{plan.id}"),
        *parts.meter_card(client, plan),
    ]
    second = [
        *([Dates(dates, ask if may_plan else None)] if dates and not is_out_of_service(client, plan) else []),
        *parts.facts(client, plan),
        *_last_jobs(client, plan),
    ]
    bar = _bar(client, plan, commands, lambda: ask(("pause", None)))
    if use_breakpoint() < Breakpoint.desktop:
        return Page(bar, *first, *second, max_width=None if has_room_beside() else 720)
    columns = Columns(first, second, (5, 6))
    return Page(bar, columns, max_width=1180)


Ask = Callable[[tuple[str, datetime | None]], None]


def _sheet(
    name: str,
    due: datetime | None,
    client: Client,
    plan: PlanRow,
    dates: list[NextDate],
    commands: PlanCommands,
    close: Callable[[], None],
) -> Sheet | None:
    async def pause(reason: str) -> bool:
        close()
        return await commands.pause(reason)

    async def skip(reason: str) -> bool:
        close()
        return due is not None and await commands.skip(due, reason)

    if name == "pause":
        form = ReasonForm(f"pause:{plan.id}", PAUSE_REASONS, "plans.pause_reason", t("plans.pause"), pause)
        return Sheet(t("plans.pause_title"), form)
    found = next((one for one in dates if one.original_due == due), None)
    if found is None:
        return None
    day = format_date(found.due.date())
    if name == "skip":
        form = ReasonForm(f"skip:{plan.id}", SKIP_REASONS, "plans.skip_reason", t("plans.skip"), skip)
        return Sheet(t("plans.skip_title", day=day), form)
    if name == "assign":
        return Sheet(t("plans.assign_title", day=day), AssignDate(client, plan, found, commands, close))
    return Sheet(t("plans.move_title", day=day), MoveForm(found, commands, close))


def _bar(client: Client, plan: PlanRow, commands: PlanCommands, on_pause: Handler) -> ft.Control:
    more: list[ft.Control] = []
    if client.may(Permission.maintenance_write):
        pausing = (
            MenuItem(t("plans.pause"), on_pause, ft.Icons.PAUSE_ROUNDED)
            if plan.is_active
            else MenuItem(t("plans.resume"), commands.resume, ft.Icons.PLAY_ARROW_ROUNDED)
        )
        more = [
            IconAction(ft.Icons.EDIT_OUTLINED, t("plans.edit"), opener(f"/plans/{plan.id}/edit")),
            MoreMenu([pausing], label=t("plans.more")),
        ]
    return top_bar("/plans", *more)


def _identity(client: Client, plan: PlanRow) -> ft.Control:
    kind = client.tables.types.get(plan.maintenance_type_id)
    where = TextLink(place(client, plan.equipment_id), opener(f"/equipment/{plan.equipment_id}"))
    name = Meta(f"{kind.name if kind else marks.TYPE[plan.intervention_type].word} ·")
    head = ft.Row([*([dot(kind.color, 12)] if kind else []), name, Meta(due_marks.frequency_words(plan))], spacing=6, wrap=True)
    chips = plan_chips(client, plan)
    return ft.Column(
        [
            head,
            Title(plan.title, max_lines=6),
            ft.Container(ft.Row([where], wrap=True), margin=ft.Margin(left=-8, top=-4, right=0, bottom=0)),
            *([ft.Row(chips, spacing=6, wrap=True)] if chips else []),
        ],
        spacing=2,
        tight=True,
    )


def _notices(plan: PlanRow) -> list[ft.Control]:
    if not plan.is_active:
        return [NoticeCard(due_marks.PAUSED.word, plan.inactive_reason, tone=Tone.off, icon=due_marks.PAUSED.icon)]
    if plan.ignored_since is None:
        return []
    return [
        NoticeCard(
            t("plans.ignored_title"),
            t("plans.ignored_body", day=due_marks.spoken_day(local_day(plan.ignored_since))),
            tone=Tone.bad,
        )
    ]


def _next_card(client: Client, plan: PlanRow, dates: list[NextDate], commands: PlanCommands, ask: Ask | None) -> ft.Control:
    """The date, large; why; and what a planner does about it."""
    today, is_out = local_day(client.now()), is_out_of_service(client, plan)
    if not plan.is_active:
        resume = [SecondaryButton(t("plans.resume"), commands.resume, icon=ft.Icons.PLAY_ARROW_ROUNDED)] if ask else []
        return Card(Stack(CardHeader(t("plans.next")), Meta(t("plans.paused_body")), *resume, spacing=10))
    if not dates:
        return Card(
            Stack(CardHeader(t("plans.next"), due_marks.due_chip(plan, today, is_out=is_out)), Body(t("plans.no_date")), spacing=10)
        )
    first = dates[0]
    state = None if is_out else plan_due_state(plan, today)
    tone = due_marks.DUE[state].tone if state else Tone.off
    said = [
        CardHeader(t("plans.next"), due_marks.due_chip(plan, today, is_out=is_out)),
        Title(format_date_long(first.due.date()) + _year(first.due, today.year)),
        Strong(t("plans.why"), size=13),
        Body(due_marks.why_sentence(first.reason)),
        *([Meta(t("plans.out_of_service"))] if is_out else []),
    ]
    return Card(
        Stack(*said, *_next_actions(plan, first, commands, ask), spacing=8),
        tone=tone if tone in {Tone.bad, Tone.warning} else None,
    )


def _year(due: datetime, present: int) -> str:
    return f" {due.year}" if due.year != present else ""


def _next_actions(plan: PlanRow, first: NextDate, commands: PlanCommands, ask: Ask | None) -> list[ft.Control]:
    opened = open_occurrence(plan)

    async def generate() -> None:
        job_id = await commands.generate()
        if job_id is not None:
            go(f"/jobs/{job_id}")

    if opened is not None and opened.intervention_id is not None:
        main: ft.Control = PrimaryButton(
            t("plans.open_job"), opener(f"/jobs/{opened.intervention_id}"), icon=ft.Icons.ASSIGNMENT_ROUNDED, expand=True
        )
    elif ask is not None:
        main = PrimaryButton(t("plans.generate"), generate, icon=ft.Icons.PLAYLIST_ADD_ROUNDED, expand=True)
    else:
        return []
    if ask is None:
        return [ft.Row([main])]
    others = [
        SecondaryButton(t("plans.move"), lambda: ask(("move", first.original_due)), icon=ft.Icons.EDIT_CALENDAR_ROUNDED, expand=True),
        SecondaryButton(t("plans.skip"), lambda: ask(("skip", first.original_due)), icon=ft.Icons.SKIP_NEXT_ROUNDED, expand=True),
    ]
    return [ft.Row([main]), ActionRow(*others)]


def _kept_card(plan: PlanRow) -> ft.Control:
    past = past_occurrences(plan)
    words = due_marks.compliance_words(compliance(past))
    if not past:
        return Card(Stack(CardHeader(t("plans.strip")), Meta(words), spacing=10))
    return Card(Stack(CardHeader(t("plans.strip")), Strong(words), due_marks.ComplianceMarks(past), due_marks.StripLegend(), spacing=10))


@component
def Dates(dates: list[NextDate], ask: Ask | None) -> ft.Control:
    """The next twelve; a tap tells why, and offers what can be done with that one."""
    shown, show = use_maybe(int)
    lines = [_date_line(number, one, number == shown, show, ask) for number, one in enumerate(dates)]
    return Card(Stack(CardHeader(t("plans.dates"), n("plans.dates_count", len(dates))), *lines, spacing=0))


def _date_line(number: int, one: NextDate, is_open: bool, show: Callable[[int | None], None], ask: Ask | None) -> ft.Control:  # noqa: FBT001
    shown_marks: list[ft.Control] = []
    if one.reason.moved_from is not None:
        shown_marks.append(Meta(t("plans.moved_mark")))
    elif one.reason.is_forecast:
        shown_marks.append(Meta(t("plans.forecast_mark")))
    arrow = ft.Icons.EXPAND_LESS_ROUNDED if is_open else ft.Icons.EXPAND_MORE_ROUNDED
    day = f"{format_date_long(one.due.date())} {one.due.year}"
    head = ft.Row([ft.Container(Body(day), expand=True), *shown_marks, ft.Icon(arrow, size=20)], spacing=8)
    box = ft.Container(
        head, padding=ft.Padding.symmetric(vertical=11), border_radius=10, ink=True, on_click=tap(lambda: show(None if is_open else number))
    )
    line = spoken(box, t("plans.date_spoken", day=day))
    if not is_open:
        return line
    said: list[ft.Control] = [Meta(due_marks.why_sentence(one.reason), max_lines=None)]
    if ask is not None and one.may_move:
        verbs = ("move", "assign", "skip") if number else ("assign",)
        said.append(ft.Row([TextLink(t(f"plans.{verb}"), _asking(ask, verb, one)) for verb in verbs], wrap=True, spacing=12))
    return Stack(line, ft.Container(Stack(*said, spacing=4), padding=ft.Padding(left=0, top=0, right=0, bottom=12)), spacing=0)


def _asking(ask: Ask, verb: str, one: NextDate) -> Callable[[], None]:
    return lambda: ask((verb, one.original_due))


def _last_jobs(client: Client, plan: PlanRow) -> list[ft.Control]:
    own = client.interventions.having(scheduled_maintenance_id=[plan.id])
    own.sort(key=lambda job: job.actual_end or job.created_at, reverse=True)
    if not own:
        return []
    cards = [JobCard(client, job, with_machine=False, on_open=opener(f"/jobs/{job.id}")) for job in own[:LAST_JOBS]]
    return [SectionHeader(t("plans.last_jobs"), dotted(str(len(own)))), *cards]
