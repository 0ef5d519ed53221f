"""What the database need not remember for ever, and the hourly job that forgets it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import sqlalchemy as sa
import structlog
from procrastinate import JobContext
from sqlmodel import col

import server.attachments.jobs
import server.equipment.jobs
import server.generator.jobs
import server.sync.jobs  # noqa: F401 - declare theirs
from server.auth.models import Invitation, PasswordLink, RateLimit, SetupLink, UserSession
from server.core.clock import now
from server.core.database import Session
from server.core.jobs import database_of, jobs
from server.sync.models import SyncReceipt, SyncTombstone

SESSION_DAYS = 30  # kept a while after their end: "where was I signed in?" is asked after the theft
RECEIPT_DAYS = 180  # longer than any phone stays in a drawer with commands waiting
TOMBSTONE_DAYS = 100  # longer than `server.sync.cursors.SHELF_LIFE`: an older cursor loads everything again
_log = structlog.get_logger(__name__)


async def forget_expired(session: Session) -> dict[str, int]:
    """Delete what has expired; the number of rows by table."""
    at = now()
    session_end = sa.func.coalesce(col(UserSession.revoked_at), col(UserSession.expires_at))
    expired = [
        sa.delete(UserSession).where(session_end < at - timedelta(days=SESSION_DAYS)),
        *(sa.delete(link).where(col(link.expires_at) < at) for link in (SetupLink, Invitation, PasswordLink)),
        sa.delete(RateLimit).where(col(RateLimit.arrival_at) < at),
        sa.delete(SyncReceipt).where(col(SyncReceipt.received_at) < at - timedelta(days=RECEIPT_DAYS)),
        sa.delete(SyncTombstone).where(col(SyncTombstone.deleted_at) < at - timedelta(days=TOMBSTONE_DAYS)),
    ]
    forgotten = {}
    for statement in expired:
        result = cast("sa.CursorResult[Any]", await session.execute(statement))
        forgotten[str(statement.table)] = result.rowcount
    return forgotten


@jobs.periodic(cron="17 * * * *")
@jobs.task(queueing_lock="housekeeping", pass_context=True)
async def keep_house(context: JobContext, timestamp: int) -> None:
    async with database_of(context).session() as session:
        forgotten = await forget_expired(session)
    _log.info("housekeeping.done", tick=timestamp, **forgotten)
