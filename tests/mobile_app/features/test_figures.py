"""Figures mean what they say: how bad, how many of how many, how often."""

from datetime import timedelta

import pytest

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.features.board.screens import _tiles, board_of
from mobile_app.ui import environment
from mobile_app.ui.theme import TONES, Tone
from shared_models.equipment.rows import EquipmentStatus
from tests.mobile_app.core.rows import AT, job, machine
from tests.mobile_app.features.test_whose_machine import SITE, client, show
from tests.mobile_app.ui.conftest import Screen, _walk, screen

__all__ = ["client", "screen"]  # fixtures
WORD = {"board.down": Tone.bad, "board.late": Tone.bad, "board.requests": Tone.warning}


async def test_what_is_wrong_is_never_green(screen: Screen, client: Client) -> None:
    """Two are down, and neither is critical."""
    late = job(machine("Four", site_id=SITE), "Graissage", scheduled_end=AT - timedelta(days=3), due_at=AT - timedelta(days=3))
    client.tables.interventions.rows[late.id] = late
    await show(screen, client, "/board")
    board = board_of(client)
    tiles = [[text for text in _walk(tile) if getattr(text, "value", None)] for tile in _tiles(board)]
    found = {name.value: (figure.value, note.color) for name, figure, note in tiles}
    assert len(board.down) == 2
    assert not [one for one in board.down if one.criticality == "critical"]
    for key, tone in WORD.items():
        figure, ink = found[t(key)]
        assert ink == TONES[tone if figure != "0" else Tone.ok].ink, key


@pytest.mark.parametrize("width", [390, 1440])
async def test_the_heading_of_the_machines_counts_those_that_are_shown(screen: Screen, client: Client, width: int) -> None:
    for number in range(10):
        one = machine(f"Four {number}", site_id=SITE, status=EquipmentStatus.active)
        client.tables.equipment.rows[one.id] = one
    screen.session.apply_page_patch({"width": float(width)})
    environment.install(screen.page)
    assert any("12 machines" in text for text in await show(screen, client, "/equipment"))
    environment.install(screen.page)
    assert "2 sur 12" in await show(screen, client, "/equipment?status=broken")


async def test_how_often_is_not_cut_off_with_the_title(screen: Screen, client: Client) -> None:
    for number in range(4):
        at = AT + timedelta(hours=number)
        row = job(machine(f"Chaudière {number}", site_id=SITE), "Ronde de la chaufferie", scheduled_start=at, scheduled_end=at)
        client.tables.interventions.rows[row.id] = row
    screen.session.apply_page_patch({"width": 1440.0, "height": 900.0})
    environment.install(screen.page)
    assert "× 4" in await show(screen, client, f"/calendar?view=month&date={AT.date()}")
