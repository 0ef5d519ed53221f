"""Files by content: the key is the SHA-256 of the bytes, so storing twice is storing once. A local folder or S3.

What a file is (name, type, owner, site) stands in PostgreSQL; access is checked there, never here.
"""

import errno
import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, cast

import structlog
from fastapi import Depends
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, MemoryStore, from_url
from starlette.requests import HTTPConnection

from server.core.errors import NotFound, StorageFull, Unavailable
from server.core.start_errors import StartError

_CHUNK_BYTES = 512 * 1024
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_SYSTEM_ERROR = re.compile(r"\(os error (\d+)\)")
_log = structlog.get_logger(__name__)


class FileGone(NotFound):
    """Its row is there, its bytes are not, or not all of them."""

    code = "file_gone"


def is_full(error: BaseException) -> bool:
    """Whether a disk, or its owner's share of it, is full."""
    found = _SYSTEM_ERROR.search(str(error)) if isinstance(error, BaseError) else None
    number = int(found[1]) if found else getattr(error, "errno", None)
    return number in _FULL


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotFoundError):
        raise FileGone from None
    except (BaseError, OSError) as error:
        _log.exception("storage.failed")
        raise (StorageFull() if is_full(error) else Unavailable()) from error


def content_key(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Storage:
    def __init__(self, store: Any) -> None:
        self._store = store

    async def put(self, content: bytes) -> str:
        """Store `content` and answer its key; what has been cut short on the disk is made whole. Raises `StorageFull`."""
        key = content_key(content)
        if await self._size(key) != len(content):
            await self.put_as(key, content)
        return key

    async def put_as(self, key: str, content: bytes) -> None:
        """Store what is made out of other content (a thumbnail) under a key of the caller's: a SHA-256 of how it is made."""
        with _refusals():
            await self._store.put_async(_path(key), content)

    async def exists(self, key: str) -> bool:
        return await self._size(key) is not None

    async def read(self, key: str) -> bytes:
        """Raises `FileGone`."""
        with _refusals():
            return bytes(await (await self._store.get_async(_path(key))).bytes_async())

    async def stream(self, key: str, size: int) -> AsyncIterator[bytes]:
        """Raises `FileGone` before anything is streamed, also for a file that is not of that size."""
        await self._ensure_whole(key, size)
        with _refusals():
            return _chunks(await self._store.get_async(_path(key)))

    async def read_range(self, key: str, start: int, end: int, size: int) -> bytes:
        """The bytes from `start` up to and without `end`. Raises `FileGone` as `stream` does."""
        await self._ensure_whole(key, size)
        with _refusals():
            return bytes(await self._store.get_range_async(_path(key), start=start, end=end))

    async def _size(self, key: str) -> int | None:
        try:
            with _refusals():
                return int((await self._store.head_async(_path(key)))["size"])
        except FileGone:
            return None

    async def _ensure_whole(self, key: str, size: int) -> None:
        found = await self._size(key)
        if found != size:
            _log.error("storage.file_gone", key=key, expected=size, found=found)
            raise FileGone

    async def keys(self, *, older_than: datetime) -> AsyncIterator[str]:
        """What was stored before an instant."""
        async for chunk in self._store.list():
            for found in chunk:
                if found["last_modified"] < older_than:
                    yield str(found["path"]).rpartition("/")[2]

    async def delete(self, key: str) -> None:
        if await self.exists(key):
            with _refusals():
                await self._store.delete_async(_path(key))


async def _chunks(answer: Any) -> AsyncIterator[bytes]:
    async for chunk in answer.stream(min_chunk_size=_CHUNK_BYTES):
        yield bytes(chunk)


def _path(key: str) -> str:
    return f"{key[:2]}/{key[2:4]}/{key}"


def local_storage(folder: Path) -> Storage:
    folder.mkdir(parents=True, exist_ok=True)
    return Storage(LocalStore(folder, mkdir=True))


def memory_storage() -> Storage:
    return Storage(MemoryStore())


def open_storage(url: str | None, folder: Path) -> Storage:
    """`url` as in `s3://bucket/prefix` (credentials from the AWS_… environment), or a local `folder`."""
    try:
        return Storage(from_url(url)) if url else local_storage(folder)
    except (BaseError, ValueError) as error:
        said = str(error).partition("\n")[0]
        raise StartError(f"ETABLI_STORAGE_URL cannot be used ({said}): it should read s3://bucket/prefix") from error


async def get_storage(connection: HTTPConnection) -> Storage:
    return cast("Storage", connection.app.state.storage)


StorageDep = Annotated[Storage, Depends(get_storage)]
