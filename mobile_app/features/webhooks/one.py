"""One webhook: what it is told, its secret when it is made, and what became of its deliveries."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_moment, language, t
from mobile_app.core.limits import text_limit
from mobile_app.domain.answers import use_server
from mobile_app.domain.client import Client
from mobile_app.domain.context import go, opener, use_client, use_tables
from mobile_app.domain.lookup import by_name, dotted
from mobile_app.domain.submit import sender, submit
from mobile_app.ui.buttons import PrimaryButton, SecondaryButton
from mobile_app.ui.cards import Card, CardHeader, NoticeCard, RowCard, Trailing, Wash
from mobile_app.ui.choices import Choice, ChoiceChips, Segments
from mobile_app.ui.component import component
from mobile_app.ui.feedback import DraftNotice, EmptyState, ErrorState, SkeletonList, toast
from mobile_app.ui.fields import Field, TextInput, Toggle
from mobile_app.ui.forms import Form, use_form
from mobile_app.ui.hooks import use_maybe
from mobile_app.ui.menus import MenuItem, MoreMenu
from mobile_app.ui.pickers import Picker
from mobile_app.ui.sheets import Question, use_confirm
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import Tone
from shared_models.ids import uuid7
from shared_models.notices.kinds import NoticeKind
from shared_models.outbox import ParcelState
from shared_models.permissions import Permission
from shared_models.webhooks import DeliveryRead, WebhookFormat, WebhookMade, WebhookRead, WebhookWrite

WIDE = 720
SHOWN = 50
LANGUAGES = (Choice("fr", "Français"), Choice("en", "English"))
TONES = {ParcelState.sent: Tone.ok, ParcelState.waiting: Tone.info, ParcelState.given_up: Tone.bad, ParcelState.gone: Tone.bad}


@component
def WebhookScreen() -> ft.Control:
    client = use_client()
    webhook_id = ft.use_route_params().get("webhook_id")

    async def load() -> list[WebhookRead]:
        return await client.api.list_of(WebhookRead, "/webhooks")

    found = use_server(load, [webhook_id])
    head = PageHeader(t("webhooks.one"), on_back=opener("/webhooks"))
    if not client.may(Permission.settings_write):
        return EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("people.not_yours"), t("people.not_yours_body"))
    if webhook_id is None:
        return WebhookForm(client, None, found.reload, key="new")
    if found.data is None:
        state = ErrorState(t("people.offline"), t("webhooks.offline_body"), on_retry=found.reload) if found.error else SkeletonList(3)
        return Page(head, state, max_width=WIDE)
    webhook = next((each for each in found.data if str(each.id) == webhook_id), None)
    if webhook is None:
        return Page(head, EmptyState(ft.Icons.WEBHOOK_ROUNDED, t("webhooks.unknown"), t("webhooks.unknown_body")), max_width=WIDE)
    return WebhookForm(client, webhook, found.reload, key=f"{webhook.id}:{webhook.version}")


def _initial(webhook: WebhookRead | None) -> dict[str, Any]:
    if webhook is None:
        return {
            "name": "",
            "url": "",
            "format": WebhookFormat.etabli.value,
            "lang": language(),
            "kinds": [],
            "site_id": "",
            "is_active": True,
        }
    return webhook.model_dump(mode="json", exclude={"id", "created_at", "version"}) | {"site_id": str(webhook.site_id or "")}


@component
def WebhookForm(client: Client, webhook: WebhookRead | None, reload: Callable[[], None]) -> ft.Control:
    use_tables("sites")
    form = use_form(f"webhook:{webhook.id if webhook else 'new'}", _initial(webhook), webhook.version if webhook else None)
    made, set_made = use_maybe(WebhookMade)
    ask = use_confirm()

    async def save() -> None:
        async def sending() -> None:
            known = {"id": str(webhook.id), "version": webhook.version} if webhook else {"id": str(uuid7())}
            asked = {**form.values, "site_id": form.get("site_id") or None}
            answer = WebhookMade.model_validate(await client.api.post("/webhooks", known | asked))
            if answer.secret:
                set_made(answer)

        if await submit(client, sending(), form, said="webhooks.saved") and webhook:
            reload()

    head = PageHeader(
        webhook.name if webhook else t("webhooks.new"), trailing=_menu(client, webhook, set_made, ask), on_back=opener("/webhooks")
    )
    if made is not None:
        return Page(head, *_secret(made.secret), PrimaryButton(t("people.done"), opener("/webhooks")), max_width=WIDE)
    if not form.ready:
        return Page(head, SkeletonList(3), max_width=WIDE)
    button = PrimaryButton(t("webhooks.save"), save, busy=form.busy, icon=ft.Icons.CHECK_ROUNDED)
    told = [Deliveries(client, webhook.id)] if webhook else []
    kept = [DraftNotice(form.start_over)] if form.draft.restored else []
    return Page(head, *kept, *_fields(client, form), *told, footer=sender(form, button), max_width=WIDE)


def _fields(client: Client, form: Form) -> list[ft.Control]:
    formats = [Choice(each.value, t(f"webhooks.format.{each}")) for each in WebhookFormat]
    sites = by_name(client.sites.rows.values())
    everywhere = [Choice("", t("webhooks.all_sites"))] if client.me is not None and client.me.site_ids is None else []
    kinds = [Choice(kind.value, t(f"notice.kind.{kind}")) for kind in NoticeKind]
    chosen = list(form.get("kinds") or [])

    def toggle(kind: str) -> None:
        form.set("kinds", [each for each in chosen if each != kind] if kind in chosen else [*chosen, kind])

    return [
        TextInput(t("webhooks.name"), **form.field("name"), max_length=text_limit(WebhookWrite, "name"), placeholder="MES"),
        TextInput(
            t("webhooks.url"), **form.field("url"), max_length=text_limit(WebhookWrite, "url"), hint=t("webhooks.url_hint"),
            placeholder="https://mes.example.org/etabli",
        ),
        Field(t("webhooks.format"), Segments(formats, form.get("format"), partial(form.set, "format"))),
        Field(t("webhooks.lang"), Segments(LANGUAGES, form.get("lang"), partial(form.set, "lang"))),
        Picker(t("webhooks.site"), [*everywhere, *sites], form.get("site_id"), partial(form.set, "site_id"), error=form.error("site_id")),
        Field(t("webhooks.kinds"), Stack(Meta(t("webhooks.kinds_hint"), max_lines=3), ChoiceChips(kinds, chosen, toggle), spacing=8)),
        Toggle(t("webhooks.is_active"), bool(form.get("is_active")), partial(form.set, "is_active")),
    ]  # fmt: skip


def _menu(
    client: Client, webhook: WebhookRead | None, show: Callable[[WebhookMade | None], None], ask: Callable[[Question], None]
) -> list[ft.Control]:  # fmt: skip
    if webhook is None:
        return []

    async def test() -> None:
        await submit(client, client.api.post(f"/webhooks/{webhook.id}/test"), said="webhooks.tested")

    async def renew() -> None:
        async def renewing() -> None:
            show(WebhookMade.model_validate(await client.api.post(f"/webhooks/{webhook.id}/secret")))

        await submit(client, renewing())

    async def remove() -> None:
        if await submit(client, client.api.delete(f"/webhooks/{webhook.id}"), said="webhooks.removed"):
            go("/webhooks")

    sure = partial(ask, Question(t("webhooks.remove_title", name=webhook.name), t("webhooks.remove_body"), t("webhooks.remove"), remove))
    return [MoreMenu([
        MenuItem(t("webhooks.test"), test, ft.Icons.SEND_ROUNDED),
        MenuItem(t("webhooks.renew"), renew, ft.Icons.KEY_ROUNDED),
        MenuItem(t("webhooks.remove"), sure, ft.Icons.DELETE_OUTLINE_ROUNDED, danger=True),
    ])]  # fmt: skip


def _secret(secret: str) -> list[ft.Control]:
    copy = SecondaryButton(
        t("webhooks.copy"), lambda: toast(t("webhooks.copied")), icon=ft.Icons.CONTENT_COPY_ROUNDED, action=ft.CopyToClipboard(secret)
    )
    return [
        NoticeCard(t("webhooks.secret_once"), t("webhooks.secret_body"), tone=Tone.warning, icon=ft.Icons.KEY_ROUNDED),
        Wash(ft.Text(secret, size=13, selectable=True)),
        copy,
    ]


@component
def Deliveries(client: Client, webhook_id: UUID) -> ft.Control:
    async def load() -> list[DeliveryRead]:
        return await client.api.list_of(DeliveryRead, "/webhooks/deliveries", target=str(webhook_id), size=SHOWN)

    found = use_server(load, [webhook_id])

    async def again(delivery: DeliveryRead) -> None:
        await submit(client, client.api.post(f"/webhooks/deliveries/{delivery.id}/again"), said="webhooks.sent_again")
        found.reload()

    rows = [_delivery(client, each, partial(again, each)) for each in found.data or ()]
    empty = [Meta(t("webhooks.nothing_sent"))] if found.data is not None and not rows else []
    waiting = [SkeletonList(2)] if found.data is None and found.error is None else []
    return Card(Stack(CardHeader(t("webhooks.deliveries")), *rows, *empty, *waiting, spacing=8))


def _delivery(client: Client, delivery: DeliveryRead, again: Callable[[], Any]) -> ft.Control:
    word = Trailing(t(f"mails.state.{delivery.state}"), TONES.get(delivery.state, Tone.off))
    retry = None if delivery.state is ParcelState.waiting else again
    return RowCard(
        delivery.title, meta=dotted(t(f"notice.kind.{delivery.kind}"), format_moment(delivery.created_at, client.now())), trailing=word,
        note=dotted(delivery.error, t("webhooks.tap_again") if retry else ""), on_click=retry,
    )  # fmt: skip
