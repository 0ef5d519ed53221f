"""Planned maintenance in the demonstration: as the product would have it, and with a story to tell."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from pydantic import TypeAdapter
from sqlmodel import select

from server.core import clock
from server.core.database import Database
from server.core.storage import memory_storage
from server.demo import Summary, load_demo
from server.generator import service as generator
from server.plans.kept import replan
from server.plans.models import Plan
from shared_models.checklists.rows import AnswerRow, JobChecklist, Step
from shared_models.checklists.rules import judged, unanswered
from shared_models.plans.planning import DueReason
from tests.databases import Cluster
from tests.server.demo.conftest import NOW, Loaded

OTHER_DAYS = (datetime(2027, 1, 31, 22, 50, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC))  # a Sunday evening; the clocks go back
PLANS = "select id, to_jsonb(p) - '{sync_xid,updated_at}'::text[] as row from scheduled_maintenances p order by id"
DATES = "select id, to_jsonb(o) as row from plan_occurrence o order by id"


async def held(connection: asyncpg.Connection) -> dict[str, dict[object, str]]:
    return {name: {row["id"]: row["row"] for row in await connection.fetch(query)} for name, query in (("plans", PLANS), ("dates", DATES))}


async def none_of(connection: asyncpg.Connection, statement: str) -> bool:
    return await connection.fetchval(f"select count(*) from ({statement}) found") == 0


@pytest.fixture
def at_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.mark.usefixtures("at_now", "summary")
class TestAsTheProductHasIt:
    async def test_planning_everything_anew_changes_nothing(self, demo_url: str, rows: asyncpg.Connection):
        before = await held(rows)
        database = Database(demo_url)
        async with database.session() as session:
            for plan in await session.scalars(select(Plan).order_by(Plan.id)):
                await replan(session, plan)
        await database.stop()
        after = await held(rows)
        for name, held_rows in before.items():
            assert {key: (row, after[name].get(key)) for key, row in held_rows.items() if after[name].get(key) != row} == {}
            assert after[name].keys() == held_rows.keys()

    async def test_the_generator_finds_nothing_to_do(self, postgres: Cluster, loaded: Loaded):
        with postgres.clone("generated", of=loaded.url) as url:
            database = Database(url)
            await database.start()
            report = await generator.run(database)
            await database.stop()
        assert (report.jobs, report.missed, report.skipped, report.refreshed) == (0, 0, 0, 0)


@pytest.mark.parametrize("now", OTHER_DAYS, ids=lambda now: f"{now:%A}")
async def test_it_is_right_on_any_day(now: datetime, postgres: Cluster, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock, "now", lambda: now)
    with postgres.clone("any-day") as url:
        await load_demo(url, storage=memory_storage(), now=now)
        database = Database(url)
        await database.start()
        async with database.session() as session:
            for plan in await session.scalars(select(Plan).order_by(Plan.id)):
                was = plan.next_due, plan.reference, plan.upcoming, plan.generate_at
                await replan(session, plan)
                assert (plan.next_due, plan.reference, plan.upcoming, plan.generate_at) == was
        report = await generator.run(database)
        await database.stop()
        connection = await asyncpg.connect(url)
        late, soon = await connection.fetchrow(
            "select count(*) filter (where due_at < $1), count(*) filter (where due_at > $1) from maintenance_interventions"
            " where status = 'pending'",
            now,
        )
        await connection.close()
    assert (report.jobs, report.missed) == (0, 0)
    assert 3 <= late <= 40
    assert soon > 10


class TestTheStory:
    async def test_counts(self, rows: asyncpg.Connection, summary: Summary):
        assert 450 < summary.plans < 600
        assert await rows.fetchval("select count(*) from scheduled_maintenances") == summary.plans
        assert await rows.fetchval("select count(*) from maintenance_types") == 8
        assert await rows.fetchval("select count(*) from team") == 7
        assert await rows.fetchval("select count(*) from meter_reset") >= 2
        assert await rows.fetchval("select count(distinct frequency_type) from scheduled_maintenances") == 7

    async def test_whatever_was_planned_has_its_date(self, rows: asyncpg.Connection, summary: Summary):
        assert await none_of(
            rows, "select from maintenance_interventions where intervention_type <> 'corrective' and scheduled_maintenance_id is null"
        )
        assert await none_of(
            rows,
            "select from maintenance_interventions i where scheduled_maintenance_id is not null and not exists (select"
            " from plan_occurrence o where o.intervention_id = i.id and o.plan_id = i.scheduled_maintenance_id"
            " and o.original_due = i.original_due"
            " and o.state = case i.status when 'completed' then 'done' when 'cancelled' then 'skipped' else 'open' end)",
        )

    async def test_most_plans_are_kept_some_are_not_and_one_is_ignored(self, rows: asyncpg.Connection, summary: Summary):
        strips = await rows.fetch(
            "select count(*) filter (where outcome = 'on_time') as kept, count(*) as judged"
            " from (select plan_id, outcome, row_number() over (partition by plan_id order by original_due desc) as rank"
            " from plan_occurrence where outcome in ('on_time', 'late', 'early', 'missed')) s"
            " where rank <= 12 group by plan_id having count(*) >= 8"
        )
        well_kept = sum(strip["kept"] >= strip["judged"] * 0.75 for strip in strips)
        assert len(strips) * 0.8 < well_kept < len(strips)
        ignored = await rows.fetch(
            "select p.id from scheduled_maintenances p where ignored_since is not null and title = 'Nettoyage colle chaude'"
        )
        assert len(ignored) == 1

    async def test_late_today_and_soon(self, rows: asyncpg.Connection, summary: Summary):
        open_jobs = await rows.fetch(
            "select due_local, due_at from maintenance_interventions where status = 'pending' and due_at is not null"
        )
        assert 3 <= sum(job["due_at"] < NOW for job in open_jobs) <= 40
        assert sum(job["due_local"].date() == NOW.date() for job in open_jobs) >= 3
        assert sum(NOW < job["due_at"] < NOW + timedelta(days=8) for job in open_jobs) >= 20

    async def test_one_person_has_too_much_this_week(self, rows: asyncpg.Connection, summary: Summary):
        loads = await rows.fetch(
            "select u.username, sum(i.estimated_duration) > u.weekly_capacity as over from maintenance_interventions i"
            " join users u on u.id = i.assigned_technician_id where i.status = 'pending'"
            " and i.due_local >= '2026-11-23' and i.due_local < '2026-11-30' group by u.id"
        )
        assert [load["username"] for load in loads if load["over"]] == ["l.petit"]

    async def test_inactive_machines_have_plans_and_no_jobs(self, rows: asyncpg.Connection, summary: Summary):
        resting = "from equipment e join scheduled_maintenances p on p.equipment_id = e.id where e.status = 'inactive'"
        assert await rows.fetchval(f"select count(*) {resting}") >= 3
        assert (
            await rows.fetchval(
                f"select count(*) {resting} and exists (select from plan_occurrence o where o.plan_id = p.id and o.state = 'open')"
            )
            == 0
        )
        assert await rows.fetchval("select count(*) from plan_occurrence where state = 'skipped' and intervention_id is null") > 0


class TestChecklists:
    async def test_every_job_closed_with_one_has_its_answers(self, rows: asyncpg.Connection, summary: Summary):
        jobs = await rows.fetch(
            "select checklist, (select json_agg(a) from intervention_answer a where a.intervention_id = i.id) as answers"
            " from maintenance_interventions i where checklist is not null and status = 'completed'"
        )
        states: Counter[str] = Counter()
        for job in jobs:
            steps = {step.id: step for step in JobChecklist.model_validate_json(job["checklist"]).steps}
            answers = TypeAdapter(list[AnswerRow]).validate_json(job["answers"])
            assert unanswered(list(steps.values()), answers) == []
            for answer in answers:
                assert judged(steps[answer.step_id], answer.state, answer.value) is answer.state
            states.update(answer.state for answer in answers)
        assert len(jobs) > 200
        assert 0 < states["failed"] < 0.06 * states.total()

    async def test_templates_have_their_versions(self, rows: asyncpg.Connection, summary: Summary):
        found = await rows.fetch(
            "select c.steps, v.steps as last from checklist c left join checklist_version v"
            " on v.checklist_id = c.id and v.version = c.version"
        )
        assert 8 <= len(found) <= 16
        assert all(row["steps"] == row["last"] for row in found)
        kinds = {step.kind for row in found for step in TypeAdapter(list[Step]).validate_json(row["steps"])}
        assert len(kinds) == 8

    async def test_a_failed_step_led_to_a_repair(self, rows: asyncpg.Connection, summary: Summary):
        found = await rows.fetchrow(
            "select i.title, a.state from maintenance_interventions i join intervention_answer a"
            " on a.intervention_id = i.found_in and a.step_id = i.found_at_step"
        )
        assert tuple(found) == ("Remplacer courroie", "failed")


class TestMeters:
    async def test_totals_run_on(self, rows: asyncpg.Connection, summary: Summary):
        backwards = (
            "select from (select r.total, lag(r.total) over (partition by meter_id order by read_at, r.id) as before from reading r"
            " join meter m on m.id = r.meter_id where m.kind = 'counter') t where total < before"
        )
        assert await none_of(rows, backwards)
        assert await none_of(
            rows,
            "select from reading r join meter m on m.id = r.meter_id where m.kind = 'counter' and r.total <> r.value + coalesce((select"
            " sum(s.final_value - s.start_value) from meter_reset s where s.meter_id = m.id and s.occurred_at <= r.read_at), 0)",
        )
        too_fast = (
            "select from (select r.total - lag(r.total) over w as grown, r.read_at - lag(r.read_at) over w as span from reading r"
            " join meter m on m.id = r.meter_id where m.unit = 'h' window w as (partition by meter_id order by read_at)) t"
            " where grown > extract(epoch from span) / 3600 + 1"
        )
        assert await none_of(rows, too_fast)
        assert await rows.fetchval("select count(*) from reading where intervention_id is not null") > 0

    async def test_what_the_next_date_says(self, rows: asyncpg.Connection, summary: Summary):
        reasons = [
            row["reason"]
            for row in await rows.fetch("select reason from scheduled_maintenances where meter_id is not null and next_due is not null")
        ]
        assert len(reasons) > 40
        assert all(DueReason.model_validate_json(reason).threshold for reason in reasons)


def luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


async def test_the_colours_of_maintenance_stand_out_on_light_and_dark(rows: asyncpg.Connection, summary: Summary):
    for row in await rows.fetch("select name, color from maintenance_types"):
        assert 1.05 / (luminance(row["color"]) + 0.05) >= 3, row["name"]
        assert (luminance(row["color"]) + 0.05) / 0.058 >= 3, row["name"]
