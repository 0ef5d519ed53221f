"""Chromium for tests, and a server to point it at.

    from tests.browser import chromium, driver    # in a conftest.py: the fixtures
    with serving(app) as url, launched(driver, camera=film) as browser: ...

The fixtures live as long as a module: while Playwright's loop runs, no asynchronous test can.
"""

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright
from starlette.types import ASGIApp

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APPLICATIONS = ("Google Chrome.app/Contents/MacOS/Google Chrome", "Chromium.app/Contents/MacOS/Chromium")
WITHOUT = [
    # the address bar's lists, which no window without a frame shows: each new context would load them as pages of their own
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup",
    # what Playwright leaves out: the last word on it counts
    "AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay", "MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints",
    "PaintHolding", "PreconnectToSearch", "ThirdPartyStoragePartitioning",
]  # fmt: skip
ARGUMENTS = [
    f"--disable-features={','.join(WITHOUT)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-sync",
    "--disable-component-update",
]
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
expect.set_options(timeout=30_000)  # of a busy machine


def executable() -> str | None:
    """The browser that `.ci/chromium` found or installed: `CHROMIUM`, else the system's, else (None) Playwright's own.

    Without any, the launch fails: a browser test that is skipped has shown nothing.
    """
    named = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    installed = (Path("/Applications") / name for name in APPLICATIONS)
    return named or next((str(path) for path in installed if path.exists()), None)


def _arguments(camera: Path | None) -> list[str]:
    return [*ARGUMENTS, *CAMERA, f"--use-file-for-fake-video-capture={camera}"] if camera else ARGUMENTS


@contextmanager
def launched(playwright: Playwright, camera: Path | None = None, *more: str, home: Path | None = None) -> Iterator[Browser]:
    """A headless Chromium; `camera` is an .mjpeg film its camera shows, `home` where its user keeps what they trust."""
    env = {**os.environ, "HOME": str(home)} if home else None
    browser = playwright.chromium.launch(executable_path=executable(), args=[*_arguments(camera), *more], env=env)
    try:
        yield browser
    finally:
        browser.close()


def open_profile(playwright: Playwright, folder: Path, camera: Path | None = None, **more: Any) -> BrowserContext:
    """A phone-sized window on a profile kept on disk, as a user's is: cached files and compiled code outlive the page."""
    viewport = {"width": 390, "height": 844}
    launch = playwright.chromium.launch_persistent_context
    return launch(folder, executable_path=executable(), args=_arguments(camera), **{"viewport": viewport, **more})


def used_profile(folder: Path, use: Callable[[BrowserContext], object]) -> Path:
    """The profile on disk after `use`, for copies to begin from: what a first start costs is paid once.

    In a thread of its own, since one has one driver at a time.
    """

    def work() -> None:
        with sync_playwright() as playwright, open_profile(playwright, folder) as context:
            use(context)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(work).result()
    return folder


def open_copy(playwright: Playwright, profile: Path, folder: Path, camera: Path | None = None, **more: Any) -> BrowserContext:
    shutil.copytree(profile, folder, dirs_exist_ok=True)
    return open_profile(playwright, folder, camera, **more)


@pytest.fixture(scope="module")
def driver() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def chromium(driver: Playwright) -> Iterator[Browser]:
    with launched(driver) as browser:
        yield browser


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serve `app` from a thread on a free port, and yield its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(5)


def open_semantics(page: Page) -> None:
    """Make Flutter describe its canvas in the DOM, so that `get_by_role` and `get_by_text` see the app."""
    page.wait_for_selector("flt-semantics-placeholder", state="attached", timeout=30_000)
    page.evaluate("document.querySelector('flt-semantics-placeholder').click()")
