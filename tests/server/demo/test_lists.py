"""Every list that is declared, over the demonstration's data: whatever it is asked, its pages and its exports show the same rows."""

import asyncio
import csv
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin
from uuid import UUID

import asyncpg
import pytest
from fastapi import Response
from pydantic import TypeAdapter
from python_calamine import CalamineWorkbook

from server.core.access import SYSTEM, Actor
from server.core.cells import Csv, Sheet, Xlsx
from server.core.database import Database
from server.core.errors import NotFound
from server.core.exports import spooled
from server.core.i18n import catalogue
from server.core.lists import List, everybodys
from server.core.names import NAMED, NEWEST
from server.core.pages import UnknownCursor, UnknownSort
from server.core.queries import EVERYTHING, expression, joined, plain, sql
from server.core.read_pool import ReadPool
from server.core.sql import base_type
from server.equipment.listing import EQUIPMENT
from server.interventions.listing import INTERVENTIONS, OF_MACHINE
from server.inventory.listing import MOVEMENTS, PARTS, STOCKS
from server.main import DOMAINS
from server.notifications.listing import NOTICES
from shared_models.ids import uuid7
from shared_models.paging import KeysetPage, Page
from tests.databases import OneConnection
from tests.server.support import is_as_written

FEW = 7
FORMULA, DIGITS = "=HYPERLINK(1)", "00123"
ALL: list[List] = sorted(
    {route.endpoint.listed for domain in DOMAINS for route in domain.router.routes if hasattr(getattr(route, "endpoint", None), "listed")},
    key=lambda listed: listed.name,
)
every_list = pytest.mark.parametrize("listed", ALL, ids=lambda listed: listed.name)
STRANGER = replace(SYSTEM, user_id=uuid7(), site_ids=frozenset({uuid7()}))


MORE = """
insert into reading_source (id, site_id, name, key_hash, key_hint)
    select gen_random_uuid(), s.id, 'PLC ' || n, md5(s.id::text || n), '…' || n from sites s, generate_series(1, 3) n;
insert into intervention_revision (intervention_id, revision, replaced_at, reason)
    select (select id from maintenance_interventions order by id limit 1), n, now(), 'Typo' from generate_series(1, 3) n;
insert into audit_log (id, occurred_at, actor_label, action, entity, entity_id, site_id, changes)
    select gen_random_uuid(), now(), 'Ada Roy', 'site.updated', 'sites', id, id, '{}' from sites;
update maintenance_interventions i set is_validated = false, needs_validation = true where id in (
    select id from maintenance_interventions where status = 'completed' and equipment_id in (
        select equipment_id from maintenance_interventions group by 1 order by count(*) desc limit 1) limit 2);
update intervention_action set ended_at = now() where ended_at is null;
update meter set is_active = false where id = (select id from meter order by id limit 1);
update scheduled_maintenances set ignored_since = now() where id = (select id from scheduled_maintenances order by id limit 1);
update scheduled_maintenances set is_active = false where id = (select id from scheduled_maintenances order by id desc limit 1);
update storage_place set is_active = false where id = (
    select p.id from storage_place p
    where not p.is_default and not exists (select from storage_place q where q.parent_id = p.id) order by p.id limit 1);
insert into notifications (id, user_id, type, title, related_entity_type, related_entity_id, is_read)
    select gen_random_uuid(), (select id from users order by id limit 1), case when n % 2 = 0 then 'low_stock' else 'machine_down' end,
        'Notice', 'equipment', e.id, n > 4
    from generate_series(1, 9) n, lateral (select id from equipment order by id offset n % 3 limit 1) e;
insert into webhook (id, name, url, format, lang, is_active, sealed, site_id)
    select gen_random_uuid(), 'MES', 'http://mes.plant/' || s.name, 'etabli', 'fr', true, '', s.id from sites s;
insert into outbox (id, channel, key, target, content, expires_at, state)
    select gen_random_uuid(), 'webhook', n::text, w.id::text, '{"event": {"type": "machine_down", "title": "Down"}}', now(),
        case when n % 2 = 0 then 'sent' else 'given_up' end from webhook w, generate_series(1, 4) n;
update users set is_active = false, is_waiting = true where id = (select id from users where role = 'technician' order by id limit 1);
update users set is_active = false where id = (select id from users where role = 'technician' order by id desc limit 1);
insert into outbox (id, channel, key, target, user_id, content, state, error, created_at, expires_at)
    select gen_random_uuid(), 'email', n::text, u.email, u.id, jsonb_build_object('lang', 'fr', 'template', t, 'facts', jsonb_build_object(
        'title', case when n < 3 then 'Presse' else 'Four' end)), s, 'Error ' || n, now() - n * interval '1 hour', now() from unnest(
        array['notice', 'digest', 'password', 'invitation', 'new_sign_in', 'password_changed', 'notice', 'notice'],
        array['waiting', 'sent', 'kept', 'given_up', 'expired', 'withheld', 'gone', 'sent']) with ordinality x(t, s, n)
    join (select *, row_number() over (order by id) as rank from users) u on u.rank = n;
"""
"""What the demonstration has none of, or only one kind; and nobody's timer runs, which would count on between two readings."""


