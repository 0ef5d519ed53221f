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

    def __init__(self, data_dir: Path, *options: str, env: dict[str, str] | None = None) -> None:
        self.port = free_port()
        self.log = data_dir.parent / f"{self.port}.log"
        self.postmaster = EmbeddedPostgres(data_dir)
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("ETABLI_", "DATABASE_URL"))}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "server.cli", "serve", "--port", str(self.port), "--data-dir", str(data_dir), *options],
                cwd=PROJECT, env=clean | (env or {}), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
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
            deadline = time.monotonic() + 60
            while b"ETABLI_BEGUN=" not in Path(f"/proc/{server.process.pid}/environ").read_bytes():
                assert time.monotonic() < deadline, server.said()
            assert server.end(signal.SIGTERM) == 0
            assert not server.postmaster._is_running()

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
