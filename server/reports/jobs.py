"""Reports are made one at a time, wherever: whoever waits for a page of the app goes first."""

from uuid import UUID

import structlog
from procrastinate import JobContext, RetryStrategy

from server.core.clock import now
from server.core.jobs import database_of, jobs, storage_of
from server.core.settings import get_settings
from server.reports import kept, making, schedules

_log = structlog.get_logger(__name__)


@jobs.task(name=kept.MAKE, pass_context=True, retry=RetryStrategy(max_attempts=kept.MOST_ATTEMPTS, wait=5))
async def make_report(context: JobContext, report_id: str) -> None:
    await making.make(database_of(context), storage_of(context), UUID(report_id))


@jobs.periodic(cron="* * * * *")
@jobs.task(queueing_lock="reports left behind", pass_context=True)
async def take_up_reports(context: JobContext, timestamp: int) -> None:
    async with database_of(context).session() as session:
        taken = await kept.take_up(session)
    if taken:
        _log.warning("reports.taken_up", tick=timestamp, taken=taken)


@jobs.periodic(cron="* * * * *")
@jobs.task(queueing_lock="reports of schedules", pass_context=True)
async def ask_for_due_reports(context: JobContext, timestamp: int) -> None:
    async with database_of(context).session() as session:
        asked = await schedules.ask_due(session, now(), kept_days=get_settings().report_days)
    if asked:
        _log.info("reports.due", tick=timestamp, asked=len(asked))
