from collections.abc import Awaitable, Callable

import pytest

from mobile_app.core.storage import LocalStore
from tests.mobile_app.core.sqlite_store import SqliteStores
from tests.mobile_app.core.store_contract import ON_A_STORE, separates_people


@pytest.fixture(params=["memory", "file"])
def stores(request, tmp_path):
    return SqliteStores(tmp_path if request.param == "file" else None)


@pytest.mark.parametrize("contract", ON_A_STORE, ids=lambda contract: contract.__name__)
async def test_store(stores: SqliteStores, contract: Callable[[LocalStore], Awaitable[None]]):
    store = await stores.open("someone")
    await contract(store)
    await store.close()


async def test_people_are_separate(stores: SqliteStores):
    await separates_people(stores)
