"""Writing a site: what it is called, where it is, whose clock it goes by, who may report from its labels; and its lines."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.errors import ProblemError
from mobile_app.core.i18n import t
from mobile_app.core.limits import text_limit
from mobile_app.domain.answers import use_server
from mobile_app.domain.client import Client
from mobile_app.domain.context import arrived, asker, go, opener
from mobile_app.domain.labour import rate_fields
from mobile_app.domain.removal import Removal
from mobile_app.domain.submit import sender, submit
from mobile_app.domain.zones import time_in, zone_here
from mobile_app.features.sites.hours import hours_card
from mobile_app.features.sites.lines import Lines
from mobile_app.ui.buttons import Handler, PrimaryButton
from mobile_app.ui.choices import Choice
from mobile_app.ui.component import component
from mobile_app.ui.feedback import DraftNotice, EmptyState, ErrorState, SkeletonList, toast
from mobile_app.ui.fields import TextInput, Toggle
from mobile_app.ui.forms import Form, use_form
from mobile_app.ui.pickers import Picker
from mobile_app.ui.shell import Page, PageHeader
from shared_models.ids import uuid7
from shared_models.sites import SiteCreate, SiteRead

FIELDS = ("name", "location", "time_zone", "public_requests", "labour_rate", "currency", "description")
_NEW = {"name": "", "location": "", "time_zone": None, "public_requests": True, "labour_rate": None, "currency": "EUR", "description": ""}


@component
def KnownSite(client: Client, site_id: str, form: Callable[[Client, SiteRead, Callable[[], None]], ft.Control]) -> ft.Control:
    async def load() -> SiteRead:
        return SiteRead.model_validate(await client.api.get(f"/sites/{site_id}"))

    answer = use_server(load, [site_id])
    if answer.data is not None:
        return form(client, answer.data, answer.reload)
    title = PageHeader(t("sites.edit"), on_back=opener("/sites"))
    if isinstance(answer.error, ProblemError):
        return Page(title, EmptyState(ft.Icons.WRONG_LOCATION_OUTLINED, t("sites.unknown"), t("sites.unknown_body")))
    if answer.error:
        return Page(title, ErrorState(t("sites.offline"), t("sites.offline_body"), on_retry=answer.reload))
    return Page(title, SkeletonList(3))


def _initial(site: SiteRead | None) -> dict[str, Any]:
    if site is None:
        return {"id": str(uuid7()), **_NEW}
    return {"id": str(site.id), **site.model_dump(mode="json", include=set(FIELDS))}


@component
def SiteForm(client: Client, site: SiteRead | None, reload: Callable[[], None]) -> ft.Control:
    back = asker() or "/sites"
    initial = ft.use_memo(lambda: _initial(site), [site.version if site else 0])
    form = use_form(f"site:{site.id if site else 'new'}", initial, site.version if site else None)

    async def save() -> None:
        if form.busy or not form.require("name", "time_zone"):
            return
        site_id, name = form.get("id"), form.get("name").strip()
        sending = client.api.save("/sites", site_id, {each: form.get(each) for each in FIELDS}, form.get("version"))
        if await submit(client, sending, form, newest=reload):
            sites = client.sites
            await arrived(client, sites, lambda: (row := sites.get(UUID(site_id))) is not None and row.name == name)
            if not asker():  # it would lie over what the form asks next
                toast(t("sites.saved"))
            go(_onward(site_id) if site is None else back)

    title = PageHeader(site.name if site else t("sites.new"), on_back=opener(back))
    if not form.ready:
        return Page(title, SkeletonList(3))
    button = PrimaryButton(t("sites.save" if site else "sites.create"), save, busy=form.busy, icon=ft.Icons.CHECK_ROUNDED)
    known = (
        []
        if site is None
        else [hours_card(site), Lines(client, site.id), Removal(client, client.sites, "/sites", site.id, site.name, "sites")]
    )
    return Page(
        title,
        *([DraftNotice(form.start_over)] if form.draft.restored else []),
        *_fields(client, form, site, save),
        *known,
        footer=sender(form, button),
        max_width=640,
    )


def _of_known(client: Client, site: SiteRead) -> list[ft.Control]:
    removal = Removal(client, client.sites, "/sites", site.id, site.name, "sites")
    return [hours_card(site), Lines(client, site.id), removal]


def _onward(site_id: str) -> str:
    """Back to the form that sent here for a site, which takes it; else to the new site's own page, for its lines."""
    return f"{asker()}?site_id={site_id}" if asker() else f"/sites/{site_id}"


def _fields(client: Client, form: Form, site: SiteRead | None, save: Handler) -> list[ft.Control]:
    return [
        TextInput(
            t("sites.name"), **form.field("name"), autofocus=site is None, on_submit=save, max_length=text_limit(SiteCreate, "name"),
            placeholder=t("sites.name_example"),
        ),
        TextInput(
            t("sites.location"), **form.field("location"), on_submit=save, max_length=text_limit(SiteCreate, "location"), optional=True,
            placeholder=t("sites.location_example"),
        ),
        ZoneField(client, form, is_new=site is None),
        Toggle(
            t("sites.public"), bool(form.get("public_requests")), lambda on: form.set("public_requests", on),
            meta=t("sites.public_on" if form.get("public_requests") else "sites.public_off"),
        ),
        *rate_fields(form, "currency", t("sites.rate_hint")),
        TextInput(t("sites.description"), **form.field("description"), lines=2, optional=True),
    ]  # fmt: skip


@component
def ZoneField(client: Client, form: Form, is_new: bool) -> ft.Control:  # noqa: FBT001
    """Among those that the server can reckon with; a new site begins with the browser's."""

    async def load() -> tuple[list[str], str]:
        zones: list[str] = await client.api.get("/time-zones")
        here = await zone_here()
        if is_new and here in zones:
            form.suggest("time_zone", here)
        return zones, here

    found = use_server(load, [])
    zones, here = found.data or ([], "")
    chosen = form.get("time_zone")
    likely = [zone for zone in dict.fromkeys((here, chosen)) if zone]
    names = dict.fromkeys([*likely, *zones])
    choices = [Choice(zone, zone.replace("_", " ")) for zone in names]
    time = time_in(chosen, client.now()) if chosen else ""
    hint = t("sites.zone_now", time=time) if time else t("sites.zone_why")
    if found.error:
        hint = t("sites.zones_offline")
    return Picker(
        t("sites.time_zone"), choices, chosen, partial(form.set, "time_zone"), likely=len(likely), hint=hint,
        error=form.error("time_zone"),
    )  # fmt: skip
