from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg
import pytest

from server.core.database import Database
from server.core.read_pool import ReadPool
from server.core.storage import Storage, memory_storage
from server.demo import Summary, load_demo
from tests.databases import Cluster

NOW = datetime(2026, 11, 23, 10, 31, tzinfo=UTC)


@dataclass(frozen=True)
class Loaded:
    """The demonstration, loaded once for all that look at it; each file works on a copy."""

    url: str
    storage: Storage
    summary: Summary


@pytest.fixture(scope="session")
async def loaded(postgres: Cluster) -> AsyncIterator[Loaded]:
    storage = memory_storage()
    with postgres.clone("demo") as url:
        yield Loaded(url, storage, await load_demo(url, storage=storage, now=NOW))


@pytest.fixture(scope="module")
def demo_url(postgres: Cluster, loaded: Loaded) -> Iterator[str]:
    with postgres.clone("demo_copy", of=loaded.url) as url:
        yield url


@pytest.fixture(scope="module")
def storage(loaded: Loaded) -> Storage:
    return loaded.storage


@pytest.fixture(scope="module")
def summary(loaded: Loaded) -> Summary:
    return loaded.summary


@pytest.fixture
async def rows(demo_url: str, summary: Summary) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(demo_url)
    yield connection
    await connection.close()


@pytest.fixture
async def pool(demo_url: str, summary: Summary) -> AsyncIterator[ReadPool]:
    database = Database(demo_url, pool_size=1)
    await database.start()
    yield database.pool
    await database.stop()
