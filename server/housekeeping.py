"""What the database need not remember for ever, and the hourly job that forgets it."""

from __future__ import annotations

from typing import Any, cast

import sqlalchemy as sa
import structlog
from procrastinate import JobContext
from sqlmodel.main import default_registry

import server.attachments.jobs
import server.auth.jobs
import server.equipment.jobs
import server.generator.jobs
import server.handovers.jobs
import server.kpis.jobs
import server.mail.carrier
import server.notifications.jobs
import server.push.carrying
import server.reports.jobs
import server.sync.jobs
import server.tables
import server.webhooks.carrier  # noqa: F401 - they declare theirs
from server.core.clock import now
from server.core.database import Session
from server.core.jobs import database_of, jobs
from server.core.tables import Instant

_log = structlog.get_logger(__name__)


async def forget_expired(session: Session) -> dict[str, int]:
    """Delete what has expired: a table's `__forgotten__` is when, and how long it is kept after that. The number of rows by table."""
    at = now()
    forgotten = {}
    for model in (mapper.class_ for mapper in default_registry.mappers if hasattr(mapper.class_, "__forgotten__")):
        expired, kept = model.__forgotten__
        statement = sa.delete(model).where(sa.literal_column(expired, Instant) < at - kept)
        result = cast("sa.CursorResult[Any]", await session.execute(statement))
        forgotten[model.__tablename__] = result.rowcount
    return forgotten


@jobs.periodic(cron="17 * * * *")
@jobs.task(queueing_lock="housekeeping", pass_context=True)
async def keep_house(context: JobContext, timestamp: int) -> None:
    async with database_of(context).session() as session:
        forgotten = await forget_expired(session)
    _log.info("housekeeping.done", tick=timestamp, **forgotten)
