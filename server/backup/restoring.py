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
from server.core import flock, histories, migrations, starting
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
        moved = _move_aside(settings, aside, replace=replace)
        with EmbeddedPostgres(settings.data_dir) as dsn:
            yield dsn.url, aside if moved else None
        return
    starting.ensure_address(settings.dsn)
    starting.ensure_server(settings.dsn)
    kept = _empty_database(settings, aside.with_suffix(".zip"), replace=replace)
    yield settings.dsn, kept


def _move_aside(settings: Settings, aside: Path, *, replace: bool) -> bool:
    present = [path for name in OF_A_FOLDER if _holds_something(path := settings.data_dir / name)]
    if not present:
        return False
    if not replace:
        raise BackupError(
            f"{settings.data_dir} is not empty: restore into another --data-dir, or with --replace, which keeps this one aside"
        )
    lock = settings.data_dir / "postgres" / "users.lock"
    if lock.exists() and not _is_free(lock):
        raise BackupError(f"a server is running in {settings.data_dir}: stop it first")
    make_passable(aside)
    for path in present:
        path.rename(aside / path.name)
    return True


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


def _empty_database(settings: Settings, kept: Path, *, replace: bool) -> Path | None:
    with connected(settings.dsn) as connection:
        found: Any = connection.execute(_OTHERS).fetchone()
        if found[0]:
            raise BackupError(f"{found[0]} connections of running servers use this database: stop every server and worker first")
        known: Any = connection.execute("select to_regclass('alembic_version') is not null").fetchone()
        is_used = known[0] and connection.execute(_IS_USED).fetchone() == (True,)
    if is_used and not replace:
        raise BackupError("the database is not empty: restore into another one, or with --replace, which keeps a backup of this one")
    if is_used:
        kept.parent.mkdir(parents=True, exist_ok=True)
        take(settings, kept)
    if known[0]:
        migrations.downgrade(settings.dsn, "base")
    return kept if is_used else None


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
