"""What somebody wants to be told, by which ways and when. Saved on the server alone: it is the server that tells."""

from datetime import date, time
from functools import partial
from typing import Any

import flet as ft

from mobile_app.core.errors import Offline
from mobile_app.core.i18n import t
from mobile_app.domain.answers import use_server
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_client
from mobile_app.domain.notices import hear, silenced, use_notices
from mobile_app.domain.submit import sender, submit
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.domain.zones import zone_here
from mobile_app.features.notifications import values as v
from mobile_app.features.notifications.matrix import matrix
from mobile_app.features.notifications.quiet import quiet_card
from mobile_app.features.notifications.words import kind_word
from mobile_app.ui.buttons import IconAction, PrimaryButton, TextLink
from mobile_app.ui.cards import Card, CardHeader, LineItem
from mobile_app.ui.choices import Choice, ChoiceChips
from mobile_app.ui.component import component
from mobile_app.ui.dates import DateInput, TimeInput
from mobile_app.ui.feedback import DraftNotice, ErrorState, SkeletonList
from mobile_app.ui.fields import Toggle
from mobile_app.ui.forms import Form, use_form
from mobile_app.ui.hooks import use_async, use_box, use_maybe
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import C
from shared_models.notices.settings import SettingsRead

PATH = "/notifications/settings"
WIDE = 760


def head(title: str, body: str, back: str) -> ft.Control:
    return PageHeader(title, body, on_back=opener(back), trailing=[SyncBadge()])


def failed(error: Exception, retry: Any) -> ft.Control:
    words = "offline" if isinstance(error, Offline) else "unread_settings"
    return ErrorState(t(f"notifications.{words}"), t(f"notifications.{words}_body"), on_retry=retry)


@component
def SettingsScreen() -> ft.Control:
    client = use_client()
    saved, set_saved = use_maybe(SettingsRead)

    async def load() -> SettingsRead:
        return SettingsRead.model_validate(await client.api.get(PATH))

    found = use_server(load, [])
    zone = use_async(zone_here, []).data or ""
    title = head(t("notifications.settings"), t("notifications.settings_body"), "/notifications")
    if found.data is None:
        return Page(title, failed(found.error, found.reload) if found.error else SkeletonList(4), max_width=WIDE)
    read = saved or found.data
    return SettingsForm(client, read, zone, title, set_saved, key=str(id(read)))


@component
def SettingsForm(client: Client, read: SettingsRead, zone: str, title: ft.Control, on_saved: Any) -> ft.Control:
    """Begun anew with each answer of the server."""
    begun = use_box(lambda: v.initial(read, client.now())).current
    form = use_form("notifications:settings", begun)

    async def save() -> None:
        answers: list[SettingsRead] = []

        async def sending() -> None:
            told = v.fields({**form.values, "time_zone": form.get("time_zone") or zone or None}, client.now())
            answers.append(SettingsRead.model_validate(await client.api.put(PATH, told)))

        if await submit(client, sending(), form, said="notifications.settings_saved"):
            on_saved(answers[0])

    if not form.ready:
        return Page(title, SkeletonList(4), max_width=WIDE)
    button = PrimaryButton(t("notifications.save"), save, busy=form.busy, icon=ft.Icons.CHECK_ROUNDED)
    return Page(
        title,
        *([DraftNotice(form.start_over)] if form.draft.restored else []),
        *matrix(read.kinds, form.values, partial(form.set, "kinds")),
        *_as_usual(form),
        _pause(client, form),
        quiet_card(form, zone),
        _digest(form),
        Silenced(),
        footer=sender(form, button),
        max_width=WIDE,
    )


def _as_usual(form: Form) -> list[ft.Control]:
    if not v.is_own(form.values):
        return []
    return [ft.Row([TextLink(t("notifications.as_usual"), lambda: form.set("kinds", {}))])]


def _pause(client: Client, form: Form) -> ft.Control:
    """For a while nothing comes, urgent or not; the bell goes on counting."""
    values, now = form.values, client.now()
    until = v.paused_until(values, now)
    so_far = [v.Pause.so_far] if values["paused_until"] else []
    names = [v.Pause.none, *so_far, v.Pause.hour, v.Pause.morning, v.Pause.date]
    words = {v.Pause.so_far: v.written(v.moment(values["paused_until"]), now)} if so_far else {}
    choices = [Choice(name, words.get(name) or t(f"notifications.pause.{name}")) for name in names]

    def pick_day(day: date) -> None:
        form.set("paused_day", day.isoformat())

    chosen = date.fromisoformat(values["paused_day"]) if values["paused_day"] else None
    day = [DateInput(t("notifications.pause_day"), chosen, pick_day)] if values["pause"] == v.Pause.date else []
    said = t("notifications.pause_until", when=v.written(until, now)) if until else t("notifications.pause_body")
    return Card(
        Stack(
            CardHeader(t("notifications.pause")),
            ChoiceChips(choices, values["pause"], partial(form.set, "pause")),
            *day,
            Meta(said, max_lines=4),
            spacing=12,
        )
    )


@component
def Silenced() -> ft.Control:
    """What was said to be not for them, on the spot, and may be after all: at once, and without a network."""
    client, notices = use_notices()
    found = silenced(notices)
    if not found:
        return ft.Container()
    lines = [
        LineItem(
            each[0].title, meta=kind_word(each[0].kind), icon=ft.Icons.NOTIFICATIONS_OFF_OUTLINED, color=C.ink2,
            trailing=IconAction(
                ft.Icons.NOTIFICATIONS_ACTIVE_OUTLINED, t("notifications.hear_what", what=each[0].title), partial(hear, client, each)
            ),
        )
        for each in found
    ]  # fmt: skip
    return Card(Stack(CardHeader(t("notifications.silent")), Meta(t("notifications.silent_body"), max_lines=3), *lines, spacing=6))


def _digest(form: Form) -> ft.Control:
    at = form.get("digest_at")

    def pick(hour: time) -> None:
        form.set("digest_at", f"{hour:%H:%M}")

    def switch(on: bool) -> None:  # noqa: FBT001 - as toggles tell it
        form.set("digest_at", v.USUAL_DIGEST if on else None)

    hour = [TimeInput(t("notifications.digest_at"), v.hour_of(at), pick, error=form.error("digest_at"))] if at else []
    return Card(
        Stack(
            CardHeader(t("notifications.mails")),
            Toggle(t("notifications.digest"), bool(at), switch, meta=t("notifications.digest_body")),
            *hour,
            spacing=12,
        )
    )
