"""Templates and their versions, as the JSON PostgreSQL writes."""

from uuid import UUID

import asyncpg
from fastapi import Response

from server.checklists.rows import checklist_json
from server.core.database import Session
from server.core.lists import UTC, List, Of
from server.core.sql import person, read_row, written_row
from shared_models.checklists.rows import ChecklistRow, ChecklistVersionRead

CHECKLISTS = List(
    "checklists", ChecklistRow, "checklist c", row=checklist_json("c"), sorts={"name": "c.name"}, order="name",
    exported=("name", "description", "is_active"), clock=UTC,
)  # fmt: skip
VERSIONS = List(
    "checklist_versions", ChecklistVersionRead, "checklist_version v", of=Of("checklist c", "checklist_id", site=None),
    columns={"by": f"coalesce({person('v.created_by')}, '')"}, sorts={"version": "v.version"}, order="-version", tie="version",
    exported=("version", "name", "created_at", "by"), clock=UTC,
)  # fmt: skip


async def one(pool: asyncpg.Pool, checklist_id: UUID) -> Response:
    return await read_row(pool, checklist_json("c"), "checklist c", checklist_id, None)


async def after_write(session: Session, checklist_id: UUID) -> str:
    return await written_row(session, checklist_json("c"), "checklist c", checklist_id)
