"""The browser's store. What happens inside a transaction is in `assets/web/storage.js`, which the worker loads beside Python:
few crossings, whatever the number of rows.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from mobile_app.core.errors import StoreTrouble
from mobile_app.core.storage import READ_BY, Batch, Page, Record, StoredBlob, reference_fields
from shared_models.entities import ENTITIES

_KINDS = {
    "QuotaExceededError": "full",
    "VersionError": "newer",
    "BlockedError": "blocked",
}
_PATIENCE = (0.2, 1.0)
_SET_ASIDE = frozenset({"newer", "broken"})
_GENERATIONS = 5


def _library() -> Any:
    import js

    return js.etabliStorage


async def _call(function: Any, *args: Any) -> Any:
    from pyodide.ffi import JsException

    try:
        return await function(*args)
    except JsException as error:
        name = str(getattr(error, "name", ""))
        raise StoreTrouble(_KINDS.get(name, "broken"), str(error)) from error


class IndexedDBKeyValue:
    def __init__(self, library: Any, base: Any) -> None:
        self._js = library
        self._base = base

    async def keys(self, prefix: str) -> list[str]:
        found: list[str] = json.loads(await _call(self._js.keys, self._base, prefix))
        return found

    async def get(self, key: str) -> str | None:
        return _text(await _call(self._js.get, self._base, key))

    async def set(self, key: str, value: str | None) -> None:
        from pyodide.ffi import jsnull

        await _call(self._js.set, self._base, key, jsnull if value is None else value)

    async def close(self) -> None:
        self._base.close()


_KINDS_OF_ROWS = json.dumps({
    name: {"held": name not in READ_BY, "refs": [list(ref) for ref in reference_fields(kind)]} for name, kind in ENTITIES.items()
})  # fmt: skip

_EVERY_KIND = json.dumps([*ENTITIES])


class BrowserPage:
    """JavaScript finds its rows without reading them, and writes them."""

    def __init__(self, js: Any, body: bytes) -> None:
        self.js = js
        told = json.loads(js.head)
        self.head: dict[str, Any] = told["head"]
        self.keys: list[str] = told["keys"]
        self.drops: list[tuple[str, str | None]] = [(key, site) for key, site in told["drops"]]
        self._held: list[tuple[str, int, int]] = told["held"]
        self._body: bytes = js.whole.to_bytes() if js.whole else body

    def texts(self) -> dict[str, dict[str, bytes]]:
        found: dict[str, dict[str, bytes]] = {}
        for key, start, length in self._held:
            entity, _, row_id = key.partition("/")
            found.setdefault(entity, {})[row_id] = self._body[start : start + length]
        return found


class IndexedDBStore(IndexedDBKeyValue):
    async def rows(self, entity: str) -> dict[str, bytes]:
        """Part by part, so that nothing of a plant's size is copied whole, nor there twice."""
        start, found = len(entity) + 1, dict[str, bytes]()
        parts = await _call(self._js.rows, self._base, entity)
        while parts.length:
            lines = parts.shift().to_bytes().split(b"\n")
            found |= {key[start:].decode(): text for key, text in zip(lines[::2], lines[1::2], strict=False)}
            await asyncio.sleep(0)  # a plant's plans are a hundred parts: a tap need not wait for them all
        return found

    async def rows_of(self, entity: str, ref: str) -> str:
        return str(await _call(self._js.rowsOf, self._base, entity, ref))

    async def rows_at(self, keys: Sequence[str]) -> list[str | None]:
        found: list[str | None] = json.loads(await _call(self._js.rowsAt, self._base, json.dumps(list(keys))))
        return found

    def page(self, body: bytes) -> BrowserPage:
        from pyodide.ffi import to_js

        return BrowserPage(self._js.page(to_js(body), _KINDS_OF_ROWS), body)

    async def take(self, page: Page, *, kv: Mapping[str, str], sites: Sequence[str] | None, reset: bool) -> None:
        assert isinstance(page, BrowserPage)
        rest = {"reset": reset, "sites": None if sites is None else list(sites), "kv": dict(kv)}
        await _call(self._js.take, self._base, page.js, json.dumps(rest))

    async def apply(self, batch: Batch) -> None:
        puts = [{"key": row.key, "e": row.entity, "s": row.site_id, "refs": list(row.refs), "j": row.json} for row in batch.puts]
        sites = None if batch.sites is None else list(batch.sites)
        whole = {"reset": batch.reset, "puts": puts, "drops": list(batch.drops), "sites": sites, "kv": dict(batch.kv)}
        await _call(self._js.apply, self._base, json.dumps(whole))

    async def tidy(self) -> None:
        await _call(self._js.tidy, self._base, _EVERY_KIND)

    async def outbox(self) -> list[Record]:
        records: list[Record] = json.loads(await _call(self._js.outbox, self._base))
        return records

    async def write_outbox(self, *, puts: Sequence[Record] = (), removes: Sequence[str] = (), blobs: Sequence[str] = ()) -> None:
        whole = {"puts": list(puts), "removes": list(removes), "blobs": list(blobs)}
        await _call(self._js.writeOutbox, self._base, json.dumps(whole))

    async def put_blob(self, blob_id: str, data: Any, mime: str, created: str) -> None:
        await _call(self._js.putBlob, self._base, blob_id, _as_blob(data, mime), mime, created)

    async def blob(self, blob_id: str) -> StoredBlob | None:
        record = await _call(self._js.blob, self._base, blob_id)
        return StoredBlob(record.blob, record.mime) if record else None

    async def blob_ids(self) -> list[str]:
        ids: list[str] = json.loads(await _call(self._js.blobIds, self._base))
        return ids


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _as_blob(data: Any, mime: str) -> Any:
    if not isinstance(data, bytes):
        return data
    from js import Blob, Object
    from pyodide.ffi import to_js

    return Blob.new(to_js([data]), to_js({"type": mime}, dict_converter=Object.fromEntries))


