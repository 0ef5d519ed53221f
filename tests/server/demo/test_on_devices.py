"""What a device holds of the demonstration, read when it is looked at: the same as if it had all been read at once."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from mobile_app.core.rows import Rows
from mobile_app.core.tables import Table
from mobile_app.domain.agenda import Agenda, entries
from mobile_app.domain.lookup import DOWN_FIRST, down_first
from server.core.access import SYSTEM
from server.core.database import Database
from server.sync.pull import pull
from shared_models.entities import ENTITIES
from shared_models.equipment.rows import EquipmentRow, EquipmentStatus
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import InterventionRow
from shared_models.plans.rows import PlanRow

MANY_VALUES = 12


@pytest.fixture(scope="module")
async def texts(demo_url: str, summary: object) -> AsyncIterator[dict[str, dict[str, bytes]]]:
    """As they come: each change is a line."""
    database = Database(demo_url, pool_size=1, read_pool_size=1)
    await database.start()
    found: dict[str, dict[str, bytes]] = {entity: {} for entity in ENTITIES}
    cursor, more = None, True
    while more:
        body = (await pull(database.pool, SYSTEM, cursor)).page
        page = json.loads(body)
        for change, line in zip(page["changes"], body.split(b"\n")[1:-1], strict=True):
            start, _, row = line.removesuffix(b",").removesuffix(b"}").partition(b',"row":')
            assert json.loads(start + b"}") == {name: change[name] for name in ("entity", "id", "site_id")}
            found[change["entity"]][change["id"]] = row
        cursor, more = page["cursor"], page["more"]
    yield found
    await database.stop()


@pytest.fixture(params=sorted(ENTITIES))
def entity(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def unread(entity: str, texts: dict[str, dict[str, bytes]]) -> Rows[Any]:
    def report(where: str, error: Exception) -> None:
        raise AssertionError(where) from error

    rows: Rows[Any] = Rows(ENTITIES[entity], report)
    rows.put(texts[entity])
    return rows


def test_is_there_for_every_entity_that_is_not_one_persons(entity: str, texts: dict[str, dict[str, bytes]]):
    assert bool(texts[entity]) is (ENTITIES[entity].person is None)


def test_rows_are_read_as_they_would_be_at_once(entity: str, texts: dict[str, dict[str, bytes]]):
    every = {row.id: row for row in map(ENTITIES[entity].model_validate_json, texts[entity].values())}
    rows = unread(entity, texts)
    some = [*every][:: max(1, len(every) // 7)]
    assert [rows[row_id] for row_id in some] == [every[row_id] for row_id in some]
    assert len(rows) == len(every)
    rows.put({str(row_id): texts[entity][str(row_id)] for row_id in some})
    assert dict(rows.items()) == every


def test_those_that_have_a_value_are_found_unread(entity: str, texts: dict[str, dict[str, bytes]]):
    every = [*unread(entity, texts).values()]
    for name in ENTITIES[entity].model_fields:
        values = {value for row in every if isinstance(value := getattr(row, name), (bool, str)) or name.endswith("_id")}
        for value in sorted(values, key=str)[:MANY_VALUES] if len(values) <= MANY_VALUES or name.endswith("_id") else ():
            rows = unread(entity, texts)
            rows.get(every[0].id)
            number = rows.count(**{name: [value]})
            wanted = {row.id for row in every if getattr(row, name) == value}
            assert {row.id for row in rows.having(**{name: [value]})} == wanted, (name, value)
            assert number == len(wanted), (name, value)
            assert len(rows) == len(every)


def test_plans_whose_jobs_go_unanswered_are_found_unread(texts: dict[str, dict[str, bytes]]):
    every = unread("plan", texts).values()
    found = unread("plan", texts).telling("ignored_since")
    assert {row.id for row in found} == {row.id for row in every if row.ignored_since} != set()


def test_what_waits_to_be_sent_counts_as_it_is_shown(texts: dict[str, dict[str, bytes]]):
    [changed, removed, *_] = [row for row in unread("intervention", texts).values() if row.status == "completed"]
    rows, status = unread("intervention", texts), [InterventionStatus.completed]
    before = rows.count(status=status)
    rows.laid = {changed.id: changed.model_copy(update={"status": InterventionStatus.pending}), removed.id: None}
    assert rows.count(status=status) == len(rows.having(status=status)) == before - 2


@pytest.mark.parametrize("wanted", [{}, {"status": ["broken", "active"]}], ids=["all", "some"])
def test_an_order_is_told_by_a_part_of_each_row(texts: dict[str, dict[str, bytes]], wanted: dict[str, list[str]]):
    reported: list[str] = []
    read, rows = unread("equipment", texts), Rows(EquipmentRow, lambda where, _: reported.append(where))
    rows.put({**texts["equipment"], "of a later version": b'{"id": 1}'})
    looked_at, renamed, removed, stopped, *_ = read.values()
    rows.get(looked_at.id)
    rows.laid = read.laid = {
        renamed.id: renamed.model_copy(update={"name": "Aspiration"}),
        removed.id: None,
        stopped.id: stopped.model_copy(update={"status": EquipmentStatus.inactive}),
    }
    found = rows.in_order(down_first, *DOWN_FIRST, **wanted)
    assert sum(isinstance(each, bytes) for each in rows.held().values()) == len(texts["equipment"]) - len({looked_at.id, *rows.laid})
    assert found[:3] == sorted(read.having(**wanted), key=down_first)[:3] == [found[0], found[1], found[2]]
    assert [*found] == sorted(read.having(**wanted), key=down_first)
    assert reported == ["equipment of a later version"]


def test_a_machine_is_found_unread_by_its_label(texts: dict[str, dict[str, bytes]]):
    labelled = [row for row in unread("equipment", texts).values() if row.label_codes]
    rows = unread("equipment", texts)
    assert all(row in rows.mentioning(code) for row in labelled for code in row.label_codes)


def test_a_calendar_is_found_unread(texts: dict[str, dict[str, bytes]]):
    plans, jobs, machines = (Table(kind, lambda *_: None) for kind in (PlanRow, InterventionRow, EquipmentRow))
    for table in (plans, jobs, machines):
        table.put(texts[table.entity])
    agenda, every = Agenda(plans, jobs, machines), [*unread("plan", texts).values()]
    resting = {row.id for row in unread("equipment", texts).values() if row.status == EquipmentStatus.inactive}
    days = sorted(plan.next_due.date() for plan in every if plan.next_due)
    middle = days[len(days) // 2]
    for begin, length in ((-400, 400), (-30, 41), (0, 6), (7, 6), (30, 34)):
        since = middle + timedelta(days=begin)
        until = since + timedelta(days=length)
        wanted = entries(every, unread("intervention", texts).values(), since, until, resting=resting)
        assert wanted
        assert [entry.key for entry in agenda.between(since, until)] == [entry.key for entry in wanted]
    assert any(isinstance(row, bytes) for row in plans.rows.held().values())
