"""What is measured: the same work asked of our server and of the floor."""

import json
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx2
import psycopg
from psycopg.rows import dict_row

from server.demo import PASSWORD
from server.equipment.listing import EQUIPMENT
from shared_models.ids import uuid7
from tests.bench import load, prebuilt

API = "/api/v1"
PUSHED = 100
OCCURRENCES = 10_000
FULL = 8
"""Pages of one kind are enough."""
COUNTING = 2
"""The page of a first pull that counts all there is to come."""


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

    def client(self) -> httpx2.Client:
        """Answered as the floor answers: not compressed."""
        return httpx2.Client(base_url=f"{self.ours}{API}", headers=self.headers | {"Accept-Encoding": "identity"}, timeout=60)

    def reads(
        self, paths: list[str], connections: int = load.CONNECTIONS, *, of_floor: bool = False, bodies: list[str] | None = None
    ) -> Callable[[], float]:  # fmt: skip
        base, headers = (self.floor, {}) if of_floor else (self.ours, self.headers)
        return lambda: load.rate(base, [API + path for path in paths], headers, self.seconds, connections=connections, bodies=bodies)

    def meanwhile(self, change: str, measured: Callable[[], float]) -> Callable[[], float]:
        """With up to 200 changes of the database a second: what is good for an unchanged one is good for nothing."""

        def changing(ended: threading.Event) -> None:
            with psycopg.connect(self.url, autocommit=True) as connection:
                while not ended.wait(0.005):
                    connection.execute(change)

        def both() -> float:
            thread = threading.Thread(target=changing, args=(ended := threading.Event(),))
            thread.start()
            try:
                return measured()
            finally:
                ended.set()
                thread.join()

        return both

    def rows(self, statement: str, *arguments: object) -> list[dict[str, Any]]:
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            return list(connection.execute(statement, arguments))


@dataclass(frozen=True)
class Case:
    """Both functions answer a speed: more is better. `than` says what the second is, where it is not the floor."""

    name: str
    unit: str
    ours: Callable[[], float]
    than: Callable[[], float]
    goal: float
    yardstick: str = "the floor"


def all_cases(bench: Bench, part: str = "") -> Iterator[Case]:
    """One at a time: what a case prepares is true until the next one changes the data. Of `part` alone, if it is said."""
    for name in [part] if part else PARTS:
        yield from PARTS[name](bench)


# ---------------------------------------------------------------- what is read


MACHINES = "/equipment?size=50"
JOBS = "/maintenance/interventions?size=50"
PLANS = "/maintenance/scheduled?size=50"
SPARES, MOVEMENTS = "/inventory/parts?size=50", "/inventory/movements?size=50"
DEPTH = 100_000
PAGES = 4
CHANGE = "update maintenance_interventions set title = title where id = (select id from maintenance_interventions order by id limit 1)"
STOCK_CHANGE = "update stock set value = value where id = (select id from stock order by id limit 1)"
MACHINE_CHANGE = "update equipment set status_reason = status_reason where id = (select min(id::text)::uuid from equipment)"
CURSORS = 400
"""More than a node remembers, where a change lies between each two."""
WRITTEN = "select pg_current_xact_id()"
"""Something, of which no device is told."""


def _lists(bench: Bench) -> Iterator[Case]:
    for name, path in (("machines", MACHINES), ("jobs", JOBS), ("plans", PLANS)):
        with bench.client() as client:
            prebuilt.keep(bench.url, name, prebuilt.listed(client, path, PAGES))
        floor = [f"/rows/{name}?after={50 * page}" for page in range(PAGES)]
        for connections, goal in ((1, 0.55), (8, 0.3)):
            ours = _following(bench, path)
            yield Case(
                f"a page of 50 {name}, {connections} at once", "requests/s", bench.reads(ours, connections),
                bench.reads(floor, connections, of_floor=True), goal,
            )  # fmt: skip
    floor, ours = [f"/rows/machines?after={50 * page}" for page in range(PAGES)], _following(bench, MACHINES)
    yield Case(
        "a page of 50 machines while jobs change, 1 at once", "requests/s", bench.meanwhile(CHANGE, bench.reads(ours, 1)),
        bench.meanwhile(CHANGE, bench.reads(floor, 1, of_floor=True)), 0.4,
    )  # fmt: skip
    last = bench.rows("select count(*) / 50 as pages from equipment where archived_at is null")[0]["pages"]
    far = [f"{MACHINES}&page={page}" for page in range(max(last - 3, 1), last + 1)]
    yield Case("the last pages of machines", "requests/s", bench.reads(far), bench.reads(_following(bench, MACHINES)), 0.7, "the first")


