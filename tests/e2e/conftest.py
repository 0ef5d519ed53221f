"""One product for all that is driven here, and people with devices: lent from one test to the next, or of a test's own."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser import launched, open_copy, serving, used_profile
from tests.e2e.app import PHONE, App
from tests.e2e.lending import Shelf
from tests.e2e.product import Product, User, running
from tests.push_service import PushService

Machine = dict[str, Any]
Device = Callable[..., App]
SIZES = ("TABLET", "DESKTOP", "LAPTOP")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One size after the other: a device that is lent on in another has to be loaded anew."""
    here = [number for number, item in enumerate(items) if item.path.parent == Path(__file__).parent]
    by_size = sorted((items[number] for number in here), key=sizes_of)
    for number, item in zip(here, by_size, strict=True):
        items[number] = item


def sizes_of(item: pytest.Item) -> list[int]:
    return [rank for rank, size in enumerate(SIZES) if size in vars(item.module)]  # type: ignore[attr-defined]


@pytest.fixture(scope="package")
def driver() -> Iterator[Playwright]:
    """As long as the product, so that what one test has opened the next can use; no test here is asynchronous."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def pushes() -> Iterator[PushService]:
    service = PushService()
    with serving(service.app) as service.origin:
        yield service


@pytest.fixture(scope="package")
def product(pushes: PushService) -> Iterator[Product]:
    with running(ETABLI_PUSH_HOSTS=pushes.origin) as product:
        yield product


@pytest.fixture(scope="package")
def technician(product: Product) -> User:
    """Julien Roux, who tells by the API what the server knows."""
    return product.as_user("technician")


@pytest.fixture(scope="package")
def machines(technician: User) -> Iterator[Machine]:
    """Machines on which nothing is open; each test takes its own with `next(machines)`."""
    return iter(technician.free_machines()[1:])


@pytest.fixture(scope="package")
def scanned(technician: User) -> Machine:
    """The machine whose label every camera sees."""
    return technician.free_machines()[0]


@pytest.fixture(scope="package")
def film(technician: User, scanned: Machine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film_of(technician.bytes_of(f"/equipment/{scanned['id']}/label.png"), tmp_path_factory.mktemp("film"))


def film_of(label: bytes | None, folder: Path) -> Path:
    """What a camera sees that is held, not quite straight, over a label stuck on a grey machine; or over the bare machine."""
    still = Image.new("RGB", (640, 480), "#8a8f94")
    if label:
        picture = Image.open(io.BytesIO(label)).convert("RGB").resize((300, 300))
        still.paste(picture.rotate(5, expand=True, fillcolor="#8a8f94"), (160, 70))
    frame = io.BytesIO()
    still.save(frame, "JPEG", quality=90)
    film = folder / "label.mjpeg"
    film.write_bytes(frame.getvalue() * 8)
    return film


@pytest.fixture(scope="module")
def chromium(driver: Playwright, film: Path) -> Iterator[Browser]:
    with launched(driver, camera=film) as browser:
        yield browser


@pytest.fixture(scope="package")
def used(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A browser profile in which the app has been before, and nobody signed in: what a first start costs is paid once."""
    return used_profile(tmp_path_factory.mktemp("used"), lambda context: App(context, product.url).open().kept_offline().reload())


@pytest.fixture(scope="package")
def make(driver: Playwright, film: Path, used: Path, product: Product, tmp_path_factory: pytest.TempPathFactory) -> Device:
    def make(viewport: dict[str, int] = PHONE) -> App:
        folder = tmp_path_factory.mktemp("device")
        context = open_copy(driver, used, folder, film, viewport=viewport, locale="fr-FR", permissions=["camera"])
        return App(context, product.url)

    return make


@pytest.fixture
def device(make: Device) -> Iterator[Device]:
    """`device(TABLET)`: a browser of its own with the app in a tab, not loaded yet."""
    apps: list[App] = []

    def own(viewport: dict[str, int] = PHONE) -> App:
        apps.append(make(viewport))
        return apps[-1]

    yield own
    for app in apps:
        app.context.close()
    assert [problem for app in apps for problem in app.problems] == []


@pytest.fixture(scope="package")
def shelf(make: Device) -> Iterator[Shelf]:
    shelf = Shelf(make)
    yield shelf
    shelf.clear()


@pytest.fixture
def lent(request: pytest.FixtureRequest, shelf: Shelf) -> Iterator[Device]:
    """`lent("supervisor", TABLET)`: somebody's device as they hold it on any day: signed in, everything kept for the way.

    The next test has it after this one, unless this one fails.
    """
    failed = request.session.testsfailed
    yield shelf.lend
    shelf.take_back(is_fit=request.session.testsfailed == failed)
