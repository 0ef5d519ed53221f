"""A list, declared once: what it shows and to whom, how it is narrowed, searched and sorted. Its pages and its export follow.

    METERS = List(
        "meters", MeterListItem, "meter m", joins="join equipment e on e.id = m.equipment_id", where="e.archived_at is null",
        carried={"equipment_name": "e.name"}, scope=on_sites("m.site_id"), query=MeterFilter, filters=exact("m", "site_id"),
        sorts={"name": "etabli_fold(m.name)", "per_day": "m.per_day nulls last"}, order="name", exported=("name", "last_read_at"),
    )
    lists(router, "/meters", METERS, Reader)                # server.core.list_routes: the page, and its export in both formats

`query` says which kind it is: a `PageQuery` has counted pages, a `KeysetQuery` pages that go on after a cursor, newest first,
for what grows without bound, and any other is answered whole.

A page costs what is on it, however long the list is, where an index has the order of the sort and the row's own columns say which
rows are listed: then the rows are found first, and what is joined is looked up for them only. How many there are is counted once
and known until something changes (`server.core.list_memory`). So `joins` neither add nor drop a row.
"""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Final
from uuid import UUID

import asyncpg
from fastapi import Response
from pydantic import BaseModel

from server.core.access import Actor, in_sight
from server.core.cells import Value
from server.core.errors import NotFound
from server.core.held import HELD, Held
from server.core.i18n import translator
from server.core.list_items import OLDEST, STATE, Items, Pool
from server.core.list_memory import NOTHING_KNOWN, Answer, Prepared, Total
from server.core.names import NEWEST
from server.core.pages import UnknownSort, decode_cursor, encode_cursor
from server.core.queries import EVERYTHING, NOTHING, Sql, containing, joined, plain, sql, words_of
from server.core.sql import Written, alias_of, base_type, is_in_sight, json_columns
from shared_models.base import Schema
from shared_models.paging import KeysetQuery, PageQuery

_NULLS_LAST = " nulls last"
Scope = Callable[[Actor], Sql]
Narrowing = str | Mapping[Any, str]
"""A condition with `{}` for what was asked, or one for each value that can be."""
_ASKED_OTHERWISE = {"page", "size", "sort", "cursor", "search", "limit"}
_REFERENCE = re.compile(r"\b([a-z_]+)\.[a-z_]")
_CLOCK = re.compile(r"\bnow\(\)|\bclock_timestamp|\bcurrent_(date|time)|\blocaltime")
_BEYOND = re.compile(r"\b(select|now\(\))")
_FIRST = 100
"""So many rows are read as they are in the order of an index; to those of later pages their ids alone lead faster."""
_AS_ARRAYS = plain("array_agg(p.id) as ids, array_agg(p.xid) as xids, array_agg(p.told) as told")
_OF_SITE = "(select z.clock from sites z where z.id = {}.site_id)"
UTC: Final = "'UTC'"


@dataclass(frozen=True)
class Found:
    """What a search narrows the list to: by conditions, or by a table `m` of the ids and scores of all that it finds.

    `matches` makes it, as common table expressions, of the condition that says what is listed; `order` sorts it where no sort is asked for.
    `is_own`: it looks at nothing but the rows and their children.
    """

    conditions: Sequence[Sql] = ()
    matches: Callable[[Sql], Sql] | None = None
    order: Sql = NOTHING
    is_own: bool = True


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


@dataclass(frozen=True)
class LastWithout:
    """Sorts by `column`; the rows whose `key` is null have none, and come last whichever way the others go."""

    column: str
    key: str


Sort = str | Sequence[str] | LastWithout
"""`nulls last` behind a column stands for `LastWithout` it."""


@dataclass(frozen=True)
class _Parts:
    """Those that have what is sorted by and those that lack it, which come last, with the order of each."""

    has: Sql
    with_key: Sql
    lacks: Sql
    without: Sql


@dataclass(frozen=True)
class _Order:
    by: Sql
    parts: _Parts | None
    is_own: bool
    is_of_matches: bool = False


@dataclass(frozen=True)
class _Slice:
    size: int
    offset: int = 0
    from_end: bool = False

    @property
    def end(self) -> int:
        return self.offset + self.size

    @property
    def limits(self) -> Sql:
        return plain(f"limit {self.size:d} offset {self.offset:d}")

    def is_nearer_to_end_of(self, rows: int) -> bool:
        return rows - self.end < self.offset < rows

    def seen_from_end_of(self, rows: int) -> "_Slice":
        return _Slice(min(self.size, rows - self.offset), max(rows - self.end, 0), from_end=True)


