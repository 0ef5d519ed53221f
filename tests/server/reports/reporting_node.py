"""A node that makes reports, in a process of its own: told to begin, it says so, and works until it is killed."""

import asyncio
from multiprocessing.connection import Connection
from pathlib import Path

import server.housekeeping  # noqa: F401 - declares the jobs
from server.core.database import Database
from server.core.jobs import work
from server.core.storage import local_storage


def make_reports(pipe: Connection, url: str, folder: str) -> None:
    asyncio.run(_work(pipe, url, folder))


async def _work(pipe: Connection, url: str, folder: str) -> None:
    database = Database(url)
    await database.start()
    pipe.send("ready")
    await work(database, local_storage(Path(folder)))
