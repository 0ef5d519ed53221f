"""A reading on the pad, and what is asked when it looks wrong.

The meter's line says that it was kept, without a toast: whoever reads several meters opens the next at once.
"""

from datetime import datetime

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.domain.lookup import dotted
from mobile_app.domain.meter_reset import Done, ResetForm, When, reading_of
from mobile_app.domain.meters import amount, last_shown, may_confirm, question, since_when
from mobile_app.domain.reading_pad import ReadingPad
from mobile_app.domain.submit import submit
from mobile_app.ui.buttons import PrimaryButton, SecondaryButton
from mobile_app.ui.cards import NoticeCard
from mobile_app.ui.component import component
from mobile_app.ui.hooks import use_maybe, use_state
from mobile_app.ui.numbers import parse_number
from mobile_app.ui.sheets import Sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta, Strong
from mobile_app.ui.theme import Space, Tone
from shared_models.meters.metering import Doubt, Implausible
from shared_models.meters.rows import MeterRow
from shared_models.meters.rules import doubt_of


def reading_sheet(client: Client, meter: MeterRow, on_done: Done) -> Sheet:
    return Sheet(meter.name, ReadingForm(client, meter, on_done))


@component
def ReadingForm(client: Client, meter: MeterRow, on_done: Done) -> ft.Control:
    """The pad; then, if need be, one question in its place."""
    typed, set_typed = use_state("")
    earlier, set_earlier = use_maybe(datetime)
    doubted, set_doubted = use_maybe(tuple[Doubt, datetime])
    resetting, set_resetting = use_state(False)
    value = parse_number(typed)

    async def record(at: datetime, *, confirmed: bool) -> None:
        assert value is not None
        if await submit(client, reading_of(client, meter, value, at, confirmed=confirmed)):
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
            on_reset=None if may_confirm(doubt) or doubt.kind is Implausible.off_dial else lambda: set_resetting(True),
            on_correct=lambda: set_doubted(None),
        )  # fmt: skip
    return Stack(
        _last(client, meter),
        ReadingPad(meter, typed, set_typed, save),
        When(earlier, set_earlier, client.now()),
        PrimaryButton(t("meters.save"), save, icon=ft.Icons.CHECK_ROUNDED, disabled=value is None),
        spacing=Space.m,
    )


def _last(client: Client, meter: MeterRow) -> ft.Control:
    """What it showed before, for the eye to compare."""
    if meter.last_value is None:
        return Meta(t("meters.never_read"))
    return ft.Row(
        [Meta(dotted(t("meters.last"), since_when(meter, client.now())), expand=True), Strong(last_shown(meter), size=24)],
        spacing=8,
    )


def _question(words: str, value: str, *, on_confirm: Done | None, on_reset: Done | None, on_correct: Done) -> ft.Control:
    """Putting it right is always offered first to the eye; confirming, or the reset that explains it, below."""
    buttons = [SecondaryButton(t("meters.correct"), on_correct, icon=ft.Icons.BACKSPACE_OUTLINED)]
    if on_confirm:
        buttons.append(PrimaryButton(t("meters.confirm", value=value), on_confirm, icon=ft.Icons.CHECK_ROUNDED))
    if on_reset:
        buttons.append(PrimaryButton(t("meters.was_reset"), on_reset, icon=ft.Icons.RESTART_ALT_ROUNDED))
    return Stack(NoticeCard(value, words, tone=Tone.warning, icon=ft.Icons.HELP_OUTLINE_ROUNDED), *buttons, spacing=Space.m)
