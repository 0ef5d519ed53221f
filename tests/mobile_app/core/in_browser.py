"""Runs the store's contract and its measurements in the browser's worker, and says on the console what came of it."""

import json
import time
import traceback
from typing import Any

from mobile_app.contract import rows, store_contract

from mobile_app.core.errors import StoreTrouble
from mobile_app.core.indexeddb import IndexedDBStores
from mobile_app.core.outbox import Outbox
from mobile_app.core.recovery import bring_home
from mobile_app.core.storage import Batch
from mobile_app.core.tabs import BrowserTabs
from mobile_app.domain.client import Tables
from mobile_app.domain.search import search_equipment
from shared_models.ids import uuid7


async def tell(*, is_measured: bool) -> None:
    import js

    try:
        told = await measured() if is_measured else await run()
    except Exception:  # noqa: BLE001 - the test on the other side shows it
        told = {"error": traceback.format_exc()}
    js.console.log("TOLD " + json.dumps(told))


async def run() -> dict[str, Any]:
    stores = IndexedDBStores()
    done = []
    for number, contract in enumerate(store_contract.ON_A_STORE):
        store = await stores.open(f"contract-{number}")
        await contract(store)
        await store.close()
        done.append(contract.__name__)
    await store_contract.separates_people(stores)
    await files(stores)
    await older_database_goes_on(stores)
    await newer_database_is_set_aside(stores)
    await what_stood_in_comes_home(stores)
    await locks()
    return {"done": done}


async def files(stores: IndexedDBStores) -> None:
    store = await stores.open("files")
    await store.put_blob("a", b"jpeg bytes", "image/jpeg", "")
    kept = await store.blob("a")
    assert kept is not None
    assert kept.data.type == "image/jpeg"
    assert await stores.to_bytes(kept.data) == b"jpeg bytes"
    await store.put_blob("b", kept.data, "image/jpeg", "")
    assert await store.blob("none") is None
    await store.close()


async def newer_database_is_set_aside(stores: IndexedDBStores) -> None:
    """As left by a later version of the app."""
    import js
    from pyodide.ffi import create_once_callable

    opened: Any = js.Promise.withResolvers()
    request = js.indexedDB.open("etabli-u-later", 99)
    request.onsuccess = create_once_callable(lambda _: opened.resolve())
    await opened.promise
    request.result.close()
    aside: list[str] = []
    again = IndexedDBStores()
    again.listen(set_aside=lambda: aside.append("later"), superseded=lambda: None)
    store = await again.open("later")
    await store.set("k", "1")
    assert aside == ["later"], aside
    assert {"etabli-u-later", "etabli-u-later~1"} <= await database_names()
    assert await again.left_over("later") == {}
    await store.close()


async def older_database_goes_on(stores: IndexedDBStores) -> None:
    """As left by the app's first version: each row a record of its own, machines looked up by their labels, and something that waits."""
    import js
    from pyodide.ffi import create_once_callable, to_js

    machines = [
        {"key": f"equipment/{number}", "e": "equipment", "s": None, "refs": [f"label:{number}"], "j": f'{{"id":"{number}"}}'}
        for number in range(500)
    ]

    def made(_: Any) -> None:
        base, by_key = request.result, to_js({"keyPath": "key"}, dict_converter=js.Object.fromEntries)
        by_id = to_js({"keyPath": "id"}, dict_converter=js.Object.fromEntries)
        kept = base.createObjectStore("rows", by_key)
        kept.createIndex("entity", "e")
        kept.createIndex("refs", "refs", to_js({"multiEntry": True}, dict_converter=js.Object.fromEntries))
        for row in ({"key": "user/a", "e": "user", "s": None, "refs": [], "j": '{"id":"a"}'}, *machines):
            kept.put(to_js(row, dict_converter=js.Object.fromEntries))
        base.createObjectStore("outbox", by_id).put(to_js(command("1"), dict_converter=js.Object.fromEntries))
        base.createObjectStore("blobs", by_id)
        base.createObjectStore("kv", by_key)

    opened: Any = js.Promise.withResolvers()
    request = js.indexedDB.open("etabli-u-older", 1)
    request.onupgradeneeded = create_once_callable(made)
    request.onsuccess = create_once_callable(lambda _: opened.resolve())
    await opened.promise
    request.result.close()
    store = await stores.open("older")
    assert await store.rows("user") == {"a": b'{"id":"a"}'}
    assert [record["id"] for record in await store.outbox()] == ["1"]
    await store.tidy()
    newer = [{"entity": "equipment", "id": f"{number}", "site_id": None, "row": {"id": "newer"}} for number in range(450, 550)]
    await store.take(store.page(json.dumps({"changes": newer}).encode()), kv={}, sites=None, reset=False)
    assert await store.rows_at(["equipment/1", "equipment/499", "equipment/549"]) == ['{"id":"1"}', '{"id":"newer"}', '{"id":"newer"}']
    await store.apply(Batch(drops=[("user/a", None)], reset=True))
    await store_contract.follows_pages_of_many_rows(store)
    await store.close()


