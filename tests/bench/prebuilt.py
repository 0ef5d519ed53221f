"""What the floor answers with: our own answers, cut into rows and kept as they are, so that it has nothing left to build."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import httpx2
import psycopg

ROWS = "bench_rows"
"""`j` is row `rank` of what is called `name`; `id` is the row's own."""


def clear(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(f"drop table if exists {ROWS}")
        connection.execute(f"create table {ROWS} (name text, rank integer, id text, j text, primary key (name, rank))")
        connection.execute(f"create index on {ROWS} (id, name)")


def keep(url: str, name: str, rows: Iterable[dict[str, Any]]) -> int:
    """How many there were."""
    count = 0
    with psycopg.connect(url, autocommit=True) as connection:
        with connection.transaction(), connection.cursor().copy(f"copy {ROWS} (name, rank, id, j) from stdin") as copy:
            for count, row in enumerate(rows, 1):
                copy.write_row((name, count, str(row.get("id")), json.dumps(row, ensure_ascii=False, separators=(",", ":"))))
        connection.execute(f"vacuum analyze {ROWS}")
    return count


def listed(client: httpx2.Client, path: str, pages: int) -> Iterator[dict[str, Any]]:
    """The rows of the first pages of a list of ours, whichever way its pages follow."""
    sign, cursor = "&" if "?" in path else "?", ""
    for page in range(1, pages + 1):
        answer = client.get(f"{path}{sign}{cursor or f'page={page}'}") if page > 1 else client.get(path)
        content = answer.raise_for_status().json()
        yield from content["items"]
        if "next" in content:
            if not content["next"]:
                return
            cursor = f"cursor={content['next']}"


def pulled(client: httpx2.Client) -> Iterator[dict[str, Any]]:
    """Every row that a device gets the first time."""
    cursor, more = "", True
    while more:
        page = client.get(f"/sync/pull{cursor}").raise_for_status().json()
        yield from page["changes"]
        cursor, more = f"?cursor={page['cursor']}", page["more"]
