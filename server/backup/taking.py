"""Making a backup, also while the server works: the rows first, as of one instant, then the files that they name.

A file is stored before the row that names it, and stays at least a day after that row is gone: what the rows of the instant
name is there when its turn comes.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg

from server.backup import archive, tables
from server.backup.archive import Manifest, Table, Writer
from server.backup.errors import BackupError
from server.core import starting, unfinished
from server.core.clock import now
from server.core.health import server_version
from server.core.migrations import libpq_url
from server.core.postgres import EmbeddedPostgres
from server.core.storage import FileGone, open_storage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from server.core.settings import Settings
    from server.core.storage import Storage

SECRETS = ("secret-key", "tls")
"""Files and folders beside the rows and the files: what signs tokens, and the authority that phones have learnt to trust."""

_WITHOUT_LIMITS = "set statement_timeout = 0; set lock_timeout = '30s'; set idle_in_transaction_session_timeout = 0; set timezone = 'UTC'"


@dataclass(frozen=True)
class Taken:
    path: Path
    rows: int
    files: int
    missing: int
    is_listed_only: bool


def take(settings: Settings, path: Path, *, with_files: bool = False) -> Taken:
    """`with_files` copies the objects of an object store too, which are only listed otherwise. Raises `BackupError`."""
    with running(settings) as dsn, connected(dsn) as connection, archive.written(path) as writer:
        connection.execute("set transaction isolation level repeatable read, read only")
        manifest = _rows(connection, writer)
        storage = open_storage(settings.storage_url, settings.storage_dir)
        is_listed_only = settings.storage_url is not None and not with_files
        missing = asyncio.run(_list(storage, manifest.files) if is_listed_only else _copy(storage, manifest.files, writer))
        for kept in _secrets(settings.data_dir):
            writer.add(f"data/{kept.relative_to(settings.data_dir)}", [kept.read_bytes()], packed=False)
        files = {"missing": missing, "files_in": "store" if is_listed_only else "archive"}
        writer.close(manifest.model_copy(update=files))
    rows = sum(table.rows for table in manifest.tables.values())
    return Taken(path, rows, len(manifest.files), len(missing), is_listed_only)


@contextmanager
def running(settings: Settings) -> Iterator[str]:
    """The database as it is: a backup changes nothing, and starts a server for files that are there only."""
    if settings.database_url is not None:
        starting.ensure_address(settings.dsn)
        unfinished.ensure_whole_database(settings.dsn)
        yield settings.dsn
        return
    unfinished.ensure_whole_folder(settings.data_dir)
    server = EmbeddedPostgres(settings.data_dir)
    if not server.cluster.exists():
        raise BackupError(f"there is no database in {settings.data_dir}: name the data folder with --data-dir, or set DATABASE_URL")
    with server as dsn:
        yield dsn.url


@contextmanager
def connected(dsn: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(libpq_url(dsn)) as connection:
        connection.execute(_WITHOUT_LIMITS)
        connection.commit()
        yield connection


def _rows(connection: psycopg.Connection[Any], writer: Writer) -> Manifest:
    revision = _revision(connection)
    found: dict[str, Table] = {}
    for table, names in tables.columns(connection).items():
        counted = _Lines(tables.dumped(connection, table, names))
        writer.add(f"tables/{table}", counted, packed=True)
        found[table] = Table(columns=names, rows=counted.number)
    files = tables.files(connection)
    return Manifest(product=server_version(), revision=revision, made_at=now(), tables=found, files_in="archive", files=files)


def _revision(connection: psycopg.Connection[Any]) -> str:
    row = connection.execute("select to_regclass('alembic_version') is not null").fetchone()
    found = connection.execute("select version_num from alembic_version").fetchone() if row and row[0] else None
    if found is None:
        raise BackupError("the database is empty: there is nothing to keep yet")
    return str(found[0])


class _Lines:
    """Counts what passes: COPY's text has one line a row."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self.number = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.number += chunk.count(b"\n")
            yield chunk


def _secrets(folder: Path) -> list[Path]:
    found = [path for name in SECRETS for path in ((folder / name), *(folder / name).rglob("*"))]
    return [path for path in found if path.is_file() and not path.is_symlink()]


async def _copy(storage: Storage, files: dict[str, int], writer: Writer) -> list[str]:
    missing = []
    for key in files:
        try:
            content = await storage.read(key)
        except FileGone:
            missing.append(key)
        else:
            writer.add(f"attachments/{key}", [content], packed=False)
    return missing


async def _list(storage: Storage, files: dict[str, int]) -> list[str]:
    return [key for key in files if not await storage.exists(key)]
