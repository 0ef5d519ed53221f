"""Files by content: the key is the SHA-256 of the bytes, so storing twice is storing once. A local folder or S3.

What a file is (name, type, owner, site) stands in PostgreSQL; access is checked there, never here.
"""

import hashlib
from collections.abc import AsyncIterator
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


def get_storage(connection: HTTPConnection) -> Storage:
    return cast("Storage", connection.app.state.storage)


StorageDep = Annotated[Storage, Depends(get_storage)]
