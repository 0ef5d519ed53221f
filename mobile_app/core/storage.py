"""Where a device keeps things: one small store for the device, one for each person who signed in on it."""

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

    async def rows(self, entity: str) -> str:
        """All of an entity, as the text of a JSON array."""
        ...

    async def rows_of(self, entity: str, ref: str) -> str: ...
    async def rows_at(self, keys: Sequence[str]) -> list[str | None]: ...
    async def apply(self, batch: Batch) -> None: ...
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


def refs_of(entity: str, row: Mapping[str, Any]) -> list[str]:
    """What a row is looked up by on the device."""
    kind = ENTITIES.get(entity)
    read = [ref_of(kind, row[kind.read_by])] if kind and kind.read_by else []
    name, field = (kind and kind.found_by) or ("", "")
    return read + [f"{name}:{value}" for value in row.get(field, ())]


def ref_of(kind: type[EntityRow], key: object) -> str:
    return f"{str(kind.read_by).removesuffix('_id')}:{key}"
