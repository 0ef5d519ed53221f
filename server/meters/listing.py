"""Lists whose JSON PostgreSQL writes."""

from typing import Any
from uuid import UUID

import asyncpg
from fastapi import Response

from server.core.access import Actor, visible_sql
from server.core.errors import NotFound
from server.core.pages import decode_cursor, encode_cursor, sort_column
from server.core.sql import JSON, json_columns, json_page
from server.meters.rows import meter_json, reading_columns
from shared_models.meters.rows import MeterFilter, MeterListItem
from shared_models.meters.sources import ReadingSourceRead
from shared_models.paging import PageQuery

_SORTS = {
    "name": "etabli_fold(m.name)",
    "equipment": "etabli_fold(e.name)",
    "last_read_at": "m.last_read_at",
    "per_day": "m.per_day",
}
_COLUMNS = json_columns(MeterListItem, "m", equipment_code="e.code", equipment_name="e.name")
_SOURCE_SORTS = {"name": "s.name", "created_at": "s.created_at", "last_used_at": "s.last_used_at"}


def _order(sort: str | None, sorts: dict[str, Any], default: str, tie: str) -> str:
    column, descends = sort_column(sort, sorts, default)
    return f"{column} {'desc' if descends else 'asc'} nulls last, {tie}"


async def page(pool: asyncpg.Pool, actor: Actor, filters: MeterFilter) -> Response:
    """A `Page[MeterListItem]` of machines in use."""
    args: list[Any] = [actor.site_list]
    conditions = ["e.archived_at is null", visible_sql("m.site_id", "$1")]
    for name in ("site_id", "equipment_id", "is_active"):
        if (wanted := getattr(filters, name)) is not None:
            args.append(wanted)
            conditions.append(f"m.{name} = ${len(args)}")
    source = f"meter m join equipment e on e.id = m.equipment_id where {' and '.join(conditions)}"
    return await json_page(pool, _COLUMNS, source, args, filters, order=_order(filters.sort, _SORTS, "equipment", "m.id"))


async def one(pool: asyncpg.Pool, actor: Actor, meter_id: UUID) -> Response:
    """A `MeterRow`."""
    statement = f"select {meter_json('m')}::text from meter m where m.id = $1 and {visible_sql('m.site_id', '$2')}"  # noqa: S608
    body = await pool.fetchval(statement, meter_id, actor.site_list)
    if body is None:
        raise NotFound
    return Response(body, media_type=JSON)


_READINGS = f"""
select p.* from meter m cross join lateral (
    select count(*) as count, (array_agg(r.read_at order by r.place))[$3] as at, (array_agg(r.id order by r.place))[$3] as id,
        coalesce(string_agg(r.item, ',' order by r.place) filter (where r.place <= $3), '') as items
    from (
        select x.read_at, x.id, row_number() over (order by x.read_at desc, x.id desc) as place,
            (select row_to_json(t) from (select {reading_columns("x")}) t)::text as item
        from (
            select * from reading x where x.meter_id = m.id and x.voided_at is null {{}}
            order by x.read_at desc, x.id desc limit $3::int + 1
        ) x
    ) r
) p where m.id = $1 and {visible_sql("m.site_id", "$2")}
"""  # noqa: S608


async def readings(pool: asyncpg.Pool, actor: Actor, meter_id: UUID, *, cursor: str | None, size: int) -> Response:
    """A `ReadingPage`."""
    after = decode_cursor(cursor) if cursor else ()
    statement = _READINGS.format("and (x.read_at, x.id) < ($4, $5)" if after else "")
    found = await pool.fetchrow(statement, meter_id, actor.site_list, size, *after)
    if found is None:
        raise NotFound
    following = f'"{encode_cursor(found["at"], found["id"])}"' if found["count"] > size else "null"
    return Response(f'{{"items":[{found["items"]}],"next":{following}}}', media_type=JSON)


async def sources(pool: asyncpg.Pool, actor: Actor, query: PageQuery) -> Response:
    """A `Page[ReadingSourceRead]`."""
    source = f"reading_source s where {visible_sql('s.site_id', '$1')}"
    order = _order(query.sort, _SOURCE_SORTS, "name", "s.id")
    return await json_page(pool, json_columns(ReadingSourceRead, "s"), source, [actor.site_list], query, order=order)
