"""Whatever is told of a meter, in whatever order: the totals are those of the whole story, and never run backwards."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from server.core.access import SYSTEM
from server.core.clock import now
from server.core.database import Database, Session
from server.core.errors import Refusal
from server.meters import service
from server.meters.models import Meter
from server.sites.models import Site
from shared_models.ids import uuid7
from shared_models.meters.commands import CreateMeter, RecordReading, ResetMeter, VoidReading
from shared_models.meters.metering import Point, use_per_day
from tests.sync.park import add_machine

DAYS = st.integers(0, 12).map(lambda step: step * 10)
VALUES = st.integers(0, 60).map(lambda quarter: quarter / 4)
READ = st.tuples(st.just("read"), DAYS, VALUES)
RESET = st.tuples(st.just("reset"), DAYS, VALUES, VALUES)
VOID = st.tuples(st.just("void"), st.integers(0, 20))
START = now() - timedelta(days=200)


@dataclass
class Story:
    """What has been accepted, judged by looking at all of it."""

    readings: dict[UUID, tuple[int, int, float]] = field(default_factory=dict)
    resets: list[tuple[int, float, float]] = field(default_factory=list)
    told: int = 0

    def offset(self, day: int, *, before: bool = False) -> float:
        return sum(final - start for at, final, start in self.resets if at < day or (at == day and not before))

    def line(self) -> list[tuple[int, int, int, float]]:
        """By day; a reset before the readings of its day, these as they were told."""
        points = [(day, 1, told, value + self.offset(day)) for day, told, value in self.readings.values()]
        points += [(day, 0, 0, final + self.offset(day, before=True)) for day, final, _ in self.resets]
        return sorted(points)

    def runs_on(self) -> bool:
        totals = [total for *_, total in self.line()]
        return all(one <= other for one, other in pairwise(totals))


class World:
    def __init__(self, url: str) -> None:
        self.runner = asyncio.Runner()
        self.database = Database(url)

    def tell(self, story: list[Any]) -> None:
        self.runner.run(self._tell(story))

    async def _tell(self, told: list[Any]) -> None:
        async with Session(self.database.engine, expire_on_commit=False) as session:
            site = Site(name=f"Site {uuid7()}")
            session.add(site)
            await session.commit()
            meter_id = uuid7()
            machine_id = await add_machine(session, site.id)
            await service.create(
                session, SYSTEM, CreateMeter(meter_id=meter_id, equipment_id=machine_id, name="Heures", unit="h", occurred_at=now())
            )
            story = Story()
            for one in told:
                await self._one(session, meter_id, story, one)
                await _compare(session, meter_id, story)
            await session.rollback()

    @staticmethod
    async def _one(session: Session, meter_id: UUID, story: Story, told: tuple[Any, ...]) -> None:
        story.told += 1
        expected = _accept(story, told)
        command = _command(meter_id, told, story)
        if command is None:
            return
        verb, cmd = command
        assert await _taken(session, verb, cmd) == expected, told
        if not expected:
            _forget(story, told)

    def stop(self) -> None:
        self.runner.run(self.database.stop())
        self.runner.close()


def _accept(story: Story, told: tuple[Any, ...]) -> bool:
    """Enter it, and say whether the whole still makes sense."""
    kind, day, *values = told
    if kind == "read":
        story.readings[UUID(int=story.told)] = (day, story.told, values[0])
        return story.runs_on()
    if kind == "reset":
        twice = any(at == day for at, *_ in story.resets)
        story.resets.append((day, values[0], values[1]))
        return story.runs_on() and not twice
    return True


def _forget(story: Story, told: tuple[Any, ...]) -> None:
    if told[0] == "read":
        del story.readings[UUID(int=story.told)]
    else:
        story.resets.pop()


def _command(meter_id: UUID, told: tuple[Any, ...], story: Story) -> Any:
    kind, day, *values = told
    at = START + timedelta(days=day)
    if kind == "read":
        reading_id = uuid7()
        story.readings[reading_id] = story.readings.pop(UUID(int=story.told))
        story.readings[UUID(int=story.told)] = story.readings.pop(reading_id)
        return service.record_reading, RecordReading(
            meter_id=meter_id, reading_id=UUID(int=story.told), value=values[0], read_at=at, occurred_at=now(), is_confirmed=True
        )
    if kind == "reset":
        return service.reset, ResetMeter(
            meter_id=meter_id, reset_id=uuid7(), final_value=values[0], start_value=values[1], occurred_at=at, is_confirmed=True
        )
    if not story.readings:
        return None
    reading_id = list(story.readings)[day % len(story.readings)]
    del story.readings[reading_id]
    return service.void_reading, VoidReading(meter_id=meter_id, reading_id=reading_id, occurred_at=now())


async def _taken(session: Session, verb: Any, cmd: Any) -> bool:
    try:
        async with session.begin_nested():
            await verb(session, SYSTEM, cmd)
    except Refusal:
        return False
    return True


_TOTALS = sa.text("select id, total from reading where meter_id = :meter and voided_at is null")


async def _compare(session: Session, meter_id: UUID, story: Story) -> None:
    found = {row.id: float(row.total) for row in await session.execute(_TOTALS, {"meter": meter_id})}
    assert found == {reading_id: value + story.offset(day) for reading_id, (day, _, value) in story.readings.items()}
    assert story.runs_on()
    meter = await session.get_one(Meter, meter_id, populate_existing=True)
    line = story.line()
    assert meter.last_total == (line[-1][-1] if line else None)
    assert meter.last_read_at == (START + timedelta(days=line[-1][0]) if line else None)
    assert meter.per_day == pytest.approx(use_per_day([Point(START + timedelta(days=day), total) for day, _, _, total in line]))


@pytest.fixture
def world(fresh_database):
    world = World(fresh_database)
    yield world
    world.stop()


@given(story=st.lists(st.one_of(READ, READ, RESET, VOID), min_size=1, max_size=12))
@example(story=[("read", 10, 5.0), ("read", 30, 6.0), ("reset", 20, 5.5, 0.0), ("read", 20, 1.0), ("void", 0), ("reset", 10, 2.0, 1.0)])
@example(story=[("reset", 10, 9.0, 0.0), ("read", 10, 1.0), ("read", 10, 0.5), ("reset", 10, 9.0, 0.0), ("read", 0, 9.25)])
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order(world, story):
    world.tell(story)
