"""Processes that answer requests, forked from one that has imported the application: what it holds is held once for all of them."""

import multiprocessing
import os
import signal
import sys
import threading
from multiprocessing.process import BaseProcess

from uvicorn import Config, _subprocess
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess


def run(config: Config) -> None:
    """Keep them up, at a port that is ours from here on: a worker is not told that it listens in vain, where somebody else was first."""
    taken = config.bind_socket()
    taken.listen(config.backlog)
    _share_memory()
    keeper = Multiprocess(config, sockets=[taken])
    keeper.run()
    if any(process.exitcode == STARTUP_FAILURE for process in keeper.processes):
        sys.exit(STARTUP_FAILURE)


def _share_memory() -> None:
    """Of the processes that uvicorn is about to start. By itself it lets each begin from nothing, and import everything again."""
    forking = multiprocessing.get_context("forkserver")
    forking.set_forkserver_preload(["server.imported"])
    setattr(_subprocess, "spawn", forking)  # noqa: B010 - uvicorn knows one way, and asks nobody


def end_with_starter() -> None:
    """Who started this process keeps the database up, and gives the port to the next: killed, it cannot tell us to end."""
    if (starter := multiprocessing.parent_process()) is not None:
        threading.Thread(target=_end_after, args=(starter,), name="starter", daemon=True).start()


def _end_after(starter: BaseProcess) -> None:
    starter.join()
    os.kill(os.getpid(), signal.SIGTERM)
