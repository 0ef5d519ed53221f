"""`serve` once more in the same process, with the database ready: a program gives back what it has imported by ending, and in no other way.

The process keeps its number, its files and its environment. Who ends it in between is heard once the new program listens.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import asdict, dataclass
from typing import NoReturn

_FILE = "ETABLI_BEGUN"
"""The variable with the number of the open file that holds what the program before hands on."""
_ENDINGS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


@dataclass(frozen=True)
class Welcome:
    """What whoever starts the server should know."""

    setup_link: str | None = None
    demo_accounts: tuple[tuple[str, str, str], ...] = ()
    """(name, user name, password)"""


def begin(welcome: Welcome, claim: int | None) -> NoReturn:
    """`claim` is what `EmbeddedPostgres.hand_on` gave."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as pipe:
        json.dump([asdict(welcome), claim], pipe)
    os.set_inheritable(reading, True)
    os.environ[_FILE] = str(reading)
    sys.stdout.flush()
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDINGS)
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - our own command line


def begun() -> tuple[Welcome, int | None] | None:
    """What was handed on, if this program is the one after."""
    if (number := os.environ.pop(_FILE, None)) is None:
        return None
    with os.fdopen(int(number)) as pipe:
        welcome, claim = json.load(pipe)
    return Welcome(**welcome), claim


def listen() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDINGS)
