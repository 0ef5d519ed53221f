"""What is measured: the same work asked of our server and of the floor."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import psycopg
from psycopg.rows import dict_row

from server.demo import PASSWORD
from shared_models.ids import uuid7
from tests.bench import floor, load

API = "/api/v1"
MACHINES = 100
PUSHED = 100
OCCURRENCES = 10_000
NIL = str(UUID(int=0))


@dataclass
class Bench:
    """Both servers, somebody signed in, and the database behind them."""

    ours: str
    floor: str
    url: str
    seconds: float
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    user_id: str = ""

    def sign_in(self) -> None:
        answer = httpx2.post(f"{self.ours}{API}/auth/login", json={"username": "admin", "password": PASSWORD, "in_body": True}, timeout=30)
        content = answer.raise_for_status().json()
        self.headers = {"Authorization": f"Bearer {content['access_token']}"}
        self.user_id = content["user"]["id"]

    def rows(self, statement: str, *arguments: object) -> list[dict[str, Any]]:
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            return list(connection.execute(statement, arguments))


@dataclass(frozen=True)
class Case:
    """Both functions answer a speed: more is better. `goal` is half the floor for what people wait for; the rest keeps what it has reached."""

    name: str
    unit: str
    ours: Callable[[], float]
    floor: Callable[[], float]
    goal: float = 0.5


def all_cases(bench: Bench) -> Iterator[Case]:
    """One at a time: what a case prepares is true until the next one changes the data."""
    for make in (_list, _machine, _calendar, _push, _first_pull, _one_change):
        yield make(bench)


def _list(bench: Bench) -> Case:
    pages = [f"{API}/equipment?page={page}&size=50" for page in range(1, 5)]
    return _same_paths(bench, "a page of 50 machines", pages)


def _machine(bench: Bench) -> Case:
    machines = [row["id"] for row in bench.rows("select id from equipment where parent_id is null order by md5(code) limit %s", MACHINES)]
    paths = [f"{API}/equipment/{machine}{part}" for machine in machines for part in ("", "/life", "/interventions?size=50")]
    return _same_paths(bench, "a machine's page: machine, life, history", paths)


def _calendar(bench: Bench) -> Case:
    """The days after today in which the busiest site has ten thousand dates; the floor reads the same rows from a plain table."""
    today = datetime.now(UTC).date()
    site = bench.rows("select site_id from scheduled_maintenances group by site_id order by count(*) desc limit 1")[0]["site_id"]
    for days in range(10, 400, 5):
        query = f"since={today + timedelta(days=1)}&until={today + timedelta(days=days)}&site_id={site}"
        entries = httpx2.get(f"{bench.ours}{API}/maintenance/calendar?{query}", headers=bench.headers, timeout=60).raise_for_status().json()
        if len(entries) >= OCCURRENCES:
            break
    with psycopg.connect(bench.url) as connection:
        connection.execute("drop table if exists bench_calendar")
        connection.execute(f"create table bench_calendar ({', '.join(f'{name} text' for name in entries[0])})")
        with connection.cursor().copy("copy bench_calendar from stdin") as copy:
            for entry in entries:
                copy.write_row([None if value is None else str(value) for value in entry.values()])
        connection.execute("create index on bench_calendar (due)")
    return Case(
        f"a calendar of {len(entries)} dates", "requests/s",
        lambda: load.rate(bench.ours, [f"{API}/maintenance/calendar?{query}"], bench.headers, bench.seconds),
        lambda: load.rate(bench.floor, [f"{API}/maintenance/calendar"], {}, bench.seconds),
    )  # fmt: skip


def _same_paths(bench: Bench, name: str, paths: list[str]) -> Case:
    return Case(
        name, "requests/s",
        lambda: load.rate(bench.ours, paths, bench.headers, bench.seconds),
        lambda: load.rate(bench.floor, paths, {}, bench.seconds),
    )  # fmt: skip


def _one_change(bench: Bench) -> Case:
    """A device that is up to date pulls the one change made since."""
    cursor, _ = _pull_all(bench)
    with psycopg.connect(bench.url) as connection:
        changed = connection.execute(
            "update equipment set status_reason = status_reason where id = (select min(id::text)::uuid from equipment) returning sync_xid"
        ).fetchone()
    assert changed
    ours, theirs = [f"{API}/sync/pull?cursor={cursor}"], [f"{API}/sync/pull?since={changed[0]}"]
    return Case(
        "a pull of one change", "requests/s",
        lambda: load.rate(bench.ours, ours, bench.headers, bench.seconds),
        lambda: load.rate(bench.floor, theirs, {}, bench.seconds), goal=0.15,
    )  # fmt: skip


# ---------------------------------------------------------------- the first load of a device


def _first_pull(bench: Bench) -> Case:
    return Case(
        "a first pull of everything", "rows/s", lambda: _speed(lambda: _pull_all(bench)[1]), lambda: _speed(lambda: _dump(bench)), goal=0.4
    )


def _speed(work: Callable[[], int]) -> float:
    began = time.perf_counter()
    return work() / (time.perf_counter() - began)


def _pull_all(bench: Bench) -> tuple[str, int]:
    cursor, count, more = None, 0, True
    with httpx2.Client(base_url=bench.ours, headers=bench.headers, timeout=60) as client:
        while more:
            page = client.get(f"{API}/sync/pull", params={"cursor": cursor} if cursor else {}).raise_for_status().json()
            cursor, more, count = page["cursor"], page["more"], count + len(page["changes"])
    assert cursor
    return cursor, count


def _dump(bench: Bench) -> int:
    count = 0
    with httpx2.Client(base_url=bench.floor, timeout=60) as client:
        for table in floor.EVERYTHING:
            after: str | None = NIL
            while after:
                page = client.get(f"{API}/sync/pull", params={"table": table, "after": after}).json()
                after, count = page["last"], count + len(page["rows"])
    return count


# ---------------------------------------------------------------- what a device has kept for us


def _push(bench: Bench) -> Case:
    return Case(
        f"a push of {PUSHED} commands", "commands/s", lambda: _speed(lambda: _send(bench, bench.ours)), lambda: _speed(lambda: _send(bench, bench.floor, user=bench.user_id)), goal=0.3
    )  # fmt: skip


def _send(bench: Bench, base: str, **more: str) -> int:
    now = datetime.now(UTC).isoformat()
    jobs = bench.rows("select id from maintenance_interventions where status in ('pending', 'in_progress') limit 10")
    commands = [
        {"type": "intervention.add_note", "command_id": str(uuid7()), "occurred_at": now, "intervention_id": str(jobs[rank % len(jobs)]["id"]),
         "note_id": str(uuid7()), "text": f"Note {rank} du poste de nuit.", **more}
        for rank in range(PUSHED)
    ]  # fmt: skip
    sent = {"device_id": str(uuid7()), "sent_at": now, "commands": commands}
    answer = httpx2.post(
        f"{base}{API}/sync/push", content=json.dumps(sent), headers={**bench.headers, "Content-Type": "application/json"}, timeout=60
    )
    results = answer.raise_for_status().json()["results"]
    assert all(result["status"] == "applied" for result in results), results[0]
    return len(results)
