"""The floor: what uvicorn, asyncpg and PostgreSQL's own JSON can do with nothing in between: no framework, access check or validation.

It answers under the paths of the API with the same data, from the same database, run by the same uvicorn settings.
"""

import json
import os
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import asyncpg

from server.core.database import asyncpg_dsn
from shared_models.ids import uuid7

ITEM = (
    "e.id, e.code, e.name, e.model, e.manufacturer, e.serial_number, e.site_id, s.name as site_name, e.production_line_id, l.name as line_name,"
    " e.class_id, e.status, e.status_since, e.criticality, (select count(*) from maintenance_interventions i where i.equipment_id = e.id"
    " and i.status in ('pending', 'in_progress', 'on_hold')) as open_interventions"
)
LIST = f"""
select json_build_object('items', json_agg(r), 'total', (select count(*) from equipment where archived_at is null),
    'page', $1::int, 'size', 50, 'pages', 200)::text
from (
    select {ITEM} from equipment e join sites s on s.id = e.site_id left join production_lines l on l.id = e.production_line_id
    where e.archived_at is null order by etabli_fold(e.name), e.id limit 50 offset ($1::int - 1) * 50
) r
"""
MACHINE = """
select row_to_json(r)::text from (
    select e.*, (select json_agg(code) from label_code where equipment_id = e.id) as label_codes from equipment e where e.id = $1
) r
"""
LIFE = "select row_to_json(r)::text from (select id, site_id, data from equipment_life where id = $1) r"
HISTORY = """
select json_build_object('items', coalesce(json_agg(r), '[]'))::text from (
    select i.*, u.first_name || ' ' || u.last_name as technician,
        (select sum(a.ended_at - a.started_at) from intervention_action a where a.intervention_id = i.id) as labour
    from maintenance_interventions i left join users u on u.id = i.assigned_technician_id
    where i.equipment_id = $1 order by i.created_at desc, i.id desc limit 50
) r
"""
CHANGED = (
    "select coalesce(json_agg(r), '[]')::text from (select * from equipment where sync_xid >= $1::bigint order by sync_xid, id limit 500) r"
)
CHILDREN = (
    "(select json_agg(a) from intervention_action a where a.intervention_id = t.id) as actions,"
    " (select json_agg(a) from intervention_note a where a.intervention_id = t.id) as notes,"
    " (select json_agg(a) from intervention_photo a where a.intervention_id = t.id) as photos"
)
ON_DEVICES = "(t.status in ('pending', 'in_progress', 'on_hold') or (t.status = 'completed' and not t.is_validated and t.needs_validation) or t.actual_end >= now() - interval '30 days')"
EVERYTHING = {
    "equipment": "select t.*, (select json_agg(code) from label_code where equipment_id = t.id) as label_codes from equipment t where t.id > $1",
    "equipment_life": "select t.* from equipment_life t where t.id > $1",
    "document": "select t.*, f.mime_type, f.size_bytes from document t join attachment f on f.id = t.attachment_id where t.id > $1",
    "meter": "select t.*, (select json_agg(r) from (select * from reading where meter_id = t.id and voided_at is null order by read_at desc limit 30) r) as readings"
    " from meter t where t.id > $1",
    "scheduled_maintenances": "select t.*, (select json_agg(o) from (select * from plan_occurrence where plan_id = t.id"
    " order by original_due desc limit 12) o) as occurrences from scheduled_maintenances t where t.id > $1",
    "maintenance_interventions": f"select t.*, {CHILDREN} from maintenance_interventions t where {ON_DEVICES} and t.id > $1",
}
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
    body = await _push(receive) if path == "/sync/push" else await _read(path, query)
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
    if path == "/equipment":
        text = await _pool.fetchval(LIST, int(query.get("page", 1)))
    elif path == "/maintenance/calendar":
        text = await _pool.fetchval(CALENDAR)
    elif path == "/sync/pull":
        text = await (_everything(query) if "table" in query else _pool.fetchval(CHANGED, int(query["since"])))
    else:
        _, _, machine, *rest = path.split("/")
        text = await _pool.fetchval({"life": LIFE, "interventions": HISTORY}.get(rest[0], MACHINE) if rest else MACHINE, UUID(machine))
    return text.encode()


async def _everything(query: dict[str, str]) -> str:
    rows = f"select row_to_json(r) as j, r.id from ({EVERYTHING[query['table']]} order by t.id limit 500) r"
    statement = f"select json_build_object('rows', coalesce(json_agg(j order by id), '[]'), 'last', (array_agg(id order by id desc))[1])::text from ({rows}) x"
    return await _pool.fetchval(statement, UUID(query["after"]))


async def _push(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    commands = json.loads(body)["commands"]
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
