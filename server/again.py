"""`serve` once more in the same process, with the database ready: a program gives back what it has imported by ending, and in no other way.

The process keeps its number, its files and its environment. Who ends it in between is heard once the new program listens.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, NoReturn

from server.core.postgres import EmbeddedPostgres

_FILE = "ETABLI_BEGUN"
"""The variable with our process's number and that of the open file which holds what the program before hands on."""
_ENDINGS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


@dataclass(frozen=True)
class Welcome:
    """What whoever starts the server should know."""

    setup_link: str | None = None
    demo_accounts: tuple[tuple[str, str, str], ...] = ()
    """(name, user name, password)"""


@dataclass(frozen=True)
class Claim:
    """On the PostgreSQL that is kept up in a data folder."""

    data_dir: Path
    file: IO[str]


def begin(welcome: Welcome, data_dir: Path | None) -> NoReturn:
    """With the PostgreSQL that is kept up in `data_dir`, if that is ours. Raises `OSError` where Python is not there any more."""
    with suppress(OSError):  # nobody reads it
        sys.stdout.flush()
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDINGS)
    with ExitStack() as stack:
        stack.callback(listen)
        claim = None
        if data_dir is not None:
            claim = str(data_dir), _kept(stack.enter_context(EmbeddedPostgres(data_dir).hand_on()))
        reading, writing = os.pipe()
        handed = stack.enter_context(os.fdopen(reading))
        with os.fdopen(writing, "w") as pipe:
            json.dump([asdict(welcome), claim], pipe)
        environment = os.environ | {_FILE: f"{os.getpid()}:{_kept(handed)}"}
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)  # noqa: S606 - our own command line


def _kept(file: IO[str]) -> int:
    os.set_inheritable(file.fileno(), True)
    return file.fileno()


def begun() -> tuple[Welcome, Claim | None] | None:
    """What was handed on, if this program is the one after."""
    process, _, number = os.environ.pop(_FILE, "").partition(":")
    if process != str(os.getpid()):
        return None
    with os.fdopen(int(number)) as pipe:
        welcome, claim = json.load(pipe)
    return Welcome(**welcome), claim and Claim(Path(claim[0]), _taken(claim[1]))


def _taken(number: int) -> IO[str]:
    os.set_inheritable(number, False)
    return os.fdopen(number, "r+")


def listen() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDINGS)
