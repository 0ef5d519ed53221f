"""JSON built by PostgreSQL and sent as it is: an order of magnitude faster than building objects here.

    json_columns(EquipmentRead, "e", line_name="(select l.name from …)")     # the select list of a list: see server.core.lists
    await read_row(pool, meter_json("m"), "meter m", meter_id, actor)         # one row in sight, by its id

The casts make PostgreSQL write what pydantic would: instants with `Z`, decimals as strings. A test compares the two.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from server.core.access import Actor, in_sight, sight
from server.core.errors import NotFound
from server.core.queries import EVERYTHING, Sql, expression, plain, sql
from server.core.read_pool import ReadPool

JSON = "application/json"


class Written(Response):
    """JSON as PostgreSQL has written it. Nothing else is to be found out about it, and a read's answer is most often this."""

    media_type = JSON

    def __init__(self, body: str | bytes, status_code: int = 200) -> None:
        self.body = body if isinstance(body, bytes) else body.encode()
        self.status_code, self.background = status_code, None
        self.raw_headers = [(b"content-length", b"%d" % len(self.body)), (b"content-type", JSON.encode())]


def instant(expression: str) -> str:
    """A timestamptz as pydantic writes it: UTC, `Z`, microseconds only when there are any."""
    utc = f"({expression}) at time zone 'UTC'"
    return (
        f"to_char({utc}, case when date_trunc('second', {utc}) = {utc} "
        """then 'YYYY-MM-DD"T"HH24:MI:SS"Z"' else 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"' end)"""
    )


def base_type(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        return base_type(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
        return base_type(kinds[0]) if len(kinds) == 1 else annotation
    return annotation


def json_cast(expression: str, annotation: Any) -> str:
    kind = base_type(annotation)
    if kind is datetime:
        return instant(expression)
    return f"({expression})::text" if kind is Decimal else expression


def labour_minutes(intervention: str) -> str:
    """Of a row of `maintenance_interventions`: everybody's time, nobody's counted twice; timers count until now."""
    return expression(
        "(select coalesce(round(sum(extract(epoch from upper(t.span) - lower(t.span))) / 60), 0)::integer from ("
        "select unnest(range_agg(tstzrange(a.started_at, coalesce(a.ended_at, greatest(a.started_at, now()))))) as span"
        " from intervention_action a where a.intervention_id = {}.id group by a.user_id) t)",
        intervention,
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
    return expression("(select row_to_json(o) from (select {}) o)", json_columns(model, alias, **expressions))


def json_rows(model: type[BaseModel], alias: str, source: str, order: str, **expressions: str) -> str:
    """The `model`s of `source` as a JSON array, without what is each field's default: parts of a row are many, and travel. So a default
    that devices know stays what it is.

    They are sorted before they are put together: an aggregate that sorts takes twice the time of all the rest of a row.
    """
    fields = (_part(name, field, expressions.get(name, f"{alias}.{name}")) for name, field in model.model_fields.items())
    parts = expression("select '{{' || concat_ws(',', {}) || '}}' as part from {} order by {}", ", ".join(fields), source, order)
    return expression("(select '[' || coalesce(string_agg(c.part, ','), '') || ']' from ({}) c)::json", parts)


def _part(name: str, field: FieldInfo, value: str) -> str:
    """A field as text; null, which is left out, where it is the default."""
    if not field.is_required() and field.default is not None:
        value = f"nullif({value}, '{str(field.default).lower()}')"
    text = f"""'"{name}":' || {_plain_json(json_cast(value, field.annotation), field.annotation)}"""
    return f"""coalesce({text}, '"{name}":null')""" if field.is_required() and _may_be_null(field.annotation) else text


def _plain_json(value: str, annotation: Any) -> str:
    """`to_json` takes a quarter of a part's time, and most of what there is needs no escaping."""
    kind = base_type(annotation)
    if kind in {int, bool}:
        return value
    is_plain = kind in {UUID, Decimal} or (isinstance(kind, type) and issubclass(kind, StrEnum))
    return f"""'"' || {value} || '"'""" if is_plain or value.startswith("to_char(") else f"to_json({value})"


def _may_be_null(annotation: Any) -> bool:
    if get_origin(annotation) is Annotated:
        return _may_be_null(get_args(annotation)[0])
    return get_origin(annotation) in (Union, UnionType) and NoneType in get_args(annotation)


def name_of(user_id: str) -> str:
    """Somebody's name; null for nobody."""
    return expression("(select u.first_name || ' ' || u.last_name from users u where u.id = {})", user_id)


async def read_row(pool: ReadPool, row: str, table: str, row_id: UUID, actor: Actor | None) -> Response:
    """The JSON that `row` makes of the row of `table`, which says its alias, as in `meter m`; `actor` None for what is everybody's."""
    sites = actor and actor.site_list
    body = await pool.fetchval(_one(row, table, is_everywhere=sites is None), row_id, *([] if sites is None else [sites]))
    if body is None:
        raise NotFound
    return Written(body)


@cache
def _one(row: str, table: str, *, is_everywhere: bool) -> str:
    """Put together once: that takes as long as the statement."""
    alias = alias_of(table)
    seen = "true" if is_everywhere else sight(f"{alias}.site_id", "$2")
    return expression("select {}::text from {} where {}.id = $1 and {}", row, table, alias, seen)


def is_in_sight(table: str, row_id: UUID, actor: Actor | None, site: str | None = "site_id") -> Sql:
    """Whether there is such a row, on a site of the actor's; `site` None for what is everybody's."""
    return sql("exists (select from {} where {})", plain(table), _is(table, row_id, actor, site))


async def ensure_in_sight(pool: ReadPool, table: str, row_id: UUID, actor: Actor | None) -> None:
    if not await pool.fetchval(*sql("select {}", is_in_sight(table, row_id, actor)).rendered()):
        raise NotFound


def _is(table: str, row_id: UUID, actor: Actor | None, site: str | None) -> Sql:
    alias = alias_of(table)
    seen = in_sight(actor, f"{alias}.{site}") if actor and site else EVERYTHING
    return sql("{} = {} and {}", plain(f"{alias}.id"), row_id, seen)


def alias_of(table: str) -> str:
    return table.rpartition(" ")[2]
