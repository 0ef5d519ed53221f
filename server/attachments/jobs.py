"""What is swept at night: files that nothing uses."""

import structlog
from procrastinate import JobContext

from server.attachments import service
from server.core.jobs import database_of, jobs
from server.core.settings import get_settings
from server.core.storage import open_storage

_log = structlog.get_logger(__name__)


@jobs.periodic(cron="11 3 * * *")
@jobs.task(queueing_lock="unused files", pass_context=True)
async def forget_unused_files(context: JobContext, timestamp: int) -> None:
    settings = get_settings()
    storage = open_storage(settings.storage_url, settings.storage_dir)
    async with database_of(context).session() as session:
        forgotten = await service.forget_unused(session, storage)
    _log.info("attachments.swept", tick=timestamp, forgotten=forgotten)
