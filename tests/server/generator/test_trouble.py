"""Plans that cannot be read, a great many at once, and machines that are archived meanwhile."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from server.core import clock
from server.core.access import SYSTEM
from server.core.database import Database
from server.equipment import service as equipment
from server.equipment.errors import HasOpenJobs
from server.generator import service
from shared_models.equipment.commands import ArchiveEquipment, ChangeEquipmentStatus
from shared_models.equipment.rows import EquipmentStatus
from tests.server.generator.plant import fill

PLANS = 25
pytestmark = pytest.mark.fresh_database


@pytest.fixture
async def plant(database: Database) -> Database:
    async with database.session() as session:
        await fill(session, PLANS)
    return database


async def write(plant: Database, statement: str) -> Any:
    async with plant.session() as session:
        found: Any = await session.execute(sa.text(statement))
        return found.one_or_none() if found.returns_rows else None


async def jobs_of(plant: Database) -> int:
    return int((await write(plant, "select count(*) from maintenance_interventions"))[0])


@pytest.mark.parametrize("reference", ["{}", '{"kind": "due", "at": "never"}', '{"kind": "odd", "at": "2026-01-01T08:00:00"}'])
async def test_one_that_cannot_be_read_waits_a_day_and_the_others_go_on(plant: Database, reference: str) -> None:
    (bad,) = await write(
        plant,
        f"""
        update scheduled_maintenances set reference = '{reference}' where id = (select id from scheduled_maintenances limit 1) returning id
    """,
    )
    await write(plant, "update scheduled_maintenances set refresh_at = 'epoch'")
    async with plant.session() as session:
        assert (await service.refresh_due(session)).refreshed == PLANS
    report = await service.run(plant)

    assert (report.jobs, report.refreshed) == (PLANS - 1, 0)
    assert await jobs_of(plant) == PLANS - 1
    waits = await write(plant, f"select generate_at, refresh_at from scheduled_maintenances where id = '{bad}'")
    assert all(timedelta(hours=23) < at - clock.now() < timedelta(days=1) for at in waits)
    later = "select count(*) from scheduled_maintenances where refresh_at > now() + interval '2 days'"
    assert await write(plant, later) == (PLANS - 1,)


async def test_jobs_come_first_and_what_is_looked_at_again_takes_several_rounds(plant: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "REFRESH_BATCH", 5)
    monkeypatch.setattr(service, "MOST_REFRESHED", 10)
    stale = "update scheduled_maintenances set refresh_at = 'epoch'"
    await write(plant, stale)
    rounds = [await service.run(plant)]
    await write(plant, stale)
    rounds += [await service.run(plant) for _ in range(4)]

    assert [(report.jobs, report.refreshed) for report in rounds] == [(PLANS, 0), (0, 10), (0, 10), (0, 5), (0, 0)]


class TestArchive:
    async def machine(self, plant: Database) -> Any:
        return (await write(plant, "select id from equipment"))[0]

    async def test_waits_for_jobs_being_made_and_finds_them(self, plant: Database) -> None:
        cmd = ArchiveEquipment(equipment_id=await self.machine(plant), occurred_at=clock.now())
        async with plant.session() as making, plant.session() as archiving:
            assert (await service.generate_due(making, limit=PLANS)).jobs == PLANS
            waiting = asyncio.create_task(equipment.archive(archiving, SYSTEM, cmd))
            await asyncio.sleep(0.5)
            assert not waiting.done()
            await making.commit()
            with pytest.raises(HasOpenJobs):
                await waiting
            await archiving.rollback()

    async def test_leaves_no_job_to_be_made(self, plant: Database) -> None:
        cmd = ArchiveEquipment(equipment_id=await self.machine(plant), occurred_at=clock.now())
        async with plant.session() as archiving:
            await equipment.archive(archiving, SYSTEM, cmd)
            assert (await asyncio.wait_for(service.run(plant), 60)).jobs == 0
        assert (await service.run(plant)).jobs == 0
        assert await jobs_of(plant) == 0

    async def test_who_changes_a_machine_does_not_keep_the_generator_waiting(self, plant: Database) -> None:
        machine_id = await self.machine(plant)
        async with plant.session() as changing:
            await equipment.change_status(changing, SYSTEM, ChangeEquipmentStatus(
                equipment_id=machine_id, status=EquipmentStatus.broken, reason="", occurred_at=clock.now()
            ))  # fmt: skip
            assert (await asyncio.wait_for(service.run(plant), 60)).jobs == PLANS
