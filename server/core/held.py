"""What devices hold: each entity is declared once, next to the expression of its row.

    METER = hold(MeterRow, Meter, meter_json, rests=True)

Sync reads from it what a pull selects, and in which order; whose site a row is of stands on the row's class.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import cast
from uuid import UUID

import sqlalchemy as sa
from fastapi import Response
from sqlmodel import SQLModel

from server.core.access import Actor
from server.core.database import ReadSession, Session
from server.core.errors import existing
from server.core.following import followed
from server.core.queries import Sql, expression, plain, sql
from server.core.read_pool import ReadPool
from server.core.sql import json_row, read_row
from shared_models.base import EntityRow

SINCE = "$9::timestamptz"
"""In `fresh`: since when what has ended is still on devices."""


@dataclass(frozen=True)
class Held:
    """`fresh`: what a first load takes, as conditions of `t` of which one is enough (each may have an index of its own); afterwards
    every change comes. `rests`: a first load leaves out what follows a row that is archived.
    """

    row: type[EntityRow]
    model: type[SQLModel]
    json: Callable[[str], str]
    fresh: tuple[str, ...] = ()
    rests: bool = False

    @property
    def entity(self) -> str:
        return self.row.entity

    @property
    def table(self) -> sa.Table:
        return cast("sa.Table", self.model.__table__)  # type: ignore[attr-defined]

    @property
    def site(self) -> str | None:
        """The column that says of which site a row is; None where rows are everyone's, or somebody's own."""
        return self.row.site if self.row.site in self.row.model_fields else None

    async def read(self, pool: ReadPool, row_id: UUID, actor: Actor) -> Response:
        """A row that the actor sees, as devices get it."""
        return await read_row(pool, self._json, self._table, row_id, actor if self.site else None)

    async def written(self, session: ReadSession, row_id: UUID) -> str:
        """The JSON of a row that this transaction has just written, or found to be in sight; raises `NotFound` for one that is gone."""
        return str(existing(await session.fetchval(self._one, row_id)))

    def newest(self, actor: Actor, known: int) -> Sql:
        """The newest transaction that has changed a row at the sites in sight, or taken one away from there.

        Whether there is a newer one than is `known` takes one search for all sites, at the end of an index that has it at hand.
        """
        of_everyone = _newest("sync_tombstone", "t.site_id is null")  # what is everyone's, or a site that is gone
        if self.site is None:
            return sql("coalesce(greatest({}, {}), 0)", _newest(self.table.name, "true"), of_everyone)
        of_rows, of_gone = _newest(self.table.name, f"t.{self.site} = s.id"), _newest("sync_tombstone", "t.site_id = s.id")
        sites = plain("sites s") if actor.site_ids is None else sql("unnest({}::uuid[]) s(id)", actor.site_list)
        found = sql("coalesce(greatest((select max(greatest({}, {})) from {}), {}), 0)", of_rows, of_gone, sites, of_everyone)
        ids = plain("array(select s.id from sites s)") if actor.site_ids is None else sql("{}::uuid[]", actor.site_list)
        mark = sql("{}::bigint", known)
        newer = [_newer(table, site, ids, mark) for table, site in ((self.table.name, str(self.site)), ("sync_tombstone", "site_id"))]
        is_newer = sql("{} or {} or {} > {}", *newer, of_everyone, mark)
        return sql("case when {} then {} else {} end", is_newer, found, mark)

    @cached_property
    def _json(self) -> str:
        return self.json("t")

    @cached_property
    def _table(self) -> str:
        return f"{self.table.name} t"

    @cached_property
    def _one(self) -> str:
        return expression("select {}::text from {} t where t.id = $1", self.json("t"), self.table.name)


def _newest(table: str, condition: str) -> Sql:
    return sql("(select max(t.sync_xid) from {} t where {})", plain(table), plain(condition))


def _newer(table: str, site: str, ids: Sql, mark: Sql) -> Sql:
    at = plain(f"t.{site}")
    newer = "select t.sync_xid from {} t where {at} = any({}) and t.sync_xid > {} order by {at} desc, t.sync_xid desc limit 1"
    return sql("({}) is not null", sql(newer, plain(table), ids, mark, at=at))


HELD: dict[str, Held] = {}


def hold(
    row: type[EntityRow], model: type[SQLModel], json: Callable[[str], str] | None = None, *, fresh: tuple[str, ...] = (),
    rests: bool = False,
) -> Held:  # fmt: skip
    """`json` makes an SQL expression of an alias: the row as JSON; null where it is gone, to a device."""
    held = HELD[row.entity] = Held(row, model, json or partial(json_row, row), _in_use(model) if rests else fresh, rests)
    return held


async def load_again(session: Session, of: str, row_id: UUID) -> None:
    """A row of `of` is no longer archived: what a first load has left out of what follows it counts as changed."""
    for link in (followed(held.model) for held in HELD.values() if held.rests):
        if link.to == of:
            statement = expression("update {} set site_id = site_id where {} = :id", link.table, link.column)
            await session.execute(sa.text(statement), {"id": row_id})


def _in_use(model: type[SQLModel]) -> tuple[str]:
    link = followed(model)
    return (f"not exists (select from {link.to} a where a.id = t.{link.column} and a.archived_at is not null)",)
