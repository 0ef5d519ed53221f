"""One server, and a planner's device before it, for all that is foretold."""

import time
from collections.abc import AsyncIterator, Iterator

import pytest

from server.core.database import Session
from tests.databases import Cluster
from tests.parity.shop import Shop
from tests.server.machines import make_site
from tests.sync.conftest import Factory, served

ZONE = "Europe/Paris"


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