def _following(bench: Bench, path: str) -> list[str]:
    """The addresses of the first pages."""
    paths, cursor = [path], ""
    with bench.client() as client:
        for page in range(2, PAGES + 1):
            content = client.get(paths[-1]).raise_for_status().json()
            cursor = f"cursor={content['next']}" if "next" in content else f"page={page}"
            paths.append(f"{path}&{cursor}")
    return paths


def _sorts(bench: Bench) -> Iterator[Case]:
    by_name = bench.reads(_following(bench, MACHINES))
    for sort in EQUIPMENT.sorts.keys() - {"name"}:
        yield Case(f"machines by {sort}", "requests/s", bench.reads([f"{MACHINES}&sort={sort}"]), by_name, 0.7, "those by name")


def _searches(bench: Bench) -> Iterator[Case]:
    """A word that many machines have in their names, and the same with an error of typing."""
    words = "select lower(w) as word, count(*) as hits from equipment, regexp_split_to_table(name, '[^[:alpha:]]+') w"
    word = bench.rows(f"{words} where length(w) > 6 group by 1 order by 2 desc limit 1")[0]
    typed = word["word"][:2] + word["word"][3] + word["word"][2] + word["word"][4:]
    by_name = bench.reads(_following(bench, MACHINES))
    for name, searched, goal in ((f"a search of {word['hits']} hits", word["word"], 0.3), ("the same, mistyped", typed, 0.02)):
        yield Case(name, "requests/s", bench.reads([f"{MACHINES}&search={quote(searched)}"]), by_name, goal, "the list")


def _machines(bench: Bench) -> Iterator[Case]:
    machines = [row["id"] for row in bench.rows("select id from equipment where parent_id is null order by md5(code) limit 100")]
    for name, part, goal in (("a machine", "", 0.5), ("its life", "/life", 0.5), ("its history", "/interventions?size=50", 0.3)):
        paths = [f"/equipment/{machine}{part}" for machine in machines]
        with bench.client() as client:
            answers = [client.get(path).raise_for_status().json() | {"id": str(row)} for path, row in zip(paths, machines, strict=True)]
        prebuilt.keep(bench.url, name, answers)
        floor = [f"/row/{quote(name)}/{machine}" for machine in machines]
        yield Case(name, "requests/s", bench.reads(paths), bench.reads(floor, of_floor=True), goal)


def _calendar(bench: Bench) -> Iterator[Case]:
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
    ours, floor = bench.reads([f"/maintenance/calendar?{query}"]), bench.reads(["/maintenance/calendar"], of_floor=True)
    yield Case(f"a calendar of {len(entries)} dates", "requests/s", ours, floor, 0.5)


