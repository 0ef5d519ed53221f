"""Notifications on a device, as its owner meets them: the app with the server, and the browser's part played at the bridge."""

from typing import Any

import pytest

from mobile_app.app import mended
from mobile_app.core.bridge import MemoryChannel, Message, bridge
from mobile_app.core.i18n import t
from mobile_app.features.me.notifications import Notifications
from shared_models.ids import uuid7
from tests.mobile_app.roots import inside
from tests.mobile_app.ui.conftest import Screen, _said, screen
from tests.push_service import Browser
from tests.sync.conftest import Device, Factory, until

__all__ = ["screen"]  # a fixture


class Page:
    """What `push.js` does, for a browser of whose subscription the test disposes."""

    def __init__(self) -> None:
        self.supported = self.secure = True
        self.installable = False
        self.permission, self.answer = "default", "granted"
        self.held: dict[str, str] | None = None
        self.subscribed: list[str] = []
        self.fault = ""
        self.channel = MemoryChannel(self.receive)
        bridge.connect(self.channel)

    def receive(self, message: Message) -> None:
        name = message["method"].replace(".", "_")
        if not hasattr(self, name) or not message["id"]:
            return
        is_refused = self.fault and name == "push_on"
        if not is_refused:
            getattr(self, name)(message["params"])
        said = {"error": {"code": self.fault}} if is_refused else {"result": self.state}
        self.channel.from_page({"id": message["id"], "kind": "response", "method": message["method"], **said})

    @property
    def state(self) -> dict[str, Any]:
        told = ("supported", "secure", "installable", "permission")
        return {name: getattr(self, name) for name in told} | {"subscription": self.held}

    def push_state(self, _: Message) -> None: ...

    def push_on(self, params: Message) -> None:
        self.permission = self.answer
        self.push_mend(params)

    def push_mend(self, params: Message) -> None:
        is_good = self.held and self.held["public_key"] == params["key"] and not params.get("anew")
        if self.permission == "granted" and not is_good:
            made = Browser(uuid7().hex, "https://fcm.googleapis.com", [])
            self.held = made.asked(params["key"])
            self.subscribed.append(made.endpoint)

    def push_off(self, _: Message) -> None:
        self.held = None


@pytest.fixture
def page() -> Page:
    return Page()


@pytest.fixture
async def phone(factory: Factory) -> Device:
    return await factory.signed_in(await factory.person("technician"))


async def endpoints(factory: Factory, device: Device) -> list[str]:
    pool = factory.app.state.database.pool
    return [row["endpoint"] for row in await pool.fetch("select endpoint from push_subscription where user_id = $1", device.client.user.id)]


async def seen(screen: Screen, words: str) -> None:
    await until(lambda: any(words in text for text in screen.texts) or any(words in _said(control) for control in screen.controls()))
    await screen.settle()


async def on(screen: Screen, device: Device) -> None:
    await screen.show(inside(device.client, Notifications))
    await seen(screen, t("push.why"))
    await screen.click(t("push.switch_on"))
    await seen(screen, t("push.not_yet"))


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"secure": False}, "push.plain_body"),
        ({"supported": False}, "push.unable_body"),
        ({"supported": False, "installable": True}, "push.tab_body"),
        ({"permission": "denied"}, "push.way_out.other"),
        ({"permission": "granted"}, "push.switch_on"),
    ],
)
async def test_what_keeps_a_browser_from_it_is_said_with_the_way_out(screen: Screen, page: Page, phone: Device, told: Any, words: str):
    vars(page).update(told)
    await screen.show(inside(phone.client, Notifications))
    await seen(screen, t(words))


async def test_without_a_network_nothing_is_promised(screen: Screen, page: Page, phone: Device):
    phone.transport.online = False
    await screen.show(inside(phone.client, Notifications))
    await seen(screen, t("push.offline"))


async def test_a_device_is_switched_on_and_off_again(screen: Screen, page: Page, phone: Device, factory: Factory):
    await on(screen, phone)
    assert await endpoints(factory, phone) == page.subscribed
    await screen.click(t("push.switch_off"))
    await seen(screen, t("push.why"))
    assert (await endpoints(factory, phone), page.held) == ([], None)
    await mended(phone.client)
    assert page.held is None


@pytest.mark.parametrize(("answer", "fault", "words"), [("denied", "", "push.refused"), ("granted", "push_service", "push.no_service")])
async def test_a_browser_that_will_not_or_cannot_says_so(
    screen: Screen, page: Page, phone: Device, factory: Factory, answer: str, fault: str, words: str
):
    await screen.show(inside(phone.client, Notifications))
    await seen(screen, t("push.why"))
    page.answer, page.fault = answer, fault
    await screen.click(t("push.switch_on"))
    await seen(screen, t(words))
    assert await endpoints(factory, phone) == []


async def forgotten_by_the_browser(page: Page, factory: Factory, phone: Device) -> None:
    page.held = None


async def made_with_another_key(page: Page, factory: Factory, phone: Device) -> None:
    assert page.held
    page.held = page.held | {"public_key": "another"}


async def forgotten_by_the_server(page: Page, factory: Factory, phone: Device) -> None:
    await factory.app.state.database.pool.execute("delete from push_subscription where user_id = $1", phone.client.user.id)


async def refused_by_the_service(page: Page, factory: Factory, phone: Device) -> None:
    await factory.app.state.database.pool.execute("update push_subscription set is_stale = true where user_id = $1", phone.client.user.id)


@pytest.mark.parametrize("happens", [forgotten_by_the_browser, made_with_another_key, forgotten_by_the_server, refused_by_the_service])
async def test_what_was_lost_is_mended_at_the_next_start(screen: Screen, page: Page, phone: Device, factory: Factory, happens: Any):
    await on(screen, phone)
    await happens(page, factory, phone)
    again = await factory.restarted(phone)
    for _ in range(2):
        await mended(again.client)
        assert await endpoints(factory, again) == page.subscribed[-1:]
        assert len(page.subscribed) == (1 if happens is forgotten_by_the_server else 2)


async def test_two_people_who_share_a_phone_are_each_reached_while_they_are_in(screen: Screen, page: Page, phone: Device, factory: Factory):
    await on(screen, phone)
    ana = phone.client.user.id
    page.channel.page = lambda message: page.push_off({}) if message["method"] == "push.off" else page.receive(message)
    phone.client._bridge = bridge
    await phone.client.sign_out()
    assert page.held is None  # the browser itself lets go, with or without a network
    ben = await factory.person("technician")
    await phone.client.sign_in(ben.username, "correct horse battery")
    await mended(phone.client)
    assert page.held is None  # he has not asked for it
    await phone.client.sign_out()
    pool = factory.app.state.database.pool
    username = await pool.fetchval("select username from users where id = $1", ana)
    await phone.client.sign_in(username, "correct horse battery")
    await mended(phone.client)
    assert await endpoints(factory, phone) == page.subscribed[1:]
