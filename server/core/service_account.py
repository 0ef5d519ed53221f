"""The user PostgreSQL's processes run as: ourselves, or a service user when we are root."""

from __future__ import annotations

import os
import pwd
import secrets
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path

CANDIDATES = ("etabli", "postgres", "nobody")
INTERRUPTED_SECONDS = 5


@dataclass(frozen=True)
class ServiceAccount:
    """`None` ids mean this process's own user.

    What the service writes belongs to it; everything else stays root's and is opened to its group only, so that the
    service user cannot make root follow a link of its own.
    """

    uid: int | None = None
    gid: int | None = None

    @classmethod
    def owning(cls, folder: Path) -> Self:
        """The folder's owner or, while it does not exist, the first service user there is."""
        if os.geteuid() != 0:
            return cls()
        if folder.exists() and (owner := folder.stat()).st_uid != 0:
            return cls(owner.st_uid, owner.st_gid)
        for name in CANDIDATES:
            with suppress(KeyError):
                user = pwd.getpwnam(name)
                return cls(user.pw_uid, user.pw_gid)
        message = f"PostgreSQL does not run as root: create one of the users {', '.join(CANDIDATES)}"
        raise LookupError(message)

    def own_dir(self, path: Path) -> Path:
        """Make a folder that the service alone reads and writes."""
        path.mkdir(mode=0o700, exist_ok=True)
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)
        return path

    def read_dir(self, path: Path) -> Path:
        """Make a folder of ours that the service may enter."""
        path.mkdir(mode=0o700, exist_ok=True)
        return self.share(path)

    def share(self, path: Path) -> Path:
        """Let the service, and no other user, read what is ours."""
        mode = path.stat().st_mode & 0o700
        if self.gid is not None:
            os.chown(path, -1, self.gid)
            mode |= (mode & 0o500) >> 3
        path.chmod(mode)
        return path

    def write(self, path: Path, text: str) -> None:
        """Replace a private file, which the service alone may read beside us."""
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            if self.uid is not None and self.gid is not None:
                os.fchown(file.fileno(), self.uid, self.gid)

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a program apart from our terminal, so that Ctrl+C does not reach it before us; it is interrupted where we are."""
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
            start_new_session=True,
            umask=0o077,
        )
        try:
            said, _ = process.communicate()
        except BaseException:
            process.send_signal(signal.SIGINT)  # `pg_ctl` tells the server that it has begun; killed, it would leave that behind
            with suppress(subprocess.TimeoutExpired):
                process.wait(INTERRUPTED_SECONDS)
            process.kill()
            process.wait()
            raise
        return subprocess.CompletedProcess(command, process.returncode, said)

    def can_run(self, program: Path) -> bool:
        try:
            return self.run(program, "--version").returncode == 0
        except PermissionError:
            return False

    def can_enter(self, folder: Path) -> bool:
        return self.run("/bin/sh", "-c", 'cd "$1"', "sh", folder).returncode == 0


def make_passable(folder: Path) -> None:
    """Make a private folder; root's lets others pass through, never look, so that the service reaches its own in it."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        _make_at_once(path, 0o711 if os.geteuid() == 0 else 0o700)


def _make_at_once(folder: Path, mode: int) -> None:
    """There it is passable already: whoever is killed in between leaves none that nobody gets through."""
    draft = folder.with_name(f".{folder.name}.{secrets.token_hex(8)}")
    draft.mkdir()
    draft.chmod(mode)
    try:
        draft.rename(folder)
    except OSError:  # somebody else was first
        draft.rmdir()
        if not folder.is_dir():
            raise
