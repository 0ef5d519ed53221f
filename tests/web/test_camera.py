import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser import launched, open_semantics
from tests.web.conftest import LABEL
from tests.web.starting import open_app

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def camera(driver: Playwright, label_film: Path) -> Iterator[Browser]:
    with launched(driver, camera=label_film) as browser:
        yield browser


@pytest.fixture
def page(camera: Browser, site: str) -> Iterator[Page]:
    context = camera.new_context(viewport={"width": 390, "height": 844}, permissions=["camera"])
    page = context.new_page()
    open_app(page, f"{site}/")
    open_semantics(page)
    yield page
    context.close()


class TestScan:
    def test_reads_the_label_the_camera_sees(self, page: Page) -> None:
        page.get_by_role("button", name="Scan").click()
        expect_heard(page, f"scan.open: {{'text': '{LABEL}'}}")

    def test_escape_cancels(self, page: Page) -> None:
        page.get_by_role("button", name="Scan").click()
        expect(page.get_by_role("dialog", name="Scan a label")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)

    def test_typed_code_when_the_camera_is_refused(self, camera: Browser, site: str) -> None:
        context = camera.new_context()
        page = context.new_page()
        page.add_init_script("navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError'); };")
        open_app(page, f"{site}/")
        open_semantics(page)
        page.get_by_role("button", name="Scan").click()
        expect(page.get_by_text("Camera refused")).to_be_visible()
        page.get_by_label("Code on the label").fill("abcd-2345")
        page.keyboard.press("Enter")
        expect_heard(page, "scan.open: {'typed': 'abcd-2345'}")
        context.close()


class TestPhoto:
    def test_shutter_gives_a_small_jpeg(self, page: Page) -> None:
        page.get_by_role("button", name="Photo").click()
        page.get_by_role("button", name="Take", exact=True).click()
        expect_heard(page, "photo.take: image/jpeg 320x240 image/jpeg")

    def test_chosen_file_is_shrunk_and_turned_upright(self, page: Page) -> None:
        page.get_by_role("button", name="Photo").click()
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Choose a file").click()
        chooser.value.set_files({"name": "p.jpg", "mimeType": "image/jpeg", "buffer": sideways_jpeg()})
        expect_heard(page, "photo.take: image/jpeg 160x320 image/jpeg")


def sideways_jpeg() -> bytes:
    """800 × 400 pixels that a viewer is told to turn by a quarter."""
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    Image.new("RGB", (800, 400), "#336699").save(out, "JPEG", exif=exif)
    return out.getvalue()


def expect_heard(page: Page, text: str) -> None:
    expect(page.get_by_text(re.compile(re.escape(text))).first).to_be_attached(timeout=20_000)
