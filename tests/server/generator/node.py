"""A node that generates, in a process of its own that is only forked: `work(pipe, URL, BATCH, "between" | "inside" | "together")`.

It stops for ever after its first batch (`between`) or in the middle of its second one (`inside`), and says so, to be killed there;
or it begins when it is told to (`together`).
"""

import asyncio
from multiprocessing.connection import Connection
from typing import Any

from server.core.database import Database
from server.generator import service
from server.plans import repository


def work(pipe: Connection, url: str, batch: int, place: str) -> None:
    service.BATCH = batch
    if place != "together":
        _stop_at(place, pipe)
    asyncio.run(_run(pipe, url, place))


def _stop_at(place: str, pipe: Connection) -> None:
    generate, write = service.generate_due, repository.write_dates
    done = 0

    async def stand_still() -> None:
        pipe.send("here")
        await asyncio.sleep(600)

    async def batch(*arguments: Any, **options: Any) -> Any:
        nonlocal done
        if place == "between" and done == 1:
            await stand_still()
        done += 1
        return await generate(*arguments, **options)

    async def dates(*arguments: Any) -> None:
        await write(*arguments)
        if place == "inside" and done == 2:
            await stand_still()

    service.generate_due, repository.write_dates = batch, dates


async def _run(pipe: Connection, url: str, place: str) -> None:
    database = Database(url)
    await database.start()
    pipe.send("ready")
    if place == "together":
        pipe.recv()
    report = await service.run(database)
    pipe.send(report.jobs)
    await database.stop()
