"""A courier in a process of its own that is only forked: `carry(pipe, URL, SETTINGS)`; it says when it is at work."""

import asyncio
from multiprocessing.connection import Connection
from typing import Any

import server.main  # noqa: F401 - with all that it carries
from server.core.database import Database
from server.core.settings import Settings
from server.core.storage import memory_storage
from server.outbox.carrying import Node
from server.outbox.courier import carrying


def carry(pipe: Connection, url: str, settings: dict[str, Any]) -> None:
    asyncio.run(_carry(pipe, url, settings))


async def _carry(pipe: Connection, url: str, settings: dict[str, Any]) -> None:
    database = Database(url)
    await database.start()
    async with carrying(Node(database, memory_storage(), Settings(_env_file=None, jobs=False, **settings))):
        pipe.send("at work")
        await asyncio.Event().wait()
