"""Work in a process of its own: its memory is bounded and given back, and what brings it down brings nothing else down."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import IO

import structlog

_MOST_SECONDS = 60
_log = structlog.get_logger(__name__)


class WorkFailedError(Exception):
    """The process ended without an answer: out of memory, out of time, or by a fault."""


async def apart(work: Callable[..., bytes], task: bytes, *arguments: str, most_mib: int, most_seconds: int = _MOST_SECONDS) -> bytes:
    """What the module's function `work` answers; `most_mib` is the memory it may have, its libraries included."""
    return await asyncio.to_thread(_run, ["whole", work.__module__, work.__qualname__, str(most_mib), *arguments], task, most_seconds)


async def apart_of_lines(
    work: Callable[[IO[bytes]], bytes], lines: AsyncIterator[bytes], *, most_mib: int, most_seconds: int = _MOST_SECONDS
) -> bytes:
    """What `work` answers, which reads as it goes: no more of `lines` is held than a pipe has room for.

    Whatever stops the reading, here or there, stops the process.
    """
    arguments = ["lines", work.__module__, work.__qualname__, str(most_mib)]
    process = await asyncio.create_subprocess_exec(
        *_command(arguments), env=_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    pipe, output, errors = process.stdin, process.stdout, process.stderr
    assert pipe
    assert output
    assert errors
    try:
        async with asyncio.timeout(most_seconds):
            answer, error, _ = await asyncio.gather(output.read(), errors.read(), _fed(pipe, lines))
            status = await process.wait()
    except TimeoutError:
        raise WorkFailedError("out of time") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return _answered(arguments, status, answer, error)


async def _fed(pipe: asyncio.StreamWriter, lines: AsyncIterator[bytes]) -> None:
    """A process that has ended takes no more; why it did, its status says."""
    with suppress(BrokenPipeError, ConnectionResetError):
        async for line in lines:
            pipe.write(line)
            await pipe.drain()
        pipe.close()


def _run(arguments: list[str], task: bytes, most_seconds: int) -> bytes:
    try:
        done = subprocess.run(
            _command(arguments), input=task, capture_output=True, timeout=most_seconds, env=_environment(), check=False
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise WorkFailedError("out of time") from None
    return _answered(arguments, done.returncode, done.stdout, done.stderr)


def _answered(arguments: list[str], status: int, answer: bytes, error: bytes) -> bytes:
    if status:
        _log.warning("apart.failed", work=arguments[2], status=status, error=error[-2000:].decode("utf-8", "replace"))
        raise WorkFailedError(f"ended with {status}")
    return answer


def _command(arguments: list[str]) -> list[str]:
    return [sys.executable, "-m", "server.core.confined", *arguments]


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "MALLOC_ARENA_MAX": "1"}
