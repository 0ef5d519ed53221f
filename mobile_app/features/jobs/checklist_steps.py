"""The card of one step: what it asks for, the controls of its kind, and what to do about a failure."""

from collections.abc import Callable
from functools import partial

import flet as ft

from mobile_app.core.i18n import format_ago, t
from mobile_app.domain import marks
from mobile_app.domain import steps as st
from mobile_app.domain.pictures import StoredPicture
from mobile_app.features.jobs.checklist_answers import SAVED, Answering
from mobile_app.features.jobs.sheet_parts import stacked
from mobile_app.ui import environment
from mobile_app.ui.buttons import PrimaryButton, SecondaryButton, TextLink, spoken, tap
from mobile_app.ui.cards import Card, NoticeCard
from mobile_app.ui.choices import Choice, ChoiceGrid, Segments
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.fields import TextInput
from mobile_app.ui.hooks import use_breakpoint, use_draft
from mobile_app.ui.pads import NumberPad, SignaturePad, shown
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.text import Body, Meta, Title
from mobile_app.ui.theme import SEMIBOLD, TONES, C, Radius, Space, Tone, line
from shared_models.checklists import StepKind, StepState, judged
from shared_models.interventions import Priority
from shared_models.metering import Implausible
from shared_models.meters import MeterKind

BIG = 84
"""The height of an answer that a gloved thumb gives."""


@component
def StepCard(step: Answering) -> ft.Control:
    """Without the verdicts where they are `under_thumb`."""
    asking, set_asking = ft.use_state(False)
    size = use_breakpoint()
    sheet = Sheet(t("checklist.corrective_title"), CorrectiveForm(step, lambda: set_asking(False))) if asking else None
    use_sheet(sheet, lambda: set_asking(False))
    controls = [] if under_thumb(step) else _controls(step, with_keys=size == Breakpoint.desktop)
    parts = [_asked(step), *_photo(step), *controls, *_failure(step, lambda: set_asking(True))]
    if step.answer is not None:
        parts.append(_answered(step))
    return Card(stacked(*parts, spacing=Space.l), padding=20)


def _asked(step: Answering) -> ft.Control:
    words: list[ft.Control] = [Title(step.step.title, max_lines=6)]
    if step.step.help:
        words.append(Body(step.step.help, color=C.ink2))
    if not step.step.is_required:
        words.append(Meta(t("checklist.optional")))
    return stacked(*words, spacing=6)


def _answered(step: Answering) -> ft.Control:
    """What stands in the record, and the way to take it back."""
    assert step.answer
    chip = st.mark_of(step.step, step.answer).chip()
    back = TextLink(t("checklist.take_back"), step.take_back, color=C.ink2)
    row: list[ft.Control] = [chip, back]
    foot = ft.Row(row, alignment=ft.MainAxisAlignment.SPACE_BETWEEN, wrap=True)
    reason = [Meta(step.answer.reason)] if step.answer.reason and step.answer.state is StepState.skipped else []
    return stacked(*reason, foot, spacing=4)


def under_thumb(step: Answering) -> list[ft.Control]:
    """The verdicts of a step that is still open, for the foot of a phone's screen."""
    env = environment.current()
    is_short = step.answer is None and step.step.kind in {StepKind.check, StepKind.pass_fail}
    return _controls(step, with_keys=False) if is_short and env.layout.breakpoint == Breakpoint.phone and not env.has_big_text else []


# By kind


def _controls(step: Answering, *, with_keys: bool) -> list[ft.Control]:
    match step.step.kind:
        case StepKind.check:
            return [_big(step, StepState.done, "checklist.did", Tone.ok)]
        case StepKind.pass_fail:
            return _verdicts(step)
        case StepKind.number | StepKind.meter:
            return _number(step, with_keys=with_keys)
        case StepKind.choice:
            return [_options(step)]
        case StepKind.photo:
            return []
    return [_written(step)]


def _written(step: Answering) -> ft.Control:
    if step.step.kind is StepKind.signature:
        return SignaturePad(step.typed, partial(step.enter, "value"), height=200)
    return TextInput(t("checklist.answer"), step.typed, partial(step.enter, "value"), lines=4, max_length=10_000)


