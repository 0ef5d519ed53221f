"""Notifications on this device: whether its browser can be reached, and keeping it so.

The app compares what the browser holds with what the server knows at each start, and mends it without a word: browsers drop
subscriptions, servers change keys, and hardly anybody tells.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mobile_app.core.bridge import BridgeError, bridge
from mobile_app.core.device_name import device_name
from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from shared_models.push import PushKey, PushSubscribe, PushSubscription, PushTest, PushTrouble

BROWSER_SECONDS = 30.0
_ON = "on"
_in_turn = asyncio.Lock()
"""What mends a subscription may not tell of it after somebody has switched it off."""


class Place(StrEnum):
    """How it stands with this device. `tab`, `plain`, `unable`: what keeps its browser from it; `refused`: its owner did, there."""

    on = "on"
    off = "off"
    refused = "refused"
    tab = "tab"
    plain = "plain"
    unable = "unable"


@dataclass(frozen=True)
class Standing:
    """`trouble` is the server's. `devices` are all of the person's; None where the server was not asked."""

    place: Place
    trouble: PushTrouble | None = None
    devices: tuple[PushSubscription, ...] | None = None

    @property
    def mine(self) -> PushSubscription | None:
        return next((device for device in self.devices or () if device.is_current), None)

    @property
    def others(self) -> list[PushSubscription]:
        return [device for device in self.devices or () if not device.is_current]


def place_of(page: Mapping[str, Any]) -> Place:
    if not page["secure"]:
        return Place.plain
    if not page["supported"]:
        return Place.tab if page["installable"] else Place.unable
    if page["permission"] == "denied":
        return Place.refused
    return Place.on if page["permission"] == "granted" and page["subscription"] else Place.off


async def look(client: Client) -> Standing:
    page = await _page("push.state")
    key = await _key(client)
    devices = tuple(await client.api.list_of(PushSubscription, "/push/subscriptions"))
    standing = Standing(place_of(page), key.trouble, devices)
    is_known = standing.place is not Place.on or standing.mine is not None
    return standing if is_known else Standing(Place.off, key.trouble, devices)


async def switch_on(client: Client) -> None:
    """Raises BridgeError with the code `denied`, or `push_service` where the browser reaches none."""
    texts = {name: t(f"push.ask.{name}") for name in ("title", "why", "allow", "close")}
    key = await _key(client)
    page = await bridge.request("push.on", {"key": key.public_key, "texts": texts})
    await client.set_device_word(_wish_of(client), _ON)
    await _tell(client, key, page)


async def switch_off(client: Client) -> None:
    async with _in_turn:
        await client.set_device_word(_wish_of(client), None)
        for device in (await look(client)).devices or ():
            if device.is_current:
                await remove(client, device)
        await _page("push.off")


async def remove(client: Client, device: PushSubscription) -> None:
    await client.api.delete(f"/push/subscriptions/{device.id}")


async def send_test(client: Client, device: PushSubscription) -> PushTest:
    return PushTest.model_validate(await client.api.post(f"/push/subscriptions/{device.id}/test"))


async def mend(client: Client) -> None:
    """Where its owner wants to be reached here: as it was, or anew where the browser, the server or the push service has lost it."""
    async with _in_turn:
        if await client.device_word(_wish_of(client)) == _ON:
            await _mend(client)


async def _mend(client: Client) -> None:
    key = await _key(client)
    try:
        known = await _tell(client, key, await _page("push.mend", key=key.public_key))
        if known is not None and known.is_stale:
            await _tell(client, key, await _page("push.mend", key=key.public_key, anew=True))
    except (BridgeError, TimeoutError):
        return  # out of the browser's reach for now: the next start tries again


async def _tell(client: Client, key: PushKey, page: Mapping[str, Any]) -> PushSubscription | None:
    """None where its browser has nothing to tell."""
    held = page["subscription"]
    if page["permission"] != "granted" or not held:
        return None
    told = {**held, "public_key": held["public_key"] or key.public_key, "device_name": device_name()}
    return PushSubscription.model_validate(await client.api.put("/push/subscriptions", PushSubscribe.model_construct(**told)))


async def _key(client: Client) -> PushKey:
    return PushKey.model_validate(await client.api.get("/push/key"))


async def _page(method: str, **params: Any) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = await bridge.request(method, params, BROWSER_SECONDS)
    return answer


def _wish_of(client: Client) -> str:
    """Two people who share a phone each have their own."""
    return f"push:{client.user.id}"
