"""Lists, pages and histories whose JSON PostgreSQL writes.

A search finds every word in the number, the title or the machine (name, code, serial number…), whatever its accents.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
from fastapi import Response

from server.core.access import Actor, visible_sql
from server.core.errors import NotFound
from server.core.pages import decode_cursor, encode_cursor, sort_column
from server.core.queries import Conditions, literally
from server.core.sql import JSON, json_cast, json_columns, json_list, labour_minutes
from server.interventions.rows import LIST_COLUMNS, TABLE, row_json
from shared_models.equipment.life import REPEAT_WINDOW
from shared_models.interventions.rows import HistoryEntry, InterventionFilter, RevisionRead

_MAX_WORDS = 6
_RANKS = "array_position(array['{}'], i.{}::text)"
_SORTS = {
    "created_at": "i.created_at",
    "number": "i.number",
    "scheduled_start": "i.scheduled_start",
    "actual_end": "i.actual_end",
    "title": "etabli_fold(i.title)",
    "status": _RANKS.format("pending','in_progress','on_hold','completed','cancelled", "status"),
    "priority": _RANKS.format("low','medium','high','urgent", "priority"),
    "downtime_minutes": "i.downtime_minutes",
}
_INDEXED = {"i.created_at", "i.number", "etabli_fold(i.title)", "i.actual_end"}  # in their own order: what has not ended ends last
_EXACT_FILTERS = ("site_id", "equipment_id", "assigned_technician_id", "status", "intervention_type", "is_validated")
_AWAITS_VALIDATION = "(i.status = 'completed' and not i.is_validated and i.needs_validation)"


@dataclass
class _Query(Conditions):
    @property
    def source(self) -> str:
        return f"{TABLE} i where {self.where}"


def _query(actor: Actor, filters: InterventionFilter) -> _Query:
    query = _Query()
    if actor.site_ids is not None:
        query.conditions.append(f"i.site_id = any({query.bind(actor.site_list)}::uuid[])")
    for name in _EXACT_FILTERS:
        if (wanted := getattr(filters, name)) is not None:
            query.conditions.append(f"i.{name} = {query.bind(wanted)}")
    if filters.awaits_validation is not None:
        query.conditions.append(
            f"(i.status = 'completed' and not i.is_validated and i.needs_validation) = {query.bind(filters.awaits_validation)}"
        )
    if filters.production_line_id is not None:
        line = query.bind(filters.production_line_id)
        query.conditions.append(f"i.equipment_id in (select e.id from equipment e where e.production_line_id = {line})")  # noqa: S608
    for name, sign in (("since", ">="), ("until", "<")):
        if (at := getattr(filters, name)) is not None:
            query.conditions.append(f"i.created_at {sign} {query.bind(at)}")
    for word in (filters.search or "").split()[:_MAX_WORDS]:
        query.conditions.append(_mentions(query.bind(f"%{literally(word)}%")))
    return query


def _mentions(pattern: str) -> str:
    """Machines first into an array: the planner then joins two indexes instead of reading every sheet."""
    machines = f"array(select e.id from equipment e where e.search_text like etabli_fold({pattern}))"  # noqa: S608
    return f"(i.search_text like etabli_fold({pattern}) or i.equipment_id = any({machines}))"


async def page(pool: asyncpg.Pool, actor: Actor, filters: InterventionFilter) -> Response:
    """A `Page[InterventionListItem]`, newest first unless asked otherwise."""
    query = _query(actor, filters)
    column, descends = sort_column(filters.sort, _SORTS, "-created_at")
    direction = "desc" if descends else "asc"
    nulls = "" if column in _INDEXED else " nulls last"
    total = await pool.fetchval(f"select count(*) from {query.source}", *query.args)  # noqa: S608
    limit, offset = query.bind(filters.size), query.bind((filters.page - 1) * filters.size)
    order = f"{column} {direction}{nulls}, i.id {direction}"
    items = await pool.fetchval(
        f"select coalesce(json_agg(t), '[]')::text from (select {LIST_COLUMNS} from (select i.* from {query.source} "  # noqa: S608
        f"order by {order} limit {limit} offset {offset}) i order by {order}) t",
        *query.args,
    )
    pages = -(-total // filters.size)
    body = f'{{"items":{items},"total":{total},"page":{filters.page},"size":{filters.size},"pages":{pages}}}'
    return Response(body, media_type=JSON)


async def of_machine(pool: asyncpg.Pool, actor: Actor, equipment_id: UUID, *, cursor: str | None, size: int) -> Response:
    """Newest first: `{items, next}`, where `next` is the following page's cursor or null."""
    after = decode_cursor(cursor) if cursor else ()
    statement = _OF_MACHINE.format("and (i.created_at, i.id) < ($4, $5)" if after else "")
    found = await pool.fetchrow(statement, equipment_id, actor.site_list, size, *after)
    if found is None:
        raise NotFound
    following = f'"{encode_cursor(found["at"], found["id"])}"' if found["count"] > size else "null"
    return Response(f'{{"items":[{found["items"]}],"next":{following}}}', media_type=JSON)


