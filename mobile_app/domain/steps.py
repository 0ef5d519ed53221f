"""A job's checklist in words: how far it is, what a step asks for, and what was found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_number, measure, n, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener
from mobile_app.domain.lookup import dotted, name_of, number_of
from mobile_app.domain.marks import Mark
from mobile_app.domain.pictures import use_pictures
from mobile_app.ui import environment
from mobile_app.ui.cards import Card, CardHeader, LineItem
from mobile_app.ui.chips import StatusChip
from mobile_app.ui.component import component
from mobile_app.ui.pads import SignatureView
from mobile_app.ui.photos import Photo, PhotoGrid
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta, Strong
from mobile_app.ui.theme import C, Tone
from shared_models.checklists.rows import AnswerRow, Step, StepKind, StepState
from shared_models.checklists.rules import unanswered
from shared_models.interventions.rows import InterventionRow

STATE: Final = {
    StepState.done: Mark("checklist.state.done", Tone.ok, ft.Icons.CHECK_CIRCLE_ROUNDED),
    StepState.failed: Mark("checklist.state.failed", Tone.bad, ft.Icons.CANCEL_ROUNDED),
    StepState.na: Mark("checklist.state.na", Tone.off, ft.Icons.DO_NOT_DISTURB_ON_ROUNDED),
    StepState.skipped: Mark("checklist.state.skipped", Tone.warning, ft.Icons.REDO_ROUNDED),
}
DONE: Final = Mark("checklist.state.did", Tone.ok, ft.Icons.CHECK_CIRCLE_ROUNDED)
OPEN_STEP: Final = Mark("checklist.state.open", Tone.off, ft.Icons.RADIO_BUTTON_UNCHECKED_ROUNDED)
KIND_ICON: Final = {
    StepKind.check: ft.Icons.CHECK_BOX_OUTLINED,
    StepKind.pass_fail: ft.Icons.RULE_ROUNDED,
    StepKind.number: ft.Icons.PIN_OUTLINED,
    StepKind.choice: ft.Icons.LIST_ALT_ROUNDED,
    StepKind.text: ft.Icons.NOTES_ROUNDED,
    StepKind.photo: ft.Icons.PHOTO_CAMERA_OUTLINED,
    StepKind.meter: ft.Icons.SPEED_ROUNDED,
    StepKind.signature: ft.Icons.DRAW_OUTLINED,
}
_ORDER: Final = {StepState.failed: 0, StepState.skipped: 1, None: 2, StepState.done: 3, StepState.na: 3}
DIGITS = 3


@dataclass(frozen=True)
class Progress:
    """`missing`: the required steps without an answer."""

    answered: int
    total: int
    failed: int
    missing: list[Step]

    @property
    def is_complete(self) -> bool:
        return not self.missing


def steps_of(job: InterventionRow) -> list[Step]:
    return job.checklist.steps if job.checklist else []


def answers_by_step(job: InterventionRow) -> dict[UUID, AnswerRow]:
    return {answer.step_id: answer for answer in job.answers}


def progress(job: InterventionRow) -> Progress:
    steps, answers = steps_of(job), answers_by_step(job)
    known = [answers[step.id] for step in steps if step.id in answers]
    failed = sum(answer.state is StepState.failed for answer in known)
    return Progress(len(known), len(steps), failed, unanswered(steps, job.answers))


def correctives(jobs: Iterable[InterventionRow], job_id: UUID) -> dict[UUID, InterventionRow]:
    """The jobs that failed steps of `job_id` have asked for, by step."""
    return {job.found_at_step: job for job in jobs if job.found_in == job_id and job.found_at_step}


def plain_number(value: float) -> str:
    """As many decimals as it has."""
    text = f"{value:.{DIGITS}f}".rstrip("0").rstrip(".")
    return format_number(value, len(text.partition(".")[2]))


def with_unit(value: float, unit: str) -> str:
    return measure(plain_number(value), unit)


def limits_text(step: Step) -> str:
    return limits(step.low, step.high, step.unit)


def limits(low: float | None, high: float | None, unit: str) -> str:
    """`entre 5 et 7 bar`; empty without limits."""
    if low is not None and high is not None:
        return t("checklist.between", low=plain_number(low), high=with_unit(high, unit))
    if low is not None:
        return t("checklist.at_least", low=with_unit(low, unit))
    return t("checklist.at_most", high=with_unit(high, unit)) if high is not None else ""


def value_text(step: Step, answer: AnswerRow | None) -> str:
    """What was found, beside the state: a number with its unit, a choice, a text."""
    if answer is None or answer.value is None or step.kind is StepKind.signature:
        return ""
    return with_unit(answer.value, step.unit) if isinstance(answer.value, float | int) else str(answer.value)


def finding(step: Step, answer: AnswerRow | None) -> str:
    """A failed step's title for the job it asks for: `Pression : 8,2 bar`."""
    found = (answer.reason if answer else "") or value_text(step, answer) or STATE[StepState.failed].word.lower()
    return t("checklist.finding", step=step.title, finding=found)[:200]


