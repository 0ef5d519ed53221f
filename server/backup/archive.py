"""The file of a backup: a zip with one text per table as COPY writes it, the stored files, and a manifest that knows all of it.

    tables/<name>      attachments/<sha256>      data/<what else of the data folder>      manifest.json

The manifest is written last and carries the checksum of every member: what was cut short or altered is not restored.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
import struct
import time
import zlib
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import IO, TYPE_CHECKING, Literal
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from pydantic import BaseModel

from server.backup.errors import BackupError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MANIFEST = "manifest.json"
CHUNK = 1 << 20
DRAFT = ".etabli-draft-"
YOUNG_SECONDS = 60
_WITHOUT_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES}
_DAMAGE = (BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError, KeyError, OverflowError, MemoryError)
"""What reading meets in a file that is cut short, altered, or no archive; `ValidationError` is a `ValueError`, `NotImplementedError` a
`RuntimeError`."""


class Table(BaseModel):
    columns: list[str]
    rows: int


class Manifest(BaseModel):
    """`files`: the SHA-256 of each file that the rows name, and its size; `files_in` tells whether they are in the archive or only
    listed, because an object store keeps them. `missing` are those that were gone when the backup was made.
    """

    format: Literal[1] = 1
    product: str
    revision: str
    made_at: datetime
    tables: dict[str, Table]
    files_in: Literal["archive", "store"]
    files: dict[str, int]
    missing: list[str] = []
    checksums: dict[str, str] = {}


class Writer:
    """Adds members to an archive, keeping the checksum of each."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self.checksums: dict[str, str] = {}

    def add(self, name: str, chunks: Iterable[bytes], *, packed: bool) -> None:
        total = hashlib.sha256()
        with self._archive.open(_info(name, packed=packed), "w", force_zip64=True) as member:
            for chunk in chunks:
                total.update(chunk)
                member.write(chunk)
        self.checksums[name] = total.hexdigest()

    def close(self, manifest: Manifest) -> None:
        whole = manifest.model_copy(update={"checksums": self.checksums})
        self._archive.writestr(_info(MANIFEST, packed=True), whole.model_dump_json(indent=1))


def _info(name: str, *, packed: bool) -> ZipInfo:
    info = ZipInfo(name)
    info.compress_type = ZIP_DEFLATED if packed else ZIP_STORED
    info.external_attr = 0o600 << 16
    return info


@contextmanager
def written(path: Path) -> Iterator[Writer]:
    """An archive that appears under its name when it is whole and has been read back, readable by its owner alone."""
    if path.exists():
        raise BackupError(f"{path} exists: nothing is overwritten, name another file")
    draft = path.with_name(f"{DRAFT}{secrets.token_hex(6)}")
    try:
        _forget_the_dead(path.parent)
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            with suppress(OSError):  # a file system without locks
                fcntl.flock(file, fcntl.LOCK_EX)
            yield from _written(file)
            file.flush()
            os.fsync(file.fileno())
            with opened(draft):
                _name(draft, path)
    except FileExistsError:
        raise BackupError(f"{path} exists: nothing is overwritten, name another file") from None
    except OSError as error:
        raise BackupError(f"the backup cannot be written to {path}: {error.strerror or error}") from error
    finally:
        draft.unlink(missing_ok=True)


def _forget_the_dead(folder: Path) -> None:
    """Drafts are as large as backups: those of killed processes, which hold no lock any more, go."""
    for draft in folder.glob(f"{DRAFT}*"):
        with suppress(OSError), draft.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if draft.stat().st_mtime < time.time() - YOUNG_SECONDS:
                draft.unlink()


def _name(draft: Path, path: Path) -> None:
    """Nothing is overwritten; a memory stick has no links."""
    try:
        os.link(draft, path)
    except OSError as error:
        if error.errno not in _WITHOUT_LINKS or path.exists():
            raise
        draft.rename(path)


def _written(file: IO[bytes]) -> Iterator[Writer]:
    with ZipFile(file, "w") as archive:
        yield Writer(archive)


class Reader:
    def __init__(self, archive: ZipFile, manifest: Manifest) -> None:
        self._archive = archive
        self.manifest = manifest

    def chunks(self, name: str) -> Iterator[bytes]:
        with self._archive.open(name) as member:
            while chunk := member.read(CHUNK):
                yield chunk

    def names(self, folder: str) -> list[str]:
        return [name for name in self.manifest.checksums if name.startswith(f"{folder}/")]

    def verify(self) -> None:
        """Read all of it, and find each file that the rows name; raises `BackupError`."""
        for name, checksum in self.manifest.checksums.items():
            total = hashlib.sha256()
            for chunk in self.chunks(name):
                total.update(chunk)
            if total.hexdigest() != checksum or (name.startswith("attachments/") and name != f"attachments/{checksum}"):
                raise BackupError(f"the archive is damaged: {name} is not what was written")
        if self.manifest.files_in == "archive":
            named = self.manifest.files.keys() - set(self.manifest.missing)
            if absent := {f"attachments/{key}" for key in named} - self.manifest.checksums.keys():
                raise BackupError(f"the archive is damaged: {len(absent)} files are not in it")


@contextmanager
def opened(path: Path) -> Iterator[Reader]:
    """A verified archive."""
    with _archive(path) as archive:
        try:
            reader = Reader(archive, Manifest.model_validate_json(archive.read(MANIFEST)))
            reader.verify()
        except BackupError:
            raise
        except _DAMAGE as error:
            raise BackupError(f"{path} is no backup of Établi, or not all of one: {_line(error)}") from error
        except OSError as error:
            raise BackupError(f"{path} cannot be read: {error.strerror or error}") from error
        yield reader


def _archive(path: Path) -> ZipFile:
    try:
        return ZipFile(path)
    except _DAMAGE as error:
        raise BackupError(f"{path} is no backup of Établi, or not all of one: {_line(error)}") from error
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror or error}") from error


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
