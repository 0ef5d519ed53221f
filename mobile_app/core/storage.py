"""Where a device keeps things: one small store for the device, one for each person who signed in on it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from shared_models.base import EntityRow
from shared_models.entities import ENTITIES

Record = dict[str, Any]
"""An entry of the outbox, JSON-like, with its `id`."""


@dataclass(frozen=True)
class StoredRow:
    """`json` is the row as the server wrote it; `refs` are what it is looked up by (`equipment:<id>`, `label:<CODE>`)."""

    entity: str
    id: str
    site_id: str | None
    refs: Sequence[str]
    json: str

    @property
    def key(self) -> str:
        return f"{self.entity}/{self.id}"


@dataclass(frozen=True)
class Batch:
    """A page of a pull, written as one: what is dropped, then rows, then `kv`.

    `drops` are (key, site_id): a row that has moved to another site meanwhile stays, and so does one that has come back.
    `sites`: rows of other sites go.
    """

    puts: Sequence[StoredRow] = ()
    drops: Sequence[tuple[str, str | None]] = ()
    kv: Mapping[str, str] = field(default_factory=dict)
    sites: Sequence[str] | None = None
    reset: bool = False


class Page(Protocol):
    """A page of a pull, as it came. `head` is all but its changes; `keys` are of the rows that it brings, and `drops` as in a `Batch`."""

    @property
    def head(self) -> Mapping[str, Any]: ...
    @property
    def keys(self) -> Sequence[str]: ...
    @property
    def drops(self) -> Sequence[tuple[str, str | None]]: ...
    def texts(self) -> Mapping[str, Mapping[str, bytes]]:
        """By entity and id, those that are held in memory."""
        ...


@dataclass(frozen=True)
class StoredBlob:
    data: Any
    mime: str


class KeyValue(Protocol):
    async def keys(self, prefix: str) -> list[str]: ...
    async def get(self, key: str) -> str | None: ...
    async def set(self, key: str, value: str | None) -> None:
        """None forgets the key."""
        ...


class LocalStore(KeyValue, Protocol):
    """Each method is one transaction, on disk when it returns; `StoreTrouble` when the device refuses."""

    async def rows(self, entity: str) -> Mapping[str, bytes]:
        """All of an entity: the JSON of each by its id."""
        ...

    async def rows_of(self, entity: str, ref: str) -> str: ...
    async def rows_at(self, keys: Sequence[str]) -> list[str | None]: ...
    def page(self, body: bytes) -> Page: ...
    async def apply(self, batch: Batch) -> None: ...
    async def take(self, page: Page, *, kv: Mapping[str, str], sites: Sequence[str] | None, reset: bool) -> None:
        """Write a page as one `Batch`."""
        ...

    async def tidy(self) -> None:
        """What was written row by row is put together again, for the next start."""
        ...

    async def outbox(self) -> list[Record]: ...
    async def write_outbox(self, *, puts: Sequence[Record] = (), removes: Sequence[str] = (), blobs: Sequence[str] = ()) -> None:
        """Remove, then put, then free `blobs`."""
        ...

    async def put_blob(self, blob_id: str, data: Any, mime: str, created: str) -> None: ...
    async def blob(self, blob_id: str) -> StoredBlob | None: ...
    async def blob_ids(self) -> list[str]: ...
    async def close(self) -> None: ...


class StoreFactory(Protocol):
    """A person's store that cannot be read is set aside, never destroyed, and another one takes its place; when it can be read
    again, it is the one in use, and those that stood in for it are left over.
    """

    def listen(self, *, set_aside: Callable[[], None], superseded: Callable[[], None]) -> None:
        """`superseded`: this tab had to let go of its store, which another tab needs; reload."""
        ...

    async def device(self) -> KeyValue: ...
    async def open(self, user_id: str) -> LocalStore: ...
    async def delete(self, user_id: str) -> None:
        """The store in use; one that was set aside may hold work that nobody has seen since."""
        ...

    async def left_over(self, user_id: str) -> Mapping[str, LocalStore]:
        """By name: the stores that stood in for the one in use, which nobody else writes to any more."""
        ...

    async def destroy(self, name: str) -> None:
        """A store that is left over and empty."""
        ...

    async def to_bytes(self, data: Any) -> bytes:
        """The content of a blob's `data`."""
        ...


@dataclass(frozen=True)
class ReadPage:
    """Read in Python, where there is nothing faster."""

    head: Mapping[str, Any]
    puts: Sequence[StoredRow]
    drops: Sequence[tuple[str, str | None]]

    @classmethod
    def of(cls, body: bytes) -> "ReadPage":
        head = json.loads(body)
        changes = head.pop("changes")
        drops = [(f"{change['entity']}/{change['id']}", change["site_id"]) for change in changes if change["row"] is None]
        return cls(head, [_stored(change) for change in changes if change["row"] is not None], drops)

    @property
    def keys(self) -> Sequence[str]:
        return [row.key for row in self.puts]

    def texts(self) -> Mapping[str, Mapping[str, bytes]]:
        found: dict[str, dict[str, bytes]] = {}
        for row in self.puts:
            if row.entity not in READ_BY:
                found.setdefault(row.entity, {})[row.id] = row.json.encode()
        return found


def _stored(change: Mapping[str, Any]) -> StoredRow:
    row = change["row"]
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    return StoredRow(change["entity"], change["id"], change["site_id"], refs_of(change["entity"], row), text)


READ_BY = frozenset(name for name, kind in ENTITIES.items() if kind.read_by)
"""What is left in the store until somebody asks for it."""


def reference_fields(kind: type[EntityRow]) -> list[tuple[str, str]]:
    """What rows of an entity are looked up by on the device: the name of each reference, and the field with its value or values."""
    read = [(kind.read_by.removesuffix("_id"), kind.read_by)] if kind.read_by else []
    return [*read, *([kind.found_by] if kind.found_by else [])]


def refs_of(entity: str, row: Mapping[str, Any]) -> list[str]:
    found = [(name, row.get(field) or []) for name, field in reference_fields(ENTITIES[entity])] if entity in ENTITIES else []
    return [f"{name}:{value}" for name, values in found for value in (values if isinstance(values, list) else [values])]


def ref_of(kind: type[EntityRow], key: object) -> str:
    return f"{str(kind.read_by).removesuffix('_id')}:{key}"
