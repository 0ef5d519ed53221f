"""What belongs to a row of another table goes where that row goes, as the tables themselves tell.

class Meter(Versioned, Synced, table=True):
    __follows__ = "equipment_id"        # its site is always that machine's; None where a row stays with a site of its own
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel
from sqlmodel.main import default_registry

from server.core.database import Session
from server.core.queries import expression


@dataclass(frozen=True)
class Link:
    """`table.column` names a row of `to`."""

    table: str
    column: str
    to: str


def followed(model: type[SQLModel]) -> Link:
    """Raises `AttributeError` for a model that follows nothing."""
    column: sa.Column[UUID] = model.__table__.c[model.__follows__]  # type: ignore[attr-defined]
    [key] = column.foreign_keys
    return Link(column.table.name, column.name, target(key))


def target(key: sa.ForeignKey) -> str:
    """The table that it names, which need not be known here."""
    return key.target_fullname.partition(".")[0]


def leaders() -> set[str]:
    """The tables whose rows others follow."""
    return {followed(mapper.class_).to for mapper in default_registry.mappers if getattr(mapper.class_, "__follows__", None)}


def followers(of: str) -> dict[str, Link]:
    """What follows the rows of a table, by table."""
    found = [followed(mapper.class_) for mapper in default_registry.mappers if getattr(mapper.class_, "__follows__", None)]
    return {link.table: link for link in sorted(found, key=lambda link: link.table) if link.to == of}


async def move(session: Session, of: str, ids: Iterable[UUID], site_id: UUID) -> None:
    """Take what follows these rows to another site."""
    for link in followers(of).values():
        statement = expression("update {} set site_id = :site where {} = any(:ids) and site_id <> :site", link.table, link.column)
        await session.execute(sa.text(statement), {"ids": list(ids), "site": site_id})


@dataclass(frozen=True)
class Way:
    """`select {owner}, {named} from {source}`: rows of one table, and what something that belongs to them names."""

    source: str
    owner: str
    named: str


def ways(to: str, of: str) -> tuple[Way, ...]:
    """From the rows of `of`, what follows them, and the parts of both, to the rows of `to` that they name."""
    found = []
    for table in SQLModel.metadata.sorted_tables:
        links = [column for column in table.columns if any(target(key) == to for key in column.foreign_keys)]
        for source, owner in _owners(table, of, 0) if links else ():
            found += [Way(source, owner, f"x0.{column.name}") for column in links]
    return tuple(found)


def _owners(table: sa.Table, of: str, depth: int) -> Iterator[tuple[str, str]]:
    """A part goes with its whole when that is deleted, and has no site of its own."""
    alias = f"x{depth}"
    if table.name == of:
        yield f"{table.name} {alias}", f"{alias}.id"
    elif link := followers(of).get(table.name):
        yield f"{table.name} {alias}", f"{alias}.{link.column}"
    elif "site_id" not in table.columns:
        for key in table.foreign_keys:
            if key.ondelete == "CASCADE":
                for source, owner in _owners(SQLModel.metadata.tables[target(key)], of, depth + 1):
                    yield f"{table.name} {alias} join {source} on x{depth + 1}.id = {alias}.{key.parent.name}", owner
