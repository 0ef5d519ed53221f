"""Putting a backup back: all of it is read before anything is touched, and what was there before is kept aside."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError

from server.backup import archive, tables
from server.backup.errors import BackupError
from server.backup.taking import SECRETS, connected, take
from server.core import flock, histories, migrations, starting, unfinished
from server.core.clock import now
from server.core.postgres import EmbeddedPostgres
from server.core.service_account import make_passable
from server.core.storage import content_key, open_storage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from server.backup.archive import Manifest, Reader
    from server.core.settings import Settings

OF_A_FOLDER = ("postgres", "attachments", *SECRETS)


@dataclass(frozen=True)
class Restored:
    made_at: datetime
    rows: int
    files: int
    missing: int
    aside: Path | None


def restore(settings: Settings, path: Path, *, replace: bool = False) -> Restored:
    """Into an empty place, or with `replace` in the place of what is there. Raises `BackupError`."""
    with archive.opened(path) as reader:
        manifest = reader.manifest
        _ensure_known(manifest.revision)
        with _emptied(settings, replace=replace) as (dsn, aside):
            missing = asyncio.run(_files(settings, reader))
            _rows(dsn, reader)
            _secrets(settings, reader)
    rows = sum(table.rows for table in manifest.tables.values())
    return Restored(manifest.made_at, rows, len(manifest.files), missing, aside)


def _ensure_known(revision: str) -> None:
    try:
        ScriptDirectory.from_config(migrations.configuration()).get_revision(revision)
    except CommandError:
        message = f"the backup was made by a newer version of Établi (schema {revision}): update this one first"
        raise BackupError(message) from None


@contextmanager
def _emptied(settings: Settings, *, replace: bool) -> Iterator[tuple[str, Path | None]]:
    """The address of an empty database, and where what was there before is."""
    starting.ensure_folder(settings.data_dir)
    aside = settings.data_dir / f"before-restore-{now():%Y%m%dT%H%M%S}"
    if settings.database_url is None:
        present = _present(settings.data_dir, replace=replace)
        with unfinished.in_folder(settings.data_dir, aside):
            _move_aside(settings.data_dir, present, aside)
            with EmbeddedPostgres(settings.data_dir) as dsn:
                yield dsn.url, aside if present else None
        return
    starting.ensure_address(settings.dsn)
    starting.ensure_server(settings.dsn)
    kept = _keep(settings, aside.with_suffix(".zip"), replace=replace)
    with unfinished.in_database(settings.dsn, kept):
        _empty(settings.dsn)
        yield settings.dsn, kept


def _present(folder: Path, *, replace: bool) -> list[Path]:
    """What must make room, and may. What a restore that was cut off has left is moved aside as well: it may hold what was there before."""
    present = [path for name in OF_A_FOLDER if _holds_something(path := folder / name)]
    if present and not replace and not (folder / unfinished.MARK).exists():
        raise BackupError(f"{folder} is not empty: restore into another --data-dir, or with --replace, which keeps this one aside")
    lock = folder / "postgres" / "users.lock"
    if lock.exists() and not _is_free(lock):
        raise BackupError(f"a server is running in {folder}: stop it first")
    return present


def _move_aside(folder: Path, present: list[Path], aside: Path) -> None:
    if present:
        EmbeddedPostgres(folder).end_orphan()
        make_passable(aside)
    for path in present:
        path.rename(aside / path.name)


def _holds_something(path: Path) -> bool:
    return path.is_file() or (path.is_dir() and any(path.iterdir()))


def _is_free(lock: Path) -> bool:
    with flock.claim(lock) as claimed:
        return flock.is_sole_user(claimed)


_OTHERS = """
select count(*) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and application_name in ('etabli', 'procrastinate')
"""
_IS_USED = "select exists (select from users) or exists (select from sites)"


def _keep(settings: Settings, kept: Path, *, replace: bool) -> Path | None:
    """A backup of what is there, unless a restore that was cut off has made one already."""
    with connected(settings.dsn) as connection:
        found: Any = connection.execute(_OTHERS).fetchone()
        if found[0]:
            raise BackupError(f"{found[0]} connections of running servers use this database: stop every server and worker first")
        if unfinished.is_marked(connection) or not _is_there(connection, "users", "sites"):
            return None
        is_used = connection.execute(_IS_USED).fetchone() == (True,)
    if is_used and not replace:
        raise BackupError("the database is not empty: restore into another one, or with --replace, which keeps a backup of this one")
    if is_used:
        take(settings, kept)
    return kept if is_used else None


def _empty(dsn: str) -> None:
    with connected(dsn) as connection:
        is_known = _is_there(connection, "alembic_version")
    if is_known:
        migrations.downgrade(dsn, "base")


def _is_there(connection: Any, *tables: str) -> bool:
    return all(connection.execute("select to_regclass(%s) is not null", (table,)).fetchone() == (True,) for table in tables)


async def _files(settings: Settings, reader: Reader) -> int:
    """Before the rows that name them; how many are not there."""
    storage = open_storage(settings.storage_url, settings.storage_dir)
    for name in reader.names("attachments"):
        content = b"".join(reader.chunks(name))
        assert name == f"attachments/{content_key(content)}"
        await storage.put(content)
    return sum([not await storage.exists(key) for key in reader.manifest.files])


def _rows(dsn: str, reader: Reader) -> None:
    manifest: Manifest = reader.manifest
    migrations.upgrade(dsn, manifest.revision)
    with connected(dsn) as connection:
        tables.load(connection, manifest.tables, lambda table: reader.chunks(f"tables/{table}"))
    migrations.upgrade(dsn)
    histories.recognise(dsn, anew=True)
    with connected(dsn) as connection:
        connection.autocommit = True
        connection.execute("analyze")


def _secrets(settings: Settings, reader: Reader) -> None:
    """Those that are here stay."""
    for name in reader.names("data"):
        kept = settings.data_dir / name.removeprefix("data/")
        if name.split("/")[1] in SECRETS and ".." not in kept.parts and not kept.exists():
            kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            kept.touch(mode=0o600)
            kept.write_bytes(b"".join(reader.chunks(name)))
