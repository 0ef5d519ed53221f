"""The machine's page on a phone: what fits on the screen is sent ahead of the rest."""

import pytest

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.ui import environment
from tests.mobile_app.features.test_whose_machine import address, client, show
from tests.mobile_app.ui.conftest import Screen, screen

__all__ = ["client", "screen"]  # fixtures
ABOVE, BELOW = "machine.open_jobs", "parts.title"


async def test_what_is_below_the_screen_follows_what_is_on_it(screen: Screen, client: Client) -> None:
    said = await show(screen, client, address(client, "/equipment/{machine}"))
    assert t(ABOVE) in said
    assert t(BELOW) not in said
    await screen.drawn()
    assert t(BELOW) in screen.texts


@pytest.mark.parametrize("is_wide", [False, True])
async def test_whoever_comes_back_further_down_or_has_room_gets_it_whole(screen: Screen, client: Client, is_wide: bool) -> None:
    page = address(client, "/equipment/{machine}")
    if is_wide:
        screen.session.apply_page_patch({"width": 1440.0, "height": 900.0})
        environment.install(screen.page)
    else:
        environment.current().scrolled[page, "body"] = (page, 300.0)
    assert {t(ABOVE), t(BELOW)} <= set(await show(screen, client, page))