@pytest.fixture(scope="module")
async def plenty(demo_url: str, summary: object) -> str:
    connection = await asyncpg.connect(demo_url)
    await connection.execute(MORE)
    await connection.close()
    return demo_url


@pytest.fixture
async def pool(plenty: str) -> AsyncIterator[ReadPool]:
    database = Database(plenty, pool_size=1, read_pool_size=4)
    await database.start()
    yield database.pool
    await database.stop()


@dataclass
class Asked:
    """A list with whose rows it shows, those of which there are most."""

    pool: ReadPool
    listed: List
    of: UUID | None = None
    actor: Actor = SYSTEM
    base: dict[str, Any] = field(default_factory=dict)

    def query(self, **wanted: Any) -> Any:
        """As an endpoint reads it, but of any size."""
        defaults = {name: field.get_default() for name, field in self.listed.query.model_fields.items()}
        return self.listed.query.model_construct(**{**defaults, **({"size": 10**6} if "size" in defaults else {}), **self.base, **wanted})

    @property
    def read(self) -> Callable[..., Any]:
        return self.listed.page if self.listed.is_counted else self.listed.following if self.listed.is_keyset else self.listed.whole

    async def answer(self, **wanted: Any) -> Any:
        response: Response = await self.read(self.pool, self.actor, self.query(**wanted), self.of)
        return json.loads(response.body)

    async def rows(self, **wanted: Any) -> list[Any]:
        found = await self.answer(**wanted)
        return found if isinstance(found, list) else found["items"]

    async def exported(self, sheet: Sheet | None = None, **wanted: Any) -> bytes:
        sheet = sheet or Csv(self.listed.titles("en"), "en")
        await self.listed.ensure_in_sight(self.pool, self.actor, self.of)
        statement = self.listed.exporting(self.actor, self.query(**wanted), self.of)
        with await spooled(self.pool, statement, sheet, self.listed.values("en")) as file:
            file.seek(0)
            return file.read()

    async def lines(self, **wanted: Any) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO((await self.exported(**wanted)).decode("utf-8-sig"))))


FEW_OF = {
    INTERVENTIONS.name: ("equipment_id", "select equipment_id from maintenance_interventions group by 1 order by count(*) desc limit 1"),
    MOVEMENTS.name: ("site_id", "select site_id from stock_movements group by 1 order by count(*) limit 1"),
}  # fmt: skip


@pytest.fixture
async def asked(pool: ReadPool, listed: List) -> Asked:
    """Of a long list, one machine's rows, or a site's."""
    of = listed.of
    if listed is NOTICES:
        return Asked(pool, listed, actor=replace(SYSTEM, user_id=await pool.fetchval("select user_id from notifications limit 1")))
    if of is None:
        column, few = FEW_OF.get(listed.name, ("", ""))
        return Asked(pool, listed, base={column: await pool.fetchval(few)} if column else {})
    column = plain(f"{listed.alias}.{of.column or of.key}")
    most = sql("select {} from {} where {} group by 1 order by count(*) desc limit 1", column, plain(listed.table), plain(listed.where))
    return Asked(pool, listed, await pool.fetchval(*most.rendered()))


