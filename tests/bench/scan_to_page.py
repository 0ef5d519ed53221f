"""From the code read off a label to the machine's page on the screen: `python -m tests.bench.scan_to_page [--machines N]`.

The real product and the real app in Chromium, at full speed and with the processor throttled four times. The clock starts as
the scanner hands its code over and stops with the frame that names the machine.
"""

import argparse
import statistics
import sys
from typing import Any

from playwright.sync_api import sync_playwright

from tests.bench.verdicts import at_most
from tests.browser import launched
from tests.e2e.app import PHONE, App
from tests.e2e.product import Product, running
from tests.e2e.waiting import until

GOALS = {1: 0.3, 4: 1.2}
WATCH = """(name) => {
  window.benchStart = window.benchEnd = 0;
  document.addEventListener("submit", () => { window.benchStart = performance.now(); }, { capture: true, once: true });
  const host = document.querySelector("flt-semantics-host");
  new MutationObserver((_, observer) => {
    const named = [...host.querySelectorAll("*")].some((node) => (node.ariaLabel ?? node.textContent).startsWith(name));
    if (!window.benchStart || !named || !location.pathname.startsWith("/equipment/")) return;
    requestAnimationFrame(() => { window.benchEnd = performance.now(); });
    observer.disconnect();
  }).observe(host, { subtree: true, childList: true, characterData: true, attributes: true });
}"""


def measure(app: App, machine: dict[str, Any]) -> float:
    """Seconds."""
    app.go("/me")
    app.page.evaluate(WATCH, machine["name"])
    app.tap("common.scan_label")
    field = app.page.locator("input[name=code]")
    field.fill(machine["label_codes"][0])
    field.press("Enter")
    until(lambda: app.page.evaluate("window.benchEnd"), f"the page of {machine['name']}", seconds=30)
    return float(app.page.evaluate("(window.benchEnd - window.benchStart) / 1000"))


def rounds(product: Product, count: int) -> dict[int, list[float]]:
    """Seconds, by how much the processor is throttled."""
    user = product.as_user("technician")
    machines = user.free_machines()[: count * 2 + 1]
    user.close()
    with sync_playwright() as driver, launched(driver) as browser:
        context = browser.new_context(viewport=PHONE, locale="fr-FR")
        app = App(context, product.url).open()
        app.sign_in_as_demo("technician")
        measure(app, machines.pop())  # the scanner's first opening loads its decoder
        full = [measure(app, machines.pop()) for _ in range(count)]
        context.new_cdp_session(app.page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
        return {1: full, 4: [measure(app, machines.pop()) for _ in range(count)]}


def told(found: dict[int, list[float]]) -> bool:
    met = []
    for rate, times in found.items():
        met.append(at_most(f"label to machine page, processor throttled {rate}x", statistics.median(times), GOALS[rate], "s"))
        print(f"     worst of {len(times)}: {max(times):.2f} s")
    return all(met)


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.bench.scan_to_page", description=__doc__)
    options.add_argument("--machines", type=int, default=5)
    with running() as product:
        return 0 if told(rounds(product, options.parse_args().machines)) else 1


if __name__ == "__main__":
    sys.exit(main())
