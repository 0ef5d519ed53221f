"""What a node takes of the machine's memory: `python -m tests.bench.memory`.

Two workers and the PostgreSQL of their own, as `etabli serve` starts them on a demonstration that an earlier start has loaded, after fifty
connections at once have read and written. Memory that processes share counts by its share (PSS). What is written goes with its folder.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.core.postgres import EmbeddedPostgres
from tests.bench import load, servers
from tests.bench.cases import API, JOBS, MACHINES, PLANS, Bench
from tests.bench.verdicts import at_most

WORKERS, CONNECTIONS, SECONDS = 2, 50, 6
WORKER_MB, POSTGRES_MB, POSTGRES_PROCESSES = 130, 350, 50


@contextmanager
def node(folder: Path) -> Iterator[tuple[int, str]]:
    """Its process and its address."""
    port = servers.free_port()
    arguments = ["--demo", "--workers", str(WORKERS), "--port", str(port), "--data-dir", str(folder)]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [sys.executable, "-m", "server.cli", "serve", *arguments]
    process = subprocess.Popen(command, cwd=servers.PROJECT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        servers.wait_for(port, process)
        yield process.pid, f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def busy(base: str, url: str) -> None:
    bench = Bench(base, "", url, SECONDS)
    bench.sign_in()
    machines = [str(row["id"]) for row in bench.rows("select id from equipment where archived_at is null order by md5(code) limit 100")]
    reads = [MACHINES, JOBS, PLANS, f"{MACHINES}&search=pompe", "/sync/pull"]
    reads += [f"/equipment/{machine}{part}" for machine in machines for part in ("", "/life", "/interventions?size=50")]
    load.rate(base, [API + path for path in reads], bench.headers, SECONDS, connections=CONNECTIONS)
    bodies = [json.dumps({"equipment_id": machine, "title": "Bruit au palier"}) for machine in machines]
    load.rate(base, [f"{API}/maintenance/interventions"] * len(bodies), bench.headers, SECONDS, connections=CONNECTIONS, bodies=bodies)


def descendants(pid: int) -> list[int]:
    """Of all its threads, the process itself first."""
    found = [pid]
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in listed.read_text().split():
            found += descendants(int(child))
    return found


def megabytes(pid: int) -> float:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:  # it has ended meanwhile
        return 0
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024


def measured(folder: Path, pid: int, base: str) -> list[bool]:
    database = EmbeddedPostgres(folder)
    busy(base, database.dsn.url)
    *_, first, last = descendants(pid)
    postgres = descendants(int((database.cluster / "postmaster.pid").read_text().split()[0]))
    return [
        at_most("a worker", max(megabytes(first), megabytes(last)), WORKER_MB, "MB"),
        at_most("all of it but PostgreSQL", sum(map(megabytes, descendants(pid))), 3 * WORKER_MB, "MB"),
        at_most("processes of PostgreSQL", len(postgres), POSTGRES_PROCESSES),
        at_most("PostgreSQL", sum(map(megabytes, postgres)), POSTGRES_MB, "MB"),
    ]


def main() -> int:
    with servers.passing_folder() as folder:
        with node(folder):
            """It loads the demonstration."""
        with node(folder) as (pid, base):
            verdicts = measured(folder, pid, base)
    return 0 if all(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
