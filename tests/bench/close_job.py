"""From the tap on “Close” to the job shown as completed: `python -m tests.bench.close_job [--jobs N]`.

The real product and the real app in Chromium, at full speed and with the processor throttled four times. It taps what a
technician taps for a routine repair, and nothing is typed. The machine's share of the twenty seconds is the time between the
end of each tap and the frame with what it asked for; the rest of them is for reading and choosing.
"""

import argparse
import json
import statistics
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import sync_playwright

from shared_models.ids import uuid7
from tests.bench.verdicts import at_most
from tests.browser import launched
from tests.e2e.app import PHONE, App
from tests.e2e.product import Product, User, running
from tests.e2e.waiting import until

WHOLE_SECONDS = 20.0
MOST_TAPS = 8
MOST_MACHINE_SECONDS = {1: 2.0, 4: 4.0}
COUNT = """() => {
  window.benchTaps = window.benchKeys = 0;
  addEventListener("pointerup", () => { window.benchTaps += 1; window.benchTapped ||= performance.now(); }, true);
  addEventListener("beforeinput", () => { window.benchKeys += 1; }, true);
  window.benchWatch = (isReady) => {
    window.benchTapped = window.benchSeconds = 0;
    const host = document.querySelector("flt-semantics-host");
    const lines = (node) => (node.ariaLabel ?? node.textContent).split("\\n");
    const find = (selector, words) => [...host.querySelectorAll(selector)].find((node) => lines(node).includes(words));
    new MutationObserver((_, observer) => {
      if (!window.benchTapped || !isReady(host, find)) return;
      observer.disconnect();
      requestAnimationFrame(() => { window.benchSeconds = (performance.now() - window.benchTapped) / 1000; });
    }).observe(host, { subtree: true, childList: true, characterData: true, attributes: true });
  };
}"""


@dataclass(frozen=True)
class Closing:
    """One job closed: what a hand did, and the machine's seconds after each tap, by what was tapped."""

    taps: int
    typed: int
    waits: dict[str, float]

    @property
    def machine_seconds(self) -> float:
        return sum(self.waits.values())


def started_job(user: User, machine: dict[str, Any]) -> str:
    """A breakdown that the user works on, since just now."""
    at, job_id = datetime.now(UTC).isoformat(), str(uuid7())
    stop = {"stop_kind": "failure", "stopped_at": at, "action_id": str(uuid7())}
    asked = {"occurred_at": at, "intervention_id": job_id, "equipment_id": machine["id"], "title": "Courroie qui saute"}
    user.post("/maintenance/interventions", asked | stop)
    return job_id


def close(app: App, job_id: str, remedy: str) -> Closing:
    """The second likeliest mode, a remedy, go on, done. It runs again: that is filled in already."""
    app.go(f"/jobs/{job_id}").see("job.note_hint", "job.close")  # the note: Today has a button of this name too
    app.page.evaluate("window.benchTaps = window.benchKeys = 0")
    waits = {"close": wait(app, "job.close", "host.querySelectorAll('[role=checkbox]').length > 6")}
    mode = str(app.page.get_by_role("checkbox").nth(1).get_attribute("aria-label"))
    go_on = shown(app, "[role=button]:not([aria-disabled])", "close.continue")
    waits["mode"] = wait(app, mode, f"{picked(mode)} && {go_on}")
    waits["remedy"] = wait(app, remedy, picked(remedy))
    waits["continue"] = wait(app, "close.continue", shown(app, "[role=button]", "close.finish"))
    done = shown(app, "*", "close.done")
    waits["finish"] = wait(app, "close.finish", f"location.pathname === '/jobs/{job_id}/done' && {done}")
    taps, typed = app.page.evaluate("[window.benchTaps, window.benchKeys]")
    return Closing(taps, typed, waits)


def wait(app: App, tapped: str, is_ready: str) -> float:
    """Tap, and the seconds until the page answers `is_ready` (JavaScript)."""
    app.page.evaluate(f"window.benchWatch((host, find) => {is_ready})")
    app.tap(tapped)
    until(lambda: app.page.evaluate("window.benchSeconds"), lambda: f"{is_ready} in:\n{app.shown()}", seconds=30)
    return float(app.page.evaluate("window.benchSeconds"))


def shown(app: App, selector: str, words: str) -> str:
    return f"find({json.dumps(selector)}, {json.dumps(app.words(words))})"


def picked(name: str) -> str:
    return f"find('[role=checkbox]', {json.dumps(name)})?.ariaChecked === 'true'"


def rounds(product: Product, count: int) -> dict[int, list[Closing]]:
    """Closings by how much the processor is throttled."""
    user = product.as_user("technician")
    remedies = {row["id"]: remedy_of(row) for row in user.get("/equipment-classes")}
    machines = [row for row in user.free_machines() if remedies[row["class_id"]]][: 2 * count + 1]
    work = [(started_job(user, machine), remedies[machine["class_id"]]) for machine in machines]
    user.close()
    with sync_playwright() as driver, launched(driver) as browser:
        context = browser.new_context(viewport=PHONE, locale="fr-FR")
        app = App(context, product.url).open()
        app.sign_in_as_demo("technician").page.evaluate(COUNT)
        close(app, *work.pop())  # the first draws letters and icons that no screen has shown yet
        full = [close(app, *work.pop()) for _ in range(count)]
        context.new_cdp_session(app.page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
        return {1: full, 4: [close(app, *work.pop()) for _ in range(count)]}


def remedy_of(equipment_class: dict[str, Any]) -> str:
    return next((item["names"]["fr"] for item in equipment_class["failure_items"] if item["kind"] == "remedy"), "")


def told(found: dict[int, list[Closing]]) -> bool:
    every = [closing for closings in found.values() for closing in closings]
    met = [
        at_most("taps to close a routine job", max(closing.taps for closing in every), MOST_TAPS, "taps"),
        at_most("typing it takes", max(closing.typed for closing in every), 0, "keys"),
    ]
    for rate, closings in found.items():
        median = statistics.median(closing.machine_seconds for closing in closings)
        met.append(at_most(f"the machine's own time, processor throttled {rate}x", median, MOST_MACHINE_SECONDS[rate], "s"))
        waits = {tap: statistics.median(closing.waits[tap] for closing in closings) for tap in closings[0].waits}
        print("     after each tap: " + ", ".join(f"{tap} {seconds:.2f} s" for tap, seconds in waits.items()))
        print(f"     left to the person: {WHOLE_SECONDS - median:.1f} s of {WHOLE_SECONDS:g}")
    return all(met)


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.bench.close_job", description=__doc__)
    options.add_argument("--jobs", type=int, default=5)
    with running() as product:
        return 0 if told(rounds(product, options.parse_args().jobs)) else 1


if __name__ == "__main__":
    sys.exit(main())