def _verdicts(step: Answering) -> list[ft.Control]:
    return [
        stacked(
            _big(step, StepState.done, "checklist.state.done", Tone.ok),
            _big(step, StepState.failed, "checklist.state.failed", Tone.bad),
            _big(step, StepState.na, "checklist.state.na", Tone.off),
            spacing=10,
        )
    ]


def _big(step: Answering, state: StepState, key: str, tone: Tone) -> ft.Control:
    """A whole row to tap; a check that stays where it was given."""
    ink, paper, _ = TONES[tone]
    picked = step.answer is not None and step.answer.state is state
    held = step.lacks_photo and state is not StepState.na
    color = C.ink2 if held else ink
    face = ft.Row(
        [ft.Icon(st.STATE[state].icon, size=30, color=color), ft.Text(t(key), size=19, weight=SEMIBOLD, color=color, max_lines=2)],
        spacing=14,
        alignment=ft.MainAxisAlignment.CENTER,
    )
    box = ft.Container(
        face,
        height=BIG,
        padding=ft.Padding.symmetric(horizontal=12),
        bgcolor=paper if picked else C.surface2,
        border=line(ink if picked else C.line),
        border_radius=Radius.card,
        ink=not held,
        on_click=None if held else tap(partial(step.give, state)),
    )
    return spoken(box, t(key), picked=picked)


def _options(step: Answering) -> ft.Control:
    answer = step.answer
    choices = [Choice(option, option, _option_icon(step, option)) for option in step.step.options]
    picked = str(answer.value) if answer and answer.value is not None else None

    async def pick(option: str) -> None:
        if not step.lacks_photo:
            await step.give(StepState.done, option)

    return ChoiceGrid(choices, picked, pick)


def _option_icon(step: Answering, option: str) -> ft.IconData:
    bad = option in step.step.bad_options
    return ft.Icons.REPORT_GMAILERRORRED_ROUNDED if bad else ft.Icons.CIRCLE_OUTLINED


def _number(step: Answering, *, with_keys: bool) -> list[ft.Control]:
    """The figure, what it means at once, and the keys: a field where there is a keyboard."""
    parts = [] if step.answer and step.answer.state is StepState.failed and step.is_settled else [_verdict(step)]
    if with_keys:
        ready = step.unsaved is not None and not step.blocked
        field = TextInput(
            t("checklist.value"), shown(step.typed), lambda text: step.enter("value", _figures(text)), autofocus=step.answer is None,
            suffix=step.unit or None, on_submit=step.save if ready else None,
        )  # fmt: skip
        return [*_limits(step), field, *parts]
    figure = ft.Text(shown(step.typed) or "–", size=44, weight=SEMIBOLD, color=_figure_color(step))
    unit = ft.Text(step.unit, size=20, color=C.ink2)
    said = ft.Row([figure, unit], spacing=8, alignment=ft.MainAxisAlignment.CENTER, vertical_alignment=ft.CrossAxisAlignment.END)
    figures = [*_limits(step), ft.Semantics(content=said, label=f"{shown(step.typed)} {step.step.unit}".strip(), container=True), *parts]
    if step.is_settled:
        again = TextLink(t("checklist.change_value"), lambda: step.enter("value", ""))
        return [*figures, ft.Row([again], alignment=ft.MainAxisAlignment.CENTER)]
    pad = NumberPad(step.typed, partial(step.enter, "value"), signed=_may_be_negative(step))
    return [*figures, pad]


def _figures(text: str) -> str:
    """What of a typed text can be part of a number, with a point."""
    return "".join(char for char in text.replace(",", ".") if char in "0123456789.-")


def _may_be_negative(step: Answering) -> bool:
    is_counter = step.meter is not None and step.meter.kind is MeterKind.counter
    return not is_counter and (step.step.low is None or step.step.low < 0)


def _limits(step: Answering) -> list[ft.Control]:
    """Between what the value should lie, and what the meter last showed."""
    found: list[ft.Control] = []
    if limits := st.limits_text(step.step):
        found.append(Meta(t("checklist.expected", limits=limits)))
    meter = step.meter
    if meter is not None and meter.last_value is not None and meter.last_read_at is not None:
        last = st.with_unit(meter.last_value, meter.unit)
        found.append(Meta(t("checklist.last_reading", value=last, when=format_ago(meter.last_read_at, step.client.now()))))
    elif step.step.kind is StepKind.meter and meter is None:
        found.append(Meta(t("checklist.no_meter")))
    return [stacked(*found, spacing=2)] if found else []


