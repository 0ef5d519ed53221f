"""On one node: machines whose stops have changed are summed up anew every minute, and what monitoring is told every ten."""

from procrastinate import JobContext

from server.core.jobs import database_of, jobs
from server.kpis import readings, rollup


@jobs.periodic(cron="* * * * *")
@jobs.task(queueing_lock="sum up stops", pass_context=True)
async def sum_up_stops(context: JobContext, timestamp: int) -> None:
    del timestamp
    await rollup.refresh_all(database_of(context))


@jobs.periodic(cron="*/10 * * * *")
@jobs.task(queueing_lock="read figures", pass_context=True)
async def read_figures(context: JobContext, timestamp: int) -> None:
    del timestamp
    await readings.keep(database_of(context))
