"""A restore that was cut off leaves a mark in its place: nobody is served from half of a backup, or from nothing, as if it were whole."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

from server.core.migrations import libpq_url
from server.core.start_errors import StartError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MARK = "restoring"
TABLE = "etabli_restoring"
_SAYS = "a restore was cut off, or is under way, in {place}: run `etabli restore` again{kept}"
_KEPT = " (what was there before it is kept in {})"


def ensure_whole_folder(folder: Path) -> None:
    if (mark := folder / MARK).exists():
        raise StartError(_SAYS.format(place=folder, kept=_KEPT.format(mark.read_text())))


def ensure_whole_database(dsn: str) -> None:
    with psycopg.connect(libpq_url(dsn), connect_timeout=10) as connection:
        if is_marked(connection):
            kept = connection.execute(f"select kept from {TABLE}").fetchone()  # noqa: S608
            raise StartError(_SAYS.format(place="the database", kept=_KEPT.format(kept[0]) if kept and kept[0] else ""))


def is_marked(connection: psycopg.Connection) -> bool:
    return connection.execute("select to_regclass(%s) is not null", (TABLE,)).fetchone() == (True,)


@contextmanager
def in_folder(folder: Path, aside: Path) -> Iterator[None]:
    """The mark, which is there whole or not at all, is taken away when the block ends well."""
    draft = folder / f".{MARK}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(str(aside))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / MARK)
    yield
    (folder / MARK).unlink()


@contextmanager
def in_database(dsn: str, kept: Path | None) -> Iterator[None]:
    """As `in_folder`; a mark that is there already knows better what was kept."""
    with psycopg.connect(libpq_url(dsn), autocommit=True) as connection:
        if not is_marked(connection):
            connection.execute(f"create table {TABLE} as select %s::text as kept", (kept and str(kept),))
    yield
    with psycopg.connect(libpq_url(dsn), autocommit=True) as connection:
        connection.execute(f"drop table {TABLE}")
