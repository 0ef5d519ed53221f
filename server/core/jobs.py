"""Background jobs: a queue in PostgreSQL, claimed by any node, each periodic tick run by one.

A task is declared with `@jobs.task` or `@jobs.periodic(cron=…)` and takes a `JobContext`. To start one with the transaction
that asks for it, `await defer(session, task_name, **arguments)`: it runs if and when that commits.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import structlog
from procrastinate import App, JobContext, PsycopgConnector

from server.core.database import Database, asyncpg_dsn
from server.core.logs import bound

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from server.core.database import Session

CONCURRENCY = 4
GRACE_SECONDS = 10.0
PAUSE_SECONDS = 5.0
_log = structlog.get_logger(__name__)

jobs = App(connector=PsycopgConnector())

_DEFER = sa.text(
    "select procrastinate_defer_jobs_v1(array[row('default', :task, 0, null, :once, cast(:arguments as jsonb), null)"
    "::procrastinate_job_to_defer_v1])"
)


async def defer(session: Session, task: str, *, once: str | None = None, **arguments: Any) -> None:
    """Queue a job in this transaction; the database refuses a second waiting one of the same `once`."""
    await session.execute(_DEFER, {"task": task, "once": once, "arguments": json.dumps(arguments)})


def database_of(context: JobContext) -> Database:
    database: Database = context.additional_context["database"]
    return database


async def work(database: Database) -> None:
    """Run jobs until cancelled; those at work get some seconds to end."""
    connector = PsycopgConnector(conninfo=asyncpg_dsn(database.dsn), min_size=1, max_size=4)
    with jobs.replace_connector(connector) as app:
        async with app.open_async():
            await app.run_worker_async(
                concurrency=CONCURRENCY,
                install_signal_handlers=False,
                delete_jobs="successful",
                shutdown_graceful_timeout=GRACE_SECONDS,
                additional_context={"database": database},
            )


@asynccontextmanager
async def working(database: Database) -> AsyncIterator[None]:
    """Run jobs beside whatever the block does; a worker that dies is started again."""
    task = asyncio.create_task(_keep_working(database), name="background jobs")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _keep_working(database: Database) -> None:
    while True:
        try:
            await work(database)
        except Exception as error:  # noqa: BLE001 - whatever happened, jobs must go on
            _log.warning("jobs.worker_lost", error=repr(error))
        await asyncio.sleep(PAUSE_SECONDS)


@jobs.periodic(cron="* * * * *")
@jobs.task(queueing_lock="retry stalled jobs", pass_context=True)
async def retry_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """A node that dies leaves its jobs marked as running: give them to another."""
    with bound(tick=timestamp):
        for job in await context.app.job_manager.get_stalled_jobs():
            _log.warning("jobs.retried", task=job.task_name, job=job.id)
            await context.app.job_manager.retry_job(job)