def _stores(bench: Bench) -> Iterator[Case]:
    """Parts with their stock, and the ledger far from where it begins."""
    with bench.client() as client:
        prebuilt.keep(bench.url, "parts", prebuilt.listed(client, SPARES, PAGES))
        far = _far(client, MOVEMENTS, DEPTH)
        prebuilt.keep(bench.url, "movements", (row for path in far for row in client.get(path).raise_for_status().json()["items"]))
    for name, ours in (("parts", _following(bench, SPARES)), ("movements", far)):
        floor = [f"/rows/{name}?after={50 * page}" for page in range(PAGES)]
        for connections, goal in ((1, 0.5), (8, 0.3)):
            yield Case(
                f"a page of 50 {name}, {connections} at once", "requests/s", bench.reads(ours, connections),
                bench.reads(floor, connections, of_floor=True), goal,
            )  # fmt: skip
        yield Case(
            f"a page of 50 {name} while stock changes, 1 at once", "requests/s", bench.meanwhile(STOCK_CHANGE, bench.reads(ours, 1)),
            bench.meanwhile(STOCK_CHANGE, bench.reads(floor, 1, of_floor=True)), 0.3,
        )  # fmt: skip
    searched = bench.reads([f"{SPARES}&search=roulement"])
    yield Case("a search of parts", "requests/s", searched, bench.reads(_following(bench, SPARES)), 0.3, "the list")


