"""Waiting for what the server says of one command, as long as there is a server to say it."""

import asyncio

from mobile_app.core.outbox import Entry, Outbox, Stage
from mobile_app.core.sync import Sync


async def answer_to(entry_id: str, outbox: Outbox, sync: Sync, seconds: float) -> Entry | None:
    """The entry as it stands once it is answered, nobody is there to answer, or `seconds` are over; None when it is through."""
    moved = asyncio.Event()
    stops = [live.subscribe(lambda *_: moved.set()) for live in (outbox, sync)]
    try:
        async with asyncio.timeout(seconds):
            while (entry := outbox.get(entry_id)) and entry.stage is Stage.waiting and sync.is_in_touch:
                moved.clear()
                await moved.wait()
    except TimeoutError:
        pass
    finally:
        for stop in stops:
            stop()
    return outbox.get(entry_id)
