"""A list, declared once: what it shows and to whom, how it is narrowed, searched and sorted. Its pages and its export follow.

    METERS = List(
        "meters", MeterListItem, "meter m", joins="join equipment e on e.id = m.equipment_id", where="e.archived_at is null",
        carried={"equipment_name": "e.name"}, scope=on_sites("m.site_id"), query=MeterFilter, filters=exact("m", "site_id"),
        sorts={"name": "etabli_fold(m.name)", "per_day": "m.per_day nulls last"}, order="name", exported=("name", "last_read_at"),
    )
    lists(router, "/meters", METERS, Reader)                # server.core.list_routes: the page, and its export in both formats

`query` says which kind it is: a `PageQuery` has counted pages, a `KeysetQuery` pages that go on after a cursor, newest first,
for what grows without bound, and any other is answered whole.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import asyncpg
from fastapi import Response
from pydantic import BaseModel

from server.core.access import Actor, in_sight
from server.core.cells import Value
from server.core.errors import NotFound
from server.core.i18n import translator
from server.core.pages import UnknownSort, decode_cursor, encode_cursor
from server.core.queries import EVERYTHING, NOTHING, Sql, containing, joined, plain, sql, words_of
from server.core.sql import JSON, alias_of, base_type, is_in_sight, json_columns
from shared_models.base import Schema
from shared_models.paging import KeysetQuery, PageQuery

Scope = Callable[[Actor], Sql]
Narrowing = str | Mapping[Any, str]
"""A condition with `{}` for what was asked, or one for each value that can be."""
_ASKED_OTHERWISE = {"page", "size", "sort", "cursor", "search", "limit"}
_OF_SITE = "(select z.clock from sites z where z.id = {}.site_id)"
UTC: Final = "'UTC'"


@dataclass(frozen=True)
class Found:
    """What a search narrows the list to; `matches` makes a table `m` of ids and scores, which `join` joins."""

    conditions: Sequence[Sql] = ()
    matches: Sql = NOTHING
    join: Sql = NOTHING
    rank: Sql = NOTHING


@dataclass(frozen=True)
class Of:
    """Whose rows a list shows: a row of `table`, which the path names by `key`, as do the list's rows in `column`."""

    table: str
    key: str
    column: str = ""
    site: str | None = "site_id"

    def is_in_sight(self, actor: Actor, row_id: UUID) -> Sql:
        return is_in_sight(self.table, row_id, actor, self.site)

    def rows(self, alias: str, actor: Actor, row_id: UUID) -> Sql:
        own = sql("{} = {}", plain(f"{alias}.{self.column or self.key}"), row_id)
        return own if actor.site_ids is None or self.site is None else sql("{} and {}", own, self.is_in_sight(actor, row_id))


def everybodys(_: Actor) -> Sql:
    return EVERYTHING


def on_sites(column: str) -> Scope:
    return lambda actor: in_sight(actor, column)


def exact(alias: str, *names: str) -> dict[str, Narrowing]:
    return {name: f"{alias}.{name} = {{}}" for name in names}


def every_word(condition: str) -> Callable[[str], Found]:
    """Rows in which each word is found, by a condition in which `{word}` is a pattern of LIKE."""
    return lambda search: Found([sql(condition, word=containing(word)) for word in words_of(search)])


