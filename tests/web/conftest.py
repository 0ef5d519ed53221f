"""A built web root (with the small app of `hello/`) on a server, and films for the camera."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import qrcode
from fastapi import FastAPI
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Playwright

from mobile_app.web.build import build_web
from server.core.frontend import mount_frontend
from tests.browser import chromium, driver, open_copy, serving, used_profile
from tests.web.starting import keep_offline, open_app

__all__ = ["chromium", "driver"]  # fixtures
HELLO = Path(__file__).parent / "hello"
CONTRACT = Path(__file__).parents[1] / "mobile_app" / "core"
LABEL = "https://gmao.example.org/e/ABCD234U"


@pytest.fixture(scope="package")
def overlay(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app to build, with the contract of its store in it."""
    folder = shutil.copytree(HELLO, tmp_path_factory.mktemp("overlay") / "hello")
    package = folder / "mobile_app" / "contract"
    package.mkdir()
    (package / "__init__.py").touch()
    for module in ("in_browser", "rows", "store_contract"):
        shutil.copy(CONTRACT / f"{module}.py", package)
    return folder


@pytest.fixture(scope="package")
def web_root(overlay: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("web") / "root"
    report = build_web(root, overlay)
    assert not report.snapshot_problem
    return root


@pytest.fixture(scope="package")
def site(web_root: Path) -> Iterator[str]:
    with serving(application(web_root)) as url:
        yield url


def application(root: Path) -> FastAPI:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.get("/e/{code}")(lambda code: {"operator": code})
    mount_frontend(app, root)
    return app


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="fr-FR")
    yield context
    context.close()


@pytest.fixture(scope="package")
def used(site: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A browser profile that holds the app for use without a network."""

    def use(context: BrowserContext) -> None:
        page = context.new_page()
        open_app(page, f"{site}/")
        keep_offline(page)

    return used_profile(tmp_path_factory.mktemp("used"), use)


@pytest.fixture
def kept(driver: Playwright, used: Path, tmp_path: Path) -> Iterator[BrowserContext]:
    """A phone that holds the app."""
    with open_copy(driver, used, tmp_path / "phone", locale="fr-FR") as context:
        yield context


@pytest.fixture(scope="package")
def label_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a camera sees that is held over a label."""
    label = qrcode.make(LABEL).convert("RGB").resize((300, 300))
    still = Image.new("RGB", (640, 480), "#8a8f94")
    still.paste(label.rotate(7, expand=True, fillcolor="white"), (150, 60))
    film = tmp_path_factory.mktemp("film") / "label.mjpeg"
    frame = film.with_suffix(".jpg")
    still.save(frame, quality=90)
    film.write_bytes(frame.read_bytes() * 8)
    return film
