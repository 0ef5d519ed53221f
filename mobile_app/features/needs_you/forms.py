"""What is asked before something refused is sent again: words, a value, a signature, another day."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import cache
from typing import Any

import flet as ft
from pydantic import ValidationError

from mobile_app.core.i18n import t
from mobile_app.core.limits import text_limit
from mobile_app.core.outbox import Refused
from mobile_app.domain.client import Client
from mobile_app.domain.meters import amount, last_shown, may_confirm, question
from mobile_app.domain.reading_pad import ReadingPad
from mobile_app.features.needs_you.editors import editor, refused_fields, value_at, with_values
from mobile_app.features.needs_you.offers import Asked
from mobile_app.ui.buttons import PrimaryButton
from mobile_app.ui.cards import NoticeCard
from mobile_app.ui.component import component
from mobile_app.ui.dates import DateInput
from mobile_app.ui.fields import TextInput
from mobile_app.ui.hooks import use_state
from mobile_app.ui.numbers import number_text, parse_number
from mobile_app.ui.pads import SignaturePad
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import Tone
from shared_models.base import LINES, ONE_LINE, Command
from shared_models.checklists.commands import AnswerStep
from shared_models.commands import COMMANDS, leaves
from shared_models.interventions.commands import CompleteIntervention
from shared_models.interventions.rows import Signature
from shared_models.meters.commands import RecordReading
from shared_models.meters.rows import MeterRow
from shared_models.meters.rules import doubt_of
from shared_models.plans.commands import MoveOccurrence

CHOSEN = frozenset({"color", "currency", "specifications"})
"""Text, but nobody's words."""
LONG = 200
SIGNATURE_BOX = (400, 180)
Send = Callable[[Command], Awaitable[None]]


@cache
def words_of(kind: type[Command]) -> dict[str, int]:
    """What people write by hand, with the lines it takes; the rest of a command was chosen or measured."""
    found = {}
    for name, field in kind.model_fields.items():
        texts = [marks for of, marks in leaves(field.annotation, tuple(field.metadata)) if of is str]
        marks = {mark for every in texts for mark in every} & {ONE_LINE, LINES}
        if marks and name not in CHOSEN:
            found[name] = 2 if LINES in marks or (text_limit(kind, name) or 0) >= LONG else 1
    return found


def written(item: Refused) -> list[tuple[str, str]]:
    """Of a command, too, that this version of the app cannot read."""
    names = words_of(type(item.command)) if item.command else dict.fromkeys(name for kind in COMMANDS.values() for name in words_of(kind))
    return [(name, text) for name in names if (text := item.payload.get(name)) and isinstance(text, str)]


@component
def EditForm(client: Client, item: Refused, on_send: Send) -> ft.Control:
    """What was refused, first, and the words that were typed: to be put right and sent again."""
    wrong = refused_fields(client, item)
    values, set_values = ft.use_state({name: value_at(item.payload, name) for name in [*wrong, *dict(written(item))]})

    def put(name: str) -> Any:
        return lambda value: set_values(lambda old: {**old, name: value})

    mended = _mended(item, values)

    async def send() -> None:
        if mended is not None:
            await on_send(mended)

    fields = [_field(Asked(client, item, name, value), put(name)) for name, value in values.items()]
    return Stack(*fields, PrimaryButton(t("needs_you.send"), send, disabled=mended is None))


def _field(asked: Asked, put: Any) -> ft.Control:
    """Words keep the lines that they take; anything else is asked for as its kind."""
    kind = type(asked.command)
    lines = words_of(kind).get(asked.name)
    if lines is None:
        return editor(asked, put)
    return TextInput(asked.label, asked.value or "", put, lines=lines, max_length=text_limit(kind, asked.name))


def _mended(item: Refused, values: dict[str, Any]) -> Command | None:
    """None while what cannot do without something has nothing."""
    assert item.command is not None
    try:
        return type(item.command).model_validate(with_values(item.payload, values))
    except ValidationError:
        return None


def read_at(command: RecordReading | AnswerStep) -> datetime:
    return command.read_at if isinstance(command, RecordReading) else command.occurred_at


@component
def CorrectForm(client: Client, meter: MeterRow, command: RecordReading | AnswerStep, on_send: Send) -> ft.Control:
    """The pad with what was typed; the reading keeps its time. What still looks wrong is asked about at once."""
    first = command.value if isinstance(command.value, float | int) else None
    typed, set_typed = use_state(number_text(first))
    asked, set_asked = use_state("")
    value = parse_number(typed)

    def put(text: str) -> None:
        set_typed(text)
        set_asked("")

    async def save() -> None:
        if value is None:
            return
        doubt = doubt_of(_without(client, meter, command), value, read_at(command))
        if doubt is not None and (not asked or not may_confirm(doubt)):
            set_asked(question(meter, doubt, value, read_at(command)))
        else:
            await on_send(command.model_copy(update={"value": value, "is_confirmed": doubt is not None}))

    word = t("meters.confirm", value=amount(meter, value)) if asked and value is not None else t("needs_you.send")
    return Stack(
        Meta(t("needs_you.last_reading", value=last_shown(meter))),
        ReadingPad(meter, typed, put, save),
        *([NoticeCard(asked, tone=Tone.warning, icon=ft.Icons.HELP_OUTLINE_ROUNDED)] if asked else []),
        PrimaryButton(word, save, icon=ft.Icons.CHECK_ROUNDED, disabled=value is None),
    )


def _without(client: Client, meter: MeterRow, command: RecordReading | AnswerStep) -> MeterRow:
    """The reading that an answer replaces is no witness against it."""
    job = client.interventions.get(command.intervention_id) if isinstance(command, AnswerStep) else None
    if job is None or not isinstance(command, AnswerStep):
        return meter
    own = {answer.reading_id for answer in job.answers if answer.step_id == command.step_id}
    return meter.model_copy(update={"readings": [reading for reading in meter.readings if reading.id not in own]})


@component
def SignForm(command: CompleteIntervention, name: str, on_send: Send) -> ft.Control:
    """The signature that the completion lacks."""
    who, set_who = use_state(name)
    path, set_path = use_state("")

    async def send() -> None:
        width, height = SIGNATURE_BOX
        signature = Signature(name=who.strip() or t("close.signed"), path=path, width=width, height=height)
        await on_send(command.model_copy(update={"signature": signature}))

    return Stack(
        TextInput(t("close.signed_by"), who, set_who, max_length=text_limit(Signature, "name")),
        SignaturePad(path, set_path),
        PrimaryButton(t("needs_you.sign_send"), send, icon=ft.Icons.CHECK_ROUNDED, disabled=not path),
    )


@component
def DayForm(command: MoveOccurrence, on_send: Send) -> ft.Control:
    """Another day for a date that may not pass its neighbours."""
    to, set_to = use_state(command.to.date())

    async def send() -> None:
        await on_send(command.model_copy(update={"to": datetime.combine(to, command.to.time())}))

    day = DateInput(t("needs_you.to_day"), to, set_to)
    return Stack(day, PrimaryButton(t("needs_you.move"), send, icon=ft.Icons.EVENT_AVAILABLE_ROUNDED, disabled=to == command.to.date()))
