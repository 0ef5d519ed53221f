"""What the server refused: the reason, what was entered, and what can be done about it. Nothing is ever dropped here."""

from typing import Any

import flet as ft

from mobile_app.core.client import Client
from mobile_app.core.i18n import format_datetime, n, t
from mobile_app.core.limits import text_limit
from mobile_app.core.outbox import Refused
from mobile_app.domain.context import go, opener, use_client
from mobile_app.domain.lookup import dotted, machine
from mobile_app.domain.meters import amount
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.ui.buttons import DangerButton, PrimaryButton, TextLink
from mobile_app.ui.cards import Card, KeyValues
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, toast
from mobile_app.ui.fields import TextInput
from mobile_app.ui.hooks import use_live
from mobile_app.ui.sheets import Question, Sheet, use_confirm, use_sheet
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.text import Body, Meta, Strong
from mobile_app.ui.theme import C, Space
from shared_models.interventions import ValidateIntervention

STALE = "stale_version"
STRETCH = ft.CrossAxisAlignment.STRETCH
WORDS = ("title", "text", "reason", "description", "work_performed", "observations", "failure_cause")
"""What people write by hand; the rest of a command was chosen or measured."""


@component
def NeedsYouScreen() -> ft.Control:
    client = use_client()
    refused = use_live(client.outbox).needs_you
    head = PageHeader(t("needs_you.title"), t("needs_you.body") if refused else "", on_back=opener("/me"), trailing=[SyncBadge()])
    if not refused:
        return Page(head, EmptyState(ft.Icons.CLOUD_DONE_ROUNDED, t("needs_you.none"), t("needs_you.none_body")))
    return Page(head, *(RefusedCard(client, item, key=item.id) for item in refused))


@component
def RefusedCard(client: Client, item: Refused) -> ft.Control:
    editing, set_editing = ft.use_state(False)
    ask = use_confirm()
    title = t(f"command.{_verb(item)}")
    use_sheet(Sheet(title, EditForm(client, item, lambda: set_editing(False))) if editing else None, lambda: set_editing(False))

    async def retry() -> None:
        await client.retry(item.id)
        toast(t("needs_you.retried"))

    async def discard() -> None:
        await client.discard(item.id)

    def confirm() -> None:
        ask(Question(t("needs_you.discard_title", what=title), _loss(item), t("needs_you.discard"), discard))

    async def look_again() -> None:
        """What was judged has changed since: the judgement is given anew, before the sheet as it is now."""
        job_id = getattr(item.command, "intervention_id", None)
        await client.discard(item.id)
        go(f"/validate/{job_id}")

    written = _written(item)
    is_stale = isinstance(item.command, ValidateIntervention) and item.problem.code == STALE
    again = PrimaryButton(t("needs_you.look_again"), look_again, height=48)
    buttons: list[ft.Control] = [again if is_stale else PrimaryButton(t("needs_you.retry"), retry, height=48)]
    if written:
        buttons.append(TextLink(t("needs_you.edit"), lambda: set_editing(True)))
    buttons.append(DangerButton(t("needs_you.discard"), confirm, quiet=True, height=48))
    return Card(
        ft.Column(
            [
                Strong(title),
                Meta(dotted(_subject(client, item), format_datetime(item.at))),
                ft.Row(
                    [
                        ft.Icon(ft.Icons.REPORT_ROUNDED, color=C.warning, size=20),
                        Body(item.problem.detail or item.problem.title, expand=True),
                    ],
                    spacing=8,
                    vertical_alignment=ft.CrossAxisAlignment.START,
                ),
                *([KeyValues([(t(f"needs_you.field.{name}"), Body(text)) for name, text in written], stacked=True)] if written else []),
                *([Meta(n("needs_you.followers", len(item.followers)))] if item.followers else []),
                ft.Row(buttons, spacing=8, wrap=True),
                *_open(client, item),
            ],
            spacing=10,
            tight=True,
            horizontal_alignment=STRETCH,
        )
    )


def _verb(item: Refused) -> str:
    return str(item.payload.get("type", "unknown"))


def _written(item: Refused) -> list[tuple[str, str]]:
    return [(name, item.payload[name]) for name in WORDS if item.payload.get(name)]


def _subject(client: Client, item: Refused) -> str:
    job = client.interventions.get(getattr(item.command, "intervention_id", None))
    if job:
        return dotted(job.title, machine(client, job.equipment_id))
    row = client.equipment.get(getattr(item.command, "equipment_id", None))
    return row.name if row else _meter(client, item)


def _meter(client: Client, item: Refused) -> str:
    """`Heures moteur · Presse 2 · 4 870 h`: a value is what somebody would have to read again."""
    meter = client.tables.meters.get(getattr(item.command, "meter_id", None))
    value = getattr(item.command, "value", None)
    return dotted(meter.name, machine(client, meter.equipment_id), amount(meter, value) if value is not None else "") if meter else ""


def _open(client: Client, item: Refused) -> list[ft.Control]:
    job = client.interventions.get(getattr(item.command, "intervention_id", None))
    return [ft.Row([TextLink(t("needs_you.open"), lambda: go(f"/jobs/{job.id}"))])] if job else []


def _loss(item: Refused) -> str:
    return n("needs_you.discard_body", len(item.followers) + 1)


@component
def EditForm(client: Client, item: Refused, on_done: Any) -> ft.Control:
    """The words that were typed, to be put right and sent again."""
    words, set_words = ft.use_state(dict(_written(item)))

    def put(name: str) -> Any:
        return lambda text: set_words(lambda old: {**old, name: text})

    async def send() -> None:
        assert item.command is not None
        changed = type(item.command).model_validate({**item.payload, **words})
        await client.edit(item.id, changed)
        on_done()

    most = {name: text_limit(type(item.command), name) if item.command else None for name in words}
    fields = [TextInput(t(f"needs_you.field.{name}"), text, put(name), lines=2, max_length=most[name]) for name, text in words.items()]
    send_button = PrimaryButton(t("needs_you.send"), send)
    return ft.Column([*fields, send_button], spacing=Space.l, tight=True, horizontal_alignment=STRETCH)
