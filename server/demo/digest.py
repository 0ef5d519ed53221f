"""What the server derives from history: each machine's present status, the counts of failure modes, and the digest of its life."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from server.equipment.rows import REBUILD_LIFE, REFRESH_MODE_COUNTS

BATCH = 250
_STATUS = """
UPDATE equipment SET status = last.to_status, status_since = last.occurred_at, status_reason = last.reason, updated_at = last.occurred_at
FROM (
    SELECT DISTINCT ON (equipment_id) equipment_id, to_status, occurred_at, reason
    FROM equipment_status_log ORDER BY equipment_id, occurred_at DESC
) AS last
WHERE last.equipment_id = equipment.id
"""


async def derive(connection: asyncpg.Connection, machine_ids: Sequence[UUID], now: datetime) -> None:
    await connection.execute("ANALYZE maintenance_interventions, intervention_action, equipment_status_log, equipment")
    await connection.execute(_STATUS)
    await connection.execute(_numbered(REFRESH_MODE_COUNTS), now)
    for first in range(0, len(machine_ids), BATCH):
        await connection.execute(_numbered(REBUILD_LIFE), now, machine_ids[first : first + BATCH])


def _numbered(statement: str) -> str:
    """Asyncpg numbers its parameters, SQLAlchemy names them."""
    return statement.replace(":now", "$1").replace(":ids", "$2")
