"""The first minute and every later start on a large plant: `python -m tests.bench.large_plant [--rounds N]`.

The real application on the data of scale `bench` (10,000 machines, a million jobs) and the real app in Chromium, as a technician of the
largest site and as the administrator of all of it, each beside the same person of the small demonstration. The clock starts with the tap
on “sign in”, or with the navigation, and stops with the frame that names a machine. Warm starts are in a browser that nobody looks into.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

from server.core.i18n import translator
from tests.bench import quiet, servers
from tests.bench.quiet import Quiet, Tab
from tests.bench.verdicts import at_most
from tests.browser import open_profile
from tests.e2e.app import DESKTOP, PHONE, App
from tests.e2e.product import User, web_root

WATCH = (Path(__file__).parent / "large_plant.js").read_text(encoding="utf-8")
WARM_RATIO = 1.1
WARM = 4
"""Warm starts for a cold one: one may take half as long again as the next."""
TYPING = 2000
"""Milliseconds in which nobody has typed a name and a password yet."""
STEPS = ("equipment_list.code", "equipment_list.name", "equipment_list.serial")
"""Heads of columns that no filter is called like."""
WORDS = translator("fr")
CHOICES = ("domain.criticality.critical", "domain.criticality.low", "domain.criticality.high")


@dataclass
class Person:
    """`names`: machines of which one shows that the screen has come; `rows`: what a device of theirs holds."""

    username: str
    url: str
    names: list[str]
    rows: int

    @classmethod
    def of(cls, url: str, username: str, pages: int) -> "Person":
        user = User(url, username)
        names = [row["name"] for page in range(1, pages + 1) for row in user.get("/equipment", size=100, page=page)["items"]]
        total = user.get("/sync/pull", cursor=user.get("/sync/pull")["cursor"])["progress"]["total"]
        user.close()
        return cls(username, url, names, total)

    def watch(self, *, loads: bool = False) -> str:
        return f"({WATCH})({json.dumps(self.names)}, {json.dumps(loads)})"

    def watched(self, context: BrowserContext, path: str, *, loads: bool = False) -> Page:
        page = context.new_page()
        page.add_init_script(self.watch(loads=loads))
        page.goto(self.url + path, wait_until="commit")
        return page


@dataclass
class FirstLoad:
    first_row: float
    all_rows: float


def seen(page: Page, name: str) -> float:
    return float(page.evaluate("name => window.bench.when(name)", name)) / 1000


def first_load(context: BrowserContext, person: Person, path: str) -> FirstLoad:
    """From the tap on “sign in”, on a device that has seen nothing of this plant."""
    page = person.watched(context, path, loads=True)
    app = App(context, person.url, page=page)
    app.started().fill("sign_in.name", person.username).fill("sign_in.password", "etabli-demo")
    page.wait_for_timeout(TYPING)
    page.evaluate("window.bench.begin()")
    app.tap("sign_in.enter")
    began = seen(page, "began")
    found = FirstLoad(seen(page, "row") - began, seen(page, "stored") - began)
    page.wait_for_timeout(2000)
    page.close()
    return found


def warm_start(browser: Quiet, person: Person, path: str) -> float:
    tab = browser.tab(person.watch())
    tab.go(person.url + path)
    row = float(tab.evaluate("window.bench.when('row')", 120)) / 1000
    time.sleep(0.5)
    tab.close()
    return row


@contextmanager
def plant(scale: str, stack: ExitStack) -> Iterator[str]:
    url = stack.enter_context(servers.database(scale))
    yield stack.enter_context(servers.running("server.main:node", url, "--factory"))


def megabytes() -> int:
    """What the tabs' processes take, by the share of each in what they have in common."""
    parents = {pid: int(stat.rpartition(")")[2].split()[1]) for pid, stat in _stats()}
    ours = {os.getpid()}
    while found := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= found
    return sum(_share(pid) for pid in ours if b"--type=renderer" in Path(f"/proc/{pid}/cmdline").read_bytes()) // 1024


