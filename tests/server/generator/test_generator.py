"""Several generators, and generators that die: each plan that is due gets one job, once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from server.core.database import Database
from server.generator import jobs, service
from tests.server.generator.node import work
from tests.server.generator.plant import fill
from tests.server.nodes import heard, node
from tests.server.support import count_statements

PLANS = 60


async def census(database: Database) -> dict[str, Any]:
    """How many plans have one open date with its own job, and all that must not be."""
    async with database.session() as session:
        found = await session.execute(
            sa.text("""
            select (select count(*) from scheduled_maintenances where is_active and generate_at <= now()) as waiting,
                (select count(*) from maintenance_interventions) as jobs,
                (select count(distinct number) from maintenance_interventions) as numbers,
                (select count(*) from plan_occurrence o join maintenance_interventions i on i.id = o.intervention_id
                    where o.state = 'open' and i.scheduled_maintenance_id = o.plan_id and i.original_due = o.original_due) as open,
                (select count(*) from audit_log where action = 'intervention.created') as told
        """)
        )
        return dict(found.mappings().one())


DONE = {"waiting": 0, "jobs": PLANS, "numbers": PLANS, "open": PLANS, "told": PLANS}


@pytest.fixture
async def plant(database: Database) -> Database:
    async with database.session() as session:
        await fill(session, PLANS)
    return database


@pytest.mark.fresh_database
class TestNodes:
    async def test_two_at_once_make_one_job_a_plan(self, plant: Database, database_url: str) -> None:
        with node(work, database_url, 7, "together") as (_, one), node(work, database_url, 7, "together") as (_, other):
            assert [await heard(one), await heard(other)] == ["ready", "ready"]
            one.send("go")
            other.send("go")
            made = [await heard(one), await heard(other)]
        rest = await service.run(plant)  # what one had locked when the other looked
        assert sum(made) + rest.jobs == PLANS
        assert await census(plant) == DONE

    @pytest.mark.parametrize(("place", "kept"), [("between", 20), ("inside", 20)])
    async def test_killed_in_the_middle_nothing_is_lost_or_doubled(self, plant: Database, database_url: str, place: str, kept: int) -> None:
        with node(work, database_url, 20, place) as (process, pipe):
            assert [await heard(pipe), await heard(pipe)] == ["ready", "here"]
            process.kill()
            process.join()
        assert (await census(plant))["jobs"] == kept
        for _ in range(600):
            await service.run(plant)
            if (await census(plant))["waiting"] == 0:
                break
            await asyncio.sleep(0.1)  # until the server has noticed that the node is gone
        assert await census(plant) == DONE
        assert (await service.run(plant)).jobs == 0


@pytest.mark.fresh_database
async def test_the_periodic_job_runs_it_and_pokes_the_site(plant: Database, database_url: str) -> None:
    heard: list[str] = []
    connection = await plant.connect()
    await connection.add_listener("etabli_poke", lambda *told: heard.append(str(told[3])))

    class Context:
        additional_context = {"database": plant}

    await jobs.generate_jobs.func(Context(), timestamp=0)  # type: ignore[attr-defined]
    await connection.execute("select 1")
    assert await census(plant) == DONE
    async with plant.session() as session:
        site = await session.scalar(sa.text("select distinct site_id from scheduled_maintenances"))
    assert any(str(site) in payload for payload in heard)
    await connection.close()


async def test_with_nothing_due_one_question_is_asked(database, session) -> None:
    await fill(session, 3, due_in=timedelta(days=30))
    await session.commit()
    with count_statements(database) as statements:
        report = await service.run(database)
    assert not any(report.numbers)
    assert len(statements) == 1


async def test_many_plans_are_looked_at_again_in_as_many_statements_as_few(database, session) -> None:
    counted = []
    for many in (5, 60):
        await fill(session, many, due_in=timedelta(days=30), title=f"Contrôler {many}")
        await session.execute(sa.text("update scheduled_maintenances set refresh_at = 'epoch', upcoming = '{}'"))
        await session.commit()
        with count_statements(database) as statements:
            assert (await service.run(database)).refreshed >= many
        counted.append(len(statements))
    assert counted[0] == counted[1] <= 20


async def test_a_plan_that_cannot_be_read_does_not_keep_the_others_from_their_jobs(plant: Database) -> None:
    async with plant.session() as session:
        await session.execute(sa.text("""
            update scheduled_maintenances set reference = '{}', generate_at = null, refresh_at = 'epoch'
            where id = (select id from scheduled_maintenances order by id limit 1)
        """))  # fmt: skip
    report = await service.run(plant)

    assert report.jobs == PLANS - 1
