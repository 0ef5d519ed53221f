"""Of all that has ever happened to a plan the server looks at what matters, and comes to what a calendar and a pencil say.

Many more stories are told to the rules alone, in tests/shared_models/test_plan_stories.py.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings

from server.core.database import Database, Session
from tests.server.plans.planner import open_planner
from tests.shared_models.plan_story import BEGIN, INTERVAL, SERIES, STORIES, Interval, Series, play


class World:
    """A database whose changes are never committed."""

    def __init__(self, url: str) -> None:
        self.runner = asyncio.Runner()
        self.database = Database(url, pool_size=1)

    def play(self, kind: Any, steps: Any, **fields: Any) -> None:
        self.runner.run(self._play(kind, steps, fields))

    async def _play(self, kind: Any, steps: Any, fields: dict[str, Any]) -> None:
        with pytest.MonkeyPatch.context() as patch:
            async with Session(self.database.engine, expire_on_commit=False) as session:
                planner = await open_planner(session, patch, now=f"{BEGIN:%Y-%m-%d %H:%M}")
                await play(planner, kind, steps, **fields)
                await session.rollback()

    def close(self) -> None:
        self.runner.run(self.database.stop())
        self.runner.close()


@pytest.fixture(scope="module")
def world(shared_database_url: str) -> Iterator[World]:
    found = World(shared_database_url)
    yield found
    found.close()


FEW = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@FEW
@given(steps=STORIES, **SERIES)
@pytest.mark.timeout(400)
def test_a_series(world: World, steps: list[Any], **fields: Any) -> None:
    world.play(Series, steps, **fields)


@FEW
@given(steps=STORIES, **INTERVAL)
@pytest.mark.timeout(400)
def test_an_interval(world: World, steps: list[Any], **fields: Any) -> None:
    world.play(Interval, steps, **fields)


def test_nothing_was_left_behind(world: World) -> None:
    async def count() -> int:
        async with world.database.session() as session:
            return int(await session.scalar(sa.text("select count(*) from scheduled_maintenances")) or 0)

    assert world.runner.run(count()) == 0
