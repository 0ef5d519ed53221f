"""The digest that makes a machine's page complete offline, as it follows from jobs and status changes."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from server.equipment import service
from shared_models.equipment.life import EquipmentLifeRow
from shared_models.equipment.rows import FailureItemKind
from shared_models.ids import uuid7
from tests.server.machines import API, at, make_machine, make_site

JOB = """
insert into maintenance_interventions
(id, number, site_id, equipment_id, title, intervention_type, status, actual_end, stopped_at, restarted_at,
 stop_kind, mode_id, completed_by)
values (:id, :number, :site, :machine, :title, 'corrective', :status, :ended, :stopped, :restarted, 'failure', :mode, :by)
"""
ACTION = "insert into intervention_action (id, intervention_id, user_id, started_at, ended_at) values (:id, :job, :by, :began, :ended)"


def ago(**past):
    return datetime.now(UTC) - timedelta(**past)


class TestRebuildLife:
    async def test_tells_the_last_year_newest_first(self, client_as, session):
        site = await make_site(session)
        writer = await client_as("supervisor", sites=[site.id])
        mode = uuid7()
        equipment_class = {
            "id": str(uuid7()), "code": "PAL", "names": {"fr": "Palettiseur"},
            "failure_items": [{"id": str(mode), "kind": FailureItemKind.mode, "code": "ELP", "names": {"fr": "Fuite"}}],
        }  # fmt: skip
        assert (await writer.put(f"{API}/equipment-classes/{equipment_class['id']}", json=equipment_class)).status_code == 200
        machine = await make_machine(writer, site.id, class_id=equipment_class["id"])

        async def job(title, ended, status="completed", **fields):
            job_id = uuid7()
            what = {"id": job_id, "number": title, "title": title, "status": status, "ended": ended, "stopped": None, "restarted": None}
            values = what | {"site": site.id, "machine": machine["id"], "mode": mode, "by": writer.user.id} | fields
            await session.execute(text(JOB), values)
            for minutes in (20, 25):
                await session.execute(
                    text(ACTION),
                    {"id": uuid7(), "job": job_id, "by": writer.user.id, "began": ended - timedelta(minutes=minutes), "ended": ended},
                )

        await job("two years ago", ago(days=730))
        await job("four years ago", ago(days=1460))
        for number in range(61):
            await job(f"job {number}", ago(days=61 - number))
        await job("a long stop", ago(hours=3), stopped=ago(hours=5), restarted=ago(hours=4))
        await job("cancelled", ago(hours=2), status="cancelled", stopped=ago(hours=2))
        await service.rebuild_life(session, [machine["id"]])
        assert await service.refresh_mode_counts(session) == 1
        assert await service.refresh_mode_counts(session) == 0
        await session.commit()

        life = EquipmentLifeRow.model_validate((await writer.get(f"{API}/equipment/{machine['id']}/life")).json())
        assert [len(life.jobs), life.jobs[0].title, life.jobs[-1].title] == [60, "a long stop", "job 2"]
        assert (life.jobs[0].labour_minutes, life.jobs[0].technician) == (25, writer.user.full_name)
        assert [(stop.kind, stop.ended_at - stop.started_at > timedelta(minutes=59)) for stop in life.stops] == [("failure", True)]
        assert [change.to_status for change in life.status_changes] == ["active"]
        assert [(entry.mode_id, entry.count) for entry in life.mode_counts] == [(mode, 63)]
        counts = (await writer.get(f"{API}/equipment-classes/{equipment_class['id']}")).json()["mode_counts"]
        assert counts == [{"mode_id": str(mode), "count": 63}]

    async def test_writes_nothing_where_nothing_changed(self, client_as, session):
        site = await make_site(session)
        machine = await make_machine(await client_as("supervisor", sites=[site.id]), site.id)
        mark = text("select xmin::text from equipment_life where id = :id")
        before = await session.scalar(mark, {"id": machine["id"]})
        await service.rebuild_life(session, [machine["id"]])
        assert await session.scalar(mark, {"id": machine["id"]}) == before

    @pytest.mark.fresh_database
    async def test_jobs_closed_at_once_are_all_told(self, client_as, session):
        site, boss = await make_site(session), await client_as("admin")
        machine, jobs = await make_machine(boss, site.id), [str(uuid7()) for _ in range(5)]
        for job in jobs:
            asked = {"intervention_id": job, "action_id": str(uuid7()), "equipment_id": machine["id"], "title": "Fuite"}
            assert (await boss.post(f"{API}/maintenance/interventions", json=asked)).status_code == 201
        every = (boss.post(f"{API}/maintenance/interventions/{job}/complete", json={"occurred_at": at()}) for job in jobs)
        assert {answer.status_code for answer in await asyncio.gather(*every)} == {200}
        life = (await boss.get(f"{API}/equipment/{machine['id']}/life")).json()
        assert {job["id"] for job in life["jobs"]} == set(jobs)
