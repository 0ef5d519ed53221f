"""One machine or class at a time, as the JSON PostgreSQL writes."""

from uuid import UUID

import asyncpg
import sqlalchemy as sa
from fastapi import Response

from server.core.access import Actor, visible_sql
from server.core.database import ReadSession, Session
from server.core.errors import NotFound
from server.core.sql import JSON, json_columns, json_list
from server.equipment import rows
from shared_models.equipment.rows import StatusChange

_STATUS_LOG = json_columns(
    StatusChange, "l", by="coalesce((select u.first_name || ' ' || u.last_name from users u where u.id = l.by_user_id), '')"
)


async def _one(pool: asyncpg.Pool, expression: str, source: str, *args: object) -> Response:
    body = await pool.fetchval(f"select {expression}::text from {source}", *args)  # noqa: S608
    if body is None:
        raise NotFound
    return Response(body, media_type=JSON)


async def _all(pool: asyncpg.Pool, expression: str, source: str, *args: object, order: str) -> Response:
    aggregate = f"coalesce(json_agg({expression} order by {order}), '[]')::text"
    return Response(await pool.fetchval(f"select {aggregate} from {source}", *args), media_type=JSON)  # noqa: S608


async def ensure_visible(pool: asyncpg.Pool, actor: Actor, equipment_id: UUID) -> None:
    source = f"equipment e where e.id = $1 and {visible_sql('e.site_id', '$2')}"
    if not await pool.fetchval(f"select exists (select from {source})", equipment_id, actor.site_list):  # noqa: S608
        raise NotFound


async def equipment(pool: asyncpg.Pool, actor: Actor, equipment_id: UUID) -> Response:
    """An `EquipmentRead`; archived machines are read too, for the jobs that name them."""
    source = f"equipment e where e.id = $1 and {visible_sql('e.site_id', '$2')}"
    return await _one(pool, rows.equipment_read_json("e"), source, equipment_id, actor.site_list)


async def life(pool: asyncpg.Pool, actor: Actor, equipment_id: UUID) -> Response:
    """An `EquipmentLifeRow`."""
    source = f"equipment_life e where e.id = $1 and {visible_sql('e.site_id', '$2')}"
    return await _one(pool, rows.equipment_life_json("e"), source, equipment_id, actor.site_list)


async def status_log(pool: asyncpg.Pool, equipment_id: UUID, limit: int) -> Response:
    """`StatusChange`s, newest first."""
    newest = f"l.occurred_at desc, l.received_at desc, l.id limit {limit}"
    return await json_list(pool, _STATUS_LOG, "equipment_status_log l where l.equipment_id = $1", (equipment_id,), order=newest)


async def documents(pool: asyncpg.Pool, equipment_id: UUID) -> Response:
    return await _all(pool, rows.document_json("d"), "document d where d.equipment_id = $1", equipment_id, order="d.title, d.id")


async def classes(pool: asyncpg.Pool) -> Response:
    return await _all(pool, rows.equipment_class_json("k"), "equipment_class k", order="k.code")


async def equipment_class(pool: asyncpg.Pool, class_id: UUID) -> Response:
    return await _one(pool, rows.equipment_class_json("k"), "equipment_class k where k.id = $1", class_id)


# --- what this transaction has just written


async def _written(session: Session, expression: str, source: str, row_id: UUID) -> str:
    text: str = await session.scalar(sa.text(f"select {expression}::text from {source} where {source[-1]}.id = :id"), {"id": row_id})  # noqa: S608
    return text


async def after_write(session: Session, equipment_id: UUID) -> str:
    return await _written(session, rows.equipment_read_json("e"), "equipment e", equipment_id)


async def document_after_write(session: Session, document_id: UUID) -> str:
    return await _written(session, rows.document_json("d"), "document d", document_id)


async def classes_after_write(session: Session, ids: list[UUID]) -> Response:
    found = sa.text(
        f"select coalesce(json_agg({rows.equipment_class_json('k')} order by w.at), '[]')::text"  # noqa: S608
        " from unnest(cast(:ids as uuid[])) with ordinality as w(id, at) join equipment_class k on k.id = w.id"
    )
    return Response(await session.scalar(found, {"ids": ids}), media_type=JSON)


async def class_after_write(session: Session, class_id: UUID) -> Response:
    return Response(await _written(session, rows.equipment_class_json("k"), "equipment_class k", class_id), media_type=JSON)


async def row_in(session: ReadSession, equipment_id: UUID) -> Response:
    """The `EquipmentRow` of a machine that was already found to be visible."""
    body = await session.scalar(
        sa.text(f"select {rows.equipment_json('e')}::text from equipment e where e.id = :id"),  # noqa: S608
        {"id": equipment_id},
    )
    return Response(body, media_type=JSON)
