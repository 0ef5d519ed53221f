"""Work in a process of its own: its memory is bounded and given back, and what brings it down brings nothing else down."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable

import structlog

_MOST_SECONDS = 60
_log = structlog.get_logger(__name__)


class WorkFailedError(Exception):
    """The process ended without an answer: out of memory, out of time, or by a fault."""


async def apart(work: Callable[..., bytes], task: bytes, *arguments: str, most_mib: int, most_seconds: int = _MOST_SECONDS) -> bytes:
    """What the module's function `work` answers; `most_mib` is the memory it may have, its libraries included."""
    return await asyncio.to_thread(_run, [work.__module__, work.__qualname__, str(most_mib), *arguments], task, most_seconds)


def _run(arguments: list[str], task: bytes, most_seconds: int) -> bytes:
    command = [sys.executable, "-m", "server.core.confined", *arguments]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "MALLOC_ARENA_MAX": "1"}
    try:
        done = subprocess.run(command, input=task, capture_output=True, timeout=most_seconds, env=environment, check=False)
    except subprocess.TimeoutExpired:
        raise WorkFailedError("out of time") from None
    if done.returncode:
        _log.warning("apart.failed", work=arguments[1], status=done.returncode, error=done.stderr[-2000:].decode("utf-8", "replace"))
        raise WorkFailedError(f"ended with {done.returncode}")
    return done.stdout
