"""The card of one step: what it asks for, the controls of its kind, and what to do about a failure."""

from collections.abc import Callable
from functools import partial

import flet as ft

from mobile_app.core.i18n import format_ago, measure, t
from mobile_app.domain import marks
from mobile_app.domain import steps as st
from mobile_app.domain.lookup import dotted
from mobile_app.domain.meter_reset import ResetForm
from mobile_app.domain.meters import as_typed, last_shown, question, since_when
from mobile_app.domain.pictures import StoredPicture
from mobile_app.features.jobs.checklist_answers import NUMBERS, SAVED, Answering
from mobile_app.ui import environment
from mobile_app.ui.buttons import PrimaryButton, SecondaryButton, TextLink, spoken, tap
from mobile_app.ui.cards import Card, NoticeCard
from mobile_app.ui.choices import Choice, ChoiceGrid, Segments
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.fields import TextInput
from mobile_app.ui.hooks import use_breakpoint, use_draft
from mobile_app.ui.pads import NumberPad, SignaturePad, shown
from mobile_app.ui.pickers import Picker
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Body, Meta
from mobile_app.ui.theme import BOLD, SEMIBOLD, TONES, C, Radius, Size, Tone, line
from shared_models.checklists.rows import StepKind, StepState
from shared_models.checklists.rules import judged
from shared_models.interventions.rows import Priority
from shared_models.meters.rows import MeterKind, MeterRow

BIG = 84
"""The height of an answer that a gloved thumb gives."""
ROOMY = 720
"""The height of a screen on which the keys at its foot leave the question in sight."""
LONG = 70
"""From so many characters on, an instruction is read rather than glanced at."""
FIGURE, LONG_FIGURE = 44, 9
FEW_OPTIONS, SEVERAL = 6, 2


@component
def StepCard(step: Answering) -> ft.Control:
    """Without the verdicts where they are `under_thumb`."""
    asking, set_asking = ft.use_state(False)
    size = use_breakpoint()
    sheet = Sheet(t("checklist.corrective_title"), CorrectiveForm(step, lambda: set_asking(False))) if asking else None
    use_sheet(sheet, lambda: set_asking(False))
    is_at_foot = step.step.kind not in NUMBERS and under_thumb(step)
    controls = [] if is_at_foot else _controls(step, with_keys=size == Breakpoint.desktop)
    parts = [_asked(step), *_photo(step), *controls, *_failure(step, lambda: set_asking(True))]
    if step.answer is not None:
        parts.append(_answered(step))
    return Card(Stack(*parts), padding=20)


def _asked(step: Answering) -> ft.Control:
    words: list[ft.Control] = [_instruction(step.step.title)]
    if step.step.help:
        words.append(Body(step.step.help, color=C.ink2))
    if not step.step.is_required:
        words.append(Meta(t("checklist.optional")))
    return Stack(*words, spacing=6)


def _instruction(words: str) -> ft.Control:
    """All of it: what is to be done is never cut off."""
    small = len(words) > LONG
    text = ft.Text(words, size=Size.section if small else Size.title, weight=SEMIBOLD if small else BOLD)
    return ft.Semantics(content=text, header=True, heading_level=1, container=True)


def _answered(step: Answering) -> ft.Control:
    """What stands in the record, and the way to take it back."""
    assert step.answer
    chip = st.mark_of(step.step, step.answer).chip()
    back = TextLink(t("checklist.take_back"), step.take_back, color=C.ink2)
    row: list[ft.Control] = [chip, back]
    foot = ft.Row(row, alignment=ft.MainAxisAlignment.SPACE_BETWEEN, wrap=True)
    reason = [Meta(step.answer.reason)] if step.answer.reason and step.answer.state is StepState.skipped else []
    return Stack(*reason, foot, spacing=4)


def under_thumb(step: Answering) -> list[ft.Control]:
    """What is tapped at a step that is still open, for the foot of a phone's screen."""
    env = environment.current()
    if env.layout.breakpoint != Breakpoint.phone:
        return []
    if step.step.kind in NUMBERS and not step.is_answered:
        return [_figure(step), *_verdict(step), _pad(step)] if _has_keys_at_foot(step) else _verdict(step)
    if env.has_big_text:
        return []
    has_room = step.step.kind in {StepKind.check, StepKind.pass_fail} or (
        step.step.kind is StepKind.choice and len(step.step.options) <= FEW_OPTIONS
    )
    return _controls(step, with_keys=False) if step.answer is None and has_room else []


