"""The same store contract in a real browser: IndexedDB, Web Locks, Blobs, from Python in a worker."""

import json
import shutil
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser

from mobile_app.web.build import build_web
from server.core.frontend import mount_frontend
from tests.browser import chromium, driver, serving  # noqa: F401 - fixtures

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def told(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> dict:  # noqa: F811
    overlay = tmp_path_factory.mktemp("overlay")
    package = overlay / "mobile_app" / "contract"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    for name in ("store_contract", "rows"):
        shutil.copy(HERE / f"{name}.py", package)
    shutil.copy(HERE / "in_browser" / "main.py", overlay / "mobile_app" / "main.py")
    root = HERE.parents[2] / ".build" / "contract"
    build_web(root, overlay)
    app = FastAPI()
    mount_frontend(app, root)
    with serving(app) as url, chromium.new_context() as context:
        page = context.new_page()
        with page.expect_console_message(lambda message: message.text.startswith("TOLD "), timeout=90_000) as heard:
            page.goto(url)
        return json.loads(heard.value.text.removeprefix("TOLD "))


@pytest.mark.e2e
def test_indexeddb_keeps_the_contract(told: dict):
    assert "error" not in told, told["error"]
    assert len(told["done"]) == 9


@pytest.mark.bench
def test_ten_thousand_machines_open_in_a_second(told: dict):
    measured = told["measured"]
    assert measured["read 10000 rows as text"] + measured["parse 10000 machines"] < 1, measured
