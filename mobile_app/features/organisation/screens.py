"""What the plant is made of, for whoever keeps it in order: its sites, its classes of machines, its people."""

import flet as ft

from mobile_app.core.client import Client
from mobile_app.core.i18n import n, t
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.lookup import dotted
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.ui.cards import RowCard
from mobile_app.ui.component import component
from mobile_app.ui.shell import Page, PageHeader
from shared_models.permissions import Permission


@component
def OrganisationScreen() -> ft.Control:
    client = use_tables("sites", "lines", "classes", "users")
    return Page(PageHeader(t("organisation.title"), t("organisation.body"), trailing=[SyncBadge()]), *_places(client), max_width=640)


def _places(client: Client) -> list[ft.Control]:
    sites, lines = len(client.sites.rows), len(client.lines.rows)
    people = sum(1 for user in client.users.rows.values() if user.is_active)
    icons = ft.Icons
    where = dotted(n("organisation.sites_count", sites), n("organisation.lines", lines))
    shown = [
        (Permission.sites_write, "sites", icons.FACTORY_ROUNDED, where),
        (Permission.equipment_write, "classes", icons.CATEGORY_ROUNDED, n("organisation.classes_count", len(client.classes.rows))),
        (Permission.users_write, "people", icons.GROUPS_ROUNDED, n("organisation.people_count", people)),
    ]
    return [
        RowCard(t(f"organisation.{name}"), meta=t(f"organisation.{name}_body"), note=count, icon=icon, on_click=opener(f"/{name}"))
        for permission, name, icon, count in shown
        if client.may(permission)
    ]