def _has_keys_at_foot(step: Answering) -> bool:
    env = environment.current()
    has_room = env.layout.breakpoint == Breakpoint.phone and not env.has_big_text and (ft.context.page.height or 0) >= ROOMY
    return has_room and not step.is_answered


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
        Stack(
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
    big = environment.current().has_big_text
    said = ft.Text(t(key), size=19, weight=SEMIBOLD, color=color, expand=big)
    face = ft.Row([ft.Icon(st.STATE[state].icon, size=30, color=color), said], spacing=14, alignment=ft.MainAxisAlignment.CENTER)
    box = ft.Container(
        face,
        height=None if big else BIG,
        padding=ft.Padding.symmetric(horizontal=12, vertical=20 if big else 0),
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


def _figure(step: Answering) -> ft.Control:
    typed = as_typed(step.typed)
    size = environment.current().fixed(FIGURE if len(typed) <= LONG_FIGURE else FIGURE * 2 / 3, 1.5)
    spans = [
        ft.TextSpan(typed or "0", ft.TextStyle(size=size, weight=SEMIBOLD, color=_figure_color(step))),
        ft.TextSpan(f"\u00a0{step.unit}", ft.TextStyle(size=size * 0.45, color=C.ink2)),
    ]
    text = ft.Text(spans=spans, text_align=ft.TextAlign.CENTER)
    return ft.Semantics(content=text, label=measure(typed, step.unit), container=True, exclude_semantics=True)


def _number(step: Answering, *, with_keys: bool) -> list[ft.Control]:
    """The figure and the keys, or a field where there is a keyboard; what it means below, so that no key moves under the thumb."""
    asked = [*_meter_choice(step), *_limits(step)]
    if with_keys:
        return [*asked, _field(step), *_verdict(step)]
    if _has_keys_at_foot(step):
        return asked
    if step.is_answered:
        again = TextLink(t("checklist.change_value"), lambda: step.enter("value", ""))
        return [*asked, _figure(step), ft.Row([again], alignment=ft.MainAxisAlignment.CENTER), *_verdict(step)]
    is_said_at_foot = environment.current().layout.breakpoint == Breakpoint.phone
    return [*asked, _figure(step), _pad(step), *([] if is_said_at_foot else _verdict(step))]


def _field(step: Answering) -> ft.Control:
    ready = step.unsaved is not None and not step.blocked
    label = t("checklist.value_in", unit=step.unit) if step.unit else t("checklist.value")
    return TextInput(
        label, shown(step.typed), lambda text: step.enter("value", _figures(text)), autofocus=step.answer is None,
        on_submit=step.save if ready else None,
    )  # fmt: skip


def _pad(step: Answering) -> ft.Control:
    return NumberPad(step.typed, partial(step.enter, "value"), signed=_may_be_negative(step))


def _figures(text: str) -> str:
    """What of a typed text can be part of a number, with a point."""
    return "".join(char for char in text.replace(",", ".") if char in "0123456789.-")


def _may_be_negative(step: Answering) -> bool:
    is_counter = step.meter is not None and step.meter.kind is MeterKind.counter
    return not is_counter and (step.step.low is None or step.step.low < 0)


def _meter_choice(step: Answering) -> list[ft.Control]:
    """Which one is read, where the machine has several that the step can mean."""
    if len(step.meters) < SEVERAL or step.meter is None:
        return []
    choices = [
        Choice(str(meter.id), meter.name, note=dotted(last_shown(meter), since_when(meter, step.client.now()))) for meter in step.meters
    ]
    return [Picker(t("checklist.which_meter"), choices, str(step.meter.id), step.choose_meter)]


def _limits(step: Answering) -> list[ft.Control]:
    """Between what the value should lie, and what the meter last showed."""
    found: list[ft.Control] = []
    if limits := st.limits_text(step.step):
        found.append(Meta(t("checklist.expected", limits=limits)))
    if step.meter is not None:
        found.append(Meta(_last_reading(step, step.meter)))
    elif step.step.kind is StepKind.meter:
        found.append(Meta(t("checklist.no_meter")))
    return [Stack(*found, spacing=2)] if found else []


def _last_reading(step: Answering, meter: MeterRow) -> str:
    """With the meter's name where nothing else says it."""
    is_said = len(step.meters) > 1 or meter.name.casefold() == step.step.title.casefold()
    name = "" if is_said else meter.name
    if meter.last_read_at is None:
        return dotted(name, last_shown(meter))
    return dotted(name, t("checklist.last_reading", value=last_shown(meter), when=format_ago(meter.last_read_at, step.client.now())))


def _state_now(step: Answering) -> StepState | None:
    return judged(step.step, StepState.done, step.value) if step.value is not None else None


def _figure_color(step: Answering) -> ft.ColorValue:
    if step.value is None:
        return C.ink2
    return C.bad if _state_now(step) is StepState.failed else C.ink


def _verdict(step: Answering) -> list[ft.Control]:
    """In words, colour and icon, while it is typed; a failure that stands is told with what to do about it."""
    if step.is_answered and step.answer and step.answer.state is StepState.failed:
        return []
    state, doubt = _state_now(step), step.doubt
    if doubt is not None and step.meter is not None and isinstance(step.value, float) and not step.is_answered:
        title = t("checklist.backwards" if step.runs_backwards else "checklist.implausible")
        notice = NoticeCard(title, question(step.meter, doubt, step.value, step.client.now()), tone=Tone.warning)
        return [notice, *([MeterWasReset(step)] if step.runs_backwards else [])]
    if state is None or not st.limits_text(step.step):
        return []
    word = "checklist.out" if state is StepState.failed else "checklist.within"
    return [NoticeCard(t(word), tone=Tone.bad if state is StepState.failed else Tone.ok, icon=st.STATE[state].icon)]


@component
def MeterWasReset(step: Answering) -> ft.Control:
    """What explains a lower value is said here and now; then it can be kept."""
    asking, set_asking = ft.use_state(False)
    meter = step.meter
    form = ResetForm(step.client, meter, lambda: set_asking(False)) if asking and meter else None
    use_sheet(Sheet(t("meters.reset_title", meter=meter.name), form) if form and meter else None, lambda: set_asking(False))
    return SecondaryButton(t("meters.was_reset"), lambda: set_asking(True), icon=ft.Icons.RESTART_ALT_ROUNDED)


def _photo(step: Answering) -> list[ft.Control]:
    """The picture that a step asks for, to be taken before it is answered."""
    wanted = step.step.needs_photo or step.step.kind is StepKind.photo
    if step.photo_id is not None:
        picture = StoredPicture(step.photo_id, 280, height=200, label=t("checklist.photo"))
        again = TextLink(t("checklist.photo_again"), step.photograph)
        return [
            Stack(
                ft.Row([picture], alignment=ft.MainAxisAlignment.CENTER), ft.Row([again], alignment=ft.MainAxisAlignment.CENTER), spacing=10
            )
        ]
    if not wanted:
        return []
    hint = [] if step.step.kind is StepKind.photo else [Meta(t("checklist.photo_first"))]
    return [
        Stack(PrimaryButton(t("checklist.photo_take"), step.photograph, icon=ft.Icons.PHOTO_CAMERA_ROUNDED, height=64), *hint, spacing=10)
    ]


# A failure


def _failure(step: Answering, on_ask: Callable[[], None]) -> list[ft.Control]:
    """What was found, and the job that mends it: offered at once, shown once it is there."""
    answer = step.answer
    if answer is None or answer.state is not StepState.failed or (step.step.kind in SAVED and step.unsaved is not None):
        return []
    value, limits = st.value_text(step.step, answer), st.limits_text(step.step)
    body = t("checklist.failed_value", value=value, limits=limits) if value and limits else value
    notice = [NoticeCard(t("checklist.failed_title"), body, tone=Tone.bad, icon=st.STATE[StepState.failed].icon)] if value else []
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
    return Stack(
        TextInput(t("checklist.corrective_what"), title, draft.setter("title"), lines=2, max_length=200),
        Segments(priorities, draft.get("priority"), draft.setter("priority")),
        PrimaryButton(t("checklist.corrective_create"), create, icon=ft.Icons.ADD_ROUNDED, disabled=not title.strip()),
    )
