import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.browser import launched, open_copy, open_semantics
from tests.web.conftest import LABEL
from tests.web.hello.mobile_app.main import SCAN_TEXTS
from tests.web.starting import open_app

pytestmark = pytest.mark.timeout(600)

OPEN_SCANNER = """async (texts) => {
  const { scan } = await import(window.etabli.build.bridge.replace("bridge.js", "scan.js"));
  window.scanned = null;
  scan({ texts }).then((answer) => (window.scanned = answer));
}"""
PLAYS = "() => document.querySelector('dialog video')?.readyState >= 2"
DETECTOR = """(kind) => {
  const never = () => new Promise(() => {});
  globalThis.BarcodeDetector = class {
    constructor() { if (kind === "constructor") throw new TypeError("no"); }
    static getSupportedFormats() {
      if (kind === "formats") throw new Error("no");
      return kind === "formats_hang" ? never() : Promise.resolve(["qr_code"]);
    }
    detect() {
      if (kind === "throws") throw new Error("no");
      if (kind === "rejects") return Promise.reject(new DOMException("no", "NotSupportedError"));
      return kind === "hangs" ? never() : Promise.resolve([]);
    }
  };
}"""
CAMERA = """(first) => {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  setInterval(() => context.fillRect(0, 0, canvas.width, canvas.height), 50);
  window.blank = canvas.captureStream();
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wish) => {
    if (window.asked) return real(wish);
    window.asked = true;
    if (first === "blank") return blank;
    throw first === "TypeError" ? new TypeError("no") : new DOMException("no", first);
  };
  const permission = Object.assign(new EventTarget(), { state: "denied" });
  navigator.permissions.query = async () => permission;
  window.allow = () => { permission.state = "granted"; permission.dispatchEvent(new Event("change")); };
  window.seen = (state) => {
    Object.defineProperty(document, "visibilityState", { get: () => state, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  };
}"""

BARCODE_CAMERA = """(bits) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
  const context = canvas.getContext("2d");
  setInterval(() => {
    context.fillStyle = "white";
    context.fillRect(0, 0, 640, 480);
    context.fillStyle = "black";
    [...bits].forEach((bit, at) => bit === "1" && context.fillRect(130 + 4 * at, 140, 4, 200));
  }, 50);
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream();
}"""
EAN, REPLY = "4006381333931", "async (said) => (await import(window.etabli.build.bridge.replace('bridge.js', 'scan.js'))).answer(said)"


@pytest.fixture(scope="module")
def camera(driver: Playwright, label_film: Path) -> Iterator[Browser]:
    with launched(driver, camera=label_film) as browser:
        yield browser


