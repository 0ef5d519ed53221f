"""What a device foretells of a command is what the server makes of it: whole rows of every entity, version included."""

import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from server.core.database import Session
from shared_models.base import Command
from shared_models.commands import COMMANDS as BY_TYPE
from tests.databases import Cluster
from tests.parity import of_jobs, of_plans, of_things  # noqa: F401 - they register their cases
from tests.parity.cases import CASES, Case
from tests.parity.known import KNOWN
from tests.parity.server_only import is_the_servers
from tests.parity.shop import Shop, differences
from tests.server.machines import make_site
from tests.sync.conftest import Factory, served

ZONE = "Europe/Paris"
COMMANDS: tuple[type[Command], ...] = tuple(BY_TYPE.values())


def _every_case() -> Iterator[Any]:
    for kind in COMMANDS:
        for case in CASES[kind] or [None]:
            yield pytest.param(kind, case, id=f"{kind.__name__}-{case.name if case else 'lacks a case'}")


@pytest.fixture(scope="module")
def _on_the_sites_clock() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", ZONE)
        time.tzset()
        yield
    time.tzset()


@pytest.fixture(scope="module")
async def open_shop(_on_the_sites_clock: None, postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """One server and one device for all cases; each makes its own machines."""
    with postgres.clone("parity") as url:
        async with (
            served(url, tmp_path_factory.mktemp("parity")) as server,
            Session(server.database.engine, expire_on_commit=False) as session,
        ):
            site = (await make_site(session, time_zone=ZONE)).id
            factory = Factory(server.app, session, site, site, site, site)
            yield Shop(factory, *[await factory.signed_in(await factory.person(role)) for role in ("admin", "technician")])
            for device in factory.devices:
                await device.client.close()
                await device.jar.client.aclose()


@pytest.fixture
async def shop(open_shop: Shop) -> Shop:
    await open_shop.afresh()
    return open_shop


@pytest.mark.parametrize(("kind", "case"), list(_every_case()))
async def test_what_is_foretold_is_what_comes_back(shop: Shop, kind: type[Command], case: Case | None, request):
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
    expected = KNOWN.get(request.node.callspec.id, set()) | ({f"refused as {case.refused}"} if case.refused else set())
    assert refused | {each.path for each in found} == expected, "\n" + "\n".join(map(str, found))
