"""The generator's clock: every minute, on one node."""

from dataclasses import asdict

import structlog
from procrastinate import JobContext

from server.core.jobs import database_of, jobs
from server.generator import service

_log = structlog.get_logger(__name__)


@jobs.periodic(cron="* * * * *")
@jobs.task(queueing_lock="generate jobs", pass_context=True)
async def generate_jobs(context: JobContext, timestamp: int) -> None:
    report = await service.run(database_of(context))
    if any(report.numbers):
        _log.info("generator.done", tick=timestamp, **asdict(report))
