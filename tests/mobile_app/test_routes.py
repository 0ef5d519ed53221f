"""Where one lands after signing in."""

import pytest

from mobile_app.doors import after_sign_in, outside
from shared_models.permissions import Role


@pytest.mark.parametrize(
    ("route", "place"),
    [
        ("/", "/today"),
        ("/sign-in?next=/e/K7M2Q9XA", "/e/K7M2Q9XA"),
        ("/sign-in?next=https://example.org/e/K7M2Q9XA", "/today"),
        ("/sign-in?next=//example.org", "/today"),
        ("/setup?token=abc", "/today"),
    ],
)
def test_a_label_that_asked_to_sign_in_is_opened_and_nothing_else(route: str, place: str) -> None:
    assert after_sign_in(route, Role.technician) == place


def test_the_address_that_public_pages_link_to_is_a_place_of_the_app() -> None:
    assert "sign-in" in outside()