_TOUCHING = """
select tgrelid::regclass::text as child from pg_trigger
where tgname = 'touch' and encode(tgargs, 'escape') like $1 || '\\\\000%'
"""
_TABLE = re.compile(r"(?:from|join) ([a-z_]+) ([a-z])\b")
_COLUMN = re.compile(r"\b([a-z])\.([a-z_]+)\b")
CHANGES = {
    "a timer runs": "insert into intervention_action (id, intervention_id, user_id, started_at)"
    " select gen_random_uuid(), $1, u.id, now() - interval '3 hours' from users u order by u.id limit 1",
    "it is stopped": "update intervention_action set ended_at = now() + interval '2 hours' where intervention_id = $1 and ended_at is null",
    "the time is put right": "update intervention_action set started_at = started_at - interval '1 hour' where intervention_id = $1",
    "it is taken away": "delete from intervention_action where intervention_id = $1",
    "the job": "update maintenance_interventions set title = title || '!' where id = $1",
    "its machine": "update equipment set name = name || '!' where id = (select equipment_id from maintenance_interventions where id = $1)",
    "its technician": "update users set last_name = last_name || '!'"
    " where id = (select assigned_technician_id from maintenance_interventions where id = $1)",
}  # fmt: skip
"""Of a job, one after the other."""


async def test_what_is_remembered_is_what_would_be_built(pool: ReadPool) -> None:
    job = await pool.fetchrow("select id, equipment_id from maintenance_interventions where assigned_technician_id is not null limit 1")
    code = await pool.fetchval("select code from equipment where id = $1", job["equipment_id"])
    lists = [
        Asked(pool, INTERVENTIONS, base={"equipment_id": job["equipment_id"]}), Asked(pool, OF_MACHINE, job["equipment_id"]),
        Asked(pool, EQUIPMENT, base={"search": code, "size": 50}), Asked(pool, EQUIPMENT, base={"size": 50}),
    ]  # fmt: skip
    for name, change in CHANGES.items():
        known = [(await asked.answer(), await asked.answer(), await asked.answer())[-1] for asked in lists]
        await pool.execute(change, job["id"])
        found = [await asked.answer() for asked in lists]
        pool.memory.clear()
        assert found == [await asked.answer() for asked in lists], name
        assert found != known, name


OF_PARTS = {
    "stock moves": "update stock set on_hand = on_hand + 1 where part_id = $1",
    "a part": "update spare_parts set name = name || '!' where id = $1",
    "its category": "update spare_part_categories set name = name || '!' where id = (select category_id from spare_parts where id = $1)",
    "its supplier": "update suppliers set name = name || '!' where id = (select supplier_id from spare_parts where id = $1)",
    "another is made": "insert into spare_parts (id, part_number, name) select gen_random_uuid(), number || '-X', name || '!!'"
    " from (select part_number as number, name from spare_parts where id = $1) p",
    "it is deleted": "delete from spare_parts where part_number = (select part_number || '-X' from spare_parts where id = $1)",
    "a movement": "insert into stock_movements"
    " (id, site_id, spare_part_id, place_id, movement_type, quantity, unit_price, amount, currency, occurred_at)"
    " select gen_random_uuid(), site_id, spare_part_id, place_id, 'in', 1, 0, 0, currency, occurred_at from stock_movements"
    " where spare_part_id = $1 order by occurred_at desc limit 1",
}  # fmt: skip
"""Of a part, one after the other."""


