"""The API's pages, for who writes a program against it."""

import pytest

from tests.e2e.conftest import Device
from tests.e2e.product import PASSWORD, Product

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
READ_ME = "#operations-auth-auth_read_me"


def test_sign_in_and_call_from_this_server_alone(device: Device, product: Product) -> None:
    page = device().open().page
    page.evaluate("() => navigator.serviceWorker.ready")  # it must leave these pages alone
    told: list[str] = []
    page.on("request", lambda request: told.append(request.url))
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.goto(f"{product.url}/docs")
    page.click("button.authorize")
    page.fill("#oauth_username", "technician")
    page.fill("#oauth_password", PASSWORD)
    page.click(".modal-ux button.authorize")
    page.locator(".modal-ux").get_by_text("Logout").wait_for()
    page.click(".modal-ux .btn-done")
    page.click("#operations-tag-auth")
    page.click(f"{READ_ME} .opblock-summary-control")
    page.click(f"{READ_ME} .execute")
    page.locator(f"{READ_ME} .live-responses-table", has_text='"username": "technician"').wait_for()
    assert [line for line in told if not line.startswith((product.url, "data:"))] == []