@dataclass(eq=False)
class List:
    """`carried` comes from what is joined, with the row; `columns` are computed for the rows of a page only, from the row itself.

    What is `exported` is a column of either, or of the table. `words` says in whose words a choice is exported
    (`domain.priority`), `clock` at whose clock an instant is. `row` makes an item's JSON where `columns` do not.
    """

    name: str
    item: type[BaseModel]
    table: str
    _: KW_ONLY
    exported: Sequence[str]
    sorts: Mapping[str, str | Sequence[str]]
    order: str
    query: type[BaseModel] = Schema
    joins: str = ""
    where: str = "true"
    scope: Scope = everybodys
    of: Of | None = None
    carried: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    row: str = ""
    filters: Mapping[str, Narrowing] = field(default_factory=dict)
    search: Callable[[str], Found] | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    clock: str = _OF_SITE
    tie: str = "id"

    def __post_init__(self) -> None:
        self.alias = alias_of(self.table)
        self._source = plain(f"{self.table} {self.joins}")
        self._where = plain(self.where)
        own = {name: text for name, text in self.columns.items() if name in self.item.model_fields}
        self._columns = plain(f"{self.row} as item" if self.row else json_columns(self.item, self.alias, **own))
        self._aggregate = plain("json_agg(t.item)" if self.row else "json_agg(t)")
        self._cut = plain(", ".join([f"{self.alias}.*", *(f"{text} as {name}" for name, text in self.carried.items())]))
        self._cells = plain(", ".join(f'{self._cell(name)} as "{name}"' for name in self.exported))
        self._orders = {f"{sign}{name}": self._ordered(text, sign) for name, text in self.sorts.items() for sign in ("", "-")}
        self._check()

    def _check(self) -> None:
        asked = self.query.model_fields.keys()
        unanswered = (asked - _ASKED_OTHERWISE - self.filters.keys()) | (self.filters.keys() - asked)
        if unanswered or ("search" in asked) != (self.search is not None) or self.order not in self._orders:
            raise ValueError(f"{self.name}: {', '.join(sorted(unanswered)) or 'the search or the order'} is asked or declared, not both")

    @property
    def is_keyset(self) -> bool:
        return issubclass(self.query, KeysetQuery)

    @property
    def is_counted(self) -> bool:
        return issubclass(self.query, PageQuery)

    # --- statements

    def _ordered(self, text: str | Sequence[str], sign: str) -> Sql:
        """The tie makes the order total, so that no row is on two pages or on none."""
        way = "desc" if sign else "asc"
        columns = [one.partition(" nulls last") for one in (*([text] if isinstance(text, str) else text), f"{self.alias}.{self.tie}")]
        return plain(", ".join(f"{column} {way}{nulls}" for column, nulls, _ in columns))

    def _order(self, sort: str | None, found: Found) -> Sql:
        order = self._orders.get(sort or self.order)
        if order is None:
            raise UnknownSort(field="sort", allowed=", ".join(self.sorts))
        return order if sort or found.rank is NOTHING else sql("{}, {}", found.rank, order)

    def _found(self, query: Any) -> Found:
        asked = getattr(query, "search", None)
        return self.search(asked) if self.search and asked else Found()

    def _chosen(self, actor: Actor, query: Any, of: UUID | None, found: Found, *more: Sql) -> Sql:
        """What follows `from`."""
        conditions = [self._where, self.scope(actor), *more]
        if self.of is not None and of is not None:
            conditions.append(self.of.rows(self.alias, actor, of))
        for name, narrowing in self.filters.items():
            if (wanted := getattr(query, name)) is not None:
                conditions.append(sql(narrowing, wanted) if isinstance(narrowing, str) else sql(narrowing[wanted]))
        return sql("{} {} where {}", self._source, found.join, joined((*conditions, *found.conditions), " and "))

    def _rows(self, columns: Sql, chosen: Sql, order: Sql, limits: Sql) -> Sql:
        """The page first, then what is computed for each of its rows: not for those of the pages before."""
        return sql("select {} from (select {} from {} order by {}{}) {}", columns, self._cut, chosen, order, limits, plain(self.alias))

    def paging(self, actor: Actor, query: PageQuery, of: UUID | None = None) -> Sql:
        """A page's items and how many there are of all."""
        found = self._found(query)
        chosen = self._chosen(actor, query, of, found)
        limits = sql(" limit {} offset {}", query.size, (query.page - 1) * query.size)
        rows = self._rows(self._columns, chosen, self._order(query.sort, found), limits)
        return sql(
            "{}select coalesce((select {} from ({}) t), '[]')::text as items, (select count(*) from {}) as total",
            found.matches, self._aggregate, rows, chosen,
        )  # fmt: skip

    # --- answers

    async def page(self, pool: asyncpg.Pool, actor: Actor, query: PageQuery, of: UUID | None = None) -> Response:
        """A `Page` of items."""
        row = await pool.fetchrow(*self.paging(actor, query, of).rendered())
        if not row["total"]:
            await self.ensure_in_sight(pool, actor, of)
        pages = -(-row["total"] // query.size)
        body = f'{{"items":{row["items"]},"total":{row["total"]},"page":{query.page},"size":{query.size},"pages":{pages}}}'
        return Response(body, media_type=JSON)

    async def following(self, pool: asyncpg.Pool, actor: Actor, query: KeysetQuery, of: UUID | None = None) -> Response:
        """A `KeysetPage` of items: one row more than asked is read, to know whether there are others."""
        found, at = self._found(query), plain(str(self.sorts[self.order[1:]]))
        row_id = plain(f"{self.alias}.id")
        after = [sql("({}, {}) < ({}, {})", at, row_id, *decode_cursor(query.cursor, is_local=self._is_local))] if query.cursor else []
        item = sql("{} as at, {} as id, (select row_to_json(t) from (select {}) t)::text as item", at, row_id, self._columns)
        chosen = self._chosen(actor, query, of, found, *after)
        rows = await pool.fetch(*self._rows(item, chosen, self._orders[self.order], sql(" limit {}", query.size + 1)).rendered())
        if not rows:
            await self.ensure_in_sight(pool, actor, of)
        last = rows[query.size - 1] if len(rows) > query.size else None
        going_on = f'"{encode_cursor(last["at"], last["id"])}"' if last else "null"
        return Response(f'{{"items":[{",".join(row["item"] for row in rows[: query.size])}],"next":{going_on}}}', media_type=JSON)

    async def whole(self, pool: asyncpg.Pool, actor: Actor, query: Any = None, of: UUID | None = None) -> Response:
        """A JSON array of items."""
        chosen = self._chosen(actor, query, of, Found())
        limits = sql(" limit {}", query.limit) if hasattr(query, "limit") else NOTHING
        rows = self._rows(self._columns, chosen, self._orders[self.order], limits)
        body = await pool.fetchval(*sql("select coalesce({}, '[]')::text from ({}) t", self._aggregate, rows).rendered())
        if body == "[]":
            await self.ensure_in_sight(pool, actor, of)
        return Response(body, media_type=JSON)

    async def ensure_in_sight(self, pool: asyncpg.Pool, actor: Actor, of: UUID | None) -> None:
        if self.of and of and not await pool.fetchval(*sql("select {}", self.of.is_in_sight(actor, of)).rendered()):
            raise NotFound

    @property
    def _is_local(self) -> bool:
        """Whether the keyset's time is a wall clock's."""
        return base_type(self.item.model_fields[self.order[1:]].annotation) is not datetime

    # --- the export

    def exporting(self, actor: Actor, query: Any, of: UUID | None) -> Sql:
        """Every row that passes the filters, in the order asked for; pages and cursors do not count."""
        found = self._found(query)
        order = self._order(getattr(query, "sort", None), found)
        return sql("{}{}", found.matches, self._rows(self._cells, self._chosen(actor, query, of, found), order, NOTHING))

    def titles(self, lang: str) -> list[str]:
        return [translator(lang).t(f"export.{name}") for name in self.exported]

    def values(self, lang: str) -> Callable[[asyncpg.Record], list[Value]]:
        """A row's values in the reader's words."""
        t = translator(lang).t

        def value(name: str, kept: Any) -> Value:
            if isinstance(kept, bool):
                return t("export.yes" if kept else "export.no")
            if name in self.words and kept is not None:
                return t(f"{self.words[name]}.{kept}")
            return str(kept) if isinstance(kept, UUID) else kept

        return lambda row: [value(name, kept) for name, kept in row.items()]

    def _cell(self, name: str) -> str:
        """Instants are written as a clock on the wall shows them."""
        text = self.columns.get(name, f"{self.alias}.{name}")
        kind = base_type(self.item.model_fields[name].annotation) if name in self.item.model_fields else None
        if isinstance(kind, type) and issubclass(kind, StrEnum) and name not in self.words:
            raise ValueError(f"{self.name}: {name} has no words")
        return f"({text}) at time zone {self.clock.format(self.alias)}" if kind is datetime else text
