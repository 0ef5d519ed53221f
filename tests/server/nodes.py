"""Nodes in processes of their own, which are only forked: to be killed while they work."""

import asyncio
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

_FORKED = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload(["tests.server.generator.node", "tests.server.serving_node"])


@contextmanager
def node(work: Callable[..., None], *arguments: Any) -> Iterator[tuple[BaseProcess, Connection]]:
    """The process that does `work(pipe, *arguments)`, and what it is told and tells."""
    ours, its = _FORKED.Pipe()
    process = _FORKED.Process(target=work, args=(its, *arguments), daemon=True)
    process.start()
    its.close()
    try:
        yield process, ours
    finally:
        process.kill()
        process.join()
        ours.close()


async def heard(pipe: Connection) -> Any:
    return await asyncio.to_thread(pipe.recv)
