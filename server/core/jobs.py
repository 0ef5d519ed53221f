"""Background jobs: a queue in PostgreSQL, claimed by any node, each periodic tick run by one.

A task is declared with `@jobs.task` or `@jobs.periodic(cron=…)` and takes a `JobContext`. To start one with the transaction
that asks for it, `await defer(session, task_name, **arguments)`: it runs if and when that commits.

The last tick of each periodic task that has run is in the database. A worker that starts defers the latest one that has
passed; the database refuses it where it has run already, or where another node was first. In a database where it never ran
(a new or a restored one) nothing was missed. A periodic task has a `queueing_lock`, so that the ticks that a sleeping machine
missed do not pile up.
"""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import structlog
from procrastinate import App, JobContext, PsycopgConnector

from server.core.database import Database, asyncpg_dsn
from server.core.logs import bound

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from server.core.database import Session
    from server.core.storage import Storage

CONCURRENCY = 4
GRACE_SECONDS = 10.0
_STOPPING_SECONDS = 5.0
PAUSE_SECONDS = 5.0
JUST_PASSED_SECONDS = 600.0
EVER_SECONDS = 100 * 365 * 86_400.0
"""How late a periodic tick may still run: a machine that is off at night does its night's work when it starts, once."""
_log = structlog.get_logger(__name__)

jobs = App(connector=PsycopgConnector(), periodic_defaults={"max_delay": EVER_SECONDS})

_DEFER = sa.text(
    "select procrastinate_defer_jobs_v1(array[row('default', :task, 0, :lock, :once, cast(:arguments as jsonb), null)"
    "::procrastinate_job_to_defer_v1])"
)


async def defer(session: Session, task: str, *, once: str | None = None, lock: str | None = None, **arguments: Any) -> None:
    """Queue a job in this transaction; the database refuses a second waiting one of the same `once`. Of those with the same `lock`
    one runs at a time, wherever that is.
    """
    await session.execute(_DEFER, {"task": task, "once": once, "lock": lock, "arguments": json.dumps(arguments)})


def database_of(context: JobContext) -> Database:
    database: Database = context.additional_context["database"]
    return database


def storage_of(context: JobContext) -> Storage:
    storage: Storage = context.additional_context["storage"]
    return storage


_COUNT_FROM = """
insert into procrastinate_periodic_defers (task_name, periodic_id, defer_timestamp) select $1::text, $2::text, $3::bigint
where not exists (select from procrastinate_periodic_defers where task_name = $1::text and periodic_id = $2::text) on conflict do nothing
"""


async def _start_counting(database: Database) -> None:
    """Where a task never ran, its last tick counts as run; one that has just passed still runs."""
    at = time.time()
    connection = await database.connect()
    try:
        for (task, periodic_id), periodic in jobs.periodic_registry.periodic_tasks.items():
            last = round(periodic.croniter.get_prev(ret_type=float, start_time=at))
            if at - last > JUST_PASSED_SECONDS:
                await connection.execute(_COUNT_FROM, task, periodic_id, last)
    finally:
        await connection.close()


async def work(database: Database, storage: Storage) -> None:
    """Run jobs until cancelled; those at work get some seconds to end."""
    await _start_counting(database)
    connector = PsycopgConnector(conninfo=asyncpg_dsn(database.dsn), min_size=1, max_size=4)
    with jobs.replace_connector(connector) as app:
        async with app.open_async():
            _stop_if_told()
            await app.run_worker_async(
                concurrency=CONCURRENCY,
                install_signal_handlers=False,
                delete_jobs="successful",
                shutdown_graceful_timeout=GRACE_SECONDS,
                additional_context={"database": database, "storage": storage},
            )


@asynccontextmanager
async def working(database: Database, storage: Storage) -> AsyncIterator[None]:
    """Run jobs beside whatever the block does; a worker that dies is started again."""
    task = asyncio.create_task(_keep_working(database, storage), name="background jobs")
    try:
        yield
    finally:
        while not task.done():  # on its way to the database it may not have heard
            task.cancel()
            await asyncio.wait([task], timeout=GRACE_SECONDS + _STOPPING_SECONDS)


def _stop_if_told() -> None:
    """A cancellation is lost when a connection that is waited for comes, or fails, in the same moment."""
    task = asyncio.current_task()
    if task and task.cancelling():
        raise asyncio.CancelledError


async def _keep_working(database: Database, storage: Storage) -> None:
    while True:
        try:
            await work(database, storage)
        except Exception as error:  # noqa: BLE001 - whatever happened, jobs must go on
            _log.warning("jobs.worker_lost", error=repr(error))
        _stop_if_told()
        await asyncio.sleep(PAUSE_SECONDS)


@jobs.periodic(cron="* * * * *")
@jobs.task(queueing_lock="retry stalled jobs", pass_context=True)
async def retry_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """A node that dies leaves its jobs marked as running: give them to another."""
    with bound(tick=timestamp):
        for job in await context.app.job_manager.get_stalled_jobs():
            _log.warning("jobs.retried", task=job.task_name, job=job.id)
            await context.app.job_manager.retry_job(job)
