"""The same store contract in a real browser: IndexedDB, Web Locks, Blobs, from Python in a worker."""

import json
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from tests.mobile_app.core.store_contract import ON_A_STORE


def told(context: BrowserContext, address: str) -> dict[str, Any]:
    page = context.new_page()
    with page.expect_console_message(lambda message: message.text.startswith("TOLD "), timeout=90_000) as heard:
        page.goto(address)
    answer = dict(json.loads(heard.value.text.removeprefix("TOLD ")))
    assert "error" not in answer, answer["error"]
    return answer


@pytest.mark.e2e
def test_indexeddb_keeps_the_contract(kept: BrowserContext, site: str) -> None:
    assert told(kept, f"{site}/contract")["done"] == [contract.__name__ for contract in ON_A_STORE]


@pytest.mark.bench
def test_ten_thousand_machines_open_in_a_second(kept: BrowserContext, site: str) -> None:
    measured = told(kept, f"{site}/contract/measured")
    assert measured["read 10000 rows as text"] + measured["parse 10000 machines"] < 1, measured