_OF_MACHINE = f"""
select p.* from equipment e cross join lateral (
    select count(*) as count, (array_agg(r.created_at))[$3] as at, (array_agg(r.id))[$3] as id,
        coalesce(string_agg(r.item, ',') filter (where r.place <= $3), '') as items
    from (
        select i.created_at, i.id, row_number() over (order by i.created_at desc, i.id desc) as place,
            (select row_to_json(t) from (select {LIST_COLUMNS}) t)::text as item
        from {TABLE} i where i.equipment_id = e.id {{}} order by i.created_at desc, i.id desc limit $3::int + 1
    ) r
) p where e.id = $1 and {visible_sql("e.site_id", "$2")}
"""  # noqa: S608
"""The machine's jobs with their texts in one row, and where the page ends; no row at all for a machine out of sight."""


async def _ensure_machine_visible(pool: asyncpg.Pool, actor: Actor, equipment_id: UUID) -> None:
    statement = f"select exists (select from equipment e where e.id = $1 and {visible_sql('e.site_id', '$2')})"  # noqa: S608
    if not await pool.fetchval(statement, equipment_id, actor.site_list):
        raise NotFound


async def sheet(pool: asyncpg.Pool, actor: Actor, intervention_id: UUID) -> Response:
    """An `InterventionRow`."""
    found = await pool.fetchval(
        f"select {row_json('i')}::text from {TABLE} i where i.id = $1 and {visible_sql('i.site_id', '$2')}",  # noqa: S608
        intervention_id, actor.site_list,
    )  # fmt: skip
    if found is None:
        raise NotFound
    return Response(found, media_type=JSON)


async def ensure_visible(pool: asyncpg.Pool, actor: Actor, intervention_id: UUID) -> None:
    statement = f"select exists (select from {TABLE} i where i.id = $1 and {visible_sql('i.site_id', '$2')})"  # noqa: S608
    if not await pool.fetchval(statement, intervention_id, actor.site_list):
        raise NotFound


async def history(pool: asyncpg.Pool, intervention_id: UUID) -> Response:
    """A list of `HistoryEntry`, newest first."""
    columns = json_columns(HistoryEntry, "l", by="l.actor_label")
    source = f"audit_log l where l.entity = '{TABLE}' and l.entity_id = $1"
    return await json_list(pool, columns, source, [intervention_id], order="l.id desc")


async def revisions(pool: asyncpg.Pool, intervention_id: UUID) -> Response:
    """A list of `RevisionRead`, newest first."""
    columns = json_columns(RevisionRead, "r", by="coalesce(u.first_name || ' ' || u.last_name, '')")
    source = "intervention_revision r left join users u on u.id = r.by_user_id where r.intervention_id = $1"
    return await json_list(pool, columns, source, [intervention_id], order="r.revision desc")


_PAST_JOBS = f"""
select coalesce(json_agg(t), '[]')::text from (
    select i.id, i.number, i.title, i.intervention_type, {json_cast("i.actual_end", datetime)} as completed_at, i.mode_id, i.remedy_id,
        {labour_minutes("i")} as labour_minutes,
        coalesce((select u.first_name || ' ' || u.last_name from users u where u.id = i.completed_by), '') as technician,
        left(i.work_performed, 500) as work_performed
    from {TABLE} i
    where i.equipment_id = $1 and i.intervention_type = 'corrective' and i.status = 'completed' and i.actual_end >= $2
) t
"""  # noqa: S608


async def recent_failures(pool: asyncpg.Pool, actor: Actor, equipment_id: UUID, at: datetime) -> str:
    """JSON of the `PastJob`s that a repeat notice looks at."""
    await _ensure_machine_visible(pool, actor, equipment_id)
    return str(await pool.fetchval(_PAST_JOBS, equipment_id, at - REPEAT_WINDOW))
