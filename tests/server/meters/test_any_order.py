"""Of all that was told of a meter the server looks at the few readings that matter, and says the same as a rule that sees all."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings

from server.core.access import SYSTEM
from server.core.commands import run
from server.core.database import Database, Session
from server.core.errors import Refusal
from server.meters.rows import METER
from server.sites.models import Site
from shared_models.ids import uuid7
from shared_models.meters.rows import MeterRow
from shared_models.meters.rules import create
from shared_models.rules import apply
from tests.shared_models.meter_story import STORIES, Story, Told, new_meter
from tests.sync.park import add_machine

UNSEEN = {"readings": {"__all__": {"recorded_at", "by"}}, "resets": {"__all__": {"by"}}, "per_day": True}


class World:
    def __init__(self, url: str) -> None:
        self.runner = asyncio.Runner()
        self.database = Database(url)

    def tell(self, told: list[Told]) -> None:
        self.runner.run(self._tell(told))

    async def _tell(self, told: list[Told]) -> None:
        async with Session(self.database.engine, expire_on_commit=False) as session:
            site = Site(name=f"Site {uuid7()}")
            session.add(site)
            await session.commit()
            cmd = new_meter(await add_machine(session, site.id))
            await run(session, SYSTEM, cmd)
            meter, story = create(site.id, cmd), Story(cmd.meter_id)
            for command, may_be in filter(None, map(story.next, told)):
                assert await _taken(session, command) == may_be, command
                meter = apply(meter, command, SYSTEM.by).row if may_be else meter
                seen = MeterRow.model_validate_json(await METER.written(session, meter.id))
                assert seen.model_dump(exclude=UNSEEN) == meter.model_dump(exclude=UNSEEN)
                assert seen.per_day == pytest.approx(meter.per_day)
            await session.rollback()

    def stop(self) -> None:
        self.runner.run(self.database.stop())
        self.runner.close()


async def _taken(session: Session, cmd: Any) -> bool:
    try:
        async with session.begin_nested():
            await run(session, SYSTEM, cmd)
    except Refusal:
        return False
    return True


@pytest.fixture
def world(fresh_database):
    world = World(fresh_database)
    yield world
    world.stop()


@given(told=STORIES)
@example(told=[("read", 10, 5.0), ("read", 30, 6.0), ("reset", 20, 5.5, 0.0), ("read", 20, 1.0), ("void", 0), ("reset", 10, 2.0, 1.0)])
@example(told=[("reset", 10, 9.0, 0.0), ("read", 10, 1.0), ("read", 10, 0.5), ("reset", 10, 9.0, 0.0), ("read", 0, 9.25)])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order(world, told):
    world.tell(told)
