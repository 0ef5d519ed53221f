"""From the code read off a label to the machine's page on the screen: `python -m tests.bench.scan_to_page [--machines N]`.

The real product and the real app in Chromium, at full speed and with the processor throttled four times. The clock starts as
the scanner hands its code over and stops with the frame that names the machine.
"""

import argparse
import json
import statistics
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser import launched
from tests.e2e.app import PHONE, App
from tests.e2e.product import Product, running
from tests.e2e.waiting import until

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


def rounds(product: Product, count: int) -> dict[str, Any]:
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
        slow = [measure(app, machines.pop()) for _ in range(count)]
    return {"seconds": _told(full), "seconds_4x": _told(slow), "goals": {"seconds": 0.3, "seconds_4x": 1.2}}


def _told(times: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(times), 3), "worst": round(max(times), 3)}


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--machines", type=int, default=5)
    with running() as product:
        print(json.dumps(rounds(product, options.parse_args().machines), indent=1))