async def test_parts_and_their_ledger_are_remembered_as_they_are(pool: ReadPool) -> None:
    part = await pool.fetchrow(
        "select p.id, p.name from spare_parts p join stock_movements m on m.spare_part_id = p.id"
        " where p.category_id is not null and p.supplier_id is not null order by m.occurred_at desc limit 1"
    )
    named = {"search": part["name"]}
    lists = [
        Asked(pool, PARTS, base={"size": 200}), Asked(pool, PARTS, base=named), Asked(pool, STOCKS, base=named),
        Asked(pool, MOVEMENTS, base={"size": 50, "spare_part_id": part["id"]}),
    ]  # fmt: skip
    for name, change in OF_PARTS.items():
        known = [(await asked.answer(), await asked.answer(), await asked.answer())[-1] for asked in lists]
        await pool.execute(change, part["id"])
        found = [await asked.answer() for asked in lists]
        pool.memory.clear()
        assert found == [await asked.answer() for asked in lists], name
        assert found != known, name


async def test_a_search_of_parts_finds_codes_first_and_words_spelled_nearly_alike(pool: ReadPool) -> None:
    part = await pool.fetchrow(
        "select p.id, p.part_number, k.code from spare_parts p join label_code k on k.part_id = p.id order by p.part_number desc limit 1"
    )
    await pool.execute("update spare_parts set name = 'Hydraulic accumulator', manufacturer_reference = 'ab 12' where id = $1", part["id"])
    await pool.execute("insert into part_barcode (code, part_id) values ('Hydraulik', $1)", part["id"])
    for searched in (part["part_number"].lower(), part["code"], "AB 12", "Hydraulik", "accumulator hydraulic", "hydralic accumulatr"):
        for listed in (PARTS, STOCKS):
            rows = await Asked(pool, listed, base={"search": searched}).rows()
            assert (rows[0].get("part_id", rows[0]["id"]), len({row["id"] for row in rows})) == (str(part["id"]), len(rows)), searched


OTHERWISE = """
select p.part_number from spare_parts p
where p.kept_barcodes <> array(select b.code from part_barcode b where b.part_id = p.id order by b.code)::text[]
    or p.kept_labels <> array(select k.code from label_code k where k.part_id = p.id order by k.linked_at, k.code)::text[]
"""
OF_CODES = (
    "insert into part_barcode (code, part_id) select 'ab' || n, $1 from generate_series(1, 3) n where $2::uuid is not null",
    "update part_barcode set part_id = $2 where part_id = $1 and code > 'ab1'",
    "delete from part_barcode where part_id in ($1, $2) and code = 'ab2'",
    "update label_code set part_id = $2, linked_at = now() where part_id = $1",
    "update label_code set part_id = null where part_id = $2 and $1::uuid is not null",
)
LINK = "insert into part_barcode (code, part_id) values ($2, $1)"


async def test_what_a_part_keeps_of_its_codes_is_what_there_is(pool: ReadPool) -> None:
    """Also of two that come at once: the second waits for the first, and then sees it."""
    one, other = (row["id"] for row in await pool.fetch("select id from spare_parts where kept_barcodes <> '{}' order by id limit 2"))
    assert await pool.fetch(OTHERWISE) == []
    for change in OF_CODES:
        before = await pool.fetchval("select max(sync_xid) from spare_parts")
        await pool.execute(change, one, other)
        assert await pool.fetch(OTHERWISE) == [], change
        assert await pool.fetchval("select max(sync_xid) from spare_parts") > before, change
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(LINK, one, "first")
        second = asyncio.create_task(pool.execute(LINK, one, "second"))
        while not await connection.fetchval("select exists (select from pg_locks where not granted)"):
            await asyncio.sleep(0.01)
    await second
    assert {"first", "second"} <= set(await pool.fetchval("select kept_barcodes from spare_parts where id = $1", one))
    assert await pool.fetch(OTHERWISE) == []