def _stats() -> Iterator[tuple[int, str]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            yield int(folder.name), (folder / "stat").read_text()
        except OSError:
            continue


def _share(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def technician(playwright: Playwright, people: dict[str, Person], rounds: int) -> bool:
    warm: dict[str, list[float]] = {name: [] for name in people}
    cold: dict[str, list[FirstLoad]] = {name: [] for name in people}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, ExitStack() as stack:
        for number in range(rounds):
            for name, person in people.items():
                with open_profile(playwright, Path(folder) / f"{name}-{number}", locale="fr-FR", viewport=PHONE) as context:
                    cold[name].append(first_load(context, person, "/"))
        browsers = {name: stack.enter_context(quiet.opened(Path(folder) / f"{name}-0", PHONE)) for name in people}
        for _ in range(WARM * rounds):
            for name, person in people.items():
                warm[name].append(warm_start(browsers[name], person, "/"))
    small, large = (statistics.median(warm[name]) for name in ("demo", "bench"))
    for name, person in people.items():
        print(f"     {name}: {person.rows} rows; cold {cold[name]}; warm {[round(x, 2) for x in warm[name]]}")
    return all([
        at_most("large site: sign-in to today's jobs", statistics.median(found.first_row for found in cold["bench"]), 1.5, "s"),
        at_most("large site: sign-in to the last row", statistics.median(found.all_rows for found in cold["bench"]), 4.0, "s"),
        at_most("large site: warm start against the demonstration's", large / small, WARM_RATIO, "times"),
    ])  # fmt: skip


def administrator(playwright: Playwright, person: Person) -> bool:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, ExitStack() as stack:
        with open_profile(playwright, Path(folder), locale="fr-FR", viewport=DESKTOP) as context:
            found = first_load(context, person, "/equipment")
            print(f"     {person.rows} rows; first load {found}; {megabytes()} MB")
        browser = stack.enter_context(quiet.opened(Path(folder), DESKTOP))
        times = [warm_start(browser, person, "/equipment") for _ in range(4)][1:]
        tab = browser.tab(person.watch())
        tab.go(person.url + "/equipment")
        tab.evaluate("window.bench.when('row')", 120)
        time.sleep(5)
        print(f"     warm {[round(x, 2) for x in times]}; {megabytes()} MB in one more tab")
        steps = {f"sorted by {WORDS.t(words)}": stepped(tab, WORDS.t(words)) for words in STEPS}
        steps["a filter"] = filtered(tab, WORDS.t("equipment_list.criticality"), [WORDS.t(words) for words in CHOICES])
    met = [at_most("10,000 machines: warm start to the first rows", statistics.median(times), 3.0, "s")]
    return all(met + [at_most(f"10,000 machines: {name}", seconds, 0.3, "s") for name, seconds in steps.items()])


def stepped(tab: Tab, head: str) -> float:
    """From a tap on a column's head to the frame with another order; the second time, as the first one reads what it sorts by."""
    times = []
    for _ in range(3):
        tab.evaluate("window.bench.step()")
        tab.tap(head)
        times.append(_stepped(tab))
    print(f"     {head}: {[round(x, 2) for x in times]}")
    return statistics.median(times)


def filtered(tab: Tab, menu: str, choices: Sequence[str]) -> float:
    """From a tap on a choice to the frame whose heading says another number of machines."""
    times, opened, told = [], menu, json.dumps(WORDS.t("equipment_list.count_of").partition("{shown}")[2].partition("{total}")[0])
    for choice in choices:
        before = json.dumps(tab.evaluate(f"window.bench.telling({told})"))
        tab.tap(opened)
        tab.evaluate(f"window.bench.step(() => window.bench.telling({told}), {before})")
        tab.tap(choice)
        times.append(_stepped(tab))
        opened = f"{menu}, {choice}"
    print(f"     {menu}: {[round(x, 2) for x in times]}")
    return statistics.median(times)


def _stepped(tab: Tab) -> float:
    seconds = float(tab.evaluate("window.bench.when('stepped')", 120)) / 1000
    time.sleep(0.8)
    return seconds


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.large_plant", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["technician", "admin"])
    options = parser.parse_args()
    os.environ["ETABLI_WEB_ROOT"] = web_root()
    met = []
    with ExitStack() as stack:
        urls = {scale: stack.enter_context(plant(scale, stack)) for scale in ("bench", "demo")}
        playwright = stack.enter_context(sync_playwright())
        if options.only != "admin":
            people = {scale: Person.of(url, "technician", 12 if scale == "bench" else 2) for scale, url in urls.items()}
            met.append(technician(playwright, people, options.rounds))
        if options.only != "technician":
            met.append(administrator(playwright, Person.of(urls["bench"], "admin", 1)))
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