class IndexedDBStores:
    def __init__(self) -> None:
        self._superseded: Callable[[], None] = _nothing
        self._set_aside: Callable[[], None] = _nothing
        self._in_use: dict[str, str] = {}

    def listen(self, *, set_aside: Callable[[], None], superseded: Callable[[], None]) -> None:
        self._set_aside, self._superseded = set_aside, superseded

    async def device(self) -> IndexedDBKeyValue:
        library, base = await self._open("etabli-device", "device")
        return IndexedDBKeyValue(library, base)

    async def open(self, user_id: str) -> IndexedDBStore:
        library, base = await self._open(f"etabli-u-{user_id}", "user")
        return IndexedDBStore(library, base)

    async def delete(self, user_id: str) -> None:
        name = f"etabli-u-{user_id}"
        await _call(_library().destroy, self._in_use.get(name, name))

    async def left_over(self, user_id: str) -> dict[str, IndexedDBStore]:
        """A tab that still writes to one of them has to let go of it first; what it writes afterwards is refused there."""
        name, library, found = f"etabli-u-{user_id}", _library(), {}
        names = _generations(name)
        later = names[names.index(self._in_use.get(name, name)) + 1 :]
        for candidate in json.loads(await _call(library.existing, json.dumps(later))):
            with suppress(StoreTrouble):
                found[candidate] = IndexedDBStore(library, await _call(library.claim, candidate, "user"))
        return found

    async def destroy(self, name: str) -> None:
        await _call(_library().destroy, name)

    async def to_bytes(self, data: Any) -> bytes:
        if isinstance(data, bytes):
            return data
        content: bytes = (await data.arrayBuffer()).to_bytes()
        return content

    async def _open(self, name: str, kind: str) -> tuple[Any, Any]:
        """The first that can be read: one that is damaged, or written by a newer app, is set aside."""
        library = _library()
        for candidate in _generations(name):
            try:
                base = await self._open_one(candidate, kind)
            except StoreTrouble as trouble:
                if trouble.kind not in _SET_ASIDE:
                    raise
                self._set_aside()
            else:
                self._in_use[name] = candidate
                return library, base
        raise StoreTrouble("broken", name)

    async def _open_one(self, name: str, kind: str) -> Any:
        """Safari fails now and then without a reason: what may pass is tried again before a database counts as damaged."""
        for wait in (*_PATIENCE, None):
            try:
                return await _call(_library().open, name, kind, self._proxy())
            except StoreTrouble as trouble:
                if trouble.kind != "broken" or wait is None:
                    raise
                await asyncio.sleep(wait)
        raise AssertionError

    def _proxy(self) -> Any:
        from pyodide.ffi import create_proxy

        return create_proxy(self._superseded)


def _nothing() -> None:
    pass


def _generations(name: str) -> list[str]:
    return [name, *(f"{name}~{number}" for number in range(1, _GENERATIONS))]