def _far(client: httpx2.Client, path: str, depth: int) -> list[str]:
    """Pages so many rows from the first, or the last ones."""
    found, step = deque([path], PAGES), path.replace("size=50", "size=100")
    cursor = client.get(step).raise_for_status().json()["next"]
    for _ in range(depth // 100 - 1):
        if not (after := client.get(f"{step}&cursor={cursor}").raise_for_status().json()["next"]):
            break
        cursor = after
    for _ in range(PAGES):
        found.append(f"{path}&cursor={cursor}")
        cursor = client.get(found[-1]).raise_for_status().json()["next"] or cursor
    return list(found)


# ---------------------------------------------------------------- what a device has kept for us


def _push(bench: Bench) -> Iterator[Case]:
    yield Case(
        f"a push of {PUSHED} commands", "commands/s", lambda: _speed(lambda: _send(bench, bench.ours)), lambda: _speed(lambda: _send(bench, bench.floor, user=bench.user_id)), 0.45,
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


def _creates(bench: Bench) -> Iterator[Case]:
    """Jobs on random machines: sixteen at once meet at what only one may hold."""
    machines = bench.rows("select id from equipment where archived_at is null order by random() limit 200")
    bodies = [json.dumps({"equipment_id": str(machine["id"]), "title": "Bruit au palier"}) for machine in machines]
    paths = ["/maintenance/interventions"] * len(bodies)
    for connections in (1, 16):
        yield Case(
            f"a job made, {connections} at once", "requests/s", bench.reads(paths, connections, bodies=bodies),
            bench.reads(paths, connections, of_floor=True, bodies=bodies), 0.35,
        )  # fmt: skip


def _moves(bench: Bench) -> Iterator[Case]:
    """In and out of one shelf that everybody wants something from, and of many."""
    found = bench.rows("""
        select s.part_id, p.place_id from place_stock p join stock s on s.id = p.stock_id join spare_parts t on t.id = s.part_id
        where p.quantity >= 10 and t.decimals = 0 and t.is_active order by p.quantity desc limit 200
    """)
    for name, shelves in (("one hot part", found[:1]), ("many parts", found)):
        moved = [(shelf, verb) for verb in ("receive", "take") for shelf in shelves]
        paths = [f"/inventory/parts/{shelf['part_id']}/{verb}" for shelf, verb in moved]
        bodies = [json.dumps({"place_id": str(shelf["place_id"]), "quantity": 1}) for shelf, _ in moved]
        yield Case(
            f"movements of {name}, 8 at once", "requests/s", bench.reads(paths, 8, bodies=bodies),
            bench.reads(paths, 8, of_floor=True, bodies=bodies), 0.35,
        )  # fmt: skip


# ---------------------------------------------------------------- what a device pulls


def _pulls(bench: Bench) -> Iterator[Case]:
    """All, as a new device does, and the one change made since, as one that is up to date."""
    with bench.client() as client:
        prebuilt.keep(bench.url, "device", prebuilt.pulled(client))
    yield Case(
        "a first pull of everything", "rows/s", lambda: _speed(lambda: _pull_all(bench)[1]), lambda: _speed(lambda: _dump(bench)), 0.6
    )
    cursor, _ = _pull_all(bench)
    alone = _pulled_between(bench, cursor, MACHINE_CHANGE)
    apart = _pulled_between(bench, alone[-1], WRITTEN)
    with psycopg.connect(bench.url, autocommit=True) as connection:
        changed = connection.execute(f"{MACHINE_CHANGE} returning sync_xid").fetchone()
    assert changed
    floor = bench.reads([f"/sync/pull?since={changed[0]}"], of_floor=True)
    ours = bench.reads([f"/sync/pull?cursor={apart[0]}"])
    for name, cursors in (("to many who asked at other moments", apart), ("to the first who asks", alone)):
        yield Case(
            f"a pull of one change, {name}", "requests/s", bench.reads([f"/sync/pull?cursor={each}" for each in cursors]), floor, 0.4
        )
    yield Case(
        "a pull of one change, while others write", "requests/s", bench.meanwhile(WRITTEN, ours), bench.meanwhile(WRITTEN, floor), 0.4
    )
    yield Case("a pull of one change, pulled before", "requests/s", ours, floor, 0.4)


def _pulled_between(bench: Bench, cursor: str, statement: str) -> list[str]:
    """Where devices are that have pulled one after another, each time after `statement`."""
    found = [cursor]
    with psycopg.connect(bench.url, autocommit=True) as connection, bench.client() as client:
        while len(found) < CURSORS:
            connection.execute(statement)
            found.append(_pulled(client.get("/sync/pull", params={"cursor": found[-1]}))[0])
    return found


def _pulls_by_kind(bench: Bench) -> Iterator[Case]:
    """Of a first pull, the pages that are parts for the most part beside those that are machines; the second one, which counts all, is neither's."""
    pages: dict[str, list[str]] = defaultdict(list)
    rows: dict[str, int] = defaultdict(int)
    with bench.client() as client:
        path, more, number = "/sync/pull", True, 0
        while more:
            page, number = client.get(path).raise_for_status().json(), number + 1
            [(kind, most)] = Counter(change["entity"] for change in page["changes"]).most_common(1)
            if number != COUNTING and most > len(page["changes"]) / 2 and len(pages[kind]) < FULL:
                pages[kind].append(path)
                rows[kind] += len(page["changes"])
            path, more = f"/sync/pull?cursor={page['cursor']}", page["more"]

    def speed(kind: str) -> Callable[[], float]:
        asked, each = bench.reads(pages[kind], 1), rows[kind] / len(pages[kind])
        return lambda: asked() * each

    if pages["part"] and pages["equipment"]:  # smaller plants have them mixed
        yield Case("parts of a first pull", "rows/s", speed("part"), speed("equipment"), 1.0, "machines")


def _speed(work: Callable[[], int]) -> float:
    began = time.perf_counter()
    return work() / (time.perf_counter() - began)


def _pull_all(bench: Bench) -> tuple[str, int]:
    cursor, count, more = "", 0, True
    with bench.client() as client:
        while more:
            cursor, more, rows = _pulled(client.get("/sync/pull", params={"cursor": cursor} if cursor else {}))
            count += rows
    return cursor, count


def _pulled(answer: httpx2.Response) -> tuple[str, bool, int]:
    page = answer.raise_for_status().json()
    return page["cursor"], page["more"], len(page["changes"])


def _dump(bench: Bench) -> int:
    count = -1
    with httpx2.Client(base_url=f"{bench.floor}{API}", headers={"Accept-Encoding": "identity"}, timeout=60) as client:
        after = 0
        while count != after:
            count = after
            after += len(client.get("/rows/device", params={"after": after, "size": 500}).json()["items"])
    return count


PARTS: dict[str, Callable[[Bench], Iterator[Case]]] = {
    "lists": _lists, "sorts": _sorts, "searches": _searches, "machines": _machines, "calendar": _calendar, "stores": _stores, "push": _push,
    "creates": _creates, "moves": _moves, "pulls": _pulls, "pulls_by_kind": _pulls_by_kind,
}  # fmt: skip
