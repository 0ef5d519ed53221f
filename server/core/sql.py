"""JSON lists built by PostgreSQL and sent as they are: an order of magnitude faster than building objects here.

    columns = json_columns(EquipmentRead, "e", line_name="l.name")
    source = "equipment e left join production_lines l on l.id = e.production_line_id where …"
    return await json_page(pool, columns, source, args, page, order="e.name, e.id")

The casts make PostgreSQL write what pydantic would: instants with `Z`, decimals as strings. A test compares the two.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import asyncpg
from fastapi import Response
from pydantic import BaseModel

from shared_models.paging import PageQuery

JSON = "application/json"


def instant(expression: str) -> str:
    """A timestamptz as pydantic writes it: UTC, `Z`, microseconds only when there are any."""
    utc = f"({expression}) at time zone 'UTC'"
    return (
        f"to_char({utc}, case when date_trunc('second', {utc}) = {utc} "
        """then 'YYYY-MM-DD"T"HH24:MI:SS"Z"' else 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"' end)"""
    )


def _base_type(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        return _base_type(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
        return _base_type(kinds[0]) if len(kinds) == 1 else annotation
    return annotation


def json_cast(expression: str, annotation: Any) -> str:
    kind = _base_type(annotation)
    if kind is datetime:
        return instant(expression)
    return f"({expression})::text" if kind is Decimal else expression


def labour_minutes(intervention: str) -> str:
    """Of a row of `maintenance_interventions`: everybody's time, nobody's counted twice; timers count until now."""
    return (
        "(select coalesce(round(sum(extract(epoch from upper(t.span) - lower(t.span))) / 60), 0)::integer from ("  # noqa: S608
        "select unnest(range_agg(tstzrange(a.started_at, coalesce(a.ended_at, greatest(a.started_at, now()))))) as span"
        f" from intervention_action a where a.intervention_id = {intervention}.id group by a.user_id) t)"
    )


@cache
def json_columns(model: type[BaseModel], alias: str, **expressions: str) -> str:
    """The select list of `model`: its fields as columns of `alias`, or as the SQL `expressions` given by name."""
    unknown = expressions.keys() - model.model_fields.keys()
    if unknown:
        raise ValueError(f"{model.__name__} has no field {', '.join(sorted(unknown))}")
    return ", ".join(
        f'{json_cast(expressions.get(name, f"{alias}.{name}"), field.annotation)} as "{name}"' for name, field in model.model_fields.items()
    )


def json_row(model: type[BaseModel], alias: str, **expressions: str) -> str:
    """A `model` as one JSON object of the row `alias`."""
    return f"(select row_to_json(o) from (select {json_columns(model, alias, **expressions)}) o)"  # noqa: S608


def json_rows(model: type[BaseModel], alias: str, source: str, order: str, **expressions: str) -> str:
    """The `model`s of `source` as a JSON array; `order` is of `c`."""
    columns = json_columns(model, alias, **expressions)
    return f"(select coalesce(json_agg(c order by {order}), '[]') from (select {columns} from {source}) c)"  # noqa: S608


async def json_page(pool: asyncpg.Pool, columns: str, source: str, args: Sequence[object], page: PageQuery, *, order: str) -> Response:
    """`{items, total, page, size, pages}` in one statement; `source` is what follows `from`, `args` its parameters."""
    size, offset = len(args) + 1, len(args) + 2
    statement = (
        f"select coalesce((select json_agg(t) from (select {columns} from {source} order by {order} "  # noqa: S608
        f"limit ${size} offset ${offset}) t), '[]'::json)::text as items, (select count(*) from {source}) as total"
    )
    row = await pool.fetchrow(statement, *args, page.size, (page.page - 1) * page.size)
    pages = -(-row["total"] // page.size)
    body = f'{{"items":{row["items"]},"total":{row["total"]},"page":{page.page},"size":{page.size},"pages":{pages}}}'
    return Response(body, media_type=JSON)


async def json_list(pool: asyncpg.Pool, columns: str, source: str, args: Sequence[object], *, order: str) -> Response:
    """A bounded list as a JSON array."""
    statement = f"select coalesce(json_agg(t), '[]'::json)::text from (select {columns} from {source} order by {order}) t"  # noqa: S608
    return Response(await pool.fetchval(statement, *args), media_type=JSON)
