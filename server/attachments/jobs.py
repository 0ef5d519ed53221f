"""What is swept at night: files that nothing uses."""

import structlog
from procrastinate import JobContext

from server.attachments import service
from server.core.jobs import database_of, jobs, storage_of

_log = structlog.get_logger(__name__)


@jobs.periodic(cron="11 3 * * *")
@jobs.task(queueing_lock="unused files", pass_context=True)
async def forget_unused_files(context: JobContext, timestamp: int) -> None:
    async with database_of(context).session() as session:
        forgotten = await service.forget_unused(session, storage_of(context))
    _log.info("attachments.swept", tick=timestamp, forgotten=forgotten)