def _state_now(step: Answering) -> StepState | None:
    return judged(step.step, StepState.done, step.value) if step.value is not None else None


def _figure_color(step: Answering) -> ft.ColorValue:
    return C.bad if _state_now(step) is StepState.failed else C.ink


def _verdict(step: Answering) -> ft.Control:
    """In words, colour and icon, while it is typed."""
    state, doubt = _state_now(step), step.doubt
    if doubt is not None:
        is_backwards = doubt.kind is Implausible.backwards
        expected = t("checklist.expected", limits=st.limits(doubt.low, doubt.high, step.unit))
        body = f"{expected}. {t('checklist.was_replaced')}" if is_backwards else expected
        return NoticeCard(t("checklist.backwards" if is_backwards else "checklist.implausible"), body, tone=Tone.warning)
    if state is None or not st.limits_text(step.step):
        return ft.Container()
    word = "checklist.out" if state is StepState.failed else "checklist.within"
    return NoticeCard(t(word), tone=Tone.bad if state is StepState.failed else Tone.ok, icon=st.STATE[state].icon)


def _photo(step: Answering) -> list[ft.Control]:
    """The picture that a step asks for, to be taken before it is answered."""
    wanted = step.step.needs_photo or step.step.kind is StepKind.photo
    if step.photo_id is not None:
        picture = StoredPicture(step.photo_id, 280, height=200, label=t("checklist.photo"))
        again = TextLink(t("checklist.photo_again"), step.photograph)
        return [stacked(ft.Row([picture], alignment=ft.MainAxisAlignment.CENTER), ft.Row([again], alignment=ft.MainAxisAlignment.CENTER))]
    if not wanted:
        return []
    hint = [] if step.step.kind is StepKind.photo else [Meta(t("checklist.photo_first"))]
    return [stacked(PrimaryButton(t("checklist.photo_take"), step.photograph, icon=ft.Icons.PHOTO_CAMERA_ROUNDED, height=64), *hint)]


# A failure


def _failure(step: Answering, on_ask: Callable[[], None]) -> list[ft.Control]:
    """What was found, and the job that mends it: offered at once, shown once it is there."""
    answer = step.answer
    if answer is None or answer.state is not StepState.failed or (step.step.kind in SAVED and step.unsaved is not None):
        return []
    told, limits = st.value_text(step.step, answer), st.limits_text(step.step)
    body = t("checklist.failed_value", value=told, limits=limits) if told and limits else told
    notice = [NoticeCard(t("checklist.failed_title"), body, tone=Tone.bad, icon=st.STATE[StepState.failed].icon)] if told else []
    found = TextInput(t("checklist.finding_label"), step.finding, partial(step.enter, "finding"), optional=True, lines=2, max_length=200)
    if step.linked is not None:
        return [*notice, found, *st.linked_job(step.linked)]
    ask = SecondaryButton(t("checklist.corrective_ask"), on_ask, icon=ft.Icons.BUILD_ROUNDED)
    return [*notice, found, ask]


@component
def CorrectiveForm(step: Answering, on_close: Callable[[], None]) -> ft.Control:
    answer = step.answer
    named = answer.model_copy(update={"reason": step.finding.strip()}) if answer else None
    draft = use_draft(f"corrective:{step.job.id}:{step.step.id}", {"title": st.finding(step.step, named), "priority": Priority.high.value})
    title = draft.get("title", "")

    async def create() -> None:
        if await step.correct(title.strip(), Priority(draft.get("priority"))):
            await draft.clear()
            on_close()

    priorities = [Choice(mark.value, marks.PRIORITY[mark].word) for mark in Priority]
    return stacked(
        TextInput(t("checklist.corrective_what"), title, draft.setter("title"), lines=2, max_length=200),
        Segments(priorities, draft.get("priority"), draft.setter("priority")),
        PrimaryButton(t("checklist.corrective_create"), create, icon=ft.Icons.ADD_ROUNDED, disabled=not title.strip()),
        spacing=Space.l,
    )
