"""The other side of `server.core.apart`: the task comes by standard input, the answer goes by standard output.

Imports next to nothing, since it is started for each task.
"""

import os
import sys
from contextlib import suppress
from importlib import import_module

_NICE = 5  # whoever waits for an answer of the server itself goes first


def main() -> None:
    how, module, function, most_mib, *arguments = sys.argv[1:]
    _confine(int(most_mib) * 2**20)
    task = sys.stdin.buffer if how == "lines" else sys.stdin.buffer.read()
    answer = getattr(import_module(module), function)(task, *arguments)
    sys.stdout.buffer.write(answer)


def _confine(most_bytes: int) -> None:
    """Where the system can."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.nice(_NICE)


if __name__ == "__main__":
    main()
