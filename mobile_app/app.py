"""The app: opens what is on the device, then shows the sign-in or the shell with the screen of the route.

What is behind the sign-in is imported late: whoever opens the app for the first time sees the form in two thirds of the time.
"""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import flet as ft

from mobile_app import features
from mobile_app.core.bridge import BridgeError, bridge
from mobile_app.core.device_name import device_name
from mobile_app.core.errors import ClientError
from mobile_app.core.i18n import LANGUAGES, set_language
from mobile_app.core.session import SessionState
from mobile_app.domain import push
from mobile_app.domain.client import Client
from mobile_app.domain.context import ClientContext, use_client
from mobile_app.doors import first_at, later_at, outside
from mobile_app.features.sign_in.screens import SignInScreen
from mobile_app.ui import environment
from mobile_app.ui.component import component, report_error
from mobile_app.ui.feedback import SkeletonList
from mobile_app.ui.hooks import DraftContext, use_live, use_subscription
from mobile_app.ui.shell import Page
from mobile_app.ui.theme import apply_theme

LOCALE_SECONDS = 2.0
FIRST_SCREEN_SECONDS = 0.3
"""From the frame of the app to the screen in it."""
LOCALES = {"fr": ft.Locale("fr", "FR"), "en": ft.Locale("en", "GB")}
THEMES = {"light": ft.ThemeMode.LIGHT, "dark": ft.ThemeMode.DARK}


async def start(page: ft.Page, client: Client | None = None) -> None:
    """Show the app on `page`; tests hand in a client of their own."""
    client = client or Client.in_browser(bridge, device_name())
    browser = await _browser()
    client.prefs.of_browser = next((lang[:2] for lang in browser["languages"] if lang[:2] in LANGUAGES), LANGUAGES[0])
    client.first_card = _first_card
    client.on_error(report_error)
    await client.start(later=later_at(page.route or ""), first=first_at(page.route or ""))
    set_language(client.prefs.language)
    page.title = "Établi"
    page.padding = 0
    apply_theme(page, _theme_mode(client))
    environment.install(page).has_touch = bool(browser.get("touch"))
    page.render(Root, client)


def _first_card(client: Client) -> dict[str, Any] | None:
    from mobile_app.features.today.card import today_card

    return today_card(client)


async def mended(client: Client) -> None:
    """Without a network, the next start does it."""
    if client.session.state == SessionState.signed_in:
        with suppress(ClientError):
            await push.mend(client)


async def _browser() -> dict[str, Any]:
    """What the page tells of it: its languages, and whether a finger does the pointing."""
    try:
        told: dict[str, Any] = await bridge.request("locale", timeout_seconds=LOCALE_SECONDS)
    except (BridgeError, TimeoutError):
        return {"languages": [], "touch": False}
    return told


def _theme_mode(client: Client) -> ft.ThemeMode:
    return THEMES.get(client.prefs.theme or "", ft.ThemeMode.SYSTEM)


@ft.component
def Root(client: Client) -> ft.Control:
    return ClientContext(client, lambda: DraftContext(client.drafts, App))


@component
def App() -> ft.Control:
    client = use_client()
    prefs = use_live(client.prefs)
    state = use_live(client.session).state
    set_language(prefs.language)

    def follow_theme() -> None:
        page = ft.context.page
        if page.theme_mode != _theme_mode(client):
            page.theme_mode = _theme_mode(client)
            page.update()

    def follow_language() -> None:
        """Flutter's own words too, such as the calendar's in which a date is picked."""
        page = ft.context.page
        page.locale_configuration = ft.LocaleConfiguration([*LOCALES.values()], LOCALES[prefs.language])
        page.update()

    async def uncover() -> None:
        await bridge.request("splash.done")
        await asyncio.sleep(FIRST_SCREEN_SECONDS)
        client.drawn.set()

    def keep_storage() -> None:
        """Unsent work must outlive the browser's clean-ups."""
        if state == SessionState.signed_in:
            bridge.send("storage.persist")

    async def keep_reached() -> None:
        """By notifications, once the first screen is there."""
        if state == SessionState.signed_in:
            await client.drawn.wait()
            await mended(client)

    ft.use_effect(follow_theme, [prefs.theme])
    ft.use_effect(follow_language, [prefs.language])
    ft.use_effect(keep_storage, [state])
    ft.use_effect(keep_reached, [state])
    use_subscription(lambda: bridge.on("push.changed", lambda _: mended(client)))
    ft.use_effect(uncover, [state])
    body = _inside() if state == SessionState.signed_in else _outside(state)
    return ft.SafeArea(ft.Container(body, expand=True), expand=True, key=f"{prefs.language}-{state}")


def _inside() -> ft.Control:
    from mobile_app.inside import Screens

    return Screens()


def _outside(state: SessionState) -> ft.Control:
    return Page(SkeletonList()) if state == SessionState.starting else Outside()


def reading_ahead() -> Iterator[None]:
    """Import what is behind the sign-in, part by part, while somebody types."""
    for feature in iter_modules(features.__path__, f"{features.__name__}."):
        import_module(f"{feature.name}.screens")
        yield
    import_module("mobile_app.inside")


@component
def Outside() -> ft.Control:
    client = use_client()

    async def read_ahead() -> None:
        await client.drawn.wait()
        for _ in reading_ahead():
            await asyncio.sleep(0)

    ft.use_effect(read_ahead, [])
    return ft.Router([ft.Route(path=path, component=screen) for path, screen in outside().items()], not_found=SignInScreen)
