"""Me: how the device and the server stand, language, theme, sessions, installing, storage, signing out."""

from collections.abc import Awaitable, Callable
from typing import Any

import flet as ft

from mobile_app.core.bridge import BridgeError, bridge
from mobile_app.core.errors import ClientError, Offline, Unsent, UnsentWork
from mobile_app.core.i18n import format_moment, format_number, format_size, n, set_language, t
from mobile_app.core.sync import SyncState
from mobile_app.domain.answers import use_server
from mobile_app.domain.client import Client
from mobile_app.domain.context import go, opener, use_client, use_tables
from mobile_app.domain.lookup import dotted
from mobile_app.domain.submit import sender, submit
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.features.me.notifications import Notifications
from mobile_app.ui.buttons import DangerButton, PrimaryButton, SecondaryButton, TextLink
from mobile_app.ui.cards import Card, CardHeader, KeyValues, LineItem, NoticeCard, RowCard
from mobile_app.ui.chips import Avatar, StatusChip
from mobile_app.ui.choices import Choice, Segments
from mobile_app.ui.component import component
from mobile_app.ui.feedback import Progress, SkeletonLines, toast
from mobile_app.ui.fields import TextInput
from mobile_app.ui.forms import use_form
from mobile_app.ui.hooks import use_async, use_live
from mobile_app.ui.sheets import Question, Sheet, use_confirm, use_sheet
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta, Strong
from mobile_app.ui.theme import Tone
from shared_models.auth.sessions import PasswordChange, SessionRead
from shared_models.permissions import Permission

SYSTEM = "system"


@component
def MeScreen() -> ft.Control:
    client = use_tables("sites")
    user = client.user
    role = t(f"sign_in.role.{user.role}")
    sites = ", ".join(sorted(site.name for site in client.sites.rows.values()))
    who = ft.Row(
        [
            Avatar(user.name, size=56),
            ft.Column([Strong(user.name, size=19), Meta(dotted(role, sites))], spacing=2, tight=True, expand=True),
        ],
        spacing=14,
    )
    desk = [_reports()] if client.may(Permission.reports_generate) else []
    desk += [_organisation()] if client.may(Permission.sites_write) else []
    head = PageHeader(t("me.title"), trailing=[SyncBadge()])
    return Page(head, who, SyncCard(), *desk, _told(), Notifications(), Looks(), Device(), Sessions(), Leave(), max_width=640)


def _reports() -> ft.Control:
    return RowCard(t("reports_app.title"), meta=t("reports_app.body"), icon=ft.Icons.DESCRIPTION_ROUNDED, on_click=opener("/reports"))


def _organisation() -> ft.Control:
    """A phone's bar has no place for it."""
    return RowCard(t("organisation.title"), meta=t("organisation.body"), icon=ft.Icons.DOMAIN_ROUNDED, on_click=opener("/organisation"))


def _told() -> ft.Control:
    icon = ft.Icons.TUNE_ROUNDED
    return RowCard(
        t("notifications.settings"), meta=t("notifications.settings_body"), icon=icon, on_click=opener("/notifications/settings")
    )


@component
def SyncCard() -> ft.Control:
    """Where one's work is: on the server, on its way, or waiting for a decision."""
    client = use_client()
    status = use_live(client.sync).status
    at = format_moment(status.synced_at, client.now()) if status.synced_at else t("me.never")
    rows: list[tuple[str, str | ft.Control]] = [
        (t("me.synced_at"), at),
        (t("me.waiting"), format_number(status.waiting)),
        (t("me.held"), n("equipment_list.count", len(client.equipment.rows))),
    ]
    parts: list[ft.Control] = [CardHeader(t("me.sync")), KeyValues(rows)]
    if status.progress:
        parts.append(Progress(t("app.first_load"), *status.progress))
    if status.needs_you:
        parts.append(NoticeCard(n("me.needs_you", status.needs_you), t("me.needs_you_body"), on_click=opener("/needs-you")))
    busy = status.state == SyncState.syncing
    parts.append(SecondaryButton(t("me.sync_now"), client.sync.now, icon=ft.Icons.SYNC_ROUNDED, busy=busy))
    return Card(Stack(*parts, spacing=12))


@component
def Looks() -> ft.Control:
    client = use_client()
    prefs = use_live(client.prefs)

    def set_lang(lang: str) -> None:
        ft.context.page.run_task(_set_language, client, lang)

    def set_theme(theme: str) -> None:
        ft.context.page.run_task(_set_theme, client, theme)

    themes = [
        Choice(SYSTEM, t("me.theme.system"), ft.Icons.BRIGHTNESS_AUTO_ROUNDED),
        Choice("light", t("me.theme.light"), ft.Icons.LIGHT_MODE_ROUNDED),
        Choice("dark", t("me.theme.dark"), ft.Icons.DARK_MODE_ROUNDED),
    ]
    languages = [Choice("fr", "Français"), Choice("en", "English")]
    return Card(
        Stack(
            CardHeader(t("me.language")),
            Segments(languages, prefs.language, set_lang),
            CardHeader(t("me.theme")),
            Segments(themes, prefs.theme or SYSTEM, set_theme),
            spacing=10,
        )
    )


async def _set_language(client: Client, lang: str) -> None:
    """At once on this device; the server learns it for its own words when it can."""
    set_language(lang)  # what is drawn for the next start speaks it too
    await client.prefs.set(lang=lang)
    try:
        await client.api.patch("/auth/me", {"language": lang})
    except ClientError:
        return


async def _set_theme(client: Client, theme: str) -> None:
    await client.prefs.set(theme=None if theme == SYSTEM else theme)


