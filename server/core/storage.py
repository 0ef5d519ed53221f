"""Files by content: the key is the SHA-256 of the bytes, so storing twice is storing once. A local folder or S3.

What a file is (name, type, owner, site) stands in PostgreSQL; access is checked there, never here.
"""

import hashlib
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, cast

from fastapi import Depends
from obstore.store import LocalStore, MemoryStore, from_url
from starlette.requests import HTTPConnection

from server.core.errors import NotFound

_CHUNK_BYTES = 512 * 1024


def content_key(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Storage:
    def __init__(self, store: Any) -> None:
        self._store = store

    async def put(self, content: bytes) -> str:
        """Store `content` and answer its key."""
        key = content_key(content)
        if not await self.exists(key):
            await self._store.put_async(_path(key), content)
        return key

    async def put_as(self, key: str, content: bytes) -> None:
        """Store what is made out of other content (a thumbnail) under a key of the caller's: a SHA-256 of how it is made."""
        await self._store.put_async(_path(key), content)

    async def exists(self, key: str) -> bool:
        try:
            await self._store.head_async(_path(key))
        except FileNotFoundError:
            return False
        return True

    async def read(self, key: str) -> bytes:
        return b"".join([chunk async for chunk in self.stream(key)])

    async def stream(self, key: str) -> AsyncIterator[bytes]:
        try:
            answer = await self._store.get_async(_path(key))
        except FileNotFoundError:
            raise NotFound from None
        async for chunk in answer.stream(min_chunk_size=_CHUNK_BYTES):
            yield bytes(chunk)

    async def read_range(self, key: str, start: int, end: int) -> bytes:
        """The bytes from `start` up to and without `end`."""
        try:
            return bytes(await self._store.get_range_async(_path(key), start=start, end=end))
        except FileNotFoundError:
            raise NotFound from None

    async def keys(self, *, older_than: datetime) -> AsyncIterator[str]:
        """What was stored before an instant."""
        async for chunk in self._store.list():
            for found in chunk:
                if found["last_modified"] < older_than:
                    yield str(found["path"]).rpartition("/")[2]

    async def delete(self, key: str) -> None:
        if await self.exists(key):
            await self._store.delete_async(_path(key))


def _path(key: str) -> str:
    return f"{key[:2]}/{key[2:4]}/{key}"


def local_storage(folder: Path) -> Storage:
    folder.mkdir(parents=True, exist_ok=True)
    return Storage(LocalStore(folder, mkdir=True))


def memory_storage() -> Storage:
    return Storage(MemoryStore())


def open_storage(url: str | None, folder: Path) -> Storage:
    """`url` as in `s3://bucket/prefix` (credentials from the AWS_… environment), or a local `folder`."""
    return Storage(from_url(url)) if url else local_storage(folder)


async def get_storage(connection: HTTPConnection) -> Storage:
    return cast("Storage", connection.app.state.storage)


StorageDep = Annotated[Storage, Depends(get_storage)]
