import json
import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from mobile_app.web.build import build_web
from tests.browser import open_semantics, serving
from tests.web.conftest import application
from tests.web.starting import SEED, STILL, keep_offline, open_app, resumed, until, wait_for_app

pytestmark = pytest.mark.timeout(600)


class TestStart:
    def test_first_contacts_its_own_origin_only_and_the_second_resumes_from_the_snapshot(self, context: BrowserContext, site: str) -> None:
        first, requests, complaints = watched(context)
        open_app(first, f"{site}/today")
        assert not resumed(first)
        expect_text(first, "Hello version one at /today")
        keep_offline(first)
        second = context.new_page()
        open_app(second, f"{site}/equipment/42")
        assert resumed(second)
        expect_text(second, "Hello version one at /equipment/42")
        assert [url for url in requests if not url.startswith((site, "blob:", "data:"))] == []
        assert complaints == []

    @pytest.mark.parametrize(("card", "canvas"), [("Mali-G76", "webgl2"), ("llvmpipe, or similar", "2d")])
    def test_draws_on_a_graphics_card_alone_by_webgl(self, context: BrowserContext, site: str, card: str, canvas: str) -> None:
        page = context.new_page()
        page.add_init_script(f"({DRAWN_ON})({json.dumps(card)})")
        open_app(page, f"{site}/today")
        expect_text(page, "Hello version one at /today")
        assert set(page.evaluate("window.drawnOn")) == {canvas}

    def test_damaged_snapshot_is_passed_over(self, kept: BrowserContext, site: str) -> None:
        page = kept.new_page()
        page.goto(site + STILL)
        assert page.evaluate(DAMAGE) == 1
        open_app(page, f"{site}/")
        assert not resumed(page)
        expect_text(page, "Hello version one")

    def test_cold_deep_link_without_network(self, kept: BrowserContext, site: str) -> None:
        page = kept.new_page()
        open_app(page, f"{site}/")
        needed = {urlsplit(url).path for url in page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")}
        assert {path for path in needed if "/fonts/noto" not in path} <= set(page.evaluate(KEPT))  # those are stand-ins
        page.close()
        kept.set_offline(True)
        page = kept.new_page()
        open_app(page, f"{site}/jobs/7/close")
        expect_text(page, "at /jobs/7/close")


class TestBootCard:
    def test_machine_of_the_label_before_the_app(self, kept: BrowserContext, site: str) -> None:
        page = seeded(kept, site)
        page.goto(f"{site}/e/ABCD234U", wait_until="commit")
        expect(page.locator("#boot h1")).to_have_text("Palettiseur 2")
        expect(page.locator("#boot .chip.bad")).to_have_text("En panne")
        wait_for_app(page)
        expect(page.locator("#boot")).to_have_count(0)

    def test_last_today_elsewhere(self, kept: BrowserContext, site: str) -> None:
        page = seeded(kept, site)
        page.goto(f"{site}/today", wait_until="commit")
        expect(page.locator("#boot .card.lead h2")).to_have_text("Fuite vérin de poussée")

    def test_label_goes_to_the_server_when_nobody_is_signed_in(self, kept: BrowserContext, site: str) -> None:
        page = kept.new_page()
        page.goto(f"{site}/e/ABCD234U")
        assert page.text_content("body") == '{"operator":"ABCD234U"}'


class TestUpdate:
    def test_is_downloaded_whole_announced_and_applied_on_demand(
        self, context: BrowserContext, overlay: Path, web_root: Path, tmp_path: Path
    ) -> None:
        root = shutil.copytree(web_root, tmp_path / "root")
        with serving(application(root)) as site:
            self.updates(context.new_page(), site, root, shutil.copytree(overlay, tmp_path / "newer"))

    def updates(self, page: Page, site: str, root: Path, newer: Path) -> None:
        open_app(page, f"{site}/today")
        keep_offline(page)
        open_app(page, f"{site}/today")  # an app that an older copy serves
        open_semantics(page)
        build_web(root, changed(newer))
        page.evaluate("navigator.serviceWorker.getRegistration().then((registration) => registration.update()).then(() => true)")
        expect(page.get_by_text("update.ready").first).to_be_attached(timeout=60_000)
        page.get_by_role("button", name="Update").click()
        until(lambda: "two" in shown(page), "the new version")
        assert "version two at /today" in shown(page)


def changed(overlay: Path) -> Path:
    main = overlay / "mobile_app" / "main.py"
    main.write_text(main.read_text().replace('VERSION = "one"', 'VERSION = "two"'))
    return overlay


def watched(context: BrowserContext) -> tuple[Page, list[str], list[str]]:
    page, requests, complaints = context.new_page(), list[str](), list[str]()
    context.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(f"{request.failure} {request.url}"))
    return page, requests, complaints


def expect_text(page: Page, text: str) -> None:
    open_semantics(page)
    expect(page.get_by_text(re.compile(re.escape(text))).first).to_be_attached(timeout=10_000)


def shown(page: Page) -> str:
    """What the app shows, also while the page is being reloaded."""
    try:
        if page.query_selector("flt-semantics-placeholder"):
            page.evaluate("document.querySelector('flt-semantics-placeholder').click()")
        return str(page.evaluate("document.querySelector('flt-semantics-host')?.innerText ?? ''"))
    except Exception:  # noqa: BLE001 - the page is between two documents
        return ""


def seeded(context: BrowserContext, site: str) -> Page:
    page = context.new_page()
    page.goto(site + STILL)
    page.evaluate(SEED)
    return page


DRAWN_ON = """
(card) => {
  // A browser that tells of another card, and which kinds of canvas Flutter has drawn on.
  const told = WebGL2RenderingContext.prototype.getParameter, UNMASKED_RENDERER = 37446;
  WebGL2RenderingContext.prototype.getParameter = function (name) { return name === UNMASKED_RENDERER ? card : told.call(this, name); };
  window.drawnOn = [];
  const get = OffscreenCanvas.prototype.getContext;
  OffscreenCanvas.prototype.getContext = function (kind, ...more) {
    window.drawnOn.push(kind);
    return get.call(this, kind, ...more);
  };
}
"""
KEPT = """
async () => {
  const [name] = await caches.keys();
  return (await (await caches.open(name)).keys()).map((request) => new URL(request.url).pathname);
}
"""
DAMAGE = """
async () => {
  let damaged = 0;
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      if (!request.url.endsWith("/snapshot.bin")) continue;
      await cache.put(request, new Response(new Uint8Array(5000)));
      damaged += 1;
    }
  }
  return damaged;
}
"""
