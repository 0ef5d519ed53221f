"""A screen with a list beside a sheet shows the sheet that its address names, or none: never another one with buttons that act."""

from uuid import UUID

import flet as ft
import pytest

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.features.validation.screens import ValidationScreen
from mobile_app.ui import environment
from shared_models.ids import uuid7
from shared_models.interventions.lifecycle import InterventionStatus
from tests.mobile_app.core.rows import AT, job
from tests.mobile_app.features.test_plan_screens import PRESS, client
from tests.mobile_app.roots import inside
from tests.mobile_app.ui.conftest import Screen, _said, screen

__all__ = ["client", "screen"]  # fixtures


@pytest.mark.parametrize("is_there", [True, False])
async def test_nothing_else_can_be_approved(
    screen: Screen, client: Client, monkeypatch: pytest.MonkeyPatch, *, is_there: bool
) -> None:  # fmt: skip
    done = {"status": InterventionStatus.completed, "actual_end": AT, "is_validated": False}
    row = job(PRESS, **done)
    client.interventions.rows[row.id] = row
    wanted: UUID = row.id if is_there else uuid7()
    monkeypatch.setattr(ft, "use_route_params", lambda: {"job_id": str(wanted)})
    screen.session.apply_page_patch({"width": 1100.0})
    environment.install(screen.page)
    await screen.show(inside(client, ValidationScreen))
    buttons = [c for c in screen.controls() if getattr(c, "on_click", None) and t("validation.return") in _said(c)]
    assert bool(buttons) is is_there