@component
def Device() -> ft.Control:
    """Installing, and keeping the data from being evicted by the browser."""
    turn, set_turn = ft.use_state(0)
    state = use_async(_device_state, [turn]).data

    def asking(method: str) -> Callable[[], Awaitable[None]]:
        async def ask() -> None:
            try:
                await bridge.request(method)
            except BridgeError:
                toast(t("me.not_possible"))
            set_turn(lambda n: n + 1)

        return ask

    if state is None:
        return Card(Stack(CardHeader(t("me.device")), SkeletonLines(2), spacing=10))
    installed = StatusChip(t("me.installed"), Tone.ok) if state["installed"] else ""
    parts: list[ft.Control] = [CardHeader(t("me.device"), installed)]
    if state["available"]:
        parts.append(PrimaryButton(t("me.install"), asking("install.prompt"), icon=ft.Icons.INSTALL_MOBILE_ROUNDED))
    elif not state["installed"]:
        parts.append(Meta(t("me.install_by_share" if state["apple"] else "me.install_hint"), max_lines=4))
    used = t("me.storage_used", used=format_size(state["usage"]))
    parts.append(LineItem(t("me.storage"), meta=used, icon=ft.Icons.SD_STORAGE_OUTLINED, trailing=_kept(persisted=state["persisted"])))
    if not state["persisted"]:
        parts.append(ft.Row([TextLink(t("me.persist"), asking("storage.persist"))]))
    return Card(Stack(*parts, spacing=10))


def _kept(*, persisted: bool) -> ft.Control:
    return StatusChip(t("me.persisted"), Tone.ok) if persisted else StatusChip(t("me.not_persisted"), Tone.warning)


async def _device_state() -> dict[str, Any]:
    install = await bridge.request("install.state")
    storage = await bridge.request("storage.estimate")
    return {
        "installed": bool(install.get("installed")),
        "available": bool(install.get("available")),
        "apple": bool(install.get("apple")),
        "usage": int(storage.get("usage") or 0),
        "persisted": bool(storage.get("persisted")),
    }


@component
def Sessions() -> ft.Control:
    """One's own sign-ins; a lost phone is shut out from here."""
    client = use_client()
    answer = use_server(client.api.sessions, [])
    ask = use_confirm()
    changing, set_changing = ft.use_state(False)
    sheet = Sheet(t("me.password"), PasswordForm(client, lambda: set_changing(False))) if changing else None
    use_sheet(sheet, lambda: set_changing(False))

    def end(session: SessionRead) -> Callable[[], None]:
        async def ended() -> None:
            if await submit(client, client.api.end_session(session.id)):
                answer.reload()

        name = session.device_name or t("me.unknown_device")
        return lambda: ask(Question(t("me.end_title", name=name), t("me.end_body"), t("me.end"), ended))

    parts: list[ft.Control] = [CardHeader(t("me.sessions"))]
    if isinstance(answer.error, Offline):
        parts.append(Meta(t("me.sessions_offline")))
    elif answer.data is None:
        parts.append(SkeletonLines(2))
    else:
        parts += [_session_line(client, session, end(session)) for session in answer.data]
    parts.append(ft.Row([TextLink(t("me.password"), lambda: set_changing(True))]))
    return Card(Stack(*parts, spacing=6))


def _session_line(client: Client, session: SessionRead, end: Callable[[], None]) -> ft.Control:
    trailing = StatusChip(t("me.this_device"), Tone.ok) if session.is_current else TextLink(t("me.end"), end)
    meta = t("me.last_used", when=format_moment(session.last_used_at, client.now()))
    return LineItem(session.device_name or t("me.unknown_device"), meta=meta, icon=ft.Icons.DEVICES_ROUNDED, trailing=trailing)


@component
def PasswordForm(client: Client, on_done: Callable[[], None]) -> ft.Control:
    form = use_form("password", {})
    current, set_current = ft.use_state("")
    new, set_new = ft.use_state("")

    async def save() -> None:
        change = PasswordChange.model_construct(current_password=current, new_password=new)
        if await submit(client, client.api.change_password(change), form, said="me.password_changed"):
            on_done()

    secret = {"password": True, "can_reveal_password": True}
    return Stack(
        TextInput(t("me.password_current"), current, set_current, error=form.error("current_password"), **secret),
        TextInput(t("me.password_new"), new, set_new, error=form.error("new_password"), hint=t("me.password_hint"), **secret),
        sender(form, PrimaryButton(t("me.password_save"), save, busy=form.busy, disabled=not (current and new))),
    )


@component
def Leave() -> ft.Control:
    client = use_client()
    ask = use_confirm()

    async def leave() -> None:
        try:
            await client.sign_out()
        except UnsentWork as unsent:
            ask(Question(*_left_behind(unsent.unsent), t("me.leave_keep"), _leaving(client), danger=False))
        else:
            go("/")

    return ft.Row([DangerButton(t("me.leave"), leave, quiet=True, icon=ft.Icons.LOGOUT_ROUNDED, expand=True)])


def _left_behind(unsent: Unsent) -> tuple[str, str]:
    """What would stay on the device, and what becomes of it."""
    drafts = n("me.drafts_title", unsent.drafts) if unsent.drafts else ""
    if not unsent.total:
        return drafts, t("me.drafts_body")
    body = t("me.unsent_body")
    return n("me.unsent_title", unsent.total), f"{body} {drafts}." if drafts else body


def _leaving(client: Client) -> Callable[[], Awaitable[None]]:
    """What was not sent stays on the device for the next sign-in of the same person."""

    async def leave() -> None:
        await client.sign_out(unsent="keep")
        go("/")

    return leave
