"""A node that generates: `python -m tests.server.generator.node URL BATCH [between|inside|together]`.

It stops for ever after its first batch (`between`) or in the middle of its second one (`inside`), and says so, to be killed there.
"""

import asyncio
import sys
from typing import Any

from server.core.database import Database
from server.generator import service
from server.plans import repository


def stop_at(place: str) -> None:
    generate, write = service.generate_due, repository.write_dates
    done = 0

    async def batch(*arguments: Any, **options: Any) -> Any:
        nonlocal done
        if place == "between" and done == 1:
            await _stand_still()
        done += 1
        return await generate(*arguments, **options)

    async def dates(*arguments: Any) -> None:
        await write(*arguments)
        if place == "inside" and done == 2:
            await _stand_still()

    service.generate_due, repository.write_dates = batch, dates


async def _stand_still() -> None:
    print("here", flush=True)  # noqa: T201 - what the test waits for
    await asyncio.sleep(600)


async def run(url: str) -> None:
    database = Database(url)
    await database.start()
    print("ready", flush=True)  # noqa: T201
    if sys.argv[3:] == ["together"]:
        sys.stdin.readline()
    report = await service.run(database)
    print(report.jobs, flush=True)  # noqa: T201
    await database.stop()


if __name__ == "__main__":
    service.BATCH = int(sys.argv[2])
    if sys.argv[3:] != ["together"]:
        stop_at("".join(sys.argv[3:]))
    asyncio.run(run(sys.argv[1]))
