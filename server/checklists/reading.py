"""Templates and their versions, as the JSON PostgreSQL writes."""

from uuid import UUID

import asyncpg
import sqlalchemy as sa
from fastapi import Response

from server.checklists.rows import checklist_json
from server.core.database import Session
from server.core.errors import NotFound
from server.core.sql import JSON, json_columns, json_list
from shared_models.checklists.rows import ChecklistVersionRead

_VERSION = json_columns(
    ChecklistVersionRead, "v", by="coalesce((select u.first_name || ' ' || u.last_name from users u where u.id = v.created_by), '')"
)


async def every(pool: asyncpg.Pool) -> Response:
    """All `ChecklistRow`s, by name."""
    body = await pool.fetchval(f"select coalesce(json_agg({checklist_json('c')} order by c.name, c.id), '[]')::text from checklist c")  # noqa: S608
    return Response(body, media_type=JSON)


async def one(pool: asyncpg.Pool, checklist_id: UUID) -> Response:
    body = await pool.fetchval(f"select {checklist_json('c')}::text from checklist c where c.id = $1", checklist_id)  # noqa: S608
    if body is None:
        raise NotFound
    return Response(body, media_type=JSON)


async def versions(pool: asyncpg.Pool, checklist_id: UUID) -> Response:
    """`ChecklistVersionRead`s, newest first."""
    if not await pool.fetchval("select exists (select from checklist where id = $1)", checklist_id):
        raise NotFound
    return await json_list(pool, _VERSION, "checklist_version v where v.checklist_id = $1", (checklist_id,), order="v.version desc")


async def after_write(session: Session, checklist_id: UUID) -> str:
    statement = sa.text(f"select {checklist_json('c')}::text from checklist c where c.id = :id")  # noqa: S608
    text: str = await session.scalar(statement, {"id": checklist_id})
    return text
