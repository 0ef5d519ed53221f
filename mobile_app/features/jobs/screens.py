"""A job, from its request to its validation; and the list of all jobs."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.core.limits import text_limit
from mobile_app.core.problems import explained
from mobile_app.domain import marks
from mobile_app.domain.client import Client
from mobile_app.domain.context import id_of, opener, use_tables
from mobile_app.domain.job_parts import JobParts, PastParts
from mobile_app.domain.job_times import JobTimes, has_times
from mobile_app.domain.life import life_of
from mobile_app.domain.lookup import dotted, my_running_action, number_of
from mobile_app.domain.machine_cards import fixes_card, machine_line, repeat_notice
from mobile_app.domain.morning import WAITING, ReadyCard
from mobile_app.domain.parts import taken_by
from mobile_app.domain.printing import print_button
from mobile_app.domain.reasons import ReasonForm, Saying
from mobile_app.domain.steps import AnswersCard, progress, steps_of
from mobile_app.domain.sync_badge import top_bar
from mobile_app.features.jobs import sheet_parts as parts
from mobile_app.features.jobs.checklist import checklist_card
from mobile_app.features.jobs.commands import JobCommands
from mobile_app.features.jobs.history import HistorySection, RemoteJob
from mobile_app.features.jobs.list import Pane
from mobile_app.features.jobs.planned import due_card, unlisted_parts_card
from mobile_app.features.jobs.revise import ReviseForm
from mobile_app.features.jobs.sheets import HOLD_REASONS, AssignForm, CancelForm
from mobile_app.ui.buttons import ActionRow, Handler, IconAction, PrimaryButton, SecondaryButton, TextLink
from mobile_app.ui.cards import Card, CardHeader, LineItem, NoticeCard
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.fields import TextInput
from mobile_app.ui.hooks import use_async, use_breakpoint, use_clock, use_draft, use_live
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.shell import Page, TwoPane, has_room_beside
from mobile_app.ui.stack import Columns, Stack
from mobile_app.ui.text import Body, Meta, Title
from shared_models.checklists.rows import ANSWERABLE
from shared_models.interventions.commands import AddNote
from shared_models.interventions.lifecycle import OPEN, InterventionStatus, Verb, allowed
from shared_models.interventions.rows import InterventionRow, InterventionType
from shared_models.interventions.sheet import may_work_on
from shared_models.permissions import Permission


@component
def JobScreen() -> ft.Control:
    client = use_tables("interventions", "equipment", "users", "classes", "lines", "requests", "plans", "teams", "sites", "details")
    job_id = id_of(ft.use_route_params()["job_id"])
    use_live(client.outbox)
    job = client.interventions.get(job_id)
    detail = Job(client, job, key=str(job_id)) if job is not None else RemoteJob(job_id, Job)
    return TwoPane(Pane(client, job_id), detail) if has_room_beside() else detail


@component
def Job(client: Client, job: InterventionRow, *, read_only: bool = False) -> ft.Control:
    sheet, set_sheet = ft.use_state("")
    size = use_breakpoint()
    life = use_async(lambda: life_of(client, job.equipment_id), [job.equipment_id, client.details.version]).data
    use_clock(60)
    commands = JobCommands(client, job)

    def close() -> None:
        set_sheet("")

    use_sheet(_sheet(sheet, client, commands, job, close), close)
    may_act = not read_only and may_work_on(client.user.role, client.user.id, job)
    first = [
        _title(job),
        *parts.notices(client, job),
        *_refused(client, job),
        *repeat_notice(client, life, [job]),
        machine_line(client, job.equipment_id),
        parts.clock_card(client, job),
        *([JobTimes(client, job)] if has_times(job) else []),
    ]
    steps = checklist_card(job, may_answer=may_act and job.status in ANSWERABLE) if job.status in OPEN else []
    ready = [ReadyCard(client, job)] if job.status in WAITING and not read_only else []
    before = [*due_card(client, job), *unlisted_parts_card(client, job)]
    known = (
        fixes_card(client, job.equipment_id, life) if job.status in OPEN and job.intervention_type is InterventionType.corrective else []
    )
    report = [
        *_found_in(client, job),
        *parts.request_card(client, client.requests.get(job.request_id)),
        *([Card(Stack(CardHeader(t("validation.asked")), Body(job.description), spacing=6))] if job.description else []),
    ]
    may_take = may_act and not job.is_validated and job.status is not InterventionStatus.cancelled
    is_past = read_only or (job.is_validated and not taken_by(client, job.id))
    spares = [PastParts(job) if is_past else JobParts(client, job, may_take=may_take)]
    second = [
        *parts.report_card(client, job),
        *([AnswersCard(client, job)] if job.checklist and job.status not in OPEN else []),
        *_photos(client, job, commands.photo if may_act and job.status in OPEN else None),
        Notes(client, job, writable=not read_only and not job.is_validated),
        *parts.actions_card(client, job),
        HistorySection(job.id),
        *_paper(client, job),
    ]
    footer = _footer(client, job, commands, set_sheet) if may_act else None
    bar = _bar(client, job, set_sheet, read_only=read_only)
    if size < Breakpoint.desktop:
        width = None if has_room_beside() else 720
        return Page(bar, *first, *ready, *steps, *report, *spares, *known, *before, *second, footer=footer, max_width=width)
    columns = Columns([*first, *ready, *before, *report], [*steps, *spares, *known, *second], (5, 6))
    return Page(bar, columns, footer=footer, max_width=1180)


def _refused(client: Client, job: InterventionRow) -> list[ft.Control]:
    """What was entered here and the server did not take."""
    found = [item for item in client.outbox.needs_you if getattr(item.command, "intervention_id", None) == job.id]
    return [NoticeCard(t("needs_you.on_job"), explained(found[0].problem), on_click=opener("/needs-you"))] if found else []


def _found_in(client: Client, job: InterventionRow) -> list[ft.Control]:
    """The job whose checklist has asked for this one."""
    origin = client.interventions.get(job.found_in) if job.found_in else None
    if origin is None:
        return []
    step = next((step.title for step in steps_of(origin) if step.id == job.found_at_step), "")
    line = LineItem(origin.title, meta=step, icon=ft.Icons.CHECKLIST_ROUNDED, on_click=opener(f"/jobs/{origin.id}"))
    return [Card(Stack(CardHeader(t("checklist.origin")), line, spacing=6))]


def _photos(client: Client, job: InterventionRow, on_add: Handler | None) -> list[ft.Control]:
    return [parts.Photos(client, job, on_add)] if job.photos or on_add else []


def _paper(client: Client, job: InterventionRow) -> list[ft.Control]:
    return print_button(client, "job.print", f"/maintenance/interventions/{job.id}/sheet.pdf", job.number)


def _title(job: InterventionRow) -> ft.Control:
    priority = marks.PRIORITY[job.priority]
    meta = Meta(dotted(number_of(job), marks.TYPE[job.intervention_type].word, priority.word))
    return ft.Column([meta, Title(job.title, max_lines=3)], spacing=2, tight=True)


def _bar(client: Client, job: InterventionRow, set_sheet: Callable[[str], None], *, read_only: bool) -> ft.Control:
    more: list[ft.Control] = []
    plans = client.may(Permission.maintenance_write) and not read_only
    if plans and job.is_validated:
        more = [IconAction(ft.Icons.EDIT_NOTE_ROUNDED, t("job.revise"), lambda: set_sheet("revise"))]
    elif plans and job.status in OPEN:
        more = [
            IconAction(ft.Icons.PERSON_ADD_ALT_ROUNDED, t("job.assign"), lambda: set_sheet("assign")),
            IconAction(ft.Icons.BLOCK_ROUNDED, t("job.cancel"), lambda: set_sheet("cancel")),
        ]
    return top_bar(f"/equipment/{job.equipment_id}", *more)


def _sheet(name: str, client: Client, commands: JobCommands, job: InterventionRow, close: Callable[[], None]) -> Sheet | None:
    def closing(verb: Saying) -> Saying:
        async def said(value: str) -> bool:
            close()
            return await verb(value)

        return said

    async def assign(to: str) -> bool:
        return await commands.assign(UUID(to) if to else None)

    if name == "hold":
        form = ReasonForm(f"hold:{job.id}", HOLD_REASONS, "job.hold_reason", t("job.hold"), closing(commands.hold))
        return Sheet(t("job.hold_title"), form)
    if name == "cancel":
        return Sheet(t("job.cancel_title"), CancelForm(client, job, commands, close))
    if name == "revise":
        return Sheet(t("job.revise"), ReviseForm(client, job, close))
    if name == "assign":
        return Sheet(t("job.assign"), AssignForm(job, closing(assign)))
    return None


def _footer(client: Client, job: InterventionRow, commands: JobCommands, set_sheet: Callable[[str], None]) -> ft.Control | None:
    """The next step in reach of a thumb. Pausing stops everybody's clock: beside a colleague one leaves instead."""
    verbs = allowed(job.state)
    mine = my_running_action(job, client.user.id)
    if job.status == InterventionStatus.in_progress and mine is not None:
        alone = all(action.ended_at or action.id == mine for action in job.actions)
        hold = SecondaryButton(t("job.pause"), lambda: set_sheet("hold"), icon=ft.Icons.PAUSE_ROUNDED, expand=1)
        leave = SecondaryButton(t("job.leave"), partial(commands.leave, mine), icon=ft.Icons.LOGOUT_ROUNDED, expand=1)
        finish = _finish(job, PrimaryButton, expand=1)
        return ActionRow(hold if alone else leave, finish)
    if Verb.start not in verbs:
        return None
    label = {InterventionStatus.pending: "job.start", InterventionStatus.on_hold: "job.resume"}.get(job.status, "job.join")
    start = PrimaryButton(t(label), commands.start, icon=ft.Icons.PLAY_ARROW_ROUNDED, expand=3)
    if job.status != InterventionStatus.in_progress:
        return ft.Row([start])
    finish = _finish(job, SecondaryButton, expand=2)
    return ActionRow(finish, start)


