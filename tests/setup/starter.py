"""Starts `etabli` as often as it is told, each time in a process of its own: what all of them import is imported once.

`python -m tests.setup.starter` reads a start a line, as JSON: the arguments, the environment, and the file for what it says.
It answers with their statuses, in this order.
"""

import gc
import json
import os
import sys

import server.demo
import server.main
import server.startup  # noqa: F401 - all that a start needs
from server.cli import app


def start(arguments: list[str], environment: dict[str, str], says: str) -> int:
    """The process that leaves with the status of the command."""
    if process := os.fork():
        return process
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for said in (1, 2):
        os.dup2(os.open(says, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), said)
    os.environ.clear()
    os.environ.update(environment)
    try:
        app(arguments)
    except SystemExit as leaves:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(leaves.code)  # type: ignore[arg-type]  # taking all that was imported apart takes longer than the start
    raise AssertionError("it goes on")


if __name__ == "__main__":
    gc.freeze()
    started = [start(*json.loads(line)) for line in sys.stdin.read().splitlines()]
    print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process in started]))  # noqa: T201 - its answer
