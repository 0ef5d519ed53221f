"""Bringing a database's schema to what this version of the code expects."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import sqlalchemy as sa
import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).resolve().parents[2]
LOCK_KEY = 0x6574_6162_6C69  # "etabli": nodes that start together migrate one after the other
FOREIGN_PREFIXES = ("procrastinate_",)
_log = structlog.get_logger(__name__)


def configuration(connection: sa.Connection | None = None) -> Config:
    config = Config(toml_file=PROJECT / "pyproject.toml")
    config.set_main_option("script_location", str(PROJECT / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def libpq_url(dsn: str) -> str:
    """`dsn` without the name of a driver."""
    parts = urlsplit(dsn)
    return urlunsplit(parts._replace(scheme=parts.scheme.partition("+")[0]))


@contextmanager
def connect(dsn: str) -> Iterator[sa.Connection]:
    """One connection for DDL: psycopg, because a migration may hold several statements in one string."""
    url = libpq_url(dsn)
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


@contextmanager
def lock(connection: sa.Connection) -> Iterator[None]:
    connection.execute(sa.select(sa.func.pg_advisory_lock(LOCK_KEY)))
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(sa.select(sa.func.pg_advisory_unlock(LOCK_KEY)))
        connection.commit()


def upgrade(dsn: str, revision: str = "head") -> None:
    with connect(dsn) as connection, lock(connection):
        before = current(connection)
        command.upgrade(configuration(connection), revision)
        if (after := current(connection)) != before:
            _log.info("database.migrated", before=before, after=after)


def current(connection: sa.Connection) -> str | None:
    """The revision of this database's schema; None for an empty one."""
    revision = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()  # alembic commits nothing inside a transaction it did not begin
    return revision


def downgrade(dsn: str, revision: str) -> None:
    with connect(dsn) as connection, lock(connection):
        command.downgrade(configuration(connection), revision)


def check(dsn: str) -> None:
    """Raise alembic's `CommandError` when the tables in code and in the database differ."""
    with connect(dsn) as connection:
        command.check(configuration(connection))


def one_schema(name: str | None, kind: str, _parents: Any) -> bool:
    """Compare our own tables only; the job queue's are its library's."""
    return not (kind == "table" and name is not None and name.startswith(FOREIGN_PREFIXES))
