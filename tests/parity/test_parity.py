"""What a device foretells of a command is what the server makes of it: whole rows of every entity, version included."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared_models.base import Command
from shared_models.commands import COMMANDS as BY_TYPE
from tests.parity import (  # noqa: F401 - they register their cases
    of_buying,
    of_handovers,
    of_inventory,
    of_jobs,
    of_notices,
    of_plans,
    of_stocktakes,
    of_things,
)
from tests.parity.cases import CASES, Case
from tests.parity.server_only import is_the_servers
from tests.parity.shop import Shop, differences

COMMANDS: tuple[type[Command], ...] = tuple(BY_TYPE.values())


def _every_case() -> Iterator[Any]:
    for kind in COMMANDS:
        for case in CASES[kind] or [None]:
            yield pytest.param(kind, case, id=f"{kind.__name__}-{case.name if case else 'lacks a case'}")


@pytest.mark.parametrize(("kind", "case"), list(_every_case()))
async def test_what_is_foretold_is_what_comes_back(shop: Shop, kind: type[Command], case: Case | None):
    assert case is not None, f"tests/parity/of_*.py: a case for {kind.__name__}"
    await case.play(shop)
    assert kind in {type(entry.command) for entry in shop.device.client.outbox.entries}
    foretold = await shop.held()
    assert shop.device.errors == []
    shop.device.transport.online = True
    await shop.device.round()
    refused = {f"refused as {each.problem.code}" for each in shop.device.client.outbox.needs_you}
    rows = [] if refused and not case.refused else differences(foretold, await shop.held())
    found = [each for each in rows if not is_the_servers(each)]
    assert refused == ({f"refused as {case.refused}"} if case.refused else set())
    assert found == [], "\n" + "\n".join(map(str, found))
