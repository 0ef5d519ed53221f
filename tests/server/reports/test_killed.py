"""A node is killed while it makes a report: another begins anew, and who is to have it gets one, and one mail."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pypdfium2
import pytest

from server.core.clock import now
from server.core.jobs import working
from server.core.storage import local_storage
from server.notifications.telling import tell_all
from server.reports import kept
from server.reports.making import make
from tests.server.kpis.history import machine
from tests.server.machines import make_site
from tests.server.nodes import heard, node
from tests.server.reports.reporting_node import make_reports
from tests.server.reports.test_schedules import DECEMBER, asked, scheduled, since_october

_JOBS = """
insert into maintenance_interventions (id, number, site_id, equipment_id, title, intervention_type, status, actual_end)
select gen_random_uuid(), 'N-' || n, $1, $2, 'Graissage', 'preventive', 'completed', '2025-11-02'::timestamptz + n * interval '600 seconds'
from generate_series(1, 3000) n
"""
_MAILS = "select count(*) from outbox where channel = 'email' and content -> 'facts' ->> 'kind' = 'report_ready'"
_GIVEN_BACK = "update procrastinate_jobs set status = 'todo' where status = 'doing' and task_name = 'make_report'"
"""As each minute's look for jobs of nodes that are gone has it."""


async def until(database, statement: str, *arguments: object) -> None:
    async with asyncio.timeout(60):
        while not await database.pool.fetchval(statement, *arguments):
            await asyncio.sleep(0.03)


@pytest.mark.fresh_database
@pytest.mark.timeout(150)
async def test_what_a_killed_node_was_making_is_made_by_another_and_told_once(client_as, app, session, site, tmp_path, database_url):
    database, storage = app.state.database, local_storage(tmp_path)
    reader = await client_as("supervisor", sites=[site.id], language="fr")
    await session.run(_JOBS, site.id, (await machine(session, site.id)).id)
    await scheduled(reader, site_id=str(site.id), kind="maintenance")
    await since_october(session)
    [report_id] = await asked(app, DECEMBER)
    with node(make_reports, database_url, str(tmp_path)) as (process, pipe):
        assert await heard(pipe) == "ready"
        await until(database, "select progress between 15 and 90 from report where id = $1", report_id)
        process.kill()
        process.join()
    state = await database.pool.fetchrow("select state, attempts from report where id = $1", report_id)
    assert tuple(state) == ("running", 1)
    async with database.session() as own:
        assert await kept.take_up(own) == 0, "its job is there still"
    await database.pool.execute(_GIVEN_BACK)
    async with working(database, storage):
        await until(database, "select state = 'done' from report where id = $1", report_id)
    row = await database.pool.fetchrow("select attempts, sha256, pages from report where id = $1", report_id)
    assert row["attempts"] == 2
    with pypdfium2.PdfDocument(await storage.read(row["sha256"])) as document:
        assert len(document) == row["pages"] > 100
    await make(database, storage, report_id)
    await asyncio.gather(tell_all(database), tell_all(database))
    mails = await database.pool.fetchval(
        "select count(*) from outbox where channel = 'email' and content -> 'facts' ->> 'kind' = 'report_ready'"
    )
    assert mails == 1


@pytest.fixture
async def site(session):
    return await make_site(session, time_zone="Europe/Paris")


async def test_what_nobody_makes_is_taken_up_and_after_so_many_attempts_given_up(client_as, app, session):
    reader = await client_as("supervisor")
    answer = await reader.post("/api/v1/reports", json={"since": "2025-11-01", "until": "2025-11-30"})
    report_id = UUID(answer.json()["id"])
    assert await kept.take_up(session) == 0
    await session.run("delete from procrastinate_jobs")
    assert await kept.take_up(session) == 1
    await session.run("update report set attempts = $2, state = 'running' where id = $1", report_id, kept.MOST_ATTEMPTS)
    await session.commit()
    await make(app.state.database, app.state.storage, report_id)
    row = (await reader.get(f"/api/v1/reports/{report_id}")).json()
    assert (row["state"], row["error"]) == ("failed", "broken")
    assert now() - timedelta(minutes=1) < await session.fetchval("select ended_at from report where id = $1", report_id)
