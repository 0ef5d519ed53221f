"""Work requests as the JSON PostgreSQL writes."""

from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from fastapi import Response

from server.core.access import Actor, visible_sql
from server.core.database import Session
from server.core.errors import NotFound
from server.core.pages import sort_column
from server.core.sql import JSON, json_page
from server.requests import rows
from shared_models.requests.rows import WorkRequestFilter

_SORTS = {"created_at": "r.created_at", "number": "r.number", "status": "r.status", "symptom": "r.symptom"}


async def page(pool: asyncpg.Pool, actor: Actor, filters: WorkRequestFilter) -> Response:
    """A `Page[WorkRequestRow]`, newest first."""
    args: list[Any] = [actor.site_list]
    conditions = [visible_sql("r.site_id", "$1")]
    for name in ("site_id", "equipment_id", "status"):
        if (wanted := getattr(filters, name)) is not None:
            args.append(wanted)
            conditions.append(f"r.{name} = ${len(args)}")
    column, descends = sort_column(filters.sort, _SORTS, "-created_at")
    order = f"{column} {'desc' if descends else 'asc'}, r.id"
    return await json_page(pool, rows.columns("r"), f"work_request r where {' and '.join(conditions)}", args, filters, order=order)


async def one(pool: asyncpg.Pool, actor: Actor, request_id: UUID) -> Response:
    statement = f"select {rows.work_request_json('r')}::text from work_request r where r.id = $1 and {visible_sql('r.site_id', '$2')}"  # noqa: S608
    body = await pool.fetchval(statement, request_id, actor.site_list)
    if body is None:
        raise NotFound
    return Response(body, media_type=JSON)


async def after_write(session: Session, request_id: UUID) -> Response:
    statement = sa.text(f"select {rows.work_request_json('r')}::text from work_request r where r.id = :id")  # noqa: S608
    return Response(await session.scalar(statement, {"id": request_id}), media_type=JSON)
