"""One mail: to whom, what has become of it, what it says; its link to hand over, and once more on its way."""

from collections.abc import Callable

import flet as ft

from mobile_app.core.errors import ProblemError
from mobile_app.core.i18n import format_datetime, format_number, t
from mobile_app.domain.access_links import LinkToShow
from mobile_app.domain.answers import use_server
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_client
from mobile_app.domain.submit import submit
from mobile_app.features.mails.words import chip, kind
from mobile_app.ui.buttons import ActionRow, PrimaryButton, SecondaryButton
from mobile_app.ui.cards import Card, CardHeader, KeyValues, NoticeCard
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, ErrorState, SkeletonList
from mobile_app.ui.hooks import use_maybe
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Body
from mobile_app.ui.theme import Tone
from shared_models.auth.invitations import AccessLink
from shared_models.mails import MailRead
from shared_models.outbox import ParcelState
from shared_models.permissions import Permission


@component
def MailScreen() -> ft.Control:
    client = use_client()
    mail_id = ft.use_route_params().get("mail_id")

    async def load() -> MailRead:
        return MailRead.model_validate(await client.api.get(f"/mails/{mail_id}"))

    answer = use_server(load, [mail_id])
    back = PageHeader(t("mails.one"), on_back=opener("/mails"))
    if not client.may(Permission.settings_write):
        return EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("people.not_yours"), t("people.not_yours_body"))
    if isinstance(answer.error, ProblemError):
        return Page(back, EmptyState(ft.Icons.UNSUBSCRIBE_OUTLINED, t("mails.unknown"), t("mails.unknown_body")))
    if answer.data is None:
        state = ErrorState(t("people.offline"), t("mails.offline_body"), on_retry=answer.reload) if answer.error else SkeletonList(3)
        return Page(back, state)
    return Mail(client, answer.data, answer.reload, key=f"{answer.data.id}:{answer.data.state}")


@component
def Mail(client: Client, mail: MailRead, reload: Callable[[], None]) -> ft.Control:
    link, set_link = use_maybe(AccessLink)
    intro = t("mails.link_intro", target=mail.target)
    sheet = Sheet(t("mails.link"), LinkToShow(link, intro, t("people.link_subject")), tall=True) if link else None
    use_sheet(sheet, lambda: set_link(None))

    async def show() -> None:
        async def shown() -> None:
            set_link(AccessLink.model_validate(await client.api.post(f"/mails/{mail.id}/link")))

        await submit(client, shown())

    async def send() -> None:
        await submit(client, client.api.post(f"/mails/{mail.id}/again"), said="mails.sent_again")
        reload()

    buttons: list[ft.Control] = []
    if mail.state is not ParcelState.waiting:
        buttons.append(SecondaryButton(t("mails.again"), send, icon=ft.Icons.SEND_ROUNDED, expand=True))
    if mail.has_link:
        buttons.append(PrimaryButton(t("mails.link"), show, icon=ft.Icons.KEY_ROUNDED, expand=True))
    trouble = [NoticeCard(t("mails.error"), mail.error, tone=Tone.bad)] if mail.error else []
    head = PageHeader(mail.subject, mail.target, trailing=[chip(mail.state)], on_back=opener("/mails"))
    footer = ActionRow(*buttons) if buttons else None
    return Page(head, *trouble, _facts(mail), Card(Body(mail.text, selectable=True)), footer=footer, max_width=720)


def _facts(mail: MailRead) -> ft.Control:
    rows: list[tuple[str, str | ft.Control]] = [
        (t("mails.template"), kind(mail.template)),
        *([(t("mails.person"), mail.person)] if mail.person else []),
        (t("mails.at"), format_datetime(mail.created_at)),
        (t("mails.attempts"), format_number(mail.attempts)),
    ]
    if mail.ended_at is not None:
        rows.append((t("mails.ended"), format_datetime(mail.ended_at)))
    elif mail.attempts:
        rows.append((t("mails.next"), format_datetime(mail.next_at)))
    return Card(Stack(CardHeader(t("mails.facts")), KeyValues(rows), spacing=12))
