"""The checklist of a job, one step a card: answered with a thumb, with or without a network."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import n, t
from mobile_app.domain import steps as st
from mobile_app.domain.client import Client
from mobile_app.domain.context import go, id_of, opener, use_tables
from mobile_app.domain.lookup import place
from mobile_app.domain.reasons import ReasonForm
from mobile_app.features.jobs.checklist_answers import Answering
from mobile_app.features.jobs.checklist_steps import StepCard, under_thumb
from mobile_app.features.jobs.commands import JobCommands
from mobile_app.features.jobs.history import RemoteJob
from mobile_app.ui.buttons import IconAction, PrimaryButton, SecondaryButton
from mobile_app.ui.cards import Card, CardHeader, LineItem, NoticeCard, RowCard
from mobile_app.ui.choices import StepHeader, StepTitle
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.feedback import EmptyState, SkeletonList
from mobile_app.ui.hooks import use_breakpoint, use_draft, use_shortcut
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.shell import Page, TwoPane
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import TONES, C, Space, Tone
from shared_models.checklists.rows import ANSWERABLE, StepKind, StepState
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import InterventionRow
from shared_models.interventions.sheet import may_work_on

SKIP_REASONS = ("no_access", "running", "no_tool", "not_here")
SWIPE = 250
"""Logical pixels a second from which a drag turns the page."""


def draft_key(job_id: UUID) -> str:
    return f"checklist:{job_id}"


@component
def ChecklistScreen() -> ft.Control:
    client = use_tables("interventions", "equipment", "users", "meters", "lines", "sites")
    job_id = id_of(ft.use_route_params()["job_id"])
    job = client.interventions.get(job_id)
    if job is None:
        return RemoteJob(job_id, _to_read)
    if job.checklist is None:
        return EmptyState(ft.Icons.CHECKLIST_ROUNDED, t("checklist.none"), action=t("close.see"), on_action=opener(f"/jobs/{job_id}"))
    if job.status in ANSWERABLE and may_work_on(client.user.role, client.user.id, job):
        return Walk(client, job, key=str(job_id))
    return _to_read(client, job, read_only=False)


def _to_read(client: Client, job: InterventionRow, *, read_only: bool = True) -> ft.Control:
    """What was found, when nothing can be answered (any more, or yet)."""
    back = ft.Row([IconAction(ft.Icons.ARROW_BACK_ROUNDED, t("common.back"), opener(f"/jobs/{job.id}"))])
    may_start = not read_only and job.status == InterventionStatus.pending and may_work_on(client.user.role, client.user.id, job)
    start = PrimaryButton(t("checklist.start"), JobCommands(client, job).start, icon=ft.Icons.PLAY_ARROW_ROUNDED)
    return Page(back, StepTitle(job.title), st.AnswersCard(client, job), footer=start if may_start else None)


@component
def Walk(client: Client, job: InterventionRow) -> ft.Control:
    """At a step, or past the last one at the summary."""
    steps = st.steps_of(job)
    draft = use_draft(draft_key(job.id), {"at": first_open(job)})
    skipping, set_skipping = ft.use_state(False)
    size = use_breakpoint()
    at = max(0, min(int(draft.get("at", 0)), len(steps)))

    def move(to: int) -> None:
        set_skipping(False)
        draft.set("at", max(0, min(to, len(steps))))

    step = steps[at] if at < len(steps) else None
    answering = Answering(client, job, step, draft, lambda: move(at + 1)) if step else None
    use_shortcut("J", lambda: move(at + 1), t("checklist.next"))
    use_shortcut("K", lambda: move(at - 1), t("checklist.previous"))
    use_sheet(_skip_sheet(answering) if skipping and answering else None, lambda: set_skipping(False))
    header = StepHeader(job.checklist.name if job.checklist else "", min(at + 1, len(steps)), len(steps), opener(f"/jobs/{job.id}"))
    head = Stack(header, Meta(place(client, job.equipment_id), max_lines=1), spacing=6)
    if not draft.ready:
        return Page(head, SkeletonList(3))
    widest = 640 if size == Breakpoint.desktop else None
    page = (
        _step_page(head, answering, at, move, lambda: set_skipping(True), swipes=size == Breakpoint.phone, widest=widest)
        if answering
        else _summary(client, job, head, move, widest)
    )
    if size == Breakpoint.phone:
        return page
    return TwoPane(_overview(job, at, move), page)


def first_open(job: InterventionRow) -> int:
    """Where to begin: the first step without an answer, else the summary."""
    answered = st.answers_by_step(job)
    steps = st.steps_of(job)
    return next((at for at, step in enumerate(steps) if step.id not in answered), len(steps))


def _skip_sheet(answering: Answering) -> Sheet:
    async def skip(reason: str) -> bool:
        return await answering.give(StepState.skipped, reason=reason)

    key = f"skip:{answering.job.id}:{answering.step.id}"
    return Sheet(t("checklist.skip_title"), ReasonForm(key, SKIP_REASONS, "checklist.skip_reason", t("checklist.skip"), skip))


def _step_page(
    head: ft.Control, answering: Answering, at: int, move: Callable[[int], None], on_skip: Callable[[], None], *, swipes: bool,
    widest: float | None,
) -> ft.Control:  # fmt: skip
    card = StepCard(answering, key=str(answering.step.id))
    body = _swiped(card, at, move) if swipes and answering.step.kind is not StepKind.signature else card
    footer = Stack(*under_thumb(answering), _footer(answering, at, move, on_skip), spacing=10)
    return Page(head, body, footer=footer, spacing=Space.l, max_width=widest)


def _swiped(card: ft.Control, at: int, move: Callable[[int], None]) -> ft.Control:
    def ended(event: ft.DragEndEvent[Any]) -> None:
        speed = event.primary_velocity or 0
        if abs(speed) > SWIPE:
            move(at + (1 if speed < 0 else -1))

    return ft.GestureDetector(content=card, on_horizontal_drag_end=ended)


def _footer(answering: Answering, at: int, move: Callable[[int], None], on_skip: Callable[[], None]) -> ft.Control:
    """Back, what comes next, and on to the following step without an answer."""
    forward = ft.Icons.ARROW_FORWARD_ROUNDED
    back = IconAction(ft.Icons.ARROW_BACK_ROUNDED, t("checklist.previous"), lambda: move(at - 1), outlined=True, size=52, disabled=at == 0)
    later = IconAction(forward, t("checklist.later"), lambda: move(at + 1), outlined=True, size=52)
    if answering.unsaved is not None:
        save = PrimaryButton(answering.save_label, answering.save, icon=ft.Icons.CHECK_ROUNDED, disabled=answering.blocked, expand=True)
        return ft.Row([back, save, *([later] if answering.blocked else [])], spacing=10)
    if answering.answer is None and not answering.step.is_required:  # answering comes first to the eye
        return ft.Row([back, SecondaryButton(t("checklist.next"), answering.leave, icon=forward, expand=True)], spacing=10)
    if answering.answer is not None:
        return ft.Row([back, PrimaryButton(t("checklist.next"), answering.leave, trailing_icon=forward, expand=True)], spacing=10)
    skip = SecondaryButton(t("checklist.skip"), on_skip, icon=ft.Icons.REDO_ROUNDED, expand=True)
    return ft.Row([back, skip, later], spacing=10)


def _overview(job: InterventionRow, at: int, move: Callable[[int], None]) -> ft.Control:
    """All steps beside the one that is being answered."""
    answers = st.answers_by_step(job)
    state, marks = st.progress(job), [(step, st.mark_of(step, answers.get(step.id))) for step in st.steps_of(job)]
    rows: list[ft.Control] = [
        _line(step.title, mark.word, mark.icon, mark.tone, partial(move, i), selected=i == at) for i, (step, mark) in enumerate(marks)
    ]
    count = t("checklist.progress", done=state.answered, total=state.total)
    head = ft.Container(CardHeader(job.checklist.name if job.checklist else "", count), padding=16)
    left = t("checklist.done") if state.is_complete else n("checklist.missing", len(state.missing))
    tone = Tone.ok if state.is_complete else Tone.off
    last = _line(t("checklist.summary"), left, ft.Icons.FLAG_ROUNDED, tone, lambda: move(len(rows)), selected=at >= len(rows))
    return ft.Column([head, ft.ListView([*rows, last], expand=True, spacing=0)], spacing=0, expand=True)


def _line(title: str, meta: str, icon: ft.IconData, tone: Tone, on_click: Callable[[], None], *, selected: bool) -> ft.Control:
    return RowCard(title, meta=meta, icon=icon, tone=tone, on_click=on_click, selected=selected, flat=True)


# The end


def _summary(client: Client, job: InterventionRow, head: ft.Control, move: Callable[[int], None], widest: float | None) -> ft.Control:
    """What failed, what was passed over, what is missing; then on to closing."""
    state = st.progress(job)
    back = IconAction(ft.Icons.ARROW_BACK_ROUNDED, t("checklist.previous"), lambda: move(state.total - 1), outlined=True, size=52)
    parts = [StepTitle(t("checklist.done" if state.is_complete else "checklist.summary"), _counted(state))]
    if state.missing:
        parts.append(NoticeCard(n("checklist.missing", len(state.missing)), tone=Tone.warning))
    parts += _remarkable(client, job, move)
    if not state.is_complete:
        first = st.steps_of(job).index(state.missing[0])
        on = PrimaryButton(t("checklist.continue"), lambda: move(first), trailing_icon=ft.Icons.ARROW_FORWARD_ROUNDED, expand=True)
    elif job.status == InterventionStatus.in_progress:
        on = PrimaryButton(t("job.close"), lambda: go(f"/jobs/{job.id}/close"), icon=ft.Icons.CHECK_ROUNDED, expand=True)
    else:
        on = PrimaryButton(t("close.see"), lambda: go(f"/jobs/{job.id}"), expand=True)
    return Page(head, *parts, footer=ft.Row([back, on], spacing=10), spacing=Space.l, max_width=widest)


def _counted(state: st.Progress) -> str:
    progress = t("checklist.progress_long", done=state.answered, total=state.total)
    return f"{progress} · {n('checklist.failed_count', state.failed)}" if state.failed else progress


def _remarkable(client: Client, job: InterventionRow, move: Callable[[int], None]) -> list[ft.Control]:
    answers, steps = st.answers_by_step(job), st.steps_of(job)
    linked = st.correctives(client.interventions.having(found_in=[job.id]), job.id)
    fine = {StepState.done, StepState.na}
    expected = [step for step in st.by_weight(steps, answers) if step.id in answers or step.is_required]
    worth = [step for step in expected if step.id not in answers or answers[step.id].state not in fine]
    lines: list[ft.Control] = []
    for step in worth:
        mark, answer = st.mark_of(step, answers.get(step.id)), answers.get(step.id)
        words = " · ".join(filter(None, [mark.word, st.value_text(step, answer), answer.reason if answer else ""]))
        at = steps.index(step)
        lines.append(LineItem(step.title, meta=words, icon=mark.icon, color=_ink(mark.tone), on_click=lambda at=at: move(at)))
        lines += st.linked_job(linked.get(step.id))
    return [Card(Stack(*lines, spacing=4))] if lines else []


def _ink(tone: Tone) -> ft.ColorValue:
    return TONES[tone][0]


# On the job's own page


def checklist_card(job: InterventionRow, *, may_answer: bool) -> list[ft.Control]:
    """How far the checklist is, and the way into it."""
    if job.checklist is None:
        return []
    state = st.progress(job)
    count = t("checklist.progress", done=state.answered, total=state.total)
    bar = ft.ProgressBar(
        value=state.answered / max(1, state.total), bar_height=6, border_radius=3, color=C.primary, bgcolor=C.surface2,
        semantics_label=t("checklist.name"),
    )  # fmt: skip
    chips = [st.failed_chip(state.failed)] if state.failed else []
    if not state.is_complete:
        chips.append(Meta(n("checklist.missing", len(state.missing))))
    label = "checklist.see" if not may_answer else "checklist.begin" if not state.answered else "checklist.continue"
    if may_answer and state.is_complete and state.answered:
        label = "checklist.see"
    enter = SecondaryButton(t(label), opener(f"/jobs/{job.id}/checklist"), icon=ft.Icons.CHECKLIST_ROUNDED)
    row = [ft.Row(chips, spacing=10, run_spacing=6, wrap=True)] if chips else []
    return [Card(Stack(CardHeader(job.checklist.name, count), bar, *row, enter, spacing=12))]
