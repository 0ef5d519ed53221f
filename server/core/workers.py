"""Processes that answer requests, forked from one that has imported the application: what it holds is held once for all of them."""

import multiprocessing

from uvicorn import _subprocess


def share_memory() -> None:
    """Of the processes that uvicorn is about to start. By itself it lets each begin from nothing, and import everything again."""
    forking = multiprocessing.get_context("forkserver")
    forking.set_forkserver_preload(["server.imported"])
    setattr(_subprocess, "spawn", forking)  # noqa: B010 - uvicorn knows one way, and asks nobody
