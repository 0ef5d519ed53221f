"""Every webhook: where it goes, and of what it is told. Asked from the server, so with a network."""

import flet as ft

from mobile_app.core.i18n import n, t
from mobile_app.domain.answers import use_server
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.lookup import dotted, site_name
from mobile_app.ui.buttons import PrimaryButton
from mobile_app.ui.cards import RowCard
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, ErrorState, SkeletonList
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.theme import Tone
from shared_models.permissions import Permission
from shared_models.webhooks import WebhookRead

WIDE = 720


@component
def WebhooksScreen() -> ft.Control:
    client = use_tables("sites")

    async def load() -> list[WebhookRead]:
        return await client.api.list_of(WebhookRead, "/webhooks")

    found = use_server(load, [])
    if not client.may(Permission.settings_write):
        return EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("people.not_yours"), t("people.not_yours_body"))
    head = PageHeader(t("webhooks.title"), t("webhooks.body"), on_back=opener("/organisation"))
    if found.error and found.data is None:
        return Page(head, ErrorState(t("people.offline"), t("webhooks.offline_body"), on_retry=found.reload), max_width=WIDE)
    if found.data is None:
        return Page(head, SkeletonList(3), max_width=WIDE)
    if not found.data:
        none = EmptyState(
            ft.Icons.WEBHOOK_ROUNDED, t("webhooks.none"), t("webhooks.none_body"), action=t("webhooks.new"),
            on_action=opener("/webhooks/new"),
        )  # fmt: skip
        return Page(head, none, max_width=WIDE)
    new = PrimaryButton(t("webhooks.new"), opener("/webhooks/new"), icon=ft.Icons.ADD_ROUNDED)
    return Page(head, *(_card(client, each) for each in found.data), footer=new, max_width=WIDE)


def _card(client: Client, webhook: WebhookRead) -> ft.Control:
    kinds = n("webhooks.kinds_count", len(webhook.kinds)) if webhook.kinds else t("webhooks.everything")
    where = site_name(client, webhook.site_id) if webhook.site_id else t("webhooks.all_sites")
    return RowCard(
        webhook.name, meta=dotted(t(f"webhooks.format.{webhook.format}"), where, kinds), note=webhook.url, icon=ft.Icons.WEBHOOK_ROUNDED,
        tone=Tone.primary if webhook.is_active else Tone.off, trailing="" if webhook.is_active else t("webhooks.off"),
        on_click=opener(f"/webhooks/{webhook.id}"),
    )  # fmt: skip
