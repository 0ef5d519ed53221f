"""The product as one starts it, with demonstration data or empty, in a process of its own, with the real web app."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import httpx2

from mobile_app.web.build import build_web
from tests.e2e.waiting import until

PROJECT = Path(__file__).parents[2]
PASSWORD = "etabli-demo"
"""Published on the demonstration's sign-in page."""
SETUP = re.compile(r"/setup\?token=[\w-]{43}")
PREFIXES = ("ETABLI_", "DATABASE_URL", "MAIL_")


class Product:
    """A server, its data, and clients of its API."""

    def __init__(self, folder: Path, *options: str, demo: bool = True, **env: str) -> None:
        self._folder = folder
        self._env = {"ETABLI_TRUST_PORT": str(_free_port()), **env}  # the next one may be somebody else's
        self._options = [*options, *(["--demo"] if demo else [])]
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._users: list[User] = []
        self.url = f"{'https' if '--tls' in options else 'http'}://127.0.0.1:{self._port}"

    def start(self, **more: str) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(PREFIXES)}
        command = ["-m", "server.cli", "serve", *self._options, "--port", str(self._port), "--data-dir", str(self._folder / "data")]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *command], cwd=PROJECT, env=clean | {"ETABLI_WEB_ROOT": web_root()} | self._env | more,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        until(self._is_ready, "the server's start", seconds=150)

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(60)

    @contextmanager
    def away(self, **more: str) -> Iterator[None]:
        """Stopped; it comes back as it was, and with the settings of `more`."""
        self.stop()
        try:
            yield
        finally:
            self.start(**more)

    def as_user(self, username: str, password: str = PASSWORD) -> "User":
        self._users.append(User(self.url, username, password))
        return self._users[-1]

    def leave(self) -> None:
        """The end, of a failed test too: nobody's connection stays open."""
        self.stop()
        for user in self._users:
            user.close()

    def _is_ready(self) -> bool:
        assert self._process
        assert self._process.poll() is None, self.said()
        with suppress(httpx2.HTTPError):
            return httpx2.get(f"{self.url}/readyz", timeout=5, trust_env=False, verify=False).status_code == httpx2.codes.OK
        return False

    def setup_link(self) -> str:
        """The path of the link that the first start of an empty server prints."""
        until(lambda: SETUP.search(self._unwrapped()), lambda: f"the set-up link in:\n{self.said()}")
        found = SETUP.search(self._unwrapped())
        assert found
        return found.group()

    def _unwrapped(self) -> str:
        """A long line is broken where the terminal's would end."""
        return re.sub(r"\s", "", self.said())

    def said(self) -> str:
        return (self._folder / "log").read_text()


class User:
    """Somebody who uses the API directly: to prepare what a test needs, and to read what it left behind."""

    def __init__(self, url: str, username: str, password: str = PASSWORD) -> None:
        self._client = httpx2.Client(base_url=f"{url}/api/v1", timeout=30, trust_env=False)
        self._username, self._password = username, password
        self._sign_in()

    def _sign_in(self) -> None:
        asked = {"username": self._username, "password": self._password, "in_body": True}
        pair = self._client.post("/auth/login", json=asked).raise_for_status().json()
        self._client.headers["authorization"] = f"Bearer {pair['access_token']}"
        self.id: str = pair["user"]["id"]

    def _ask(self, method: str, path: str, **more: Any) -> httpx2.Response:
        answer = self._client.request(method, path, **more)
        if answer.status_code == httpx2.codes.UNAUTHORIZED:
            self._sign_in()
            answer = self._client.request(method, path, **more)
        return answer.raise_for_status()

    def get(self, path: str, **params: Any) -> Any:
        return self._ask("GET", path, params=params).json()

    def bytes_of(self, path: str) -> bytes:
        return self._ask("GET", path).content

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self._ask("POST", path, json=body).json()

    def put(self, path: str, body: dict[str, Any]) -> Any:
        return self._ask("PUT", path, json=body).json()

    def end_other_sessions(self) -> None:
        for session in self.get("/auth/sessions"):
            if not session["is_current"]:
                self._ask("DELETE", f"/auth/sessions/{session['id']}")

    def free_machines(self) -> list[dict[str, Any]]:
        """Machines in service, of a class with failure modes, on which nothing is open."""
        coded = {row["id"] for row in self.get("/equipment-classes") if row["failure_items"]}
        pages = range(1, self.get("/equipment", size=100)["pages"] + 1)
        rows = [row for page in pages for row in self.get("/equipment", size=100, page=page)["items"]]
        free = [row for row in rows if row["class_id"] in coded and row["status"] == "active" and not row["open_interventions"]]
        return [dict(self.get(f"/equipment/{row['id']}")) for row in free[:20]]

    def job(self, job_id: str) -> dict[str, Any]:
        return dict(self.get(f"/maintenance/interventions/{job_id}"))

    def history(self, job_id: str) -> list[dict[str, Any]]:
        return list(self.get(f"/maintenance/interventions/{job_id}/history"))

    def close(self) -> None:
        self._client.close()


@contextmanager
def running(*options: str, demo: bool = True, **env: str) -> Iterator[Product]:
    folder = Path(mkdtemp(prefix="etabli-e2e-"))
    folder.chmod(0o711)  # the service user that runs PostgreSQL for root passes through
    product = Product(folder, *options, demo=demo, **env)
    try:
        product.start()
        yield product
    finally:
        product.leave()
        shutil.rmtree(folder, ignore_errors=True)


@cache
def web_root() -> str:
    """`ETABLI_WEB_ROOT`, or the sources' own, brought up to date."""
    return os.environ.get("ETABLI_WEB_ROOT") or build_web().root


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
