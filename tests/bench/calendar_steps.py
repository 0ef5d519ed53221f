"""From a tap in the calendar to the frame with what it asked for: `python -m tests.bench.calendar_steps [--rounds N]`.

The real product and the real app in Chromium, as a supervisor on a tablet sees their week and their month: the next and the one before,
and the other view. At full speed and with the processor throttled four times; with the tree that screen readers use, which most do without.
"""

import argparse
import statistics
import sys

from playwright.sync_api import sync_playwright

from tests.bench.verdicts import at_most
from tests.browser import launched
from tests.e2e.app import TABLET, App
from tests.e2e.product import Product, running
from tests.e2e.waiting import until

GOALS = {1: 1.0, 4: 3.0}
TAPS = (
    ("week", "calendar.next"), ("week", "calendar.previous"), ("week", "calendar.view.month"),
    ("month", "calendar.next"), ("month", "calendar.previous"), ("month", "calendar.view.week"),
)  # fmt: skip
WATCH = """() => {
  window.benchStart = window.benchSeconds = 0;
  const host = document.querySelector("flt-semantics-host");
  const title = () => [...host.querySelectorAll("h1, [role=heading]")].map((node) => node.ariaLabel ?? node.textContent).join();
  const before = title();
  addEventListener("pointerup", () => { window.benchStart = performance.now(); }, { capture: true, once: true });
  new MutationObserver((_, observer) => {
    if (!window.benchStart || title() === before) return;
    observer.disconnect();
    requestAnimationFrame(() => { window.benchSeconds = (performance.now() - window.benchStart) / 1000; });
  }).observe(host, { subtree: true, childList: true, characterData: true, attributes: true });
}"""

Times = dict[str, list[float]]


def seconds(app: App, words: str) -> float:
    app.page.wait_for_timeout(500)
    app.page.evaluate(WATCH)
    app.tap(words)
    until(lambda: app.page.evaluate("window.benchSeconds"), f"another title after “{words}”")
    return float(app.page.evaluate("window.benchSeconds"))


def once(app: App, times: Times) -> None:
    for view, words in TAPS:
        times.setdefault(f"{view}: {app.words(words).lower()}", []).append(seconds(app, words))


def rounds(product: Product, count: int) -> dict[int, Times]:
    with sync_playwright() as driver, launched(driver) as browser:
        context = browser.new_context(viewport=TABLET, locale="en-GB")
        app = App(context, product.url, lang="en").open()
        app.sign_in_as_demo("supervisor")
        app.go("/calendar").tap("calendar.view.week")
        once(app, {})  # the fonts and the first opening
        found: dict[int, Times] = {1: {}, 4: {}}
        for rate, times in found.items():
            context.new_cdp_session(app.page).send("Emulation.setCPUThrottlingRate", {"rate": rate})
            for _ in range(count):
                once(app, times)
        return found


def told(found: dict[int, Times]) -> bool:
    measured = [(rate, words, statistics.median(times)) for rate, of_rate in found.items() for words, times in of_rate.items()]
    met = [at_most(f"{words}, processor throttled {rate}x", median, GOALS[rate], "s") for rate, words, median in measured]
    return all(met)


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.bench.calendar_steps", description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    with running() as product:
        return 0 if told(rounds(product, options.parse_args().rounds)) else 1


if __name__ == "__main__":
    sys.exit(main())
