"""Rows out of a database and into one, by COPY, in one transaction that sees one instant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg import sql

from server.backup.archive import Table
from server.core.migrations import FOREIGN_PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import psycopg

    Connection = psycopg.Connection[Any]

ONE_TIME = frozenset({"setup_link", "invitation", "invitation_site", "password_link"})
LEFT_OUT = frozenset({"alembic_version", "sync_epoch", "sync_run", "sync_tombstone", "rate_limit"}) | ONE_TIME
"""What belongs to one history of a database, is written anew by the restored one, or must not live again: links used since."""

NUMBERS = "number_series"
_NUMBERS = "select series, greatest(last, pg_sequence_last_value(to_regclass(quote_ident('number_' || series)))) as last from number_series"
"""A sequence is no row: how far it has come is told in its series'."""

_TABLES = """
select c.relname, array_agg(a.attname order by a.attnum) from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
where c.relnamespace = current_schema::regnamespace and c.relkind = 'r' and c.relpersistence = 'p'
group by c.relname order by c.relname
"""
_FOREIGN_KEYS = """
select c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid) from pg_constraint c
where c.contype = 'f' and c.conrelid::regclass::text = any(%s)
"""


def columns(connection: Connection) -> dict[str, list[str]]:
    """Of our tables that a backup holds."""
    found = connection.execute(_TABLES).fetchall()
    return {table: names for table, names in found if table not in LEFT_OUT and not table.startswith(FOREIGN_PREFIXES)}


def files(connection: Connection) -> dict[str, int]:
    """The keys of all files that rows name, whatever the schema's age, and how large each is."""
    naming = [table for table, names in columns(connection).items() if "sha256" in names and "size_bytes" in names]
    every = sql.SQL(" union all ").join(sql.SQL("select sha256, size_bytes from {}").format(sql.Identifier(table)) for table in naming)
    listed = sql.SQL("select sha256, max(size_bytes) from ({}) f where sha256 is not null group by sha256 order by sha256").format(every)
    return dict(connection.execute(listed).fetchall())


def dumped(connection: Connection, table: str, names: list[str]) -> Iterator[bytes]:
    source = sql.SQL("({}) n").format(sql.SQL(_NUMBERS)) if table == NUMBERS else sql.Identifier(table)
    listed = sql.SQL(", ").join(map(sql.Identifier, names))
    with connection.cursor().copy(sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(listed, source)) as rows:
        for row in rows:
            yield bytes(row)


def load(connection: Connection, tables: dict[str, Table], rows_of: Any) -> None:
    """Replace the rows of the tables. Keys between them are put aside meanwhile, so that their order does not matter."""
    with _unbound(connection, list(tables)):
        for table, counted in tables.items():
            with connection.cursor() as cursor:
                with cursor.copy(_into(table, counted.columns)) as rows:
                    for chunk in rows_of(table):
                        rows.write(chunk)
                assert cursor.rowcount == counted.rows, (table, cursor.rowcount, counted.rows)


def _into(table: str, names: Iterable[str]) -> sql.Composed:
    listed = sql.SQL(", ").join(map(sql.Identifier, names))
    return sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), listed)


class _unbound:  # noqa: N801 - reads as a verb
    """Without triggers and foreign keys; leaving checks every key again."""

    def __init__(self, connection: Connection, tables: list[str]) -> None:
        self._connection = connection
        self._tables = tables
        self._keys = connection.execute(_FOREIGN_KEYS, (tables,)).fetchall()

    def __enter__(self) -> None:
        for table, name, _ in self._keys:
            self._do("ALTER TABLE {} DROP CONSTRAINT {}", table, name)
        for table in self._tables:
            self._do("ALTER TABLE {} DISABLE TRIGGER USER", table)
            self._do("DELETE FROM {}", table)

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            return
        for table, name, definition in self._keys:
            self._do("ALTER TABLE {} ADD CONSTRAINT {} " + definition, table, name)
        for table in self._tables:
            self._do("ALTER TABLE {} ENABLE TRIGGER USER", table)

    def _do(self, statement: str, *names: str) -> None:
        self._connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
