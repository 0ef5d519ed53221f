"""What the server refused: the reason, what was entered, and what can be done about it. Nothing is ever dropped here."""

from collections.abc import Callable

import flet as ft

from mobile_app.core.i18n import format_datetime, n, t
from mobile_app.core.outbox import Refused
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_client, use_tables
from mobile_app.domain.meter_reset import ResetForm
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.features.needs_you.editors import refused_fields, said, value_at
from mobile_app.features.needs_you.forms import CorrectForm, DayForm, EditForm, SignForm, read_at, written
from mobile_app.features.needs_you.offers import Asked
from mobile_app.features.needs_you.subject import reason, said_value, subject
from mobile_app.features.needs_you.verbs import Verbs
from mobile_app.features.needs_you.ways import Way, job_in, meter_in, plan_in, ways_out
from mobile_app.ui.buttons import DangerButton, Handler, PrimaryButton, SecondaryButton, TextLink
from mobile_app.ui.cards import Card, KeyValues
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.hooks import use_live, use_state
from mobile_app.ui.sheets import Question, Sheet, use_confirm, use_sheet
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Body, Meta, Strong
from mobile_app.ui.theme import C
from shared_models.checklists.commands import AnswerStep
from shared_models.interventions.commands import CompleteIntervention
from shared_models.meters.commands import RecordReading
from shared_models.plans.commands import MoveOccurrence

ICONS = {
    Way.confirm: ft.Icons.CHECK_ROUNDED,
    Way.correct: ft.Icons.DIALPAD_ROUNDED,
    Way.was_reset: ft.Icons.RESTART_ALT_ROUNDED,
    Way.checklist: ft.Icons.CHECKLIST_ROUNDED,
    Way.photo: ft.Icons.PHOTO_CAMERA_ROUNDED,
    Way.sign: ft.Icons.DRAW_OUTLINED,
    Way.as_note: ft.Icons.STICKY_NOTE_2_OUTLINED,
    Way.other_day: ft.Icons.EVENT_ROUNDED,
    Way.in_hand: ft.Icons.BACK_HAND_ROUNDED,
}
EDIT = "edit"


@component
def NeedsYouScreen() -> ft.Control:
    client = use_client()
    refused = use_live(client.outbox).needs_you
    head = PageHeader(t("needs_you.title"), t("needs_you.body") if refused else "", on_back=opener("/me"), trailing=[SyncBadge()])
    if not refused:
        return Page(head, EmptyState(ft.Icons.CLOUD_DONE_ROUNDED, t("needs_you.none"), t("needs_you.none_body")))
    return Page(head, *(RefusedCard(item, key=item.id) for item in refused))


@component
def RefusedCard(item: Refused) -> ft.Control:
    client = use_tables("interventions", "equipment", "meters", "plans", "teams", "users", "lines", "sites", "parts")
    sheet, set_sheet = use_state("")
    ask = use_confirm()
    title = t(f"command.{item.payload.get('type', 'unknown')}")
    verbs = Verbs(client, item, lambda: set_sheet(""))
    use_sheet(_sheet(sheet, title, client, item, verbs), lambda: set_sheet(""))

    async def discard() -> None:
        await client.discard(item.id)

    def confirm() -> None:
        loss = n("needs_you.discard_body", len(item.followers) + 1)
        ask(Question(t("needs_you.discard_title", what=title), loss, t("needs_you.discard"), discard))

    words, edit = written(item), lambda: set_sheet(EDIT)
    wrong = [Asked(client, item, name, value_at(item.payload, name)) for name in refused_fields(client, item)]
    offered = ways_out(client, item)
    is_by_words = bool(wrong) and Way.in_hand not in offered
    chosen = [(asked.label, Body(now)) for asked in wrong if asked.name not in dict(words) and (now := said(asked))]
    typed = [(t(f"needs_you.field.{name}"), Body(text)) for name, text in words]
    ways = [_button(way, client, item, verbs, set_sheet, is_main=rank == 0 and not is_by_words) for rank, way in enumerate(offered)]
    buttons: list[ft.Control] = [PrimaryButton(t("needs_you.edit"), edit, height=48), *ways] if is_by_words else ways
    if (words or wrong) and item.command is not None and not is_by_words:
        buttons.append(TextLink(t("needs_you.edit"), edit))
    buttons.append(DangerButton(t("needs_you.discard"), confirm, quiet=True, height=48))
    return Card(
        Stack(
            Strong(title),
            *([Meta(about, max_lines=3)] if (about := subject(client, item)) else []),
            Meta(format_datetime(item.at)),
            _reason(reason(client, item)),
            *([KeyValues([*chosen, *typed], stacked=True)] if chosen or typed else []),
            *([Meta(n("needs_you.followers", len(item.followers)))] if item.followers else []),
            ft.Row(buttons, spacing=8, run_spacing=8, wrap=True),
            *_open(client, item),
            spacing=10,
        )
    )


def _reason(words: str) -> ft.Control:
    icon = ft.Icon(ft.Icons.REPORT_ROUNDED, color=C.warning, size=20)
    return ft.Row([icon, Body(words, expand=True)], spacing=8, vertical_alignment=ft.CrossAxisAlignment.START)


def _button(way: Way, client: Client, item: Refused, verbs: Verbs, set_sheet: Callable[[str], None], *, is_main: bool) -> ft.Control:
    asking = {Way.correct, Way.was_reset, Way.sign, Way.other_day}
    handler: Handler = (lambda: set_sheet(way)) if way in asking else getattr(verbs, way)
    label = t(f"needs_you.{way}")
    if way is Way.confirm:
        label = t("needs_you.confirm", value=said_value(client, item.command))
    button = PrimaryButton if is_main else SecondaryButton
    return button(label, handler, icon=ICONS.get(way), height=48)


def _sheet(name: str, title: str, client: Client, item: Refused, verbs: Verbs) -> Sheet | None:
    command, meter = item.command, meter_in(client, item.command)
    if name == EDIT and command is not None:
        return Sheet(title, EditForm(client, item, verbs.send))
    if name == Way.correct and meter is not None and isinstance(command, RecordReading | AnswerStep):
        return Sheet(meter.name, CorrectForm(client, meter, command, verbs.send))
    if name == Way.was_reset and meter is not None and isinstance(command, RecordReading | AnswerStep):
        form = ResetForm(client, meter, lambda: ft.context.page.run_task(verbs.after_reset), at=read_at(command))
        return Sheet(t("meters.reset_title", meter=meter.name), form)
    if name == Way.sign and isinstance(command, CompleteIntervention):
        return Sheet(t("needs_you.sign"), SignForm(command, client.user.name, verbs.send))
    if name == Way.other_day and isinstance(command, MoveOccurrence):
        return Sheet(title, DayForm(command, verbs.send))
    return None


def _open(client: Client, item: Refused) -> list[ft.Control]:
    """The way to what the command speaks of, where no button leads there already."""
    job, plan = job_in(client, item.command), plan_in(client, item.command)
    if job is not None:
        return [ft.Row([TextLink(t("needs_you.open"), opener(f"/jobs/{job.id}"))])]
    if plan is not None and Way.open_plan not in ways_out(client, item):
        return [ft.Row([TextLink(t("needs_you.open_plan"), opener(f"/plans/{plan.id}"))])]
    return []
