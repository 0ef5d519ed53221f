"""One product for a whole run, and people with devices of their own."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Playwright

from tests.browser import driver, launched, open_copy, used_profile
from tests.e2e.app import PHONE, App
from tests.e2e.product import Product, User, running

__all__ = ["driver"]  # a fixture
Machine = dict[str, Any]
Device = Callable[..., App]


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    with running() as product:
        yield product


@pytest.fixture(scope="session")
def technician(product: Product) -> User:
    """Julien Roux, who tells by the API what the server knows."""
    return product.as_user("technician")


@pytest.fixture(scope="session")
def machines(technician: User) -> Iterator[Machine]:
    """Machines on which nothing is open; each test takes its own with `next(machines)`."""
    return iter(technician.free_machines()[1:])


@pytest.fixture(scope="session")
def scanned(technician: User) -> Machine:
    """The machine whose label every camera sees."""
    return technician.free_machines()[0]


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def used(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A browser profile in which the app has been before, and nobody signed in: what a first start costs is paid once."""
    return used_profile(tmp_path_factory.mktemp("used"), lambda context: App(context, product.url).open().kept_offline().reload())


@pytest.fixture
def device(driver: Playwright, film: Path, used: Path, product: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Device]:
    """`device(TABLET)`: a browser of its own with the app in a tab, not loaded yet."""
    apps: list[App] = []

    def make(viewport: dict[str, int] = PHONE, **more: Any) -> App:
        folder = tmp_path_factory.mktemp("device")
        context = open_copy(driver, used, folder, film, viewport=viewport, locale="fr-FR", permissions=["camera"], **more)
        apps.append(App(context, product.url))
        return apps[-1]

    yield make
    for app in apps:
        app.context.close()
    assert [problem for app in apps for problem in app.problems] == []