async def test_a_page_is_given_again_until_any_transaction_ends(pool: ReadPool) -> None:
    asked = Asked(pool, EQUIPMENT, base={"size": 50, "sort": "code"})
    change = "update maintenance_interventions set status = $1 where id = $2"
    job = await pool.fetchrow(
        "select i.id, e.id as machine from maintenance_interventions i join equipment e on e.id = i.equipment_id"
        " where i.status = 'pending' and e.archived_at is null order by e.code limit 1"
    )

    async def open_jobs(pool: Any = pool) -> int:
        page = json.loads((await EQUIPMENT.page(pool, SYSTEM, asked.query())).body)
        return sum(int(row["open_interventions"]) for row in page["items"] if row["id"] == str(job["machine"]))

    async def remembered() -> int:
        for _ in range(200):
            found = await open_jobs()
            if pool.memory._answers:
                assert await open_jobs() == found
                return found
            await asyncio.sleep(0.05)
        raise TimeoutError

    before = await remembered()
    async with pool.acquire() as other:
        undecided = other.transaction()
        await undecided.start()
        await other.execute(change, "cancelled", job["id"])
        assert [await open_jobs() for _ in range(3)] == [before] * 3
        assert await open_jobs(_Own(pool, other)) == before - 1
        await undecided.commit()
    assert await remembered() == before - 1
    await pool.execute(change, "pending", job["id"])
    assert await remembered() == before


class _Own:
    """The pool's memory, and a connection that has written."""

    def __init__(self, pool: ReadPool, connection: asyncpg.Connection) -> None:
        self.memory, self.fetch, self.fetchrow, self.fetchval = pool.memory, connection.fetch, connection.fetchrow, connection.fetchval


async def test_nothing_is_remembered_over_a_transaction_that_ends_after_younger_ones(pool: ReadPool) -> None:
    """Of the older, the marks are smaller than those that are there already."""
    job, other = await pool.fetch("select id, equipment_id from maintenance_interventions where assigned_technician_id is not null limit 2")
    lists = [Asked(pool, INTERVENTIONS, base={"search": "zyx"}), Asked(pool, OF_MACHINE, job["equipment_id"])]
    for change in (CHANGES["its machine"], "update maintenance_interventions set title = title || ' zyx' where id = $1"):
        known = [await asked.answer() for asked in lists]
        async with pool.acquire() as older:
            undecided = older.transaction()
            await undecided.start()
            await older.execute(change, job["id"])
            for younger in (CHANGES["its technician"], CHANGES["the job"]):
                await pool.execute(younger, other["id"])
            meanwhile = [await asked.answer() for asked in lists for _ in range(2)]
            await undecided.commit()
        found = [await asked.answer() for asked in lists]
        pool.memory.clear()
        assert found == [await asked.answer() for asked in lists], change
        assert found not in (known, meanwhile[::2]), change


async def test_another_name_of_anything_is_noticed_once_a_transaction_and_nothing_else_is(pool: ReadPool) -> None:
    newest, counted = f"select {NEWEST}", "select count(*) from renaming"
    before = await pool.fetchval(counted)
    for table, columns in NAMED.items():
        known = await pool.fetchval(newest)
        for column in columns:
            await pool.execute(expression("update {} set {} = {} || '!'", table, column, column))
            renamed = await pool.fetchval(newest)
            assert renamed > known, (table, column)
            await pool.execute(expression("update {} set {} = {}", table, column, column))
            assert await pool.fetchval(newest) == renamed
            known = renamed
    assert await pool.fetchval(counted) - before == sum(map(len, NAMED.values()))


def _at_rest(rows: list[Any]) -> list[Any]:
    """Without the minutes that go on being counted."""
    return [{name: value for name, value in row.items() if name != "labour_minutes"} for row in rows]


def choices_of(annotation: Any) -> list[str]:
    """The words that a value of it can be."""
    kind = base_type(annotation)
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    if isinstance(kind, type):
        return list(kind) if issubclass(kind, StrEnum) else []
    return [one for part in get_args(kind) for one in choices_of(part)]


