"""Processes that answer requests, forked from one that has imported the application: what it holds is held once for all of them."""

import multiprocessing
import os
import signal
import threading
from multiprocessing.process import BaseProcess

from uvicorn import _subprocess


def share_memory() -> None:
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
