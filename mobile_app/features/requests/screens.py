"""Work requests from the shop floor: taken up as a job, or declined with a reason."""

from collections.abc import Callable
from functools import partial
from typing import Literal
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_datetime, t
from mobile_app.core.limits import text_limit
from mobile_app.domain import marks
from mobile_app.domain.cards import JobCard, RequestCard
from mobile_app.domain.client import Client
from mobile_app.domain.context import go, go_back, opener, use_tables
from mobile_app.domain.life import life_of
from mobile_app.domain.lookup import dotted, name_of, place
from mobile_app.domain.machine_cards import life_card, machine_line
from mobile_app.domain.people import teams_at, workers_at
from mobile_app.domain.pictures import StoredPicture
from mobile_app.domain.reasons import ReasonForm
from mobile_app.domain.submit import made, sender, submit
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.domain.views import interventions_of
from mobile_app.ui.address import Asked, Place, use_place
from mobile_app.ui.buttons import ActionRow, IconAction, PrimaryButton, SecondaryButton
from mobile_app.ui.cards import Card, CardHeader, KeyValues, LineItem, SectionHeader
from mobile_app.ui.choices import Choice, FilterBar, FilterChip, Segments
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.fields import TextInput
from mobile_app.ui.forms import use_form
from mobile_app.ui.hooks import use_async, use_breakpoint
from mobile_app.ui.pickers import Picker
from mobile_app.ui.scrolling import Scrolling
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.shell import Page, PageHeader, TwoPane
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Body, Meta, Title
from mobile_app.ui.theme import Space
from shared_models.ids import uuid7
from shared_models.interventions.lifecycle import OPEN
from shared_models.interventions.rows import Priority
from shared_models.permissions import Permission
from shared_models.requests.commands import AcceptWorkRequest, DeclineWorkRequest
from shared_models.requests.rows import RequestStatus, WorkRequestRow

DECLINE_REASONS = ("known", "normal", "not_ours", "duplicate")
TITLE_MOST = 80
PANE_WIDTH = 820
PHOTO_HEIGHT = 300
JOBS_MOST = 3


class Filters(Asked):
    show: Literal["new", "all"] = "new"


@component
def RequestsScreen() -> ft.Control:
    client = use_tables("requests", "equipment", "lines", "users", "teams", "interventions", "classes")
    where = use_place(Filters)
    wanted = ft.use_route_params().get("request_id")
    size = use_breakpoint()
    rows = sorted(client.requests.rows.values(), key=lambda row: row.created_at, reverse=True)
    shown = rows if where.asked.show == "all" else [row for row in rows if row.status == RequestStatus.new]
    chosen = next((row for row in rows if str(row.id) == wanted), None)
    if not wanted and shown and size >= Breakpoint.tablet:
        chosen = shown[0]
    listed = _list(client, shown, chosen, where)
    return TwoPane(listed, Request(client, chosen, key=str(chosen.id)) if chosen else None, placeholder=t("requests.choose"))


def _list(client: Client, rows: list[WorkRequestRow], chosen: WorkRequestRow | None, where: Place[Filters]) -> ft.Control:
    only_new = where.asked.show != "all"
    chips = [
        FilterChip(t("requests.new"), lambda: where.ask(show="new"), active=only_new),
        FilterChip(t("requests.all"), lambda: where.ask(show="all"), active=not only_new),
    ]
    cards = [RequestCard(client, row, on_open=opener(where.to(f"/requests/{row.id}")), selected=row is chosen, flat=True) for row in rows]
    head = ft.Column([PageHeader(t("requests.title"), trailing=[SyncBadge()]), FilterBar(chips)], spacing=10, tight=True)
    nothing = EmptyState(ft.Icons.INBOX_OUTLINED, t("requests.none"), t("requests.none_body"))
    body = Scrolling(cards, spacing=0) if cards else ft.Container(nothing, expand=True)
    return Stack(ft.Container(head, padding=16), body, spacing=0, expand=True)


@component
def Request(client: Client, request: WorkRequestRow) -> ft.Control:
    sheet, set_sheet = ft.use_state("")
    size = use_breakpoint()

    def close() -> None:
        set_sheet("")

    use_sheet(_sheet(client, request, sheet, close), close)
    life = use_async(lambda: life_of(client, request.equipment_id), [request.equipment_id]).data
    back = IconAction(ft.Icons.ARROW_BACK_ROUNDED, t("common.back"), lambda: go_back("/requests"))
    parts = [
        *([ft.Row([ft.Container(back, margin=ft.Margin(-12, -8, 0, 0))])] if size == Breakpoint.phone else []),
        _head(client, request),
        *_what(request, wide=size == Breakpoint.desktop),
        *_decision(client, request),
        machine_line(client, request.equipment_id),
        *_already(client, request),
        *life_card(life, client.now()),
    ]
    footer = _footer(client, request, set_sheet)
    return Page(*parts, footer=footer, max_width=PANE_WIDTH if size == Breakpoint.desktop else None)


def _head(client: Client, request: WorkRequestRow) -> ft.Control:
    said = Title(request.text or marks.SYMPTOM[request.symptom].word, max_lines=12)
    return ft.Column([Meta(dotted(request.number, place(client, request.equipment_id))), said], spacing=2, tight=True)


