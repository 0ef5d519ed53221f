"""What is recounted at night: how often each failure mode was recorded on machines of each class."""

from procrastinate import JobContext

from server.core.jobs import database_of, jobs
from server.equipment import service


@jobs.periodic(cron="41 2 * * *")
@jobs.task(queueing_lock="mode counts", pass_context=True)
async def refresh_mode_counts(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - the queue's signature
    async with database_of(context).session() as session:
        await service.refresh_mode_counts(session)
