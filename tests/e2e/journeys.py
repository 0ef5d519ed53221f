"""How many taps and seconds the main journeys take: `python -m tests.e2e.journeys`.

The real product and the real app in Chromium, each journey once: taps are exact, seconds are of this machine as busy as it is.
Words are typed where a field is waiting for them, which is no tap.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser import launched
from tests.e2e.app import DESKTOP, PHONE, App
from tests.e2e.conftest import film_of
from tests.e2e.product import Product, User, running

MOST = {
    "scan → machine": 1, "report a problem": 3, "start a job": 2, "close it": 5, "approve": 1, "return": 3, "accept with a person": 4,
    "new plan": 6, "50 labels": 3, "new machine": 7,
}  # fmt: skip
MACHINE, JOB, PLAN = (rf"/{place}/[0-9a-f-]{{36}}" for place in ("equipment", "jobs", "plans"))


class Hand:
    """Taps, and counts them; the clock starts with the first."""

    def __init__(self, app: App) -> None:
        self.app, self.taps, self._since = app, 0, 0.0

    def tap(self, *words: str) -> "Hand":
        for each in words:
            self.app.see(each)
            self._since = self._since or time.monotonic()
            self.app.tap(each)
            self.taps += 1
        return self

    def press(self, key: str) -> "Hand":
        self._since = self._since or time.monotonic()
        self.app.press(key)
        self.taps += 1
        return self

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._since


Journey = Callable[[Hand], object]


def journeys(phone: App, desk: App, technician: User, supervisor: User) -> Iterator[tuple[str, App, Journey]]:
    """Each with the app at the place where it begins."""
    machine, other = technician.free_machines()[:2]
    yield "scan → machine", phone.go("/today"), lambda hand: hand.tap("common.scan_label").app.at(MACHINE).see("machine.start")
    begins = phone.go(f"/equipment/{other['id']}").see("machine.report")
    yield (
        "report a problem",
        begins,
        lambda hand: hand.tap("machine.report", "domain.symptom.noise", "machine.send_report").app.see("machine.open_jobs"),
    )
    begins = phone.go(f"/equipment/{machine['id']}").see("machine.start")
    yield "start a job", begins, lambda hand: hand.tap("machine.start", "machine.kind.fault").app.at(JOB).see("job.pause")
    job = phone.job_id
    yield "close it", phone, close
    phone.synced()
    yield "approve", desk.go(f"/validate/{job}").see("validation.approve"), lambda hand: hand.press("a").app.see("common.undo")
    desk.page.wait_for_timeout(8_000)
    waiting = supervisor.get("/maintenance/interventions", awaits_validation=True)["items"][0]["id"]
    begins = desk.go(f"/validate/{waiting}").see("validation.return")
    yield (
        "return",
        begins,
        lambda hand: hand.tap("validation.return", "validation.reason.cause", "validation.return_send").app.see("validation.returned"),
    )
    request = supervisor.get("/requests", status="new")["items"][0]
    begins = desk.go(f"/requests/{request['id']}").see("requests.accept")
    yield "accept with a person", begins, accept
    yield "new plan", desk.go(f"/equipment/{other['id']}").see("due.new_plan"), plan
    yield "50 labels", desk.go("/equipment").see("common.choose_all"), labels
    yield "new machine", desk.go("/equipment").see("equipment_list.new"), new_machine


def close(hand: Hand) -> object:
    """The likeliest mode, the likeliest remedy; that it runs again is filled in."""
    hand.tap("job.close")
    hand.app.see("close.what")
    for number in (0, -1):
        hand.app.page.get_by_role("checkbox").nth(number).click()
        hand.taps += 1
    return hand.tap("close.continue", "close.finish").app.at(JOB + "/done")


def accept(hand: Hand) -> object:
    """Whoever is offered first."""
    hand.tap("requests.accept", "common.choose")
    person = hand.app.page.get_by_role("checkbox").first
    person.click()
    hand.taps += 1
    return hand.tap("requests.make_job").app.at(JOB)


def plan(hand: Hand) -> object:
    hand.tap("due.new_plan").app.at("/plans/new").fill("plans.title_label", "Contrôle des sondes")
    hand.tap("plans.technician", "Julien Roux")
    return hand.tap("plans.create").app.at(PLAN).see("plans.why")


def labels(hand: Hand) -> object:
    hand.tap("common.choose_all")
    hand.tap("equipment_list.print")
    with hand.app.page.expect_download() as sheet:
        hand.tap("labels_form.print")
    return sheet.value.path()


def new_machine(hand: Hand) -> object:
    hand.tap("equipment_list.new").app.at("/equipment/new").fill("equipment_list.name", "Compresseur 9")
    hand.tap("equipment_list.site", "Usine d’Issoire", "machine.class", "Compresseur")
    return hand.tap("machine_form.save").app.at(MACHINE)


def measured(browser: Browser, product: Product) -> Iterator[tuple[str, int, float]]:
    technician, supervisor = product.as_user("technician"), product.as_user("supervisor")
    apps = {}
    for who, viewport in (("technician", PHONE), ("supervisor", DESKTOP)):
        apps[who] = App(browser.new_context(viewport=viewport, locale="fr-FR", permissions=["camera"]), product.url).open()
        apps[who].sign_in_as_demo(who)
    for name, app, do in journeys(apps["technician"], apps["supervisor"], technician, supervisor):
        hand = Hand(app)
        do(hand)
        yield name, hand.taps, hand.seconds
    assert [problem for app in apps.values() for problem in app.problems] == []


def main() -> int:
    with running() as product, tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        scanned = product.as_user("technician").free_machines()[0]
        label = product.as_user("technician").bytes_of(f"/equipment/{scanned['id']}/label.png")
        with launched(playwright, camera=film_of(label, Path(folder))) as browser:
            found = list(measured(browser, product))
    for name, taps, seconds in found:
        print(f"{name:22} {taps} taps (at most {MOST[name]})  {seconds:5.1f} s")  # noqa: T201 - a command's own words
    return int(any(taps > MOST[name] for name, taps, _ in found))


if __name__ == "__main__":
    raise SystemExit(main())
