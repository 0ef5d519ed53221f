"""Stores without a browser: the contract of `mobile_app.core.storage` over SQLite, in memory or in files."""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mobile_app.core.errors import StoreTrouble
from mobile_app.core.storage import Batch, ReadPage, Record, StoredBlob

_SCHEMA = """
create table if not exists rows (key text primary key, e text not null, s text, j text not null);
create index if not exists rows_e on rows (e);
create table if not exists refs (ref text not null, key text not null, primary key (ref, key)) without rowid;
create index if not exists refs_key on refs (key);
create trigger if not exists rows_gone after delete on rows begin delete from refs where key = old.key; end;
create table if not exists outbox (id text primary key, j text not null);
create table if not exists blobs (id text primary key, data blob not null, mime text not null, created text not null);
create table if not exists kv (key text primary key, value text not null);
"""


class SqliteStore:
    """`path` may be ":memory:"."""

    def __init__(self, path: str | Path = ":memory:") -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(_SCHEMA)
        self._held: tuple[asyncio.Event, asyncio.Event] | None = None

    def hold_drops(self) -> tuple[asyncio.Event, asyncio.Event]:
        """A slow disk, once: the first event says that rows are to be dropped, the second lets it be done."""
        self._held = asyncio.Event(), asyncio.Event()
        return self._held

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._db.execute("begin immediate")
        try:
            yield self._db
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")

    async def rows(self, entity: str) -> dict[str, bytes]:
        found = self._db.execute("select key, j from rows where e = ? order by key", (entity,))
        return {key.partition("/")[2]: text.encode() for key, text in found}

    async def rows_of(self, entity: str, ref: str) -> str:
        query = "select j from rows join refs using (key) where ref = ? and e = ? order by key"
        return _joined(self._db.execute(query, (ref, entity)))

    async def rows_at(self, keys: Sequence[str]) -> list[str | None]:
        return [self._value("select j from rows where key = ?", key) for key in keys]

    def page(self, body: bytes) -> ReadPage:
        return ReadPage.of(body)

    async def take(self, page: ReadPage, *, kv: Mapping[str, str], sites: Sequence[str] | None, reset: bool) -> None:
        await self.apply(Batch(page.puts, page.drops, kv, sites, reset))

    async def apply(self, batch: Batch) -> None:
        if batch.drops and self._held is not None:
            (begins, goes_on), self._held = self._held, None
            begins.set()
            await goes_on.wait()
        with self._transaction() as db:
            if batch.reset:
                db.execute("delete from rows")
            db.executemany("delete from rows where key = ? and s is ?", batch.drops)
            for row in batch.puts:
                db.execute("delete from refs where key = ?", (row.key,))
                db.execute("insert or replace into rows values (?, ?, ?, ?)", (row.key, row.entity, row.site_id, row.json))
                db.executemany("insert or ignore into refs values (?, ?)", [(ref, row.key) for ref in row.refs])
            if batch.sites is not None:
                sites = json.dumps(list(batch.sites))
                db.execute("delete from rows where s is not null and s not in (select value from json_each(?))", (sites,))
            db.executemany("insert or replace into kv values (?, ?)", batch.kv.items())

    async def tidy(self) -> None:
        pass

    async def outbox(self) -> list[Record]:
        return [json.loads(text) for (text,) in self._db.execute("select j from outbox order by id")]

    async def write_outbox(self, *, puts: Sequence[Record] = (), removes: Sequence[str] = (), blobs: Sequence[str] = ()) -> None:
        with self._transaction() as db:
            db.executemany("delete from outbox where id = ?", [(item,) for item in removes])
            db.executemany("insert or replace into outbox values (?, ?)", [(item["id"], json.dumps(item)) for item in puts])
            db.executemany("delete from blobs where id = ?", [(item,) for item in blobs])

    async def put_blob(self, blob_id: str, data: Any, mime: str, created: str) -> None:
        self._db.execute("insert or replace into blobs values (?, ?, ?, ?)", (blob_id, data, mime, created))

    async def blob(self, blob_id: str) -> StoredBlob | None:
        found = self._db.execute("select data, mime from blobs where id = ?", (blob_id,)).fetchone()
        return StoredBlob(*found) if found else None

    async def blob_ids(self) -> list[str]:
        return [item for (item,) in self._db.execute("select id from blobs order by id")]

    async def keys(self, prefix: str) -> list[str]:
        query = "select key from kv where substr(key, 1, length(?)) = ? order by key"
        return [key for (key,) in self._db.execute(query, (prefix, prefix))]

    async def get(self, key: str) -> str | None:
        return self._value("select value from kv where key = ?", key)

    async def set(self, key: str, value: str | None) -> None:
        if value is None:
            self._db.execute("delete from kv where key = ?", (key,))
        else:
            self._db.execute("insert or replace into kv values (?, ?)", (key, value))

    async def close(self) -> None:
        self._db.close()

    def _value(self, query: str, key: str) -> str | None:
        found = self._db.execute(query, (key,)).fetchone()
        return found[0] if found else None


def _generation(user_id: str, number: int) -> str:
    return f"{user_id}~{number}" if number else user_id


def _joined(found: sqlite3.Cursor) -> str:
    return f"[{','.join(text for (text,) in found)}]"


class _Shared(SqliteStore):
    """Outlives its users: closing a store in memory would empty it."""

    async def close(self) -> None:
        pass


_GENERATIONS = 5


class SqliteStores:
    """Files in `folder`, or memory when there is none. Several clients may share one, as tabs do."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._memory: dict[str, _Shared] = {}
        self._in_use: dict[str, int] = {}
        self._set_aside: Callable[[], None] = lambda: None

    def listen(self, *, set_aside: Callable[[], None], superseded: Callable[[], None]) -> None:
        del superseded
        self._set_aside = set_aside

    async def device(self) -> SqliteStore:
        return self._open("device")

    async def open(self, user_id: str) -> SqliteStore:
        for number in range(_GENERATIONS):
            try:
                store = self._open(_generation(user_id, number))
            except sqlite3.DatabaseError:
                self._set_aside()
            else:
                self._in_use[user_id] = number
                return store
        raise StoreTrouble("broken", user_id)

    async def delete(self, user_id: str) -> None:
        await self.destroy(_generation(user_id, self._in_use.get(user_id, 0)))

    async def left_over(self, user_id: str) -> dict[str, SqliteStore]:
        later = (_generation(user_id, number) for number in range(self._in_use.get(user_id, 0) + 1, _GENERATIONS))
        return {name: self._open(name) for name in later if name in self.names()}

    async def destroy(self, name: str) -> None:
        if self._folder is None:
            self._memory.pop(name, None)
        else:
            (self._folder / f"{name}.sqlite").unlink(missing_ok=True)

    async def to_bytes(self, data: Any) -> bytes:
        return bytes(data)

    def names(self) -> list[str]:
        return sorted(self._memory) if self._folder is None else sorted(path.stem for path in self._folder.glob("*.sqlite"))

    def _open(self, name: str) -> SqliteStore:
        if self._folder is None:
            return self._memory.setdefault(name, _Shared())
        return SqliteStore(self._folder / f"{name}.sqlite")
