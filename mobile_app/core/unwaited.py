"""Work whose waiter may leave before it ends, as a screen does: what goes wrong with it then is nobody's bug."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def begun(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    task = asyncio.create_task(work)
    task.add_done_callback(_hear)
    return task


async def finished(work: Coroutine[Any, Any, T]) -> T:
    """What must not stay half done: its waiter, when told to stop, stops after it."""
    task = begun(work)
    try:
        await asyncio.wait([task])  # unlike `shield`, which would report what goes wrong after its waiter was told to stop
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
    return task.result()


def _hear(task: asyncio.Task[Any]) -> None:
    if not task.cancelled():
        task.exception()
