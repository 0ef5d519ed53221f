"""Classes as the JSON PostgreSQL writes."""

from uuid import UUID

from fastapi import Response

from server.core.database import Session
from server.core.queries import plain, sql
from server.core.sql import Written
from server.equipment import rows


async def classes_after_write(session: Session, ids: list[UUID]) -> Response:
    found = sql(
        "select coalesce(json_agg({} order by w.at), '[]')::text"
        " from unnest({}::uuid[]) with ordinality as w(id, at) join equipment_class k on k.id = w.id",
        plain(rows.equipment_class_json("k")), ids,
    )  # fmt: skip
    return Written(await session.scalar(found.clause()))
