"""Lists whose JSON PostgreSQL writes."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import Response

from server.core.access import Actor, visible_sql
from server.core.errors import NotFound
from server.core.pages import decode_cursor, encode_cursor, sort_column
from server.core.queries import Conditions, literally
from server.core.sql import JSON, json_columns, json_page
from server.plans.rows import maintenance_type_json, plan_json, team_json
from shared_models.plans.rows import STRIP, OccurrenceRow, PlanFilter, PlanListItem

_MAX_WORDS = 6
_SORTS = {
    "next_due": "p.next_due_date",
    "title": "etabli_fold(p.title)",
    "equipment": "etabli_fold(e.name)",
    "priority": "array_position(array['low','medium','high','urgent'], p.priority::text)",
    "created_at": "p.created_at",
}
_EXACT_FILTERS = ("site_id", "equipment_id", "maintenance_type_id", "assigned_technician_id", "team_id", "is_active")
_STRIP = (
    f"(select count(*) filter (where x.outcome {{}}) from (select o.outcome from plan_occurrence o where o.plan_id = p.id"  # noqa: S608
    f" and o.state in ('done', 'missed', 'skipped') order by o.original_due desc limit {STRIP}) x)"
)
_COLUMNS = json_columns(
    PlanListItem, "p", equipment_name="e.name", equipment_code="e.code",
    on_time=_STRIP.format("= 'on_time'"), judged=_STRIP.format("<> 'skipped'"),
)  # fmt: skip


def _query(actor: Actor, filters: PlanFilter) -> Conditions:
    query = Conditions()
    query.conditions.append(visible_sql("p.site_id", query.bind(actor.site_list)))
    for name in _EXACT_FILTERS:
        if (wanted := getattr(filters, name)) is not None:
            query.conditions.append(f"p.{name} = {query.bind(wanted)}")
    if filters.production_line_id is not None:
        query.conditions.append(f"e.production_line_id = {query.bind(filters.production_line_id)}")
    if filters.is_ignored is not None:
        query.conditions.append(f"(p.ignored_since is not null) = {query.bind(filters.is_ignored)}")
    for word in (filters.search or "").split()[:_MAX_WORDS]:
        pattern = query.bind(f"%{literally(word)}%")
        query.conditions.append(f"(etabli_fold(p.title) like etabli_fold({pattern}) or e.search_text like etabli_fold({pattern}))")
    return query


async def page(pool: asyncpg.Pool, actor: Actor, filters: PlanFilter) -> Response:
    """A `Page[PlanListItem]`, what is due first coming first unless asked otherwise."""
    query = _query(actor, filters)
    column, descends = sort_column(filters.sort, _SORTS, "next_due")
    direction = "desc" if descends else "asc"
    source = f"scheduled_maintenances p join equipment e on e.id = p.equipment_id where {query.where}"
    return await json_page(pool, _COLUMNS, source, query.args, filters, order=f"{column} {direction} nulls last, p.id {direction}")


async def plan(pool: asyncpg.Pool, actor: Actor, plan_id: UUID) -> Response:
    """A `PlanRow`."""
    found = await pool.fetchval(
        f"select {plan_json('p')}::text from scheduled_maintenances p where p.id = $1 and {visible_sql('p.site_id', '$2')}",  # noqa: S608
        plan_id, actor.site_list,
    )  # fmt: skip
    if found is None:
        raise NotFound
    return Response(found, media_type=JSON)


async def history(pool: asyncpg.Pool, actor: Actor, plan_id: UUID, *, cursor: str | None, size: int) -> Response:
    """`{items, next}`: the dates that are open or have ended, newest first."""
    visible = f"select exists (select from scheduled_maintenances p where p.id = $1 and {visible_sql('p.site_id', '$2')})"  # noqa: S608
    if not await pool.fetchval(visible, plan_id, actor.site_list):
        raise NotFound
    before = decode_cursor(cursor)[0].replace(tzinfo=None) if cursor else None
    found = await pool.fetch(_HISTORY_ROWS, plan_id, size + 1, before)
    following = "null"
    if len(found) > size:
        last = found[size - 1]
        following = f'"{encode_cursor(_as_instant(last["original_due"]), last["id"])}"'
    items = ",".join(row["item"] for row in found[:size])
    return Response(f'{{"items":[{items}],"next":{following}}}', media_type=JSON)


_HISTORY_ROWS = f"""
select o.id, o.original_due, (select row_to_json(t) from (select {json_columns(OccurrenceRow, "o")}) t)::text as item
from plan_occurrence o where o.plan_id = $1 and o.state <> 'planned' and ($3::timestamp is null or o.original_due < $3)
order by o.original_due desc limit $2
"""  # noqa: S608


def _as_instant(local: datetime) -> datetime:
    """A cursor's time has a zone; a site's wall clock has none."""
    return local.replace(tzinfo=UTC)


async def types(pool: asyncpg.Pool) -> Response:
    """A list of `MaintenanceTypeRow`."""
    return await _rows(pool, f"select {maintenance_type_json('t')} as row, t.name as sort, t.id from maintenance_types t", [])  # noqa: S608


async def teams(pool: asyncpg.Pool, actor: Actor) -> Response:
    """A list of `TeamRow`."""
    statement = f"select {team_json('t')} as row, t.name as sort, t.id from team t where {visible_sql('t.site_id', '$1')}"  # noqa: S608
    return await _rows(pool, statement, [actor.site_list])


async def _rows(pool: asyncpg.Pool, statement: str, args: list[Any]) -> Response:
    found = await pool.fetchval(f"select coalesce(json_agg(q.row order by q.sort, q.id), '[]')::text from ({statement}) q", *args)  # noqa: S608
    return Response(found, media_type=JSON)
