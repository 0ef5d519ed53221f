"""What must hold before a start: looked at first, because what fails later says less."""

from __future__ import annotations

import os
import secrets
import shutil
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import psycopg
from alembic.script import ScriptDirectory
from psycopg.conninfo import conninfo_to_dict

from server.core import migrations
from server.core.service_account import make_passable
from server.core.start_errors import StartError

if TYPE_CHECKING:
    from pathlib import Path

OLDEST = 15
NEEDED_BYTES = 200 * 2**20
SCHEMES = ("postgresql", "postgres")
EXAMPLE = "postgresql://user:password@host:5432/database"
_SHOULD = f"it should read {EXAMPLE}, with signs in the password as %40 for @, %2F for /, %23 for #, %25 for %"


def ensure_folder(folder: Path) -> None:
    """That the data folder is one, and can be written."""
    try:
        make_passable(folder)
        probe = folder / f".write-{secrets.token_hex(6)}"
        os.close(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        probe.unlink()
    except (FileExistsError, NotADirectoryError):
        raise StartError(f"the data folder {folder} is not a folder: choose another with --data-dir") from None
    except OSError as error:
        message = f"the data folder {folder} cannot be written ({error.strerror}): mend that or choose another with --data-dir"
        raise StartError(message) from None
    if (left := shutil.disk_usage(folder).free) < NEEDED_BYTES:
        raise StartError(f"only {left // 2**20} MB are left on the disk of {folder}: make room for {NEEDED_BYTES // 2**20} MB")


def ensure_address(url: str) -> None:
    """That it is one of a PostgreSQL database."""
    try:
        parts = urlsplit(url)
        _ = parts.port
        for host in (parts.hostname or "").split(","):
            host.encode("idna")
        is_split_alike = parts.netloc.count("@") < 2  # noqa: PLR2004 - we end the password at the last one, libpq at the first
    except ValueError:  # its words may hold half of a password
        raise StartError(f"DATABASE_URL is malformed: {_SHOULD}") from None
    if parts.scheme.partition("+")[0] not in SCHEMES:
        raise StartError(f"DATABASE_URL is no address of a PostgreSQL, such as {EXAMPLE}: Établi needs PostgreSQL")
    if not is_split_alike:
        raise StartError(f"DATABASE_URL is malformed: {_SHOULD}")
    if not parts.hostname and "host" not in parse_qs(parts.query):
        raise StartError(f"DATABASE_URL names no server: it should read {EXAMPLE}")
    if not parts.path.strip("/"):
        raise StartError(f"DATABASE_URL names no database: it should read {EXAMPLE}")
    _ensure_readable(url)


def _ensure_readable(url: str) -> None:
    try:
        conninfo_to_dict(migrations.libpq_url(url))
    except psycopg.ProgrammingError as error:
        said = f" ({error})" if "query parameter" in str(error) else ""
        raise StartError(f"DATABASE_URL is malformed{said}: {_SHOULD}".replace("\n", "")) from None


def ensure_server(dsn: str) -> None:
    """That it is new enough, and that its schema is one that we know."""
    with psycopg.connect(migrations.libpq_url(dsn), connect_timeout=10) as connection:
        major = connection.info.server_version // 10_000
        if major < OLDEST:
            raise StartError(f"the database server is PostgreSQL {major}: {OLDEST} or newer is needed")
        if connection.execute("show transaction_read_only").fetchone() == ("on",):
            raise StartError("the database only lets itself be read: DATABASE_URL must name the primary server")
        row = connection.execute("select to_regclass('alembic_version') is not null").fetchone()
        found = connection.execute("select version_num from alembic_version").fetchone() if row and row[0] else None
    known = {script.revision for script in ScriptDirectory.from_config(migrations.configuration()).walk_revisions()}
    if found and found[0] not in known:
        raise StartError(f"the database has the schema of another version of Établi ({found[0]}): update this program to it or beyond")
