"""The floor: what uvicorn, asyncpg and PostgreSQL can do when nothing is left to build: rows as they are sent, found by an index.

No framework, access check or validation, no count, and no page but by keyset. The same database, run by the same uvicorn settings.
"""

import json
import os
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import asyncpg

from server.core.database import asyncpg_dsn
from shared_models.ids import uuid7

PAGE = """
select '{"items":[' || coalesce(string_agg(j, ',' order by rank), '') || '],"total":10000}'
from (select j, rank from bench_rows where name = $1 and rank > $2 order by rank limit $3) r
"""
ONE = "select j from bench_rows where id = $1 and name = $2"
CHANGED = (
    "select coalesce(json_agg(r), '[]')::text from (select * from equipment where sync_xid >= $1::bigint order by sync_xid, id limit 500) r"
)
CALENDAR = "select json_agg(c)::text from (select * from bench_calendar order by due) c"
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
_pool: asyncpg.Pool


async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    path = scope["path"].removeprefix("/api/v1")
    query = {key: values[0] for key, values in parse_qs(scope["query_string"].decode()).items()}
    written = {"/sync/push": _push, "/maintenance/interventions": _create}
    if path.startswith("/inventory/parts/"):
        body = await _move(receive, *path.split("/")[3:])
    else:
        body = await (written[path](receive) if scope["method"] == "POST" else _read(path, query))
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _live(receive: Receive, send: Send) -> None:
    global _pool
    await receive()
    _pool = await asyncpg.create_pool(asyncpg_dsn(os.environ["DATABASE_URL"]), min_size=1, max_size=10, server_settings={"jit": "off"})
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await _pool.close()
    await send({"type": "lifespan.shutdown.complete"})


async def _read(path: str, query: dict[str, str]) -> bytes:
    match path.split("/")[1:]:
        case ["rows", name]:
            text = await _pool.fetchval(PAGE, name, int(query["after"]), int(query.get("size", 50)))
        case ["row", name, row_id]:
            text = await _pool.fetchval(ONE, row_id, name)
        case ["maintenance", "calendar"]:
            text = await _pool.fetchval(CALENDAR)
        case _:
            text = await _pool.fetchval(CHANGED, int(query["since"]))
    return str(text).encode()


async def _body(receive: Receive) -> Any:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return json.loads(body)


async def _push(receive: Receive) -> bytes:
    commands = (await _body(receive))["commands"]
    async with _pool.acquire() as connection, connection.transaction():
        results = [await _carry_out(connection, command) for command in commands]
    return json.dumps({"results": results}).encode()


async def _carry_out(connection: asyncpg.Connection, command: dict[str, Any]) -> dict[str, str]:
    """The least a note can cost: a savepoint, has it been done, may it be done, the row, its audit entry, its receipt."""
    async with connection.transaction():
        if await connection.fetchval("select true from sync_receipt where command_id = $1", command["command_id"]):
            return {"id": command["command_id"], "status": "applied"}
        sheet = await connection.fetchrow(
            "select id, site_id, status from maintenance_interventions where id = $1 for update", command["intervention_id"]
        )
        user = UUID(command["user"])
        await connection.execute(
            "insert into intervention_note (id, intervention_id, user_id, occurred_at, text) values ($1, $2, $3, now(), $4)",
            command["note_id"], sheet["id"], user, command["text"],
        )  # fmt: skip
        await connection.execute(
            "update maintenance_interventions set version = version + 1, updated_at = now() where id = $1", sheet["id"]
        )
        await connection.execute(
            "insert into audit_log (id, occurred_at, actor_id, action, entity, entity_id, site_id, changes)"
            " values ($1, now(), $2, 'intervention.note_added', 'maintenance_interventions', $3, $4, '{}')",
            uuid7(), user, sheet["id"], sheet["site_id"],
        )  # fmt: skip
        await connection.execute(
            "insert into sync_receipt (command_id, user_id, command_type) values ($1, $2, 'intervention.add_note')",
            command["command_id"],
            user,
        )
    return {"id": command["command_id"], "status": "applied"}


async def _create(receive: Receive) -> bytes:
    """The statements of a job: its machine, its number, the row and its audit entry, the row as it stands, and who hears of it."""
    asked, job_id = await _body(receive), uuid7()
    async with _pool.acquire() as connection, connection.transaction():
        machine = await connection.fetchrow(
            "select id, site_id from equipment where id = $1 for no key update", UUID(asked["equipment_id"])
        )
        number = await connection.fetchval("select etabli_number('INT-2000')")
        await connection.execute(
            "insert into maintenance_interventions (id, number, site_id, equipment_id, title, intervention_type, status, priority)"
            " values ($1, $2, $3, $4, $5, 'corrective', 'pending', 'medium')",
            job_id, f"INT-2000-{number:06}", machine["site_id"], machine["id"], asked["title"],
        )  # fmt: skip
        await connection.execute(
            "insert into audit_log (id, occurred_at, action, entity, entity_id, site_id, changes)"
            " values ($1, now(), 'intervention.created', 'maintenance_interventions', $2, $3, '{}')",
            uuid7(), job_id, machine["site_id"],
        )  # fmt: skip
        row = await connection.fetchval("select row_to_json(t)::text from maintenance_interventions t where id = $1", job_id)
        await connection.execute("select pg_notify('bench', $1)", str(machine["site_id"]))
    return str(row).encode()


async def _move(receive: Receive, part: str, verb: str) -> bytes:
    """The statements of a movement: part and place, the stock locked and read, balance, place, line and audit entry, and who hears of it."""
    asked, part_id, line = await _body(receive), UUID(part), uuid7()
    place_id, quantity = UUID(asked["place_id"]), Decimal(asked["quantity"]) * (1 if verb == "receive" else -1)
    async with _pool.acquire() as connection, connection.transaction():
        row = await connection.fetchrow("select row_to_json(t)::text as j, unit_price, currency from spare_parts t where id = $1", part_id)
        site_id = await connection.fetchval("select site_id from storage_place where id = $1", place_id)
        stock_id = await connection.fetchval("select id from stock where part_id = $1 and site_id = $2 for update", part_id, site_id)
        stock = await connection.fetchrow("select on_hand, value, version from stock where id = $1", stock_id)
        await connection.fetch("select * from part_reservation where part_id = $1 and site_id = $2", part_id, site_id)
        await connection.fetchval("select exists (select from stock_movements where id = $1)", line)
        amount = quantity * row["unit_price"]
        await connection.execute(
            "update stock set on_hand = $2, value = $3, version = $4, updated_at = now() where id = $1",
            stock_id, stock["on_hand"] + quantity, stock["value"] + amount, stock["version"] + 1,
        )  # fmt: skip
        await connection.execute(
            "update place_stock set quantity = quantity + $3 where stock_id = $1 and place_id = $2", stock_id, place_id, quantity
        )
        await connection.execute(
            "insert into stock_movements (id, site_id, spare_part_id, place_id, movement_type, quantity, unit_price, amount, currency, occurred_at)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now())",
            line, site_id, part_id, place_id, "in" if quantity > 0 else "out", quantity, row["unit_price"], amount, row["currency"],
        )  # fmt: skip
        await connection.execute(
            "insert into audit_log (id, occurred_at, action, entity, entity_id, site_id, changes)"
            " values ($1, now(), 'stock.moved', 'stock', $2, $3, '{}')",
            uuid7(), stock_id, site_id,
        )  # fmt: skip
        await connection.execute("select pg_notify('bench', $1)", str(site_id))
    return str(row["j"]).encode()
