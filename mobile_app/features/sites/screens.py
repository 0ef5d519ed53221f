"""The sites of the plant, and what is said of each."""

from collections import Counter

import flet as ft

from mobile_app.core.folding import fold
from mobile_app.core.i18n import n, t
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.lookup import dotted
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.features.sites.editor import KnownSite, SiteForm
from mobile_app.features.sites.hours import HoursForm
from mobile_app.ui.buttons import PrimaryButton
from mobile_app.ui.cards import RowCard
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.hooks import use_shortcut
from mobile_app.ui.shell import Page, PageHeader
from shared_models.permissions import Permission
from shared_models.sites import SiteRow


@component
def SitesScreen() -> ft.Control:
    client = use_tables("sites", "lines", "equipment")
    may_write = client.may(Permission.sites_write)
    use_shortcut("N", opener("/sites/new"), t("sites.new"), enabled=may_write)
    if not may_write:
        return read_only()
    title = PageHeader(t("sites.title"), on_back=opener("/organisation"), trailing=[SyncBadge()])
    if not client.sites.rows:
        return Page(title, _none())
    lines = Counter(line.site_id for line in client.lines.rows.values())
    machines = Counter(machine.site_id for machine in client.equipment.rows.values())
    rows = sorted(client.sites.rows.values(), key=lambda site: fold(site.name))
    cards = [_card(site, lines[site.id], machines[site.id]) for site in rows]
    return Page(title, *cards, footer=PrimaryButton(t("sites.new"), opener("/sites/new"), icon=ft.Icons.ADD_ROUNDED))


def read_only() -> ft.Control:
    return EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("sites.read_only"), t("sites.read_only_body"))


def _none() -> ft.Control:
    action = opener("/sites/new")
    return EmptyState(ft.Icons.FACTORY_OUTLINED, t("sites.none"), t("sites.none_body"), action=t("sites.first"), on_action=action)


def _card(site: SiteRow, lines: int, machines: int) -> ft.Control:
    counted = dotted(n("sites.lines_count", lines) if lines else t("sites.no_line"), n("equipment_list.count", machines))
    place = dotted(site.location, site.time_zone.replace("_", " "))
    return RowCard(site.name, meta=place, note=counted, icon=ft.Icons.FACTORY_OUTLINED, on_click=opener(f"/sites/{site.id}"))


@component
def SiteScreen() -> ft.Control:
    client = use_tables("sites")
    wanted = ft.use_route_params().get("site_id")
    if not client.may(Permission.sites_write):
        return read_only()
    if wanted is None:
        return SiteForm(client, None, lambda: None, key="new")
    return KnownSite(client, wanted, SiteForm, key=wanted)


@component
def SiteHoursScreen() -> ft.Control:
    client = use_tables("sites")
    wanted = ft.use_route_params()["site_id"]
    if not client.may(Permission.sites_write):
        return read_only()
    return KnownSite(client, wanted, HoursForm, key=wanted)
