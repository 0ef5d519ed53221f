"""Advisory file locks between processes; the kernel releases a dead process's."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Wait for everyone else to leave the section this file guards."""
    with _open(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def claim(path: Path) -> IO[str]:
    """Join the users of what this file stands for, until the returned file is closed."""
    file = _open(path)
    fcntl.flock(file, fcntl.LOCK_SH)
    return file


def is_sole_user(claimed: IO[str]) -> bool:
    """Tell whether nobody else holds a claim; then the claim has become exclusive."""
    try:
        fcntl.flock(claimed, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open(path: Path) -> IO[str]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+")
