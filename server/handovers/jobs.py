"""Each minute, one node looks which shifts have ended."""

import structlog
from procrastinate import JobContext

from server.core.clock import now
from server.core.jobs import database_of, jobs
from server.handovers import service

_log = structlog.get_logger(__name__)


@jobs.periodic(cron="* * * * *")
@jobs.task(queueing_lock="shift handovers", pass_context=True)
async def write_handovers(context: JobContext, timestamp: int) -> None:
    async with database_of(context).session() as session:
        written = await service.write_due(session, now())
    if written:
        _log.info("handovers.written", tick=timestamp, written=len(written))
