"""A list's items as JSON: what changes only with the row is written once and remembered, the rest is asked for with each page."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

import asyncpg
from pydantic import BaseModel

from server.core.list_memory import ListMemory, Text
from server.core.names import NEWEST
from server.core.queries import Sql, plain, sql
from server.core.sql import json_cast

STATE = plain("case when pg_current_xact_id_if_assigned() is null then pg_current_snapshot()::text else '' end")
"""Which transactions are seen: where it is the same, so is all that is read. Empty where this one has written, since that is not told."""
OLDEST = plain("pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
"""The oldest transaction that has not ended."""


class Pool(Protocol):
    """The read pool, with what lists remember of its database."""

    memory: ListMemory

    async def fetch(self, statement: str, *args: Any) -> list[asyncpg.Record]: ...
    async def fetchrow(self, statement: str, *args: Any) -> Any: ...
    async def fetchval(self, statement: str, *args: Any) -> Any: ...


class Items:
    """`computed` are an item's columns that are not the table's, of what `source` joins to it; those that are `still` look at
    nothing but the row, its children and names, as long as `while_` is true of it.

    A column of the row itself is always of that kind; without a `sync_xid` to tell of a change nothing is.
    """

    def __init__(
        self, name: str, item: type[BaseModel], table: str, source: str, *, computed: dict[str, str], still: Sequence[str], while_: str,
        row: str, is_synced: bool,
    ) -> None:  # fmt: skip
        self._name, self._source = name, source
        alias = table.rpartition(" ")[2]
        self._alias = plain(alias)
        self._texts = {field: computed.get(field, f"{alias}.{field}") for field in item.model_fields}
        self._item, self._is_remembered = item, is_synced and not row
        self.told = frozenset(computed.keys() - set(still) if self._is_remembered else item.model_fields)
        """The columns that come with each page."""
        self._kept = _object(item, self._texts, item.model_fields.keys() - self.told) if self._is_remembered else None
        self._while, self._row = plain(while_), row

    def columns(self, carried: Mapping[str, str]) -> Sql:
        """Of a page's rows, which bring what is `carried`."""
        is_whole = self._row and not self._is_remembered
        of_row = plain(f"({self._row})::text") if is_whole else _object(self._item, {**self._texts, **carried}, self.told)
        xid = sql("{}.sync_xid", self._alias) if self._is_remembered else plain("null::bigint")
        return sql("{}.id, {} as xid, {} as told", self._alias, xid, of_row)

    async def written(
        self, pool: Pool, ids: Sequence[UUID], xids: Sequence[int | None], told: Sequence[str | None], named: int
    ) -> tuple[list[str], bool]:  # fmt: skip
        """The items of a page, in order, of its `columns`, with the newest renaming, and whether nothing had to be read for them.

        A row that has gone since it was found is left out.
        """
        if self._kept is None:
            return [str(each) for each in told], True
        known = pool.memory.texts(self._name)
        kept = [
            text.json if (text := known.get(row_id)) is not None and text.xid == xid and text.named == named else None
            for row_id, xid in zip(ids, xids, strict=True)
        ]
        is_known = None not in kept
        if not is_known:
            read = await self._read(pool, [row_id for row_id, text in zip(ids, kept, strict=True) if text is None])
            kept = [text or read.get(row_id) for row_id, text in zip(ids, kept, strict=True)]
        return [f"{text[:-1]},{more[1:]}" if more else text for text, more in zip(kept, told, strict=True) if text], is_known

    async def _read(self, pool: Pool, ids: list[UUID]) -> dict[UUID, str]:
        statement = sql(
            "select {a}.id, {a}.sync_xid as xid, n.named, {} and greatest({a}.sync_xid, n.named) < {} as is_still, {} as json"
            " from (select {} as named) n, {} where {a}.id = any({}::uuid[])",
            self._while, OLDEST, self._kept, NEWEST, plain(self._source), ids, a=self._alias,
        )  # fmt: skip
        read: dict[UUID, str] = {}
        for row in await pool.fetch(*statement.rendered()):
            read[row["id"]] = row["json"]
            if row["is_still"]:
                pool.memory.keep_text(self._name, row["id"], Text(row["xid"], row["named"], row["json"]))
        return read


def _object(item: type[BaseModel], texts: dict[str, str], names: Iterable[str]) -> Sql:
    """One JSON object of these fields; null for none."""
    wanted = set(names)
    columns = [
        f'{json_cast(texts[name], field.annotation)} as "{name}"' for name, field in item.model_fields.items() if name in wanted
    ]  # fmt: skip
    return sql("(select row_to_json(o)::text from (select {}) o)", plain(", ".join(columns))) if columns else plain("null::text")
