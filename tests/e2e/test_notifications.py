"""Notifications on a phone: switched on, tried, shown with the app closed, and one tap from the job.

The browser's own push service is the only thing that is played: what it hands out as a subscription, and the moment it delivers.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Worker

from shared_models.ids import uuid7
from tests.e2e.app import App
from tests.e2e.conftest import Device, Machine
from tests.e2e.product import Product, User
from tests.e2e.waiting import until
from tests.push_service import Browser as Subscriber
from tests.push_service import Message, PushService, edge_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
SHOWN = """async () => {
  const shown = await self.registration.getNotifications();
  return shown.map(({ title, body, tag }) => ({ title, body, tag }));
}"""
CLICKED = """async ([tag, action]) => {
  const [notification] = await self.registration.getNotifications({ tag });
  const opened = new Promise((resolve) => { self.clients.openWindow = async (url) => resolve(url); }); // which only a real tap may
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification, action }));
  return opened;
}"""

RENEWED = """async ({ endpoint, p256dh, auth }) => {
  const bytes = (said) => Uint8Array.from(atob(said.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0)).buffer;
  const keys = { p256dh: bytes(p256dh), auth: bytes(auth) };
  await resubscribe({ newSubscription: { endpoint, getKey: (name) => keys[name] } });
}"""


class Delivery:
    """The browser's own side of a push service, by its debugger."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.url = url
        self.context = context
        self.page: Page = context.new_page()  # of nobody's
        self._session = context.new_cdp_session(self.page)
        self._registrations: list[dict[str, Any]] = []
        self._session.on("ServiceWorker.workerRegistrationUpdated", lambda told: self._registrations.extend(told["registrations"]))
        self._session.send("ServiceWorker.enable")
        until(lambda: self._id, "the service worker's registration")

    @property
    def _id(self) -> str:
        self.page.evaluate("0")  # events come with an answer
        ours = [each for each in self._registrations if each["scopeURL"].startswith(self.url)]
        return str(ours[-1]["registrationId"]) if ours else ""

    def bring(self, data: str) -> "Delivery":
        self._session.send("ServiceWorker.deliverPushMessage", {"origin": self.url, "registrationId": self._id, "data": data})
        return self

    @property
    def shown(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.worker.evaluate(SHOWN)
        return found

    @property
    def worker(self) -> Worker:
        until(lambda: (self.page.evaluate("0"), self.context.service_workers)[1], "the service worker to run")
        return self.context.service_workers[0]

    def sees(self, words: str) -> dict[str, Any]:
        until(lambda: any(words in f"{each['title']} {each['body']}" for each in self.shown), lambda: f"“{words}” among {self.shown}")
        return next(each for each in self.shown if words in f"{each['title']} {each['body']}")


def reachable(app: App, pushes: PushService) -> list[Subscriber]:
    """By what its browser subscribes with, one after the other."""
    subscribers = [pushes.browser() for _ in range(4)]
    app.context.add_init_script(edge_of(subscribers))
    app.context.grant_permissions(["notifications", "camera"], origin=app.url)
    return subscribers


def own_job(technician: User, machine: Machine, title: str) -> str:
    job = str(uuid7())
    technician.post("/maintenance/interventions", {"intervention_id": job, "equipment_id": machine["id"], "title": title})
    return job


def test_a_phone_is_reached_with_the_app_closed_and_one_tap_starts_the_job(
    device: Device, product: Product, pushes: PushService, technician: User, machines: Iterator[Machine]
) -> None:
    phone = device()
    browsers = reachable(phone, pushes)
    phone.open().sign_in_as_demo("technician").kept_offline()
    phone.go("/me").see("push.switch_on").tap("push.switch_on")
    until(lambda: device_of(technician), "the subscription at the server")
    phone.go("/today").see("app.today").go("/me").see("push.test")  # a page begins at its top
    delivery = Delivery(phone.context, product.url)
    phone.tap("push.test")
    test_title = phone.words("push.test_title")
    [test, *_] = until(lambda: named(pushes, test_title), "the test at the push service")
    tried = test.said
    delivery.bring(json.dumps(tried))
    phone.see("push.arrived")

    phone.page.close()
    job = own_job(technician, next(machines), "Graissage")  # of which the phone knows nothing yet
    notice = tried["notification"] | {
        "title": "En retard : Palettiseur 2", "body": "Graissage", "tag": "n1", "navigate": f"https://elsewhere.example/jobs/{job}",
        "actions": [{"action": "start", "title": "Commencer", "navigate": f"https://elsewhere.example/jobs/{job}?do=start&notice=n1"}],
    }  # fmt: skip
    for _ in range(2):  # what comes twice is shown once
        delivery.bring(json.dumps({"web_push": 8030, "notification": notice}))
    assert delivery.sees("En retard : Palettiseur 2")["body"] == "Graissage"
    assert [each["tag"] for each in delivery.shown].count("n1") == 1
    address = delivery.worker.evaluate(CLICKED, ["n1", "start"])
    assert address == f"/jobs/{job}?do=start&notice=n1"

    opened = App(phone.context, product.url).open(address).see("Graissage", "job.pause")
    assert opened.path == f"/jobs/{job}"
    until(lambda: technician.job(job)["status"] == "in_progress", "the job to be started at the server")
    technician.post(f"/maintenance/interventions/{job}/hold", {"reason": "Graisse épuisée"})

    for silent in ("", "{}", "no JSON", json.dumps({"notification": {"body": "no title"}})):
        before = len(delivery.shown)
        delivery.bring(silent)
        delivery.sees("Quelque chose vous attend")
        assert len(delivery.shown) >= before

    since = subscribed(technician)
    opened.page.evaluate("localStorage.removeItem('browser')")
    opened.reload()
    until(lambda: subscribed(technician) > since, "the subscription that was lost, made anew")
    since = subscribed(technician)
    opened.page.evaluate("localStorage.setItem('key', 'BAAA')")
    opened.reload()
    until(lambda: subscribed(technician) > since, "the subscription made with another key, made anew")
    technician.post(f"/push/subscriptions/{device_of(technician)}/test", {})
    until(
        lambda: named(pushes, test_title)[-1].browser is browsers[2],
        "the third subscription to be the one that is used",
    )

    opened.page.close()
    delivery.worker.evaluate(RENEWED, browsers[3].asked(""))  # with the app closed
    technician.post(f"/push/subscriptions/{device_of(technician)}/test", {})
    until(
        lambda: named(pushes, test_title)[-1].browser is browsers[3],
        "the renewed subscription to be the one that is used",
    )
    App(phone.context, product.url).open("/me").tap("push.switch_off").see_no("push.switch_off").page.close()
    delivery.worker.evaluate(RENEWED, pushes.browser().asked(""))
    assert not device_of(technician), "whoever uses this phone has not asked for it"


def named(pushes: PushService, title: str) -> list[Message]:
    """Of all that has come: the demonstration tells people things, too."""
    return [message for message in pushes.shown if message.said["notification"]["title"] == title]


def device_of(user: User) -> str:
    return next((found["id"] for found in user.get("/push/subscriptions")), "")


def subscribed(user: User) -> str:
    """When; what takes another's place keeps its id."""
    return max((found["created_at"] for found in user.get("/push/subscriptions")), default="")
