"""`etabli serve`, as one starts it: a process of its own, real requests, real signals."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

import psycopg
import pytest

from server.core.postgres import EmbeddedPostgres

PROJECT = Path(__file__).parents[2]
DIRECT = build_opener(ProxyHandler({}))
pytestmark = pytest.mark.timeout(300)  # upper bounds for a busy machine: a quiet one needs two seconds a test


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A running `etabli serve`."""

    def __init__(
        self, data_dir: Path, *options: str, env: dict[str, str] | None = None, shell: str = 'exec "$@"', cwd: Path = PROJECT
    ) -> None:
        """`shell` starts what it is given as `$@`."""
        self.port = free_port()
        self.log = data_dir.parent / f"{self.port}.log"
        self.postmaster = EmbeddedPostgres(data_dir)
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("ETABLI_", "DATABASE_URL"))}
        with self.log.open("w") as log:
            command = [sys.executable, "-m", "server.cli", "serve", "--port", str(self.port), "--data-dir", str(data_dir), *options]
            self.process = subprocess.Popen(
                ["/bin/sh", "-c", shell, "sh", *command],
                cwd=cwd, env=clean | (env or {}), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.end(signal.SIGTERM)

    def get(self, path: str) -> tuple[int, bytes]:
        try:
            with DIRECT.open(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read()
        except HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.read()

    def is_open(self) -> bool:
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0

    def ready(self, *, seconds: float = 150) -> dict[str, str]:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.said()
            with suppress(URLError, OSError):
                status, body = self.get("/readyz")
                if status == 200:
                    return json.loads(body)
            time.sleep(0.05)
        pytest.fail(self.said())

    def begin_again(self) -> None:
        """Until what it has prepared is handed on."""
        deadline = time.monotonic() + 60
        while b"ETABLI_BEGUN=" not in Path(f"/proc/{self.process.pid}/environ").read_bytes():
            assert time.monotonic() < deadline, self.said()

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(90)

    def said(self) -> str:
        return self.log.read_text()

    def says(self, pattern: str) -> str:
        deadline = time.monotonic() + 60
        while not (found := re.search(pattern, self.said())):
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)
        return found.group()


@pytest.fixture
def data_dir(open_folder):
    return open_folder / "data"


class TestServe:
    def test_starts_from_nothing_invites_an_administrator_and_stops_its_database(self, data_dir):
        with Server(data_dir) as server:
            assert server.ready()["database"].startswith("18")
            assert server.says(rf"http://localhost:{server.port}/setup\?token=\S{{20,}}")
            assert server.end(signal.SIGTERM) == 0
            assert not server.postmaster._is_running()

    def test_two_processes_answer_and_both_stop(self, stopped_folder):
        with Server(stopped_folder, "--workers", "2") as server:
            server.ready()
            assert server.end(signal.SIGTERM) == 0
            assert not server.postmaster._is_running()

    def test_who_only_looks_after_others_has_let_go_of_what_preparing_took(self, stopped_folder):
        with Server(stopped_folder, "--workers", "2") as server:
            server.ready()
            assert "/asyncpg/" not in Path(f"/proc/{server.process.pid}/maps").read_text()

    def test_ended_between_preparing_and_answering_it_stops_its_database(self, stopped_folder):
        with Server(stopped_folder, "--workers", "2") as server:
            server.begin_again()
            assert server.end(signal.SIGTERM) == 0
            assert not server.postmaster._is_running()

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_ended_while_its_database_starts_it_leaves_none_behind(self, stopped_folder, number):
        with Server(stopped_folder) as server:
            deadline = time.monotonic() + 60
            while not (server.postmaster.cluster / "postmaster.pid").exists():
                assert time.monotonic() < deadline, server.said()
            assert server.end(number) == 0
            assert not server.postmaster._is_running()

    @pytest.mark.parametrize("closed", ["<&-", ">&-", ">&- 2>&-"])
    def test_with_a_stream_closed_it_serves_and_stops_its_database(self, stopped_folder, closed):
        with (
            Server(stopped_folder, shell=f'exec "$@" {closed}') as alone,
            Server(stopped_folder, "--workers", "2", shell=f'exec "$@" {closed}') as two,
        ):
            assert alone.ready()["status"] == two.ready()["status"] == "ready"
            assert alone.end(signal.SIGTERM) == two.end(signal.SIGTERM) == 0
            assert not two.postmaster._is_running()

    def test_with_nohup_it_outlives_its_terminal(self, stopped_folder):
        with Server(stopped_folder, shell='exec nohup "$@"') as server:
            server.ready()
            server.process.send_signal(signal.SIGHUP)
            with pytest.raises(subprocess.TimeoutExpired):
                server.process.wait(2)
            assert server.get("/readyz")[0] == 200

    def test_settings_that_broke_meanwhile_are_named_and_its_database_stops(self, stopped_folder, open_folder):
        with Server(stopped_folder, "--workers", "2", cwd=open_folder, env={"PYTHONPATH": str(PROJECT)}) as server:
            server.begin_again()
            (open_folder / ".env").write_text("ETABLI_MAX_CONNECTIONS=many\n")
            assert server.process.wait(90) == 2
            assert "ETABLI_MAX_CONNECTIONS" in server.said()
            assert not server.postmaster._is_running()

    def test_a_port_taken_meanwhile_is_said_and_its_database_stops(self, stopped_folder):
        with socket.socket() as taken, Server(stopped_folder, "--workers", "2") as server:
            server.begin_again()
            taken.bind(("127.0.0.1", server.port))
            taken.listen()
            assert server.process.wait(90) == 2
            assert "choose another with --port" in server.said()
            assert not server.postmaster._is_running()

    def test_of_two_at_one_port_one_says_that_it_is_taken(self, stopped_folder):
        port = str(free_port())
        with ExitStack() as stack:
            both = [stack.enter_context(Server(stopped_folder, "--workers", "2", "--port", port)) for _ in range(2)]
            deadline = time.monotonic() + 90
            while all(server.process.poll() is None for server in both):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            refused = next(server for server in both if server.process.poll() is not None)
            assert refused.process.returncode == 2
            assert re.search("choose another with --port|already in use", refused.said())

    def test_processes_that_cannot_start_are_no_ordered_end(self, stopped_folder):
        with Server(stopped_folder, "--workers", "2") as server:
            server.begin_again()
            (stopped_folder / "attachments").rename(stopped_folder / "elsewhere")
            (stopped_folder / "attachments").write_text("")
            assert server.process.wait(90) == 3
            assert not server.postmaster._is_running()

    def test_what_somebody_else_has_set_is_not_taken_for_what_was_handed_on(self, stopped_folder):
        with Server(stopped_folder, env={"ETABLI_BEGUN": "1:0"}) as server:
            assert server.ready()["status"] == "ready"

    def test_killed_it_does_not_leave_processes_that_answer(self, stopped_folder):
        with Server(stopped_folder, "--workers", "2") as first:
            first.ready()
            first.end(signal.SIGKILL)
            deadline = time.monotonic() + 30
            while first.is_open():
                assert time.monotonic() < deadline
                time.sleep(0.1)
        with Server(stopped_folder) as second:
            second.ready()

    def test_two_starts_at_once_on_nothing_both_come_up_and_both_invite(self, data_dir):
        with Server(data_dir) as one, Server(data_dir) as other:
            for server in (one, other):
                assert server.ready()["status"] == "ready"
            links = {server.says(r"/setup\?token=\S{20,}") for server in (one, other)}
            assert len(links) == 2
            with psycopg.connect(one.postmaster.dsn.url) as connection:
                assert connection.execute("select count(*) from setup_link where expires_at > now()").fetchone() == (2,)
            assert one.end(signal.SIGTERM) == other.end(signal.SIGTERM) == 0
            assert not one.postmaster._is_running()

    def test_two_demonstrations_at_once_share_one_database(self, postgres, open_folder):
        with postgres.clone("demonstrations") as url, ExitStack() as stack:
            both = [stack.enter_context(Server(open_folder / name, "--demo", env={"DATABASE_URL": url})) for name in ("a", "b")]
            for server in both:
                server.ready()
                assert "etabli-demo" in server.says("technician .*")

    def test_a_killed_server_starts_again_on_its_data(self, stopped_folder):
        with Server(stopped_folder) as first:
            first.ready()
            first.end(signal.SIGKILL)
        with Server(stopped_folder) as second:
            second.ready()
            assert second.end(signal.SIGINT) == 0
            assert not second.postmaster._is_running()

    def test_a_taken_port_is_said_before_anything_starts(self, data_dir):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            with Server(data_dir, "--port", str(taken.getsockname()[1])) as server:
                assert server.process.wait(90) == 2
                assert "choose another with --port" in server.said()
        assert not (data_dir / "postgres").exists()

    def test_an_unsafe_setting_is_named(self, data_dir):
        with Server(data_dir, "--host", "0.0.0.0", env={"ETABLI_SECRET_KEY": "short"}) as server:
            assert server.process.wait(90) == 2
            assert "ETABLI_SECRET_KEY" in server.said()
            assert "ETABLI_HOST" in server.said()
