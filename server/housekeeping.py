"""What the database need not remember for ever, and the hourly job that forgets it."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
import structlog
from procrastinate import JobContext

from server.auth.models import RateLimit, SetupLink, UserSession
from server.core.clock import now
from server.core.database import Session
from server.core.jobs import database_of, jobs
from server.sync.models import SyncReceipt

SESSION_DAYS = 30  # kept a while after their end: "where was I signed in?" is asked after the theft
RECEIPT_DAYS = 180  # longer than any phone stays in a drawer with commands waiting
_log = structlog.get_logger(__name__)


async def forget_expired(session: Session) -> dict[str, int]:
    """Delete what has expired; the number of rows by table."""
    at = now()
    expired = [
        sa.delete(UserSession).where(
            sa.func.coalesce(UserSession.revoked_at, UserSession.expires_at) < at - timedelta(days=SESSION_DAYS)
        ),
        sa.delete(SetupLink).where(SetupLink.expires_at < at),
        sa.delete(RateLimit).where(RateLimit.arrival_at < at),
        sa.delete(SyncReceipt).where(SyncReceipt.received_at < at - timedelta(days=RECEIPT_DAYS)),
    ]
    return {str(statement.table): (await session.execute(statement)).rowcount for statement in expired}


@jobs.periodic(cron="17 * * * *")
@jobs.task(queueing_lock="housekeeping", pass_context=True)
async def keep_house(context: JobContext, timestamp: int) -> None:
    async with database_of(context).session() as session:
        forgotten = await forget_expired(session)
    _log.info("housekeeping.done", tick=timestamp, **forgotten)
