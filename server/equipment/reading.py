"""One machine or class at a time, as the JSON PostgreSQL writes."""

from uuid import UUID

import asyncpg
from fastapi import Response

from server.core.access import Actor
from server.core.database import ReadSession, Session
from server.core.queries import plain, sql
from server.core.sql import JSON, read_row, written_row
from server.equipment import rows


async def equipment(pool: asyncpg.Pool, actor: Actor, equipment_id: UUID) -> Response:
    """An `EquipmentRead`; archived machines are read too, for the jobs that name them."""
    return await read_row(pool, rows.equipment_read_json("e"), "equipment e", equipment_id, actor)


async def life(pool: asyncpg.Pool, actor: Actor, equipment_id: UUID) -> Response:
    """An `EquipmentLifeRow`."""
    return await read_row(pool, rows.equipment_life_json("e"), "equipment_life e", equipment_id, actor)


async def equipment_class(pool: asyncpg.Pool, class_id: UUID) -> Response:
    return await read_row(pool, rows.equipment_class_json("k"), "equipment_class k", class_id, None)


# --- what this transaction has just written


async def after_write(session: Session, equipment_id: UUID) -> str:
    return await written_row(session, rows.equipment_read_json("e"), "equipment e", equipment_id)


async def document_after_write(session: Session, document_id: UUID) -> str:
    return await written_row(session, rows.document_json("d"), "document d", document_id)


async def classes_after_write(session: Session, ids: list[UUID]) -> Response:
    found = sql(
        "select coalesce(json_agg({} order by w.at), '[]')::text"
        " from unnest({}::uuid[]) with ordinality as w(id, at) join equipment_class k on k.id = w.id",
        plain(rows.equipment_class_json("k")), ids,
    )  # fmt: skip
    return Response(await session.scalar(found.clause()), media_type=JSON)


async def class_after_write(session: Session, class_id: UUID) -> Response:
    return Response(await written_row(session, rows.equipment_class_json("k"), "equipment_class k", class_id), media_type=JSON)


async def row_in(session: ReadSession, equipment_id: UUID) -> Response:
    """The `EquipmentRow` of a machine that was already found to be visible."""
    return Response(await written_row(session, rows.equipment_json("e"), "equipment e", equipment_id), media_type=JSON)