@pytest.fixture(scope="module")
def phone(driver: Playwright, used: Path, label_film: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    with open_copy(driver, used, tmp_path_factory.mktemp("phone"), label_film, permissions=["camera"]) as context:
        yield context


@pytest.fixture(scope="module")
def page(phone: BrowserContext, site: str) -> Page:
    page = phone.new_page()
    open_app(page, f"{site}/")
    open_semantics(page)
    return page


@pytest.fixture
def shell(camera: Browser, site: str) -> Iterator[Page]:
    """The page and its scripts, without Flutter and Python."""
    context = camera.new_context(viewport={"width": 390, "height": 844}, permissions=["camera"], bypass_csp=True)
    page = context.new_page()
    for script in ("engine.js", "python-worker.mjs"):
        page.route(f"**/{script}", lambda route: route.fulfill(content_type="text/javascript", body=""))
    page.goto(f"{site}/")
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

    def test_typed_code_when_the_camera_is_refused(self, page: Page) -> None:
        page.evaluate("() => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError'); }; }")
        page.get_by_role("button", name="Scan").click()
        expect(page.get_by_text("Camera refused")).to_be_visible()
        page.get_by_label("Code on the label").fill("abcd-2345")
        page.keyboard.press("Enter")
        expect_heard(page, "scan.open: {'typed': 'abcd-2345'}")
        page.evaluate("() => { delete navigator.mediaDevices.getUserMedia; }")  # what stands there is the browser's own again


class TestTroubledDetector:
    @pytest.mark.parametrize("kind", ["constructor", "formats", "formats_hang", "rejects", "throws", "hangs", "blind"])
    def test_bundled_decoder_takes_over(self, shell: Page, kind: str) -> None:
        shell.evaluate(DETECTOR, kind)
        assert scanned(shell) == {"text": LABEL}

    def test_says_so_when_nothing_reads_codes(self, shell: Page) -> None:
        shell.route("**/scan-worker.js", lambda route: route.abort())
        shell.evaluate(OPEN_SCANNER, SCAN_TEXTS)
        expect(shell.get_by_role("alert")).to_have_text("No decoder")
        shell.get_by_label("Code on the label").fill("EQ-0076")
        shell.keyboard.press("Enter")
        assert shell.evaluate("window.scanned") == {"typed": "EQ-0076"}

    def test_what_is_typed_wrong_is_said_and_the_camera_goes_on(self, shell: Page) -> None:
        shell.evaluate(CAMERA, "blank")
        shell.evaluate(OPEN_SCANNER.replace("scan({ texts })", "scan({ texts }, (text) => (window.typed = text))"), SCAN_TEXTS)
        shell.wait_for_function(PLAYS)
        shell.get_by_label("Code on the label").fill("EQ-0067")
        shell.keyboard.press("Enter")
        assert shell.evaluate("window.typed") == "EQ-0067"
        shell.evaluate(REPLY, {"error": "Unknown"})
        expect(shell.get_by_role("alert")).to_have_text("Unknown")
        assert shell.evaluate("document.querySelector('dialog video').srcObject.active")
        shell.keyboard.insert_text("EQ-0076")  # over what was wrong
        shell.keyboard.press("Enter")
        shell.evaluate(REPLY, {"error": ""})
        shell.wait_for_function("() => window.scanned")
        assert shell.evaluate("window.scanned") == {"typed": "EQ-0076"}


class TestBarcode:
    def test_what_a_maker_has_printed_is_read_and_asked_about(self, shell: Page) -> None:
        shell.evaluate(BARCODE_CAMERA, ean_bits(EAN))
        asking = "scan({ texts }, (text, seen) => (window.asked = { text, seen }))"
        shell.evaluate(OPEN_SCANNER.replace("scan({ texts })", asking), SCAN_TEXTS)
        shell.wait_for_function("() => window.asked")
        assert shell.evaluate("window.asked") == {"text": EAN, "seen": True}
        assert shell.evaluate("window.scanned") is None
        shell.evaluate(REPLY, {"error": ""})
        shell.wait_for_function("() => window.scanned")
        assert shell.evaluate("window.scanned") == {"text": EAN}


def ean_bits(code: str) -> str:
    """The bars of an EAN-13, a module each."""
    odd = ("0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011")
    parities = ("OOOOOO", "OOEOEE", "OOEEOE", "OOEEEO", "OEOOEE", "OEEOOE", "OEEEOO", "OEOEOE", "OEOEEO", "OEEOEO")
    right = [bits.translate(str.maketrans("01", "10")) for bits in odd]
    digits = [int(digit) for digit in code]
    left = [odd[digit] if kind == "O" else right[digit][::-1] for digit, kind in zip(digits[1:7], parities[digits[0]], strict=True)]
    return f"101{''.join(left)}01010{''.join(right[digit] for digit in digits[7:])}101"


class TestTroubledCamera:
    """What the camera did first, what is said of it, and what brings it back: then it reads the label."""

    @pytest.mark.parametrize(
        ("first", "said", "cure"),
        [
            ("NotFoundError", "No camera", "navigator.mediaDevices.dispatchEvent(new Event('devicechange'))"),
            ("NotAllowedError", "Camera refused", "allow()"),
            ("NotAllowedError", "Camera refused", "document.querySelector('.message button').click()"),
            ("NotReadableError", "Camera busy", "0"),
            ("TypeError", "No answer", "0"),
            ("blank", "", "blank.getVideoTracks()[0].stop() || blank.getVideoTracks()[0].dispatchEvent(new Event('ended'))"),
            ("blank", "", "seen('hidden') || seen('visible')"),
        ],
    )
    def test_says_what_it_is_and_comes_back(self, shell: Page, first: str, said: str, cure: str) -> None:
        shell.evaluate(CAMERA, first)
        shell.evaluate(OPEN_SCANNER, SCAN_TEXTS)
        shell.wait_for_function("() => window.asked")
        expect(shell.get_by_role("status").locator("span")).to_have_text(said) if said else shell.wait_for_function(PLAYS)
        shell.evaluate(cure)
        shell.wait_for_function("() => window.scanned")
        assert shell.evaluate("window.scanned") == {"text": LABEL}

    def test_hidden_page_gives_the_camera_back(self, shell: Page) -> None:
        shell.evaluate(CAMERA, "blank")
        shell.evaluate(OPEN_SCANNER, SCAN_TEXTS)
        shell.wait_for_function(PLAYS)
        shell.evaluate("seen('hidden')")
        assert shell.evaluate("blank.getVideoTracks()[0].readyState") == "ended"

    def test_insecure_page_is_named(self, shell: Page) -> None:
        shell.evaluate("() => Object.defineProperty(navigator, 'mediaDevices', {value: undefined})")
        shell.evaluate("() => Object.defineProperty(window, 'isSecureContext', {value: false})")
        shell.evaluate(OPEN_SCANNER, SCAN_TEXTS)
        expect(shell.get_by_role("dialog").get_by_role("status")).to_have_text("Insecure")

    def test_torch_that_fails_is_off_and_the_camera_goes_on(self, shell: Page) -> None:
        shell.evaluate(CAMERA, "blank")
        shell.evaluate("() => { MediaStreamTrack.prototype.getCapabilities = () => ({torch: true, zoom: {min: 1, max: 4}}); }")
        shell.evaluate("() => { MediaStreamTrack.prototype.applyConstraints = () => { throw new DOMException('no', 'OperationError'); }; }")
        shell.evaluate(OPEN_SCANNER, SCAN_TEXTS)
        shell.get_by_role("button", name="Light").click()
        shell.get_by_role("slider", name="Zoom").fill("2")
        expect(shell.get_by_role("button", name="Light")).to_have_attribute("aria-pressed", "false")
        assert shell.evaluate("document.querySelector('dialog video').srcObject.active")


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


def scanned(page: Page) -> object:
    page.evaluate(OPEN_SCANNER, SCAN_TEXTS)
    page.wait_for_function("() => window.scanned")
    return page.evaluate("window.scanned")


def sideways_jpeg() -> bytes:
    """800 × 400 pixels that a viewer is told to turn by a quarter."""
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    Image.new("RGB", (800, 400), "#336699").save(out, "JPEG", exif=exif)
    return out.getvalue()


def expect_heard(page: Page, text: str) -> None:
    expect(page.get_by_text(re.compile(re.escape(text))).first).to_be_attached(timeout=20_000)
