from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import asyncpg
import pytest

from server.core.storage import Storage, memory_storage
from server.demo import Summary, load_demo
from tests.databases import Cluster

NOW = datetime(2026, 11, 23, 10, 31, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo_url(postgres: Cluster) -> Iterator[str]:
    with postgres.clone("demo") as url:
        yield url


@pytest.fixture(scope="module")
def storage() -> Storage:
    return memory_storage()


@pytest.fixture(scope="module")
async def summary(demo_url: str, storage: Storage) -> Summary:
    return await load_demo(demo_url, storage=storage, now=NOW)


@pytest.fixture
async def rows(demo_url: str, summary: Summary) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(demo_url)
    yield connection
    await connection.close()