def mark_of(step: Step, answer: AnswerRow | None) -> Mark:
    """What has no limits and no verdict is done, rather than in order."""
    if answer is None:
        return OPEN_STEP
    judges = step.kind is StepKind.pass_fail or bool(step.bad_options) or step.low is not None or step.high is not None
    return DONE if answer.state is StepState.done and not judges else STATE[answer.state]


def by_weight(steps: Iterable[Step], answers: Mapping[UUID, AnswerRow]) -> list[Step]:
    """Failed first, then skipped, then those without an answer, each in the order of the checklist."""
    known = list(steps)
    return sorted(known, key=lambda step: _ORDER[answers[step.id].state if step.id in answers else None])


@component
def AnswersCard(client: Client, job: InterventionRow) -> ft.Control:
    """Everything that was found, failed first, with values, limits and photos."""
    answers, linked = answers_by_step(job), correctives(client.interventions.having(found_in=[job.id]), job.id)
    pictures = use_pictures(tuple(answer.photo_id for answer in job.answers if answer.photo_id))
    state = progress(job)
    count = t("checklist.progress", done=state.answered, total=state.total)
    rows = [_row(client, step, answers.get(step.id), linked.get(step.id), pictures) for step in by_weight(steps_of(job), answers)]
    name = job.checklist.name if job.checklist else ""
    parts = [CardHeader(name, count), *rows]
    return Card(Stack(*parts, spacing=14))


def _row(
    client: Client, step: Step, answer: AnswerRow | None, linked: InterventionRow | None, pictures: dict[UUID, bytes]
) -> ft.Control:  # fmt: skip
    mark, big = mark_of(step, answer), environment.current().has_big_text
    value = value_text(step, answer)
    is_bad = answer is not None and answer.state is StepState.failed
    value_line = Meta(dotted(value, limits_text(step)), color=C.bad if is_bad else C.ink2) if value else None
    who = dotted(answer.reason, name_of(client, answer.user_id)) if answer and (is_bad or answer.state is StepState.skipped) else ""
    words: list[ft.Control] = [Strong(step.title, max_lines=3), *([value_line] if value_line else []), *([Meta(who)] if who else [])]
    column = ft.Column(words, spacing=1, tight=True, expand=not big)
    if big:
        head: ft.Control = ft.Column([column, mark.chip()], spacing=6, tight=True)
    else:
        head = ft.Row([column, mark.chip()], spacing=10, vertical_alignment=ft.CrossAxisAlignment.START)
    parts = [head, *_proof(step, answer, pictures), *linked_job(linked)]
    return Stack(*parts, spacing=8, key=str(step.id))


def _proof(step: Step, answer: AnswerRow | None, pictures: dict[UUID, bytes]) -> list[ft.Control]:
    found: list[ft.Control] = []
    if answer and answer.photo_id and answer.photo_id in pictures:
        found.append(PhotoGrid([Photo(str(answer.photo_id), pictures[answer.photo_id], step.title)], size=104))
    elif answer and answer.photo_id:
        found.append(Meta(t("checklist.photo_elsewhere")))
    if answer and answer.value and step.kind is StepKind.signature:
        found.append(SignatureView(str(answer.value), height=90))
    return found


def linked_job(job: InterventionRow | None) -> list[ft.Control]:
    """The job that a failed step has asked for."""
    if job is None:
        return []
    return [
        LineItem(
            job.title,
            meta=dotted(t("checklist.corrective"), number_of(job)),
            icon=ft.Icons.BUILD_ROUNDED,
            on_click=opener(f"/jobs/{job.id}"),
        )
    ]


def failed_chip(count: int) -> ft.Control:
    return StatusChip(n("checklist.failed_count", count), Tone.bad, icon=STATE[StepState.failed].icon)
