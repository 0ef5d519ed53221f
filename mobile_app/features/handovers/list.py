"""The handovers of late, the newest first; and how a site comes to have some."""

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.handovers import handover_card, newest_first
from mobile_app.domain.lookup import has_several_sites
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.ui.address import Asked, Key, use_place
from mobile_app.ui.buttons import Handler
from mobile_app.ui.choices import Choice, FilterBar, FilterMenu
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.shell import Page, PageHeader
from shared_models.permissions import Permission


class Filters(Asked):
    site: Key | None = None


@component
def HandoversScreen() -> ft.Control:
    client = use_tables("handovers", "sites")
    where = use_place(Filters)
    rows = [row for row in newest_first(client) if where.asked.site in (None, str(row.site_id))]
    head = PageHeader(t("handovers.title"), t("handovers.body"), on_back=opener("/today"), trailing=[SyncBadge()])
    sites = [Choice(str(site.id), site.name) for site in client.sites.rows.values()]
    bar = [FilterBar([FilterMenu(t("handovers.site"), sites, where.asked.site, where.pick("site"))]) if has_several_sites(client) else None]
    shown = [handover_card(client, row) for row in rows] or [_none(client, where.asked.site)]
    return Page(head, *filter(None, bar), *shown, max_width=720)


def _none(client: Client, site: str | None) -> ft.Control:
    sites = [row for row in client.sites.rows.values() if site in (None, str(row.id))]
    if any(row.shifts for row in sites):
        return EmptyState(ft.Icons.HANDSHAKE_OUTLINED, t("handovers.none"), t("handovers.first"))
    may, action = client.may(Permission.sites_write) and len(sites) > 0, ""
    leads: Handler | None = None
    if may:
        action, leads = t("handovers.set_shifts"), opener(f"/sites/{sites[0].id}/hours" if len(sites) == 1 else "/sites")
    body = t("handovers.no_shifts" if may else "handovers.no_shifts_ask")
    return EmptyState(ft.Icons.HANDSHAKE_OUTLINED, t("handovers.none"), body, action=action, on_action=leads)