def _finish(job: InterventionRow, button: Callable[..., ft.Control], *, expand: int) -> ft.Control:
    """Closing, or first what the checklist still asks for."""
    state = progress(job)
    if state.is_complete:
        return button(t("job.close"), opener(f"/jobs/{job.id}/close"), icon=ft.Icons.CHECK_ROUNDED, expand=expand)
    label = t("checklist.left" if button is PrimaryButton else "checklist.progress", done=state.answered, total=state.total)
    return button(label, opener(f"/jobs/{job.id}/checklist"), icon=ft.Icons.CHECKLIST_ROUNDED, expand=expand)


@component
def Notes(client: Client, job: InterventionRow, *, writable: bool) -> ft.Control:
    draft = use_draft(f"note:{job.id}", {"text": ""})
    text = draft.get("text", "")

    async def add() -> None:
        if text.strip() and await JobCommands(client, job).note(text.strip()):
            draft.set("text", "")
            await draft.clear()

    written = parts.notes_list(client, job.notes)
    field = (
        [TextInput("", text, draft.setter("text"), placeholder=t("job.note_hint"), lines=2, max_length=text_limit(AddNote, "text"))]
        if writable
        else []
    )
    send = [ft.Row([TextLink(t("job.note_add"), add)], alignment=ft.MainAxisAlignment.END)] if text.strip() else []
    empty = [Meta(t("job.no_note"))] if not written and not writable else []
    return Card(Stack(CardHeader(t("job.notes")), *written, *empty, *field, *send, spacing=10))
