"""Rows written by the names of their columns, through the driver: the ORM takes ten times as long to find out what to say.

What the code gives is what is written: no default of a column's but the database's own.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlmodel import SQLModel

from server.core.database import Session
from server.core.queries import expression

Table = type[SQLModel]
_PARAMETER = re.compile(r"\$(\d+)")
_DIALECT: sa.Dialect = PGDialect_asyncpg()  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Write:
    text: str
    arguments: Sequence[Any]


def inserting(table: Table, row: Mapping[str, Any]) -> Write:
    return Write(_insert(table, tuple(row)), _written(table, row))


def inserting_new(table: Table, row: Mapping[str, Any]) -> Write:
    """Nothing where its id is taken. Where it is made of columns that are unique too, two at once need `inserting_once`."""
    return Write(_insert(table, tuple(row), " on conflict (id) do nothing"), _written(table, row))


def inserting_once(table: Table, row: Mapping[str, Any]) -> Write:
    """Nothing where anything of it that is unique is taken."""
    return Write(_insert(table, tuple(row), " on conflict do nothing"), _written(table, row))


def updating(table: Table, row_id: UUID, changes: Mapping[str, Any]) -> Write:
    return Write(_update(table, tuple(changes)), [row_id, *_written(table, changes)])


def deleting(table: Table, ids: Iterable[UUID]) -> Write:
    return Write(expression("delete from {} where id = any($1)", _name(table)), [list(ids)])


async def carry_out(session: Session, write: Write) -> int:
    """How many rows it has written."""
    return await session.run(write.text, *write.arguments)


async def carry_out_together(session: Session, writes: Sequence[Write]) -> list[int]:
    """In one statement: none of them sees what another does, nor writes the same row."""
    if len(writes) < 2:  # noqa: PLR2004
        return [await carry_out(session, write) for write in writes]
    arguments = [argument for write in writes for argument in write.arguments]
    found = await session.fetchrow(_together(tuple((write.text, len(write.arguments)) for write in writes)), *arguments)
    return list(found or ())


@cache
def _together(writes: tuple[tuple[str, int], ...]) -> str:
    parts, before = [], 0
    for rank, (text, count) in enumerate(writes):
        parts.append(expression("w{} as ({} returning 1)", str(rank), _behind(before, text)))
        before += count
    counts = ", ".join(expression("(select count(*) from w{})", str(rank)) for rank in range(len(writes)))
    return expression("with {} select {}", ", ".join(parts), counts)


@cache
def _insert(table: Table, names: tuple[str, ...], otherwise: str = "") -> str:
    values = ", ".join(f"${rank}" for rank in range(1, len(names) + 1))
    return expression("insert into {} ({}) values ({}){}", _name(table), ", ".join(map(_quoted, names)), values, otherwise)


@cache
def _update(table: Table, names: tuple[str, ...]) -> str:
    changes = ", ".join(f"{_quoted(name)} = ${rank}" for rank, name in enumerate(names, 2))
    return expression("update {} set {} where id = $1", _name(table), changes)


def _behind(others: int, text: str) -> str:
    """With its parameters numbered after so many others."""
    return _PARAMETER.sub(lambda found: f"${int(found[1]) + others}", text)


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
