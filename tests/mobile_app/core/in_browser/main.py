"""Runs the store's contract and its measurements in the browser's worker, and says on the console what came of it."""

import json
import time
import traceback
from typing import Any

import flet as ft
from mobile_app.contract import rows, store_contract

from mobile_app.core.indexeddb import IndexedDBStores
from mobile_app.core.search import search_equipment
from mobile_app.core.storage import Batch
from mobile_app.core.tables import Tables
from mobile_app.core.tabs import BrowserTabs
from shared_models.ids import uuid7


async def main(page: ft.Page) -> None:
    import js

    page.add(ft.Text("Testing"))
    try:
        told = await run()
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
    await newer_database_is_set_aside(stores)
    await locks()
    return {"done": done, "measured": await measure(stores)}


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
    store = await IndexedDBStores(on_set_aside=aside.append).open("later")
    await store.set("k", "1")
    assert aside == ["etabli-u-later"], aside
    names = {database.name for database in await js.indexedDB.databases()}
    assert {"etabli-u-later", "etabli-u-later~1"} <= names, names


async def locks() -> None:
    tabs, order = BrowserTabs(), []
    async with tabs.lock("x"):
        order.append("held")
    async with tabs.lock("x"):
        order.append("held again")
    assert len(order) == 2


async def measure(stores: IndexedDBStores) -> dict[str, float]:
    store = await stores.open("big")
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
    text = await lap("read 10000 rows as text", store.rows("equipment"))
    await lap("parse 10000 machines", lambda: tables.equipment.load(text))
    await lap("read and parse 2000 interventions", tables.load(store, ["intervention"]))
    assert len(tables.equipment) == 10_000
    await lap("put one row", store.apply(Batch(puts=written[:1])))
    await lap("outbox write", store.write_outbox(puts=[{"id": str(uuid7()), "seq": 1, "command": {}}]))
    await lap("search, first", lambda: search_equipment(tables.equipment.rows.values(), "pompe 77"))
    await lap("search", lambda: search_equipment(tables.equipment.rows.values(), "atelier 12"))
    await lap("search with a slip", lambda: search_equipment(tables.equipment.rows.values(), "pompr 9999"))
    await lap("one row by key", store.rows_at([f"equipment/{park[5].id}"]))
    return times