@every_list
class TestEveryList:
    async def test_is_what_is_promised_and_takes_one_statement_once_it_is_known(self, asked: Asked) -> None:
        asked.pool = counted = _Counting(asked.pool)  # type: ignore[assignment]
        answer = await asked.answer()
        first = len(counted.calls)
        assert first <= 2
        assert await _taken_by(counted, asked, 1) == answer
        item: Any = asked.listed.item
        model: Any = Page[item] if asked.listed.is_counted else KeysetPage[item] if asked.listed.is_keyset else list[item]
        read: Any = TypeAdapter(model).validate_python(answer)
        told, rows = (answer.pop("items"), read.items) if isinstance(answer, dict) else (answer, read)
        assert told
        assert all(map(is_as_written, told, rows))
        assert told is answer or read.model_dump(mode="json", exclude={"items"}) == answer

    async def test_remembers_of_its_rows_only_what_changes_them(self, pool: ReadPool, listed: List) -> None:
        """What is computed looks at the row's own table, at those whose changes touch the row, and at names."""
        own = listed.table.partition(" ")[0]
        touching = {own, *(row["child"] for row in await pool.fetch(_TOUCHING, own))}
        for name in listed.still:
            text = listed.columns.get(name) or listed.carried[name]
            looked_at = {alias: table for table, alias in _TABLE.findall(f"from {listed.table} {listed.joins} {text}")}
            read = {(looked_at[alias], column) for alias, column in _COLUMN.findall(text) if alias in looked_at}
            assert read, name
            assert {table for table, column in read if column not in ("id", *NAMED.get(table, ()))} <= touching, name
            assert "now()" not in text or listed.still_while != "true", name

    def test_has_its_words_in_both_languages(self, listed: List) -> None:
        fields = listed.item.model_fields
        choices = {
            f"{listed.words[name]}.{one}" for name in listed.words.keys() & fields.keys() for one in choices_of(fields[name].annotation)
        }
        wanted = {f"list.{listed.name}", *(f"export.{name}" for name in listed.exported), *choices}
        assert [key for key in wanted for lang in ("fr", "en") if key not in catalogue(lang)] == []

    async def test_each_sort_is_total_and_its_pages_are_the_whole(self, asked: Asked) -> None:
        if not asked.listed.is_counted:
            return
        with pytest.raises(UnknownSort):
            await asked.answer(sort="password_hash")
        if "site_id" in asked.listed.item.model_fields:
            asked.actor = replace(SYSTEM, site_ids=frozenset({UUID((await asked.rows(size=1))[0]["site_id"])}))
        for sort in (sign + name for name in asked.listed.sorts for sign in ("", "-")):
            whole = await asked.rows(sort=sort)
            assert len({row["id"] for row in whole}) == len(whole) == (await asked.answer(sort=sort))["total"]
            last = -(-len(whole) // FEW)
            for page in {1, 2, (last + 1) // 2, last}:
                found = await asked.answer(sort=sort, page=page, size=FEW)
                assert found["items"] == whole[(page - 1) * FEW : page * FEW], (sort, page)
                assert (found["total"], found["pages"]) == (len(whole), last)
            assert (await asked.answer(sort=sort, page=last + 1, size=FEW))["items"] == []

    async def test_each_filter_narrows_the_page_and_the_export_alike(self, asked: Asked) -> None:
        for name in (*asked.listed.filters, *(["search"] if asked.listed.search else [])):
            of_all = replace(asked, base={}) if name in OF_MACHINES else asked
            whole = {row["id"]: row for row in await of_all.rows()}
            value, found = await _narrowing(of_all, name, len(whole))
            assert all(row == whole[row["id"]] for row in found), name
            if name in asked.listed.item.model_fields:
                assert len(found) == sum(row[name] == json.loads(json.dumps(value, default=str)) for row in whole.values()), name
            assert len(await of_all.lines(**{name: value})) == len(found), name

    async def test_exports_every_row_in_both_languages_and_formats(self, asked: Asked) -> None:
        rows, lines = await asked.rows(), await asked.lines(**({"page": 3, "size": 1} if asked.listed.is_counted else {}))
        assert len(rows) == len(lines)
        for lang in ("fr", "en"):
            titles = asked.listed.titles(lang)
            assert len(set(titles)) == len(titles)
            book = await asked.exported(Xlsx(titles, lang, title=asked.listed.name))
            head, *cells = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
            assert (head, len(cells)) == (titles, len(rows))

    async def test_shows_strangers_nothing_and_members_their_sites_rows(self, asked: Asked) -> None:
        listed, asked.base = asked.listed, {}
        whole = await asked.rows()
        if listed.scope is everybodys and (listed.of is None or listed.of.site is None):
            return
        asked.actor = STRANGER
        if listed.of:
            with pytest.raises(NotFound):
                await asked.rows()
            with pytest.raises(NotFound):
                await asked.lines()
        else:
            assert (await asked.rows(), await asked.lines()) == ([], [])
        if "site_id" in listed.item.model_fields and not listed.of:
            site = next(row["site_id"] for row in whole if row["site_id"])
            asked.actor = replace(STRANGER, site_ids=frozenset({UUID(site)}))
            mine = [row for row in whole if row["site_id"] == site]
            assert 0 < len(mine) < len(whole)
            assert (_at_rest(await asked.rows()), len(await asked.lines())) == (_at_rest(mine), len(mine))

    async def test_lets_no_text_be_a_formula_or_a_number(self, asked: Asked, plenty: str) -> None:
        """In whatever column of its table somebody can write it."""
        connection = await asyncpg.connect(plenty)
        asked.pool = OneConnection(connection)  # type: ignore[assignment]
        for text in (FORMULA, DIGITS):
            undone = connection.transaction()
            await undone.start()
            taken = [name for name in asked.listed.exported if await _takes(connection, asked, name, text)]
            lines, titles = await asked.lines(), dict(zip(asked.listed.exported, asked.listed.titles("en"), strict=True))
            book = await asked.exported(Xlsx(list(titles.values()), "en", title="x"))
            cells = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()[1:]
            for name in taken:
                assert any(line[titles[name]] == ("'" + text if text == FORMULA else text) for line in lines), name
                assert any(row[asked.listed.exported.index(name)] == text for row in cells), name
            assert b"<f>" not in zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml")
            await undone.rollback()
        await connection.close()

    async def test_goes_on_after_a_cursor_whatever_comes_in_between(self, asked: Asked, plenty: str) -> None:
        if not asked.listed.is_keyset:
            return
        for cursor in ("x", "W10", "WyJhIiwgImIiXQ", "é"):
            with pytest.raises(UnknownCursor):
                await asked.answer(cursor=cursor)
        connection = await asyncpg.connect(plenty)
        asked.pool = OneConnection(connection)  # type: ignore[assignment]
        undone = connection.transaction()
        await undone.start()
        at = asked.listed.order[1:]
        whole = (await asked.rows())[: 6 * FEW]
        seen, page = [], await asked.answer(size=FEW)
        while page["next"] and len(seen) + FEW < len(whole):
            seen += page["items"]
            for like in (seen[-1], page["items"][0]):  # newer ones come, and some of the very moment at which the page ends
                for days in (0, 1):
                    await _copy(connection, asked, like["id"], at, timedelta(days=days))
            page = await asked.answer(size=FEW, cursor=page["next"])
        seen += page["items"]
        known = {row["id"] for row in whole}
        assert [row for row in seen if row["id"] in known] == whole[: len([row for row in seen if row["id"] in known])]
        assert len({row["id"] for row in seen}) == len(seen) >= min(len(whole), FEW)
        await undone.rollback()
        await connection.close()


class _Counting:
    """A pool that keeps what it is asked."""

    def __init__(self, pool: ReadPool) -> None:
        self.calls: list[str] = []
        self._pool = pool

    def __getattr__(self, verb: str) -> Any:
        if verb == "memory":
            return self._pool.memory

        async def asked(statement: str, *args: Any) -> Any:
            self.calls.append(statement)
            return await getattr(self._pool, verb)(statement, *args)

        return asked


async def _taken_by(counted: _Counting, asked: Asked, statements: int) -> Any:
    """The answer, once it takes as few: rows are remembered when what else goes on in the server has ended."""
    for _ in range(200):
        before = len(counted.calls)
        answer = await asked.answer()
        if len(counted.calls) - before == statements:
            return answer
        await asyncio.sleep(0.05)
    raise AssertionError(counted.calls[-2:])


async def _narrowing(asked: Asked, name: str, whole: int) -> tuple[Any, list[Any]]:
    """A value that some rows have and some have not, and these rows."""
    for value in await _values(asked, name):
        found = await asked.rows(**{name: value})
        if 0 < len(found) < whole:
            return value, found
    raise AssertionError(f"{asked.listed.name}: nothing narrows {name}")


async def _values(asked: Asked, name: str) -> list[Any]:
    rows = await asked.rows()
    kind = base_type(asked.listed.query.model_fields[name].annotation)
    if name in {"since", "until"}:
        return [datetime.fromisoformat(rows[len(rows) // 2][asked.listed.order[1:]])]
    if column := {"ended_before": "actual_end", "needed_before": "needed_at"}.get(name):
        return sorted(datetime.fromisoformat(row[column]) for row in rows if row[column])[1:]
    if name == "search":
        shown = [value for row in rows[:20] for value in row.values() if isinstance(value, str) and value.isalpha()]
        return [*shown, *(row.get("number") or row.get("code") for row in rows[:20])]
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return list(kind)
    if kind is bool:
        return [True, False]
    table = asked.listed.table.partition(" ")[0]
    source = f"select id from {TABLES[name]}" if name in TABLES else f"select {name} from {table} group by 1 order by count(*) desc"
    return [row[0] for row in await asked.pool.fetch(f"{source} limit 100") if row[0] is not None]


OF_MACHINES = {"site_id", "production_line_id", "equipment_id"}
TABLES = {
    "production_line_id": "production_lines", "site_id": "sites", "equipment_id": "equipment", "class_id": "equipment_class",
    "category_id": "spare_part_categories",
}  # fmt: skip


async def _takes(connection: asyncpg.Connection, asked: Asked, name: str, text: str) -> bool:
    """Whether a row of the list has this text now; `name` may be no column of the table, or one with rules of its own."""
    listed = asked.listed
    table, _, alias = listed.table.partition(" ")
    if name in {*listed.columns, *listed.carried, *listed.words}:
        return False
    own = sql("{} = {}", plain(f"{listed.alias}.{listed.of.column or listed.of.key}"), asked.of) if listed.of else EVERYTHING
    base = [sql("{} = {}", plain(f"{listed.alias}.{column}"), value) for column, value in asked.base.items()]
    conditions = joined([plain(listed.where), own, *base], " and ")
    one = sql("select {}.ctid from {} {} where {} limit 1", plain(alias or table), plain(listed.table), plain(listed.joins), conditions)
    try:
        async with connection.transaction():
            change = sql("update {} set {} = {}::text where ctid = ({})", plain(table), plain(name), text, one)
            await connection.execute(*change.rendered())
    except asyncpg.PostgresError:
        return False
    return True


UNIQUE = {"maintenance_interventions": {"number": "left(gen_random_uuid()::text, 20)"}, "plan_occurrence": {"intervention_id": "null"}}


async def _copy(connection: asyncpg.Connection, asked: Asked, row_id: str, at: str, later: timedelta) -> None:
    """A row like another, of the same moment or a later one, unless the table takes none."""
    table = asked.listed.table.partition(" ")[0]
    columns = [
        row[0] for row in await connection.fetch(
            "select column_name from information_schema.columns where table_name = $1 and is_generated = 'NEVER'", table)
    ]  # fmt: skip
    new = {"id": "gen_random_uuid()", at: f"{at} + {{}}", **UNIQUE.get(table, {})}
    values = sql(", ".join(new.get(name, name) for name in columns), later)
    into, source = plain(f"{table} ({', '.join(columns)})"), plain(table)
    statement = sql("insert into {} select {} from {} where id = {}", into, values, source, UUID(row_id))
    with suppress(asyncpg.UniqueViolationError):
        async with connection.transaction():
            await connection.execute(*statement.rendered())
