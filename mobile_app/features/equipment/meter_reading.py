"""A reading on the pad, what is asked when it looks wrong, and the reset that explains it.

The meter's line says that it was kept, without a toast: whoever reads several meters opens the next at once.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import flet as ft

from mobile_app.core.client import Client
from mobile_app.core.i18n import format_datetime, format_number, t
from mobile_app.core.project_meters import doubt_of_reset, fits
from mobile_app.domain.context import carry_out
from mobile_app.domain.lookup import dotted
from mobile_app.domain.meters import amount, doubt_of, last_shown, may_confirm, question, since_when
from mobile_app.features.equipment.typed_number import TypedNumber
from mobile_app.ui.buttons import PrimaryButton, SecondaryButton, TextLink
from mobile_app.ui.cards import NoticeCard
from mobile_app.ui.choices import Choice, ChoiceChips, Segments
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.fields import TextInput, parse_number
from mobile_app.ui.hooks import State, use_breakpoint, use_state
from mobile_app.ui.pads import NumberPad, shown
from mobile_app.ui.sheets import Sheet
from mobile_app.ui.text import Digits, Meta, Strong
from mobile_app.ui.theme import C, Space, Tone
from shared_models.ids import uuid7
from shared_models.metering import Doubt
from shared_models.meters import MeterKind, MeterRow, RecordReading, ResetKind, ResetMeter

STRETCH = ft.CrossAxisAlignment.STRETCH
Done = Callable[[], Any]
AGO = (1, 4, 12, 24, 48, 72, 168)
"""How many hours ago somebody may say that he read the meter."""


def reading_sheet(client: Client, meter: MeterRow, on_done: Done) -> Sheet:
    return Sheet(meter.name, ReadingForm(client, meter, on_done))


@component
def ReadingForm(client: Client, meter: MeterRow, on_done: Done) -> ft.Control:
    """The pad; then, if need be, one question in its place."""
    typed, set_typed = use_state("")
    moment: State[datetime | None] = use_state(None)
    earlier, set_earlier = moment
    asked: State[tuple[Doubt, datetime] | None] = use_state(None)
    doubted, set_doubted = asked
    resetting, set_resetting = use_state(False)
    value = parse_number(typed)

    async def record(at: datetime, *, confirmed: bool) -> None:
        assert value is not None
        if await carry_out(client, _reading(client, meter, value, at, confirmed=confirmed)):
            on_done()

    async def save() -> None:
        if value is None:
            return
        at = earlier or client.now()
        doubt = doubt_of(meter, value, at)
        if doubt:
            set_doubted((doubt, at))
        else:
            await record(at, confirmed=False)

    if resetting and doubted:
        return ResetForm(client, meter, on_done, reading=value, at=doubted[1])
    if doubted and value is not None:
        doubt, at = doubted
        return _question(
            question(meter, doubt, value, at), amount(meter, value),
            on_confirm=(lambda: record(at, confirmed=True)) if may_confirm(doubt) else None,
            on_reset=None if may_confirm(doubt) else lambda: set_resetting(True),
            on_correct=lambda: set_doubted(None),
        )  # fmt: skip
    return _stack(
        _last(client, meter),
        _entry(meter, typed, set_typed, save),
        When(earlier, set_earlier, client.now()),
        PrimaryButton(t("meters.save"), save, icon=ft.Icons.CHECK_ROUNDED, disabled=value is None),
    )


def _reading(client: Client, meter: MeterRow, value: float, at: datetime, *, confirmed: bool) -> RecordReading:
    return RecordReading(occurred_at=client.now(), meter_id=meter.id, reading_id=uuid7(), value=value, read_at=at, is_confirmed=confirmed)


def _stack(*controls: ft.Control) -> ft.Control:
    return ft.Column(list(controls), spacing=Space.m, tight=True, horizontal_alignment=STRETCH)


def _last(client: Client, meter: MeterRow) -> ft.Control:
    """What it showed before, for the eye to compare."""
    if meter.last_value is None:
        return Meta(t("meters.never_read"))
    return ft.Row(
        [Meta(dotted(t("meters.last"), since_when(meter, client.now())), expand=True), Strong(last_shown(meter), size=24)],
        spacing=8,
    )


def _entry(meter: MeterRow, typed: str, set_typed: Callable[[str], None], save: Callable[[], Any]) -> ft.Control:
    """Big keys under a thumb, plain typing at a desk."""
    is_gauge = meter.kind is MeterKind.gauge
    if use_breakpoint() >= Breakpoint.desktop:
        return TextInput(
            t("meters.value_now"), typed, set_typed, on_submit=save, autofocus=True, suffix=meter.unit, keyboard_type=ft.KeyboardType.NUMBER
        )
    figure = ft.Row(
        [Digits(_grouped(typed), size=44, color=C.ink if typed else C.ink2), ft.Text(meter.unit, size=20, color=C.ink2)],
        spacing=8,
        alignment=ft.MainAxisAlignment.CENTER,
    )
    return _stack(
        figure,
        NumberPad(typed, set_typed, decimals=meter.decimals > 0 or is_gauge, signed=is_gauge and (meter.low is None or meter.low < 0)),
    )


def _grouped(typed: str) -> str:
    """As it is typed, in thousands."""
    whole, point, rest = typed.lstrip("-").partition(".")
    sign = "\u2212" if typed.startswith("-") else ""
    return f"{sign}{format_number(int(whole or 0))}{shown(point + rest)}"


@component
def When(at: datetime | None, on_change: Callable[[datetime | None], None], now: datetime) -> ft.Control:
    """Now, unless somebody read it before."""
    if at is None:
        return ft.Row(
            [TextLink(t("meters.read_earlier"), lambda: on_change(now - timedelta(hours=AGO[0])))], alignment=ft.MainAxisAlignment.CENTER
        )
    chosen = min(AGO, key=lambda hours: abs(now - timedelta(hours=hours) - at))
    choices = [Choice(str(hours), format_datetime(now - timedelta(hours=hours))) for hours in AGO]
    return ChoiceChips(choices, str(chosen), lambda hours: on_change(now - timedelta(hours=int(hours))))


def _question(words: str, value: str, *, on_confirm: Done | None, on_reset: Done | None, on_correct: Done) -> ft.Control:
    """Putting it right is always offered first to the eye; confirming, or the reset that explains it, below."""
    buttons = [SecondaryButton(t("meters.correct"), on_correct, icon=ft.Icons.BACKSPACE_OUTLINED)]
    if on_confirm:
        buttons.append(PrimaryButton(t("meters.confirm", value=value), on_confirm, icon=ft.Icons.CHECK_ROUNDED))
    if on_reset:
        buttons.append(PrimaryButton(t("meters.was_reset"), on_reset, icon=ft.Icons.RESTART_ALT_ROUNDED))
    return _stack(NoticeCard(value, words, tone=Tone.warning, icon=ft.Icons.HELP_OUTLINE_ROUNDED), *buttons)


# --- resets


def reset_sheet(client: Client, meter: MeterRow, on_done: Done) -> Sheet:
    return Sheet(t("meters.reset_title", meter=meter.name), ResetForm(client, meter, on_done))


@component
def ResetForm(client: Client, meter: MeterRow, on_done: Done, reading: float | None = None, at: datetime | None = None) -> ft.Control:
    """What it showed at the end and from what it starts; `reading`, what it shows now, is recorded after it."""
    kind, set_kind = use_state(ResetKind.replacement.value)
    last: State[float | None] = use_state(meter.last_value)
    first: State[float | None] = use_state(0.0)
    final, set_final = last
    start, set_start = first
    reason, set_reason = use_state("")
    wrong, set_wrong = use_state("")
    sure, set_sure = use_state(False)
    moment: State[datetime | None] = use_state(at)
    when, set_when = moment

    def put_final(value: float | None) -> None:
        set_final(value)
        set_sure(False)
        set_wrong("")

    async def save() -> None:
        if final is None or start is None:
            set_wrong(t("meters.reset_missing"))
            return
        happened = when or client.now()
        command = ResetMeter(
            occurred_at=happened, meter_id=meter.id, reset_id=uuid7(), kind=ResetKind(kind), final_value=final, start_value=start,
            reason=reason.strip(), is_confirmed=sure,
        )  # fmt: skip
        if not fits(meter, command) or (reading is not None and start > reading):
            set_wrong(t("meters.reset_contradicted", last=last_shown(meter)))
            return
        doubt = doubt_of_reset(meter, command)
        if doubt and not sure:
            set_sure(True)
            set_wrong(question(meter, doubt, final, happened))
            return
        if await carry_out(client, command) and (reading is None or await _record_after(happened)):
            on_done()

    async def _record_after(happened: datetime) -> bool:
        assert reading is not None
        return await carry_out(client, _reading(client, meter, reading, happened, confirmed=True))

    save_word = t("meters.confirm", value=amount(meter, final)) if sure and final is not None else t("meters.reset_save")
    kinds = [Choice(one.value, t(f"meters.kind.{one}")) for one in ResetKind]
    then = [Meta(t("meters.reset_then", value=amount(meter, reading)))] if reading is not None else []
    return _stack(
        Segments(kinds, kind, set_kind),
        Meta(t(f"meters.kind.{kind}_note")),
        TypedNumber(t("meters.final_value"), final, put_final, unit=meter.unit, hint=t("meters.final_hint")),
        TypedNumber(t("meters.start_value"), start, set_start, unit=meter.unit),
        *([When(when, set_when, client.now())] if reading is None else []),
        TextInput(t("meters.reason"), reason, set_reason, optional=True),
        *then,
        *([NoticeCard(wrong, tone=Tone.bad)] if wrong else []),
        PrimaryButton(save_word, save, icon=ft.Icons.RESTART_ALT_ROUNDED),
    )
