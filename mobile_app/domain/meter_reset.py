"""What explains a meter that runs backwards: replaced, set to zero, or past its last digit."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import flet as ft

from mobile_app.core.i18n import format_datetime, t
from mobile_app.domain.client import Client
from mobile_app.domain.meters import amount, last_shown, question
from mobile_app.domain.submit import submit
from mobile_app.domain.typed_number import TypedNumber
from mobile_app.ui.buttons import PrimaryButton, TextLink
from mobile_app.ui.cards import NoticeCard
from mobile_app.ui.choices import Choice, ChoiceChips, Segments
from mobile_app.ui.component import component
from mobile_app.ui.fields import TextInput
from mobile_app.ui.hooks import use_maybe, use_state
from mobile_app.ui.sheets import Sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import Space, Tone
from shared_models.ids import uuid7
from shared_models.meters.commands import RecordReading, ResetMeter
from shared_models.meters.rows import MeterRow, ResetKind
from shared_models.meters.rules import allows, doubt_of_reset

Done = Callable[[], Any]
AGO = (1, 4, 12, 24, 48, 72, 168)
"""How many hours ago somebody may say that they read the meter."""


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


def reading_of(client: Client, meter: MeterRow, value: float, at: datetime, *, confirmed: bool) -> RecordReading:
    return RecordReading(occurred_at=client.now(), meter_id=meter.id, reading_id=uuid7(), value=value, read_at=at, is_confirmed=confirmed)


def reset_sheet(client: Client, meter: MeterRow, on_done: Done) -> Sheet:
    return Sheet(t("meters.reset_title", meter=meter.name), ResetForm(client, meter, on_done))


@component
def ResetForm(client: Client, meter: MeterRow, on_done: Done, reading: float | None = None, at: datetime | None = None) -> ft.Control:
    """What it showed at the end and from what it starts; `reading`, what it shows now, is recorded after it."""
    kind, set_kind = use_state(ResetKind.replacement.value)
    final, set_final = use_maybe(float, meter.last_value)
    start, set_start = use_maybe(float, 0.0)
    reason, set_reason = use_state("")
    wrong, set_wrong = use_state("")
    sure, set_sure = use_state(False)
    when, set_when = use_maybe(datetime, at)

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
        if not allows(meter, command) or (reading is not None and start > reading):
            set_wrong(t("meters.reset_contradicted", last=last_shown(meter)))
            return
        doubt = doubt_of_reset(meter, command)
        if doubt and not sure:
            set_sure(True)
            set_wrong(question(meter, doubt, final, happened))
            return
        if await submit(client, command) and (reading is None or await _record_after(happened)):
            on_done()

    async def _record_after(happened: datetime) -> bool:
        assert reading is not None
        return await submit(client, reading_of(client, meter, reading, happened, confirmed=True))

    save_word = t("meters.confirm", value=amount(meter, final)) if sure and final is not None else t("meters.reset_save")
    kinds = [Choice(one.value, t(f"meters.kind.{one}")) for one in ResetKind]
    then = [Meta(t("meters.reset_then", value=amount(meter, reading)))] if reading is not None else []
    return Stack(
        Segments(kinds, kind, set_kind),
        Meta(t(f"meters.kind.{kind}_note")),
        TypedNumber(t("meters.final_value"), final, put_final, unit=meter.unit, hint=t("meters.final_hint")),
        TypedNumber(t("meters.start_value"), start, set_start, unit=meter.unit),
        *([When(when, set_when, client.now())] if reading is None else []),
        TextInput(t("meters.reason"), reason, set_reason, optional=True),
        *then,
        *([NoticeCard(wrong, tone=Tone.bad)] if wrong else []),
        PrimaryButton(save_word, save, icon=ft.Icons.RESTART_ALT_ROUNDED),
        spacing=Space.m,
    )
