"""Waiting for the app as its page tells, without evaluating strings: the page's CSP forbids it."""

import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

SEED = (Path(__file__).parent / "seed_device.js").read_text(encoding="utf-8")
STILL = "/healthz"
"""Of the app's origin, and answered by the server alone: no app starts on it."""


def until(condition: Callable[[], object], what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


def open_app(page: Page, address: str) -> None:
    page.goto(address, wait_until="commit")
    wait_for_app(page)


def wait_for_app(page: Page) -> None:
    until(lambda: page.evaluate("performance.getEntriesByName('app').length"), "the app's first screen")


def keep_offline(page: Page) -> None:
    until(lambda: page.evaluate("Boolean(navigator.serviceWorker.controller)"), "the copy for offline use")


def resumed(page: Page) -> bool:
    """Whether Python came out of the memory snapshot."""
    return bool(page.evaluate("window.etabli.start.resumed"))
