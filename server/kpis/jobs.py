"""Machines whose stops have changed are summed up anew: every minute, on one node."""

from procrastinate import JobContext

from server.core.jobs import database_of, jobs
from server.kpis import rollup


@jobs.periodic(cron="* * * * *")
@jobs.task(queueing_lock="sum up stops", pass_context=True)
async def sum_up_stops(context: JobContext, timestamp: int) -> None:
    del timestamp
    await rollup.refresh_all(database_of(context))
