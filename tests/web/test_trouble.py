"""Whatever keeps the app from starting ends in words and in a way out."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.web.starting import STILL, wait_for_app

pytestmark = pytest.mark.timeout(600)
WORDS = {
    "browser": "trop ancien",
    "missing": "n’a pas pu être téléchargée",
    "blocked": "bloque une partie",
    "memory": "assez de mémoire",
    "storage": "refuse de garder",
    "slow": "Rien n’a avancé",
    "other": "erreur inattendue",
}
CSP = "Content-Security-Policy"


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    page.clock.install()
    yield page
    page.close()


def gone(route: Route) -> None:
    route.fulfill(status=404, body="")


@contextmanager
def away(file: Path) -> Iterator[None]:
    """Gone from the server: what the service worker asks for passes no route here."""
    hidden = file.rename(file.with_suffix(".hidden"))
    try:
        yield
    finally:
        hidden.rename(file)


def cut(route: Route) -> None:
    route.abort()


def hang(_route: Route) -> None:
    """Never an answer."""


def instead(body: str) -> Any:
    return lambda route: route.fulfill(content_type="text/javascript", body=body)


def before(code: str) -> Any:
    """The file, after `code`."""

    def answer(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=code + response.text())

    return answer


def with_policy(directive: str) -> Any:
    def answer(route: Route) -> None:
        response = route.fetch()
        policy = re.sub(rf"{directive} [^;]+", f"{directive} 'none'", response.headers["content-security-policy"])
        route.fulfill(response=response, headers={**response.headers, CSP: policy})

    return answer


REFUSE_STORAGE = "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); };"
PAGE = [
    # the page's scripts
    ("**/boot.js", gone, "missing"),
    ("**/boot.js", instead("const = ;"), "browser"),
    ("**/device.js", cut, "missing"),
    ("**/engine.js", gone, "missing"),
    ("**/engine.js", instead("throw new Error('odd')"), "other"),
    ("**/bridge.js", gone, "missing"),
    ("**/overlay.js", gone, "missing"),
    # Flutter
    ("**/flutter_bootstrap.js", gone, "missing"),
    ("**/main.dart.js", gone, "missing"),
    ("**/main.dart.js", instead("throw new RangeError('invalid language tag: C')"), "other"),
    ("**/canvaskit.wasm", gone, None),
]
ELSE = [
    # Python
    ("**/python-worker.mjs", gone, "missing"),
    ("**/python-worker.mjs", instead("throw new Error('odd')"), "other"),
    ("**/interpreter.mjs", gone, "missing"),
    ("**/storage.js", gone, "missing"),
    ("**/pyodide.mjs", gone, "missing"),
    ("**/pyodide.asm.mjs", cut, "missing"),
    ("**/pyodide.asm.wasm", gone, "missing"),
    ("**/pyodide.asm.wasm", lambda route: route.fulfill(content_type="application/wasm", body=b"\0asm\1\0\0\0\xff"), "browser"),
    ("**/pydantic_core.so", cut, "missing"),
    ("**/app.zip", gone, "missing"),
    ("**/packages.zip", lambda route: route.fulfill(body=b"PK"), "other"),
    ("**/python-worker.mjs", before("WebAssembly.instantiate = async () => { throw new RangeError('Out of memory'); };"), "memory"),
    # refused
    ("**/", with_policy("worker-src"), "blocked"),
    ("**/", with_policy("connect-src"), "blocked"),
    # nothing moves
    ("**/main.dart.js", hang, "slow"),
    ("**/pyodide.asm.wasm", hang, "slow"),
]


class TestAnyFailure:
    @pytest.mark.parametrize(("path", "answer", "reason"), PAGE)
    def test_of_the_page_ends_in_words_and_a_button(self, page: Page, site: str, path: str, answer: Any, reason: str | None) -> None:
        page.route("**/pyodide.asm.wasm", hang)  # it has no part in this, and takes long to start
        page.route(path, answer)
        page.goto(f"{site}/", wait_until="commit")
        expect_trouble(page, reason)

    @pytest.mark.parametrize(("path", "answer", "reason"), ELSE)
    def test_of_all_else_ends_in_words_and_a_button(self, page: Page, site: str, path: str, answer: Any, reason: str) -> None:
        page.route(path, answer)
        page.goto(f"{site}/", wait_until="commit")
        expect_trouble(page, reason)


class TestFailureOfPython:
    def test_is_told_by_the_app_itself(self, kept: BrowserContext, site: str) -> None:
        for error, reason in (("RuntimeError", "other"), ("MemoryError", "memory"), ("StoreTrouble", "storage")):
            page = kept.new_page()
            page.goto(f"{site}/raise/{error}", wait_until="commit")
            expect_words(page, reason)
            expect_ways_out(page)
            page.close()


class TestOldBrowser:
    def test_is_told_what_it_lacks(self, page: Page, site: str) -> None:
        page.add_init_script("delete Intl.Segmenter; delete Intl.v8BreakIterator; delete window.BroadcastChannel;")
        page.goto(f"{site}/", wait_until="commit")
        expect_trouble(page, "browser")
        expect(page.locator("#boot")).to_contain_text("BroadcastChannel, Intl.Segmenter")

    def test_whose_very_first_script_fails_finds_a_link_after_a_while(self, page: Page, site: str) -> None:
        page.route("**/trouble.js", gone)
        page.goto(f"{site}/", wait_until="commit")
        late = page.locator(".late")
        expect(late).to_be_hidden()
        late.evaluate("(late) => late.getAnimations().forEach((animation) => animation.finish())")
        expect(late.get_by_role("link", name="Réessayer · Try again")).to_be_visible()


class TestLanguage:
    @pytest.mark.parametrize(("told", "heard"), [(["C"], ["fr", "en"]), (["en_GB.UTF-8", "x"], ["en-GB"]), ([], ["fr", "en"])])
    def test_that_is_no_tag_is_put_right(self, context: BrowserContext, site: str, told: list[str], heard: list[str]) -> None:
        context.add_init_script(f"""
          Object.defineProperty(Navigator.prototype, "languages", {{ get: () => {told} }});
          Object.defineProperty(Navigator.prototype, "language", {{ get: () => {told}[0] }});
        """)
        page = context.new_page()
        page.route("**/engine.js", instead(""))
        page.goto(f"{site}/")
        assert page.evaluate("navigator.languages") == heard
        assert page.evaluate("[navigator.language, document.documentElement.lang]") == [heard[0], heard[0][:2]]


class TestWayOut:
    def test_app_that_comes_late_takes_its_screen_back(self, page: Page, site: str) -> None:
        held: list[Route] = []

        def hold(route: Route) -> None:
            held.append(route)

        page.route("**/main.dart.js", hold)
        page.goto(f"{site}/", wait_until="commit")
        expect_trouble(page, "slow")
        held[0].continue_()
        expect(page.locator("#boot")).to_have_count(0, timeout=60_000)

    def test_hole_in_the_copy_after_an_update_is_filled_by_the_next_try(self, kept: BrowserContext, site: str, web_root: Path) -> None:
        page = still(kept, site)
        page.evaluate(LOSE, "main.dart.js")
        kept.new_cdp_session(page).send("Network.clearBrowserCache")
        with away(next(web_root.glob("flutter-*/main.dart.js"))):
            page.goto(f"{site}/", wait_until="commit")
            expect_words(page, "missing")
            assert not page.evaluate("caches.match('/index.html').then(Boolean)")
        with page.expect_navigation(wait_until="commit"):
            page.get_by_role("button", name="Réessayer").click()
        wait_for_app(page)

    def test_repair_throws_the_copy_away_alone_and_without_a_network_nothing(self, kept: BrowserContext, site: str) -> None:
        page = still(kept, site)
        page.evaluate("new Promise((done) => (indexedDB.open('etabli-u-1').onsuccess = () => done()))")
        page.evaluate(REPLACE, "engine.js")
        kept.set_offline(True)
        page.goto(f"{site}/", wait_until="commit")
        expect_words(page, "other")
        page.get_by_role("button", name="Réparer l’application").click()
        expect(page.locator("#boot")).to_contain_text("rien n’a été touché")
        assert page.evaluate("caches.keys()")
        kept.set_offline(False)
        with page.expect_navigation(wait_until="commit"):
            page.get_by_role("button", name="Réparer l’application").click()
        wait_for_app(page)
        assert "etabli-u-1" in page.evaluate("indexedDB.databases().then((found) => found.map((database) => database.name))")


LOSE = """async (name) => {
  for (const key of await caches.keys()) {
    const cache = await caches.open(key);
    for (const request of await cache.keys()) if (request.url.endsWith(name)) await cache.delete(request);
  }
}"""
REPLACE = """async (name) => {
  const cache = await caches.open((await caches.keys())[0]);
  for (const request of await cache.keys()) {
    const headers = { "content-type": "text/javascript" };
    if (request.url.endsWith(name)) await cache.put(request, new Response("throw new Error('odd')", { headers }));
  }
}"""


def still(context: BrowserContext, site: str) -> Page:
    """A page of the app's origin on which none starts."""
    page = context.new_page()
    page.goto(site + STILL)
    return page


def expect_words(page: Page, reason: str) -> None:
    """At the pace of the clock on the wall."""
    expect(page.locator("#boot[role=alert]")).to_contain_text(WORDS[reason], timeout=30_000)


def expect_trouble(page: Page, reason: str | None) -> None:
    alert = page.locator("#boot[role=alert]")
    for _ in range(300):  # by the second: to run through every frame of a minute takes longer than the minute
        if alert.count():
            break
        page.wait_for_timeout(50)
        page.clock.fast_forward(1000)
    expect_ways_out(page)
    if reason:
        expect_words(page, reason)


def expect_ways_out(page: Page) -> None:
    alert = page.locator("#boot[role=alert]")
    expect(alert.get_by_role("button", name="Réessayer")).to_be_visible()
    expect(alert.get_by_role("button", name="Réparer l’application")).to_be_visible()
    expect(alert).to_contain_text("Rien de ce que vous avez saisi n’est perdu")