def _what(request: WorkRequestRow, *, wide: bool) -> list[ft.Control]:
    """The photo and the facts: side by side where there is room."""
    facts = _facts(request)
    if request.photo_id is None:
        return [facts]
    photo = StoredPicture(request.photo_id, 480, height=PHOTO_HEIGHT, label=t("requests.photo"))
    if not wide:
        return [photo, facts]
    cells: list[ft.Control] = [ft.Container(photo, expand=1), ft.Container(facts, expand=1)]
    return [ft.Row(cells, spacing=Space.m, vertical_alignment=ft.CrossAxisAlignment.START)]


def _facts(request: WorkRequestRow) -> ft.Control:
    facts: list[tuple[str, str | ft.Control]] = [
        (t("requests.symptom"), marks.SYMPTOM[request.symptom].chip()),
        (t("requests.stopped"), t("requests.yes") if request.is_stopped else t("requests.no")),
        (t("requests.by"), request.requester or t("requests.anonymous")),
        (t("requests.at"), format_datetime(request.created_at)),
    ]
    return Card(Stack(CardHeader(t("requests.said")), KeyValues(facts), spacing=12))


def _already(client: Client, request: WorkRequestRow) -> list[ft.Control]:
    """What is being done on the machine: the same thing may have been said before."""
    jobs = interventions_of(client.interventions.having(equipment_id=[request.equipment_id], status=OPEN), request.equipment_id)
    cards = [JobCard(client, job, with_machine=False, on_open=opener(f"/jobs/{job.id}")) for job in jobs[:JOBS_MOST]]
    return [SectionHeader(t("machine.open_jobs"), str(len(jobs))), *cards] if jobs else []


def _decision(client: Client, request: WorkRequestRow) -> list[ft.Control]:
    if request.status == RequestStatus.new:
        return []
    mark = marks.REQUEST[request.status]
    who = dotted(name_of(client, request.decided_by), format_datetime(request.decided_at) if request.decided_at else "")
    lines: list[ft.Control] = [CardHeader(t("requests.decision"), mark.chip()), Meta(who)]
    if request.reason:
        lines.append(Body(request.reason))
    if request.intervention_id:
        lines.append(LineItem(t("requests.job"), icon=ft.Icons.ASSIGNMENT_ROUNDED, on_click=opener(f"/jobs/{request.intervention_id}")))
    return [Card(Stack(*lines, spacing=8))]


def _footer(client: Client, request: WorkRequestRow, set_sheet: Callable[[str], None]) -> ft.Control | None:
    if request.status != RequestStatus.new or not client.may(Permission.maintenance_write):
        return None
    return ActionRow(
        SecondaryButton(t("requests.decline"), lambda: set_sheet("decline"), expand=2),
        PrimaryButton(t("requests.accept"), lambda: set_sheet("accept"), icon=ft.Icons.CHECK_ROUNDED, expand=3),
    )


def _sheet(client: Client, request: WorkRequestRow, name: str, close: Callable[[], None]) -> Sheet | None:
    async def decline(reason: str) -> bool:
        command = DeclineWorkRequest(occurred_at=client.now(), request_id=request.id, reason=reason)
        done = await submit(client, command, said="requests.declined")
        close()
        return done

    if name == "accept":
        return Sheet(t("requests.accept_title"), AcceptForm(client, request, close))
    if name == "decline":
        return Sheet(
            t("requests.decline_title"),
            ReasonForm(f"decline:{request.id}", DECLINE_REASONS, "requests.reason", t("requests.decline_send"), decline),
        )
    return None


def given_to(client: Client, chosen: str | None) -> dict[str, str]:
    """A person or a team: their keys are ids, of which no two are alike."""
    if not chosen:
        return {}
    return {"assigned_team_id" if client.tables.teams.get(UUID(chosen)) else "assigned_technician_id": chosen}


@component
def AcceptForm(client: Client, request: WorkRequestRow, close: Callable[[], None]) -> ft.Control:
    symptom = marks.SYMPTOM[request.symptom]
    initial = {"title": (request.text.split("\n")[0] or symptom.word)[:TITLE_MOST], "priority": "high" if request.is_stopped else "medium"}
    form = use_form(f"accept:{request.id}", initial)
    job_id = ft.use_memo(uuid7, [])

    async def accept() -> None:
        fields = {"title": form.get("title") or initial["title"], "priority": form.get("priority"), "intervention_id": job_id}
        fields |= {"request_id": request.id, "occurred_at": client.now(), **given_to(client, form.get("technician"))}
        command = made(form, AcceptWorkRequest, fields)
        if command and await submit(client, command, form, said="requests.accepted"):
            close()
            go(f"/jobs/{command.intervention_id}")

    priorities = [Choice(priority.value, marks.PRIORITY[priority].word) for priority in Priority]
    workers = [*workers_at(client, request.site_id), *teams_at(client, request.site_id)]
    return Stack(
        TextInput(t("requests.job_title"), **form.field("title"), lines=2, max_length=text_limit(AcceptWorkRequest, "title")),
        Segments(priorities, form.get("priority", "medium"), partial(form.set, "priority")),
        Picker(t("requests.technician"), workers, form.get("technician"), partial(form.set, "technician"), optional=True),
        sender(form, PrimaryButton(t("requests.make_job"), accept, icon=ft.Icons.CHECK_ROUNDED, busy=form.busy)),
    )
