"""The dialog that prints labels, in a real Flet session, against a transport that answers as the server does."""

import json
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from mobile_app.core.errors import Offline
from mobile_app.core.i18n import set_language
from mobile_app.domain.labels import LabelsForm, LabelsOf, unprintable
from shared_models.ids import uuid7
from tests.mobile_app.ui.conftest import Screen, screen

__all__ = ["screen"]  # a fixture
PRESS, PUMP = uuid7(), uuid7()


class Server:
    """Answers what the check of labels answers."""

    def __init__(self, *, is_away: bool = False) -> None:
        self._is_away = is_away
        self.api = self

    async def post(self, path: str, body: Any) -> Any:
        assert path == "/labels/check"
        if self._is_away:
            raise Offline
        asked: list[UUID] = body.equipment_ids
        return json.loads(json.dumps([{"id": str(PUMP), "name": "漢泵", "missing": "漢泵"}])) if PUMP in asked else []


async def test_names_beforehand_what_will_be_boxes(screen: Screen) -> None:
    set_language("fr")
    await screen.show(lambda: LabelsForm(Server(), LabelsOf((PRESS, PUMP)), lambda: None))
    assert "1 étiquette aura des carrés à la place de lettres" in screen.texts
    assert any("« 漢泵 »" in text for text in screen.texts)


@pytest.mark.parametrize(("server", "machines"), [(Server(), [PRESS]), (Server(is_away=True), [PUMP]), (Server(), [])])
async def test_says_nothing_where_all_is_printed_or_nothing_is_known(server: Server, machines: list[UUID]) -> None:
    assert await unprintable(SimpleNamespace(api=server), LabelsOf(tuple(machines))) == []
