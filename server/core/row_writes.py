"""Rows written by the names of their columns, through the driver: the ORM takes ten times as long to find out what to say.

What the code gives is what is written: no default of a column's but the database's own.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlmodel import SQLModel

from server.core.database import Session
from server.core.queries import expression

Table = type[SQLModel]
_DIALECT: sa.Dialect = PGDialect_asyncpg()  # type: ignore[no-untyped-call]


async def insert(session: Session, table: Table, row: Mapping[str, Any]) -> None:
    await session.run(_insert(table, tuple(row)), *_written(table, row))


async def insert_new(session: Session, table: Table, row: Mapping[str, Any]) -> bool:
    """Whether its id was free."""
    return bool(await session.run(_insert(table, tuple(row), " on conflict (id) do nothing"), *_written(table, row)))


async def update(session: Session, table: Table, row_id: UUID, changes: Mapping[str, Any]) -> None:
    await session.run(_update(table, tuple(changes)), row_id, *_written(table, changes))


async def delete(session: Session, table: Table, ids: Iterable[UUID]) -> None:
    await session.run(expression("delete from {} where id = any($1)", _name(table)), list(ids))


@cache
def _insert(table: Table, names: tuple[str, ...], otherwise: str = "") -> str:
    values = ", ".join(f"${rank}" for rank in range(1, len(names) + 1))
    return expression("insert into {} ({}) values ({}){}", _name(table), ", ".join(map(_quoted, names)), values, otherwise)


@cache
def _update(table: Table, names: tuple[str, ...]) -> str:
    changes = ", ".join(f"{_quoted(name)} = ${rank}" for rank, name in enumerate(names, 2))
    return expression("update {} set {} where id = $1", _name(table), changes)


def _name(table: Table) -> str:
    return _quoted(str(table.__tablename__))


def _quoted(name: str) -> str:
    return _DIALECT.identifier_preparer.quote(name)


def _written(table: Table, row: Mapping[str, Any]) -> list[Any]:
    columns = _columns(table)
    return [value if (write := columns[name]) is None else write(value) for name, value in row.items()]


@cache
def _columns(table: Table) -> dict[str, Callable[[Any], Any] | None]:
    """How values are given to the driver, where not as they are."""
    columns = cast("sa.Table", table.__table__).columns  # type: ignore[attr-defined]
    return {column.name: column.type.dialect_impl(_DIALECT).bind_processor(_DIALECT) for column in columns}
