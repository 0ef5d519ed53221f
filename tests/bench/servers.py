"""The database with its data, made once; and the two servers on it."""

import asyncio
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from server.core import histories, migrations
from server.core.postgres import EmbeddedPostgres
from server.core.storage import memory_storage
from server.demo import load_demo
from tests.databases import Cluster

PROJECT = Path(__file__).parents[2]
CACHE = PROJECT / ".cache" / "bench"


@contextmanager
def database(scale: str) -> Iterator[str]:
    """The address of a database with the data of `scale`: a copy, since what one run writes is not for the next to read.

    What it copies is kept from one run to the next, and made anew when the schema has moved on.
    """
    folder = folder_of(scale)
    for older in set(CACHE.glob(f"{scale}*")) - {folder}:
        shutil.rmtree(older)
    server = EmbeddedPostgres(folder)
    with server as dsn:
        migrations.upgrade(dsn.url)
        if not _is_loaded(dsn.url):
            _load(dsn.url, scale)
        cluster = Cluster(dsn.url, server.superuser_dsn().url, folder / "copies.lock")
        cluster.forget_the_dead()
        with cluster.clone("bench", of=dsn.url) as url:
            histories.recognise(url)  # as a copy: not first under somebody who has just come in
            yield url


def _load(url: str, scale: str) -> None:
    began = time.monotonic()
    print(f"loading the data of scale {scale}, once…", flush=True)
    print(asyncio.run(load_demo(url, storage=memory_storage(), scale=scale)), f"in {time.monotonic() - began:.0f} s")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze")  # nothing would do it in a copy, which knows of no changes


def folder_of(scale: str) -> Path:
    return CACHE / f"{scale}-{_schema()}"


@contextmanager
def passing_folder() -> Iterator[Path]:
    """An empty one that goes afterwards; unlike other temporary ones it lets through the service user that runs PostgreSQL for root."""
    with tempfile.TemporaryDirectory(prefix="etabli-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def _schema() -> str:
    """A migration may change until it is released: its text counts, not its number."""
    texts = [path.read_bytes() for path in sorted((PROJECT / "migrations" / "versions").glob("*.py"))]
    return hashlib.sha256(b"".join(texts)).hexdigest()[:12]


def _is_loaded(url: str) -> bool:
    with psycopg.connect(url) as connection:
        found = connection.execute("select exists (select from sites)").fetchone()
    return found is not None and found[0]


@contextmanager
def running(application: str, url: str, *arguments: str) -> Iterator[str]:
    """A uvicorn of one process serving `application`; its base address."""
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": url, "ETABLI_JOBS": "false", "ETABLI_DATA_DIR": str(CACHE / "data"), "ETABLI_PORT": str(port),
        "ETABLI_SECRET_KEY": "for measuring only, on loopback: 0123456789",
    }  # fmt: skip
    options = ["--port", str(port), "--no-access-log", "--log-level", "error", "--no-server-header", *arguments]
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", application, *options],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError("the server did not start")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.1)
    raise TimeoutError
