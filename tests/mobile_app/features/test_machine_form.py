"""Whatever can be told of a machine can be told in its form."""

from dataclasses import replace

import pytest

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.features.equipment.form import FIELDS, _initial
from mobile_app.ui.forms import Form
from shared_models.base import Command
from shared_models.equipment.commands import CreateEquipment, UpdateEquipment
from shared_models.permissions import Role
from tests.mobile_app.core.rows import machine
from tests.mobile_app.features.test_whose_machine import SITE, address, client, show
from tests.mobile_app.ui.conftest import Screen, screen

__all__ = ["client", "screen"]  # fixtures
ELSEWHERE = {"equipment_id", "version", "status"}
"""What nobody types: a status is changed on the machine's page, with its reason."""


@pytest.mark.parametrize("kind", [CreateEquipment, UpdateEquipment])
def test_every_field_of_the_command_is_sent(kind: type[Command]) -> None:
    told = set(kind.model_fields) - set(Command.model_fields) - ELSEWHERE - {"type"}
    assert told == {*FIELDS, "code", "specifications"}
    assert {*FIELDS, "code"} <= set(_initial(machine()))


async def test_every_field_is_asked(screen: Screen, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    other = machine("Ligne entière", site_id=SITE)
    client.tables.equipment.rows[other.id] = other
    page = address(client, "/equipment/{machine}/edit")
    client.tables.equipment.rows.update(
        {row.id: type(row)(**row.model_dump()) for row in client.equipment.having(site_id=[SITE])}
    )  # in whole
    asked: set[str] = set()
    plain = Form.get
    monkeypatch.setattr(Form, "get", lambda self, name, default=None: (asked.add(name), plain(self, name, default))[1])
    shown = Form.error
    monkeypatch.setattr(Form, "error", lambda self, name: (asked.add(name), shown(self, name))[1])
    client.session.user = replace(client.user, role=Role.admin)
    await show(screen, client, page)
    assert {*FIELDS, "code"} - asked - {"class_id", "stops_parent"} == set()  # which is asked of a part of another machine
    assert t("equipment.delete") in [*screen.texts, *(c.content for c in screen.controls() if isinstance(getattr(c, "content", None), str))]
