"""Notifications on this device: whether it is reached with the app closed, trying it, and one's other devices."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

import flet as ft

from mobile_app.core.bridge import BridgeError, bridge
from mobile_app.core.device_name import device_name
from mobile_app.core.errors import ClientError, Offline
from mobile_app.core.i18n import format_moment, t
from mobile_app.core.problems import why
from mobile_app.domain import push
from mobile_app.domain.client import Client
from mobile_app.domain.context import use_client
from mobile_app.domain.push import Place, Standing
from mobile_app.domain.submit import submit
from mobile_app.ui.buttons import PrimaryButton, SecondaryButton, TextLink
from mobile_app.ui.cards import Card, CardHeader, LineItem, NoticeCard
from mobile_app.ui.chips import StatusChip
from mobile_app.ui.component import component
from mobile_app.ui.feedback import SkeletonLines, toast
from mobile_app.ui.hooks import use_async, use_maybe, use_subscription
from mobile_app.ui.sheets import Question, use_confirm
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import Tone
from shared_models.push import PushOutcome, PushSubscription, PushTest, PushTrouble

SHOWN_SECONDS = 15.0
"""From the push service to the device, on any network that works."""
WAYS_OUT = ("Safari", "Firefox", "Edge", "Samsung Internet", "Chrome")


@component
def Notifications() -> ft.Control:
    client = use_client()
    answer = use_async(lambda: push.look(client), [])
    said, say = use_maybe(PushTest)
    use_subscription(lambda: bridge.on("push.changed", lambda _: answer.reload()))
    standing = answer.data
    head = CardHeader(t("push.title"), StatusChip(t("push.on"), Tone.ok) if standing and standing.place is Place.on else "")
    if standing is None:
        waiting = _unknown(answer.error) if answer.error else SkeletonLines(2)
        return Card(Stack(head, waiting, spacing=10))
    parts = [*_troubles(standing), *_here(client, standing, answer.reload, say), *([_result(said)] if said else [])]
    devices = _others(client, standing, use_remover(client, answer.reload))
    return Card(Stack(head, *parts, *devices, spacing=10))


def _unknown(error: Exception) -> ft.Control:
    if isinstance(error, Offline):
        return Meta(t("push.offline"), max_lines=3)
    return Meta(why(error) if isinstance(error, ClientError) else t("push.no_browser"), max_lines=4)


def _troubles(standing: Standing) -> list[ft.Control]:
    """What keeps the server from reaching anybody, and what went wrong last with this device."""
    if standing.trouble is not None:
        out = standing.trouble is PushTrouble.out_of_reach
        body = t("push.out_of_reach_body") if out else t("push.server_off_body")
        return [NoticeCard(t("push.out_of_reach") if out else t("push.server_off"), body)]
    mine = standing.mine
    if standing.place is Place.on and mine is not None and mine.is_stale:
        return [NoticeCard(t("push.stale"), t("push.stale_body"))]
    return []


def _here(client: Client, standing: Standing, reload: Callable[[], None], say: Callable[[PushTest | None], None]) -> list[ft.Control]:
    match standing.place:
        case Place.on:
            return _when_on(client, standing, reload, say)
        case Place.off:
            turn_on = PrimaryButton(t("push.switch_on"), _switching_on(client, reload), icon=ft.Icons.NOTIFICATIONS_ACTIVE_ROUNDED)
            return [Meta(t("push.why"), max_lines=6), turn_on]
        case Place.refused:
            return [NoticeCard(t("push.refused"), t(f"push.way_out.{browser_of(device_name())}"))]
        case place:
            return [NoticeCard(t(f"push.{place}"), t(f"push.{place}_body"), tone=Tone.info)]


def browser_of(device: str) -> str:
    """Which way out there is, by what the device is called."""
    name = next((name for name in WAYS_OUT if device.startswith(name)), "other")
    phone = any(system in device for system in ("iPhone", "iPad"))
    return "apple" if phone else name.partition(" ")[0].lower()


def _switching_on(client: Client, reload: Callable[[], None]) -> Callable[[], Awaitable[None]]:
    async def switch_on() -> None:
        try:
            await push.switch_on(client)
        except BridgeError as error:
            toast(t("push.no_service") if error.code == "push_service" else t("push.not_allowed"))
        except ClientError as error:
            toast(why(error))
        reload()

    return switch_on


def _when_on(client: Client, standing: Standing, reload: Callable[[], None], say: Callable[[PushTest | None], None]) -> list[ft.Control]:
    mine = standing.mine
    assert mine is not None

    async def switch_off() -> None:
        say(None)
        if await submit(client, push.switch_off(client), said="push.switched_off"):
            reload()

    async def send_test() -> None:
        say(None)
        try:
            say(await tested(client, mine))
        except ClientError as error:
            toast(why(error))
        reload()

    reached = t("push.reached", when=format_moment(mine.reached_at, client.now())) if mine.reached_at else t("push.not_yet")
    test = SecondaryButton(t("push.test"), send_test, icon=ft.Icons.SEND_ROUNDED, disabled=standing.trouble is PushTrouble.off)
    return [Meta(reached, max_lines=2), test, ft.Row([TextLink(t("push.switch_off"), switch_off)])]


async def tested(client: Client, device: PushSubscription) -> PushTest | None:
    """None once it is on the screen: then there is nothing to say."""
    shown = asyncio.Event()
    stop = bridge.on("push.received", lambda _: shown.set())
    try:
        found = await push.send_test(client, device)
        if found.outcome is not PushOutcome.sent or not await _happens(shown):
            return found
    finally:
        stop()
    toast(t("push.arrived"))
    return None


async def _happens(event: asyncio.Event) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), SHOWN_SECONDS)
    return event.is_set()


def _result(found: PushTest) -> ft.Control:
    """What went wrong, where, and what to do."""
    words = t(f"push.tested.{found.outcome}")
    body = t(f"push.tested.{found.outcome}_body", host=found.host, status=found.status or "")
    return ft.Semantics(content=NoticeCard(words, body), live_region=True, container=True)


def use_remover(client: Client, reload: Callable[[], None]) -> Callable[[PushSubscription], None]:
    ask = use_confirm()

    async def remove(device: PushSubscription) -> None:
        if await submit(client, push.remove(client, device)):
            reload()

    def asking(device: PushSubscription) -> None:
        name = device.device_name or t("me.unknown_device")
        ask(Question(t("push.remove_title", name=name), t("push.remove_body"), t("push.remove"), partial(remove, device)))

    return asking


def _others(client: Client, standing: Standing, remove: Callable[[PushSubscription], None]) -> list[ft.Control]:
    if not standing.others:
        return []
    return [CardHeader(t("push.others")), *(_device(client, device, partial(remove, device)) for device in standing.others)]


def _device(client: Client, device: PushSubscription, remove: Callable[[], None]) -> ft.Control:
    reached = t("push.reached", when=format_moment(device.reached_at, client.now())) if device.reached_at else t("push.never_reached")
    return LineItem(
        device.device_name or t("me.unknown_device"),
        meta=reached if device.trouble is None else t("push.in_trouble"),
        icon=ft.Icons.PHONELINK_RING_ROUNDED,
        trailing=TextLink(t("push.remove"), remove),
    )