@dataclass(frozen=True)
class _Brought:
    """What is joined to the rows that were found, and what is then selected."""

    joins: Sql
    columns: Sql


def _cut(alias: str, carried: Mapping[str, str]) -> Sql:
    return plain(", ".join([f"{alias}.*", *(f"{text} as {name}" for name, text in carried.items())]))


def _opposite(sort: str) -> str:
    return sort[1:] if sort.startswith("-") else f"-{sort}"


@dataclass(frozen=True)
class _Chosen:
    """Which rows; `is_own` where their own columns say so, and nothing has to be joined for that."""

    joined: Sql
    conditions: Sql
    is_own: bool
    matches: Sql = NOTHING

    def count(self, own: Sql) -> Sql:
        source = plain("m") if self.matches is not NOTHING else own if self.is_own else self.joined
        return sql("(select count(*) from {} where {})", source, self.conditions)


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

    Of both, those that are `still` look at nothing but the row, its children and names (`server.core.names`), as long as `still_while`
    holds: they are remembered with it. What is `exported` is a column of either, or of the table. `words` says in whose words a choice
    is exported (`domain.priority`), `clock` at whose clock an instant is. `row` makes an item's JSON where `columns` do not.
    """

    name: str
    item: type[BaseModel]
    table: str
    _: KW_ONLY
    exported: Sequence[str]
    sorts: Mapping[str, Sort]
    order: str
    query: type[BaseModel] = Schema
    joins: str = ""
    where: str = "true"
    scope: Scope = everybodys
    of: Of | None = None
    carried: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    still: Sequence[str] = ()
    still_while: str = "true"
    row: str = ""
    filters: Mapping[str, Narrowing] = field(default_factory=dict)
    search: Callable[[str], Found] | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    clock: str = _OF_SITE
    tie: str = "id"

    def __post_init__(self) -> None:
        self.alias = alias_of(self.table)
        self._own, self._alias, self._joins = plain(self.table), plain(self.alias), plain(self.joins)
        self._where = plain(self.where)
        own = {name: text for name, text in self.columns.items() if name in self.item.model_fields}
        self._columns = plain(f"{self.row} as item" if self.row else json_columns(self.item, self.alias, **own))
        self._aggregate = plain("json_agg(t.item)" if self.row else "json_agg(t)")
        self._whole = _Brought(self._joins, _cut(self.alias, self.carried))
        self._nothing = _Brought(NOTHING, _cut(self.alias, {}))
        self._cells = plain(", ".join(f'{self._cell(name)} as "{name}"' for name in self.exported))
        self._orders = {f"{sign}{name}": self._ordered(sort, sign) for name, sort in self.sorts.items() for sign in ("", "-")}
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

    def _ordered(self, sort: Sort, sign: str) -> _Order:
        """The tie makes the order total, so that no row is on two pages or on none."""
        way, tie = "desc" if sign else "asc", f"{self.alias}.{self.tie}"
        if isinstance(sort, str) and sort.endswith(_NULLS_LAST):
            column = sort.removesuffix(_NULLS_LAST)
            sort = LastWithout(column, column)
        if isinstance(sort, LastWithout):
            by = f"{sort.column} {way}{_NULLS_LAST}, {tie} {way}"
            texts = (
                f"{sort.column} is not null",
                f"{sort.column} {way}, {tie} {way}",
                f"{sort.key} is null",
                f"{sort.key} {way}, {tie} {way}",
            )
            return _Order(plain(by), _Parts(*map(plain, texts)), self._is_own(by))
        by = ", ".join(f"{column} {way}" for column in (*([sort] if isinstance(sort, str) else sort), tie))
        return _Order(plain(by), None, self._is_own(by))

    def _is_own(self, text: str) -> bool:
        """Whether the row's own columns are all that it looks at."""
        return not _BEYOND.search(text) and set(_REFERENCE.findall(text)) <= {self.alias}

    def _order(self, sort: str | None, found: Found) -> _Order:
        order = self._orders.get(sort or self.order)
        if order is None:
            raise UnknownSort(field="sort", allowed=", ".join(self.sorts))
        return order if sort or found.matches is None else _Order(found.order, None, is_own=False, is_of_matches=True)

    def _found(self, query: Any) -> Found:
        asked = getattr(query, "search", None)
        return self.search(asked) if self.search and asked else Found()

    def _chosen(self, actor: Actor, query: Any, of: UUID | None, found: Found, *more: Sql) -> _Chosen:
        conditions = [self._where, self.scope(actor), *more]
        if self.of is not None and of is not None:
            conditions.append(self.of.rows(self.alias, actor, of))
        for name, narrowing in self.filters.items():
            if (wanted := getattr(query, name)) is not None:
                conditions.append(sql(narrowing, wanted) if isinstance(narrowing, str) else sql(narrowing[wanted]))
        everything, source = joined((*conditions, *found.conditions), " and "), sql("{} {}", self._own, self._joins)
        if found.matches is None:
            return _Chosen(source, everything, self._is_own(everything.template))
        source = sql("{} join m on m.id = {}.id", source, self._alias)
        return _Chosen(source, EVERYTHING, is_own=False, matches=sql("with {} ", found.matches(everything)))

    def _rows(self, columns: Sql, chosen: _Chosen, order: _Order, slice_: _Slice | None = None, brought: _Brought | None = None) -> Sql:
        """The page's rows are found first; what is joined and computed comes to them, not to those of the pages before."""
        if slice_ is None:
            rows = sql("select {} from {} where {} order by {}", self._whole.columns, chosen.joined, chosen.conditions, order.by)
        else:
            brought = brought or self._whole
            key, source, what = plain("k"), sql("k join {} on {}.id = k.id", self._own, self._alias), plain("id")
            if slice_.end <= _FIRST and chosen.is_own and order.is_own and order.parts is None:
                if brought is self._nothing and not slice_.from_end:
                    return sql("select {} from ({}) {}", columns, self._in_slice(chosen, order, slice_, plain("*")), self._alias)
                key, source, what = self._alias, self._alias, plain("*")
            found = sql("select f.{}, row_number() over () as place from ({}) f", what, self._in_slice(chosen, order, slice_, what))
            way = plain("desc" if slice_.from_end else "")
            rows = sql("select {} from ({}) {} {} order by {}.place {}", brought.columns, found, source, brought.joins, key, way)
        return sql("select {} from ({}) {}", columns, rows, self._alias)

    def _known(self, ids: Sequence[UUID]) -> Sql:
        """The rows that are known to be a page's."""
        found = sql("unnest({}::uuid[]) with ordinality k(id, place) join {} on {}.id = k.id", ids, self._own, self._alias)
        rows = sql("select {} from {} {} order by k.place", self._brought.columns, found, self._brought.joins)
        return sql("select {} from ({}) {}", self._told, rows, self._alias)

    def _in_slice(self, chosen: _Chosen, order: _Order, slice_: _Slice, what: Sql) -> Sql:
        """The ids, or the rows, in order. The numbers are part of the text: the database then knows how few rows it is asked for."""
        if order.is_of_matches:
            return sql("select m.id from m order by {} {}", order.by, slice_.limits)
        source = self._own if chosen.is_own and order.is_own else chosen.joined
        if order.parts is None:
            page = "select {}.{} from {} where {} order by {} {}"
            return sql(page, self._alias, what, source, chosen.conditions, order.by, slice_.limits)
        part = (
            "select {alias}.id, {} as part, row_number() over (order by {by}) as rank"
            " from {source} where {listed} and {} order by {by} limit {most}"
        )
        named = {"alias": self._alias, "source": source, "listed": chosen.conditions, "most": plain(f"{slice_.end:d}")}
        lacks = sql("{} and (select count(*) from first) < {most}", order.parts.lacks, most=named["most"])
        return sql(
            "with first as materialized ({}) select p.id from (select * from first union all ({})) p order by p.part, p.rank {}",
            sql(part, plain("0"), order.parts.has, by=order.parts.with_key, **named),
            sql(part, plain("1"), lacks, by=order.parts.without, **named),
            slice_.limits,
        )  # fmt: skip

    def paging(self, actor: Actor, query: PageQuery, of: UUID | None = None, known: Total | None = None) -> Sql:
        """A page's items, and how many there are of all: null where that is known, and then a far page was read from the end."""
        if known is not None and known.ids is not None:
            return self._page(self._known(known.ids), plain("null::bigint"), self._newest(actor, known))
        found = self._found(query)
        chosen = self._chosen(actor, query, of, found)
        slice_, order = _Slice(query.size, (query.page - 1) * query.size), self._order(query.sort, found)
        if known and slice_.is_nearer_to_end_of(known.rows) and order.parts is None:
            slice_, order = slice_.seen_from_end_of(known.rows), self._orders[_opposite(query.sort or self.order)]
        total, mark = chosen.count(self._own), plain("null::bigint")
        if known is not None:
            total, mark = sql("case when n.mark is distinct from {}::bigint then {} end", known.mark, total), self._newest(actor, known)
        page = self._rows(self._told, chosen, order, slice_, self._brought)
        return sql("{}{}", chosen.matches, self._page(page, total, mark))

    def _page(self, rows: Sql, total: Sql, mark: Sql) -> Sql:
        return sql(
            "select a.*, {} as total, n.mark, n.mark < {} as is_settled, {} as named from (select {} as mark offset 0) n, ({}) a",
            total, OLDEST, NEWEST, mark, sql("select {} from ({}) p", _AS_ARRAYS, rows),
        )  # fmt: skip

    def _newest(self, actor: Actor, known: Total) -> Sql:
        return self._held.newest(actor, known.mark) if self._held else plain("null::bigint")

    def _counted_as(self, actor: Actor, query: PageQuery, of: UUID | None) -> Hashable | None:
        """Under what the total is kept; None where it may change with something else than the rows."""
        found = self._found(query)
        is_own = self._held and not found.conditions and self._chosen(actor, query, of, Found()).is_own
        asked = tuple(getattr(query, name) for name in self.filters)
        if found.matches is not None:
            order = self._order(getattr(query, "sort", None), found)
            is_own, asked = is_own and found.is_own and (order.is_own or order.is_of_matches), tuple(vars(query).values())
        return (self.name, actor.site_ids, of, asked) if is_own else None

    @cached_property
    def _items(self) -> Items:
        computed = {name: text for name, text in {**self.carried, **self.columns}.items() if name in self.item.model_fields}
        return Items(
            self.name, self.item, self.table, f"{self.table} {self.joins}", computed=computed, still=self.still, while_=self.still_while,
            row=self.row, is_synced=self._held is not None,
        )  # fmt: skip

    @cached_property
    def _told(self) -> Sql:
        """The columns of a page's rows that are not remembered."""
        return self._items.columns({name: f"{self.alias}.{name}" for name in self.carried.keys() & self._items.told})

    @cached_property
    def _brought(self) -> "_Brought":
        """What is joined to a page's rows, for what is told of them."""
        carried = {name: text for name, text in self.carried.items() if re.search(rf"\b{self.alias}\.{name}\b", self._told.template)}
        return _Brought(self._joins, _cut(self.alias, carried)) if carried else self._nothing

    @cached_property
    def _held(self) -> Held | None:
        """What says of the rows whether they have changed."""
        table = self.table.partition(" ")[0]
        return next((held for held in HELD.values() if held.table.name == table), None)

    # --- answers

    async def page(self, pool: Pool, actor: Actor, query: PageQuery, of: UUID | None = None) -> Response:
        """A `Page` of items."""
        asked = (self.name, actor, of, *vars(query).values())
        prepared = self._prepared(pool, asked, lambda: self._counting(pool, actor, query, of))
        row = await self._state_of(pool, asked, prepared)
        if row is None:
            return Written(pool.memory.answer(asked).body)
        if row["mark"] != prepared.known.mark != NOTHING_KNOWN.mark:  # what was known is so no more, and the page is one of then
            row = await pool.fetchrow(*self.paging(actor, query, of, NOTHING_KNOWN).rendered())
        total = prepared.known.rows if row["mark"] == prepared.known.mark else self._learned(pool, prepared.key, row, query)
        if not total:
            await self.ensure_in_sight(pool, actor, of)
        items, is_known = await self._items.written(pool, row["ids"] or (), row["xids"] or (), row["told"] or (), row["named"])
        pages = -(-total // query.size)
        body = f'{{"items":[{",".join(items)}],"total":{total},"page":{query.page},"size":{query.size},"pages":{pages}}}'
        return self._answered(pool, asked, prepared, row, body, is_known=is_known)

    async def following(self, pool: Pool, actor: Actor, query: KeysetQuery, of: UUID | None = None) -> Response:
        """A `KeysetPage` of items: one row more than asked is read, to know whether there are others."""
        asked = (self.name, actor, of, *vars(query).values())
        prepared = self._prepared(pool, asked, lambda: (None, NOTHING_KNOWN, self._going_on(actor, query, of)))
        row = await self._state_of(pool, asked, prepared)
        if row is None:
            return Written(pool.memory.answer(asked).body)
        if not row["ids"]:
            await self.ensure_in_sight(pool, actor, of)
        ids, xids, told = ((row[name] or ())[: query.size] for name in ("ids", "xids", "told"))
        items, is_known = await self._items.written(pool, ids, xids, told, row["named"])
        going_on = f'"{encode_cursor(row["at"], ids[-1])}"' if len(row["ids"] or ()) > query.size else "null"
        return self._answered(pool, asked, prepared, row, f'{{"items":[{",".join(items)}],"next":{going_on}}}', is_known=is_known)

    def _going_on(self, actor: Actor, query: KeysetQuery, of: UUID | None) -> Sql:
        at = plain(str(self.sorts[self.order[1:]]))
        after = (
            [sql("({}, {}.id) < ({}, {})", at, self._alias, *decode_cursor(query.cursor, is_local=self._is_local))] if query.cursor else []
        )
        chosen, columns = self._chosen(actor, query, of, self._found(query), *after), sql("{} as at, {}", at, self._told)
        rows = self._rows(columns, chosen, self._orders[self.order], _Slice(query.size + 1), self._brought)
        last = plain(f"(array_agg(p.at))[{query.size:d}] as at")
        return sql("select a.*, {} as named from (select {}, {} from ({}) p) a", NEWEST, _AS_ARRAYS, last, rows)

    def _prepared(self, pool: Pool, asked: Hashable, make: Callable[[], tuple[Hashable | None, Total, Sql]]) -> Prepared:
        """Its statement finds nothing where the database is in the state that its last parameter names."""
        prepared = pool.memory.prepared(asked)
        if prepared is None:
            key, known, page = make()
            text, *values = sql("select g.*, {} as state from ({}) g", STATE, page).rendered()
            statement = f"{text} where {STATE} is distinct from ${len(values) + 1}::text"
            prepared = Prepared(key, known, (statement, *values), is_timeless=not _CLOCK.search(str(text)))
            pool.memory.keep_prepared(asked, prepared)
        return prepared

    def _counting(self, pool: Pool, actor: Actor, query: PageQuery, of: UUID | None) -> tuple[Hashable | None, Total, Sql]:
        key = self._counted_as(actor, query, of)
        known = pool.memory.total(key)
        return key, known, self.paging(actor, query, of, None if key is None else known)

    @staticmethod
    async def _state_of(pool: Pool, asked: Hashable, prepared: Prepared) -> asyncpg.Record | None:
        """The page's one row; None while the database is as it was when the page was answered before."""
        answer = pool.memory.answer(asked)
        row = await pool.fetchrow(*prepared.statement, answer.state)
        if row is None and pool.memory.answer(asked) is not answer:  # forgotten meanwhile: it may be another database
            row = await pool.fetchrow(*prepared.statement, None)
        return row

    @staticmethod
    def _answered(pool: Pool, asked: Hashable, prepared: Prepared, row: asyncpg.Record, body: str, *, is_known: bool) -> Response:
        written = body.encode()
        if is_known and prepared.is_timeless and (state := row.get("state")):
            pool.memory.keep_answer(asked, Answer(state, written))
        return Written(written)

    def _learned(self, pool: Pool, key: Hashable, row: asyncpg.Record, query: PageQuery) -> int:
        """How many there are, which is kept once it holds."""
        total: int = row["total"]
        if row["is_settled"]:
            ids = row["ids"] or () if getattr(query, "search", None) else None
            pool.memory.keep_total(key, Total(row["mark"], total, ids))
        return total

    async def whole(self, pool: Pool, actor: Actor, query: Any = None, of: UUID | None = None) -> Response:
        """A JSON array of items."""
        chosen = self._chosen(actor, query, of, Found())
        most = getattr(query, "limit", None)
        rows = self._rows(self._columns, chosen, self._orders[self.order], most and _Slice(most))
        body = await pool.fetchval(*sql("select coalesce({}, '[]')::text from ({}) t", self._aggregate, rows).rendered())
        if body == "[]":
            await self.ensure_in_sight(pool, actor, of)
        return Written(body)

    async def ensure_in_sight(self, pool: Pool, actor: Actor, of: UUID | None) -> None:
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
        chosen = self._chosen(actor, query, of, found)
        return sql("{}{}", chosen.matches, self._rows(self._cells, chosen, order))

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
        if kind is None and name.endswith(("_at", "_since")):
            raise ValueError(f"{self.name}: {name} is no field of what is listed, so nobody knows that it is an instant")
        if isinstance(kind, type) and issubclass(kind, StrEnum) and name not in self.words:
            raise ValueError(f"{self.name}: {name} has no words")
        return f"({text}) at time zone {self.clock.format(self.alias)}" if kind is datetime else text
