"""What the plant is made of, for whoever keeps it in order: its sites, its classes of machines, its people, and its mails."""

import flet as ft

from mobile_app.core.i18n import format_moment, n, t
from mobile_app.domain.answers import use_server
from mobile_app.domain.client import Client
from mobile_app.domain.context import go, opener, use_client, use_tables
from mobile_app.domain.first_steps import REMEMBERED
from mobile_app.domain.lookup import dotted
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.ui.cards import NoticeCard, RowCard
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.hooks import use_draft
from mobile_app.ui.shell import Page, PageHeader
from shared_models.permissions import Permission
from shared_models.push import PushStatus


@component
def OrganisationScreen() -> ft.Control:
    client = use_tables("sites", "lines", "classes", "users")
    head = PageHeader(t("organisation.title"), t("organisation.body"), trailing=[SyncBadge()])
    places = _places(client)
    if not places:
        return EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("people.not_yours"), t("people.not_yours_body"))
    told = [PushReach()] if client.may(Permission.settings_write) else []
    return Page(head, *told, *places, FirstStepsAgain(), max_width=640)


@component
def PushReach() -> ft.Control:
    """Said once the server has learnt that its notifications reach nobody."""
    client = use_client()

    async def ask() -> PushStatus:
        return PushStatus.model_validate(await client.api.get("/push/status"))

    status = use_server(ask, []).data
    if status is None or status.since is None:
        return ft.Container()
    when = format_moment(status.since, client.now())
    return NoticeCard(t("push.status_lost"), t("push.status_lost_body", when=when, hosts=", ".join(status.hosts)))


@component
def FirstStepsAgain() -> ft.Control:
    """For who put them away before they were done."""
    remembered = use_draft(REMEMBERED)

    def show() -> None:
        remembered.set("is_put_away", False)
        go("/board")

    if not remembered.get("is_put_away"):
        return ft.Container()
    return RowCard(t("start.show"), meta=t("start.show_body"), icon=ft.Icons.FLAG_ROUNDED, on_click=show)


def _places(client: Client) -> list[ft.Control]:
    sites, lines = len(client.sites.rows), len(client.lines.rows)
    active = sum(1 for user in client.users.rows.values() if user.is_active)
    icons = ft.Icons
    where = dotted(n("organisation.sites_count", sites), n("organisation.lines", lines))
    shown = [
        (Permission.sites_write, "sites", icons.FACTORY_ROUNDED, where),
        (Permission.equipment_write, "classes", icons.CATEGORY_ROUNDED, n("organisation.classes_count", len(client.classes.rows))),
        (Permission.users_write, "people", icons.GROUPS_ROUNDED, n("organisation.people_count", active)),
        (Permission.settings_write, "mails", icons.OUTBOX_ROUNDED, ""),
        (Permission.settings_write, "webhooks", icons.WEBHOOK_ROUNDED, ""),
        (Permission.settings_write, "organisation/notifications", icons.NOTIFICATIONS_ROUNDED, ""),
    ]
    return [
        RowCard(_word(name), meta=_word(name, "_body"), note=count, icon=icon, on_click=opener(f"/{name}"))
        for permission, name, icon, count in shown
        if client.may(permission)
    ]


def _word(name: str, of: str = "") -> str:
    return t(f"organisation.{name.rpartition('/')[2]}{of}")