async def database_names() -> set[str]:
    import js

    return {database.name for database in await js.indexedDB.databases()}


async def what_stood_in_comes_home(stores: IndexedDBStores) -> None:
    """Another tab still writes to the store that stood in: it has to let go, and what it then writes is refused."""
    other, told = IndexedDBStores(), []
    other.listen(set_aside=lambda: None, superseded=lambda: told.append("superseded"))
    in_use, stood_in = await stores.open("home"), await other.open("home~1")
    await stood_in.put_blob("f", b"jpeg", "image/jpeg", "")
    await stood_in.write_outbox(puts=[command("2", "f"), command("1")])
    await stood_in.set("draft:note:1", '{"text": "kept"}')
    outbox = Outbox()
    await outbox.open(in_use)
    assert await bring_home(stores, "home", in_use, outbox) == 2
    assert [record["id"] for record in await in_use.outbox()] == ["1", "2"]
    assert await in_use.blob_ids() == ["f"]
    assert await in_use.get("draft:note:1")
    assert told[:1] == ["superseded"], told
    assert "etabli-u-home~1" not in await database_names()
    try:
        await stood_in.write_outbox(puts=[command("3")])
    except StoreTrouble:
        return
    raise AssertionError("written to a store that is gone")


def command(number: str, file_id: str | None = None) -> dict[str, Any]:
    payload = {"type": "later", "occurred_at": "2026-11-23T10:00:00+00:00"}
    return {"id": number, "seq": 1, "command": payload, "stage": "waiting", "file": file_id}


async def locks() -> None:
    tabs, order = BrowserTabs(), []
    async with tabs.lock("x"):
        order.append("held")
    async with tabs.lock("x"):
        order.append("held again")
    assert len(order) == 2


async def measured() -> dict[str, float]:
    store = await IndexedDBStores().open("big")
    park = [
        rows.machine(f"Pompe {number} de l'atelier {number % 40}", code=f"PM-{number:05}", manufacturer="Grundfos", model="CR-32")
        for number in range(10_000)
    ]
    jobs = [rows.job(park[number * 5], f"Intervention {number}") for number in range(2_000)]
    written = [rows.stored("equipment", row) for row in park]
    times: dict[str, float] = {}

    async def lap(name: str, work: Any) -> Any:
        start = time.perf_counter()
        result = work() if callable(work) else await work
        times[name] = round(time.perf_counter() - start, 3)
        return result

    start = time.perf_counter()
    for first in range(0, len(written), 1_000):
        await store.apply(Batch(puts=written[first : first + 1_000]))
    times["write 10000 rows, 10 pages"] = round(time.perf_counter() - start, 3)
    await store.apply(Batch(puts=[rows.stored("intervention", row) for row in jobs]))
    tables = Tables(lambda *_: None)
    await lap("first table: schemas", tables.load(store, ["site"]))
    texts = await lap("read 10000 rows as text", store.rows("equipment"))
    await lap("hold 10000 machines", lambda: tables.equipment.load(texts))
    await lap("parse 10000 machines", lambda: len(tables.equipment.rows.values()))
    await tables.load(store, ["intervention"])
    await lap("parse 2000 interventions", lambda: len(tables.interventions.rows.values()))
    assert len(tables.equipment) == 10_000
    await lap("put one row", store.apply(Batch(puts=written[:1])))
    await lap("outbox write", store.write_outbox(puts=[{"id": str(uuid7()), "seq": 1, "command": {}}]))
    await lap("search, first", lambda: search_equipment(tables.equipment.rows.values(), "pompe 77"))
    await lap("search", lambda: search_equipment(tables.equipment.rows.values(), "atelier 12"))
    await lap("search with a slip", lambda: search_equipment(tables.equipment.rows.values(), "pompr 9999"))
    await lap("one row by key", store.rows_at([f"equipment/{park[5].id}"]))
    return times
