"""A phone's first minutes with a server that has only its own authority: it learns to trust, and then has camera and offline use."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Playwright
from playwright.sync_api import Error as BrowserError

from tests.browser import launched
from tests.e2e.app import PHONE
from tests.e2e.conftest import film_of
from tests.e2e.product import Product, running
from tests.e2e.waiting import until
from tests.trust import trusting_home
from tests.web.starting import keep_offline, wait_for_app

NAME = "atelier.local"
pytestmark = pytest.mark.timeout(300)  # an upper bound for a busy machine that has to build the app first
CAMERA = """async () => {
  const stream = await navigator.mediaDevices.getUserMedia({video: true});
  return stream.getVideoTracks()[0].readyState;
}"""


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with running("--tls", "--host", "127.0.0.1", "--workers", "2", demo=False, ETABLI_BASE_URL=f"https://{NAME}") as product:
        yield product


@pytest.fixture(scope="module")
def plain(product: Product) -> str:
    """The page beside, by the address the terminal tells."""
    told = re.compile(rf"http://{NAME}:(\d+)")
    until(lambda: told.search(product.said()), "the address of the page")
    return f"http://127.0.0.1:{told.findall(product.said())[0]}"


@pytest.fixture(scope="module")
def address(product: Product) -> str:
    return product.url.replace("127.0.0.1", NAME)


def browser_of(driver: Playwright, home: Path, film: Path) -> Iterator[Browser]:
    with launched(driver, film, f"--host-resolver-rules=MAP {NAME} 127.0.0.1", home=home) as browser:
        yield browser


def test_a_phone_trusts_then_films_and_works_offline(driver, plain, address, tmp_path_factory):
    film = film_of(None, tmp_path_factory.mktemp("film"))
    for browser in browser_of(driver, tmp_path_factory.mktemp("wary"), film):
        with pytest.raises(BrowserError, match="ERR_CERT_AUTHORITY_INVALID"):
            browser.new_page().goto(address)
    certificate = httpx2.get(f"{plain}/etabli.crt", trust_env=False).content
    for browser in browser_of(driver, trusting_home(tmp_path_factory.mktemp("trusting"), certificate), film):
        context = browser.new_context(viewport=PHONE, locale="fr-FR", permissions=["camera"])
        page = context.new_page()
        page.goto(address, wait_until="commit")
        wait_for_app(page)
        assert page.evaluate("isSecureContext")
        assert page.evaluate(CAMERA) == "live"
        keep_offline(page)
        context.set_offline(True)
        page.reload(wait_until="commit")
        wait_for_app(page)
