"""Whatever jobs want, take, give back and are called off for: who holds what is what a storekeeper with a notebook deals out,
a piece at a time.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from server.core.access import SYSTEM
from server.core.commands import run
from server.core.database import Database, Session
from server.core.errors import Refusal
from server.core.queries import expression
from server.inventory.listing import AVAILABLE, HELD
from server.sites.models import Site
from shared_models.ids import uuid7
from shared_models.interventions.commands import CancelIntervention, CreateIntervention, UpdateIntervention
from shared_models.inventory import commands as inv
from shared_models.inventory.reservations import reservation_id
from shared_models.inventory.reserving import PickPart, ReservePart
from tests.sync.park import add_machine

BEGAN = datetime(2026, 1, 5, 8, tzinfo=UTC)
JOBS = 3
HOLDINGS = expression("select r.*, {} as held from part_reservation r where r.part_id = :part", HELD)
ON_HAND = expression("select x.on_hand, {} as available from stock x where x.part_id = :part", AVAILABLE)


@dataclass(frozen=True)
class Step:
    """Of a job, by its rank."""

    what: str
    job: int
    quantity: int


KINDS = ["reserve", "reserve", "pick", "take", "take", "hold", "back", "receive", "receive", "date", "cancel"]
STEPS = st.builds(Step, what=st.sampled_from(KINDS), job=st.integers(0, JOBS - 1), quantity=st.integers(0, 3))


@dataclass
class Note:
    """What a job is to have: pieces, of which some lie ready; `since` is when it asked."""

    quantity: int = 0
    picked: int = 0
    issued: int = 0
    returned: int = 0
    since: int = 0

    @property
    def wants(self) -> int:
        return max(self.quantity - self.issued, 0)


@dataclass
class Notebook:
    on_hand: int = 0
    notes: dict[int, Note] = field(default_factory=dict)
    days: dict[int, int] = field(default_factory=dict)
    over: set[int] = field(default_factory=set)
    used: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def dealt(self) -> dict[int, int]:
        """A piece at a time to whoever's turn it is, and whoever has it in a box comes before everybody."""
        waiting = [job for job, note in self.notes.items() if job not in self.over and note.wants]
        has = dict.fromkeys(self.notes, 0)
        for _ in range(max(self.on_hand, 0)):
            short = [job for job in waiting if has[job] < self.notes[job].wants]
            boxed = [job for job in short if has[job] < self.notes[job].picked]
            if not short:
                break
            first = min(boxed or short, key=lambda job: (self.days.get(job, 99), self.notes[job].since))
            has[first] += 1
        return has

    def free_for(self, job: int | None) -> int:
        return max(self.on_hand, 0) - sum(held for other, held in self.dealt().items() if other != job)

    def may(self, step: Step) -> bool:
        note, quantity = self.notes.get(step.job), step.quantity
        match step.what:
            case "reserve":
                return step.job not in self.over and bool(note or quantity)
            case "pick":
                fits = note is not None and quantity <= note.wants and quantity <= max(self.free_for(step.job), note.picked)
                return step.job not in self.over and fits
            case "take":
                return quantity <= max(self.free_for(step.job), 0)
            case "back":
                return quantity <= self.used[step.job]
            case "cancel" | "date":
                return step.job not in self.over
        return True

    def write(self, step: Step, rank: int) -> None:
        match step.what:
            case "date":
                self.days[step.job] = step.quantity
            case "cancel":
                self.over.add(step.job)
            case "reserve" | "pick":
                self._want(step, rank)
            case _:
                self._move(step)

    def _want(self, step: Step, rank: int) -> None:
        note = self.notes.setdefault(step.job, Note(since=rank))
        if step.what == "pick":
            note.picked = step.quantity
            return
        if not note.wants and note.quantity != step.quantity:
            note.since = rank
        note.quantity = step.quantity
        note.picked = min(note.picked, note.wants)

    def _move(self, step: Step) -> None:
        note, quantity = self.notes.get(step.job, Note()), step.quantity
        self.on_hand += -quantity if step.what in {"take", "hold"} else quantity
        if step.what in {"take", "hold"}:
            self.used[step.job] += quantity
            note.issued += quantity
            note.picked = min(max(note.picked - quantity, 0), note.wants)
        elif step.what == "back":
            self.used[step.job] -= quantity
            note.returned = min(note.returned + quantity, note.issued)


@dataclass
class Play:
    session: Session
    part: UUID
    place: UUID
    jobs: list[UUID]
    book: Notebook = field(default_factory=Notebook)

    async def step(self, rank: int, step: Step) -> None:
        expected = self.book.may(step)
        assert await self._done(self._asked(step, BEGAN + timedelta(hours=rank))) == expected, step
        if expected:
            self.book.write(step, rank)
        await self.check()

    def _asked(self, step: Step, at: datetime) -> Any:
        job, quantity = self.jobs[step.job], step.quantity
        if step.what in {"reserve", "pick"}:
            kind = ReservePart if step.what == "reserve" else PickPart
            return kind(intervention_id=job, part_id=self.part, quantity=quantity, occurred_at=at)
        if step.what == "date":
            day = BEGAN + timedelta(days=30 + quantity)
            return UpdateIntervention(intervention_id=job, scheduled_start=day, occurred_at=at)
        if step.what == "cancel":
            return CancelIntervention(intervention_id=job, reason="Doublon", occurred_at=at)
        moved: dict[str, Any] = {
            "movement_id": uuid7(),
            "part_id": self.part,
            "place_id": self.place,
            "quantity": quantity,
            "occurred_at": at,
        }
        if step.what == "receive":
            return inv.ReceiveStock(**moved)
        if step.what == "back":
            return inv.GiveBackStock(**moved, intervention_id=job)
        return inv.TakeStock(**moved, intervention_id=job, is_taken=step.what == "hold")

    async def _done(self, cmd: Any) -> bool:
        try:
            async with self.session.begin_nested():
                await run(self.session, SYSTEM, cmd)
        except Refusal:
            return False
        return True

    async def check(self) -> None:
        rows = (await self.session.execute(sa.text(HOLDINGS), {"part": self.part})).all()
        found = {self.jobs.index(row.intervention_id): row for row in rows}
        told = {job: (row.quantity, row.picked, row.issued, row.returned) for job, row in found.items()}
        assert told == {job: (note.quantity, note.picked, note.issued, note.returned) for job, note in self.book.notes.items()}
        assert {job: row.held for job, row in found.items()} == self.book.dealt()
        stock = (await self.session.execute(sa.text(ON_HAND), {"part": self.part})).one_or_none()
        on_hand, available = (stock.on_hand, stock.available) if stock else (0, 0)
        assert (on_hand, available) == (self.book.on_hand, max(self.book.on_hand, 0) - sum(self.book.dealt().values()))
        assert sum(row.held for row in rows) <= max(on_hand, 0)


class World:
    def __init__(self, url: str) -> None:
        self.runner, self.database = asyncio.Runner(), Database(url, pool_size=8)

    def session(self) -> Session:
        return Session(self.database.engine, expire_on_commit=False)

    async def opened(self, session: Session) -> Play:
        site, place, part, jobs = uuid7(), uuid7(), uuid7(), [uuid7() for _ in range(JOBS)]
        session.add(Site(id=site, name=f"Site {site}"))
        await session.flush()
        await run(session, SYSTEM, inv.WritePlace(place_id=place, site_id=site, name=f"Place {place}", occurred_at=BEGAN))
        await run(session, SYSTEM, inv.WritePart(part_id=part, part_number=f"P-{part}", name="Joint", occurred_at=BEGAN))
        machine = await add_machine(session, site)
        for job in jobs:
            await run(session, SYSTEM, CreateIntervention(intervention_id=job, equipment_id=machine, title="Fuite", occurred_at=BEGAN))
        return Play(session, part, place, jobs)

    def play(self, steps: list[Step]) -> None:
        self.runner.run(self._play(steps))

    async def _play(self, steps: list[Step]) -> None:
        async with self.session() as session:
            play = await self.opened(session)
            for rank, step in enumerate(steps):
                await play.step(rank, step)
            await session.rollback()

    async def alone(self, cmd: Any) -> str:
        """In a transaction of its own: done, or the code of the refusal."""
        async with self.session() as session:
            try:
                await run(session, SYSTEM, cmd)
                await session.commit()
            except Refusal as refusal:
                await session.rollback()
                return refusal.code
        return "done"

    def stop(self) -> None:
        self.runner.run(self.database.stop())
        self.runner.close()


@pytest.fixture
def world(fresh_database):
    world = World(fresh_database)
    yield world
    world.stop()


def asked(*words: str) -> list[Step]:
    """`reserve 0 2` is of the first job."""
    return [Step(what, int(job), int(quantity)) for what, job, quantity in map(str.split, words)]


@given(steps=st.lists(STEPS.filter(lambda step: step.quantity or step.what in {"reserve", "pick", "date"}), min_size=5, max_size=14))
@example(steps=asked("receive 0 2", "reserve 0 2", "date 1 1", "reserve 1 1", "take 0 2", "take 0 1", "take 1 1", "back 1 1"))
@example(
    steps=asked("receive 0 1", "reserve 0 1", "reserve 1 1", "pick 1 1", "cancel 0 1", "pick 1 1", "date 2 0", "reserve 2 1", "take 2 1")
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_who_holds_what_is_what_a_storekeeper_deals_out(world, steps):
    world.play(steps)


def test_two_jobs_at_once_never_get_the_same_last_piece(world):
    async def both() -> None:
        async with world.session() as session:
            play = await world.opened(session)
            await session.commit()
        first, second, _ = play.jobs
        at = BEGAN + timedelta(hours=1)
        receipt = {"movement_id": uuid7(), "part_id": play.part, "place_id": play.place, "quantity": 1, "occurred_at": at}
        assert await world.alone(inv.ReceiveStock(**receipt)) == "done"
        wanted = [ReservePart(intervention_id=job, part_id=play.part, quantity=1, occurred_at=at) for job in (first, second)]
        assert await asyncio.gather(*map(world.alone, wanted)) == ["done", "done"]
        picks = [PickPart(intervention_id=job, part_id=play.part, quantity=1, occurred_at=at) for job in (first, second)]
        assert sorted(await asyncio.gather(*map(world.alone, picks))) == ["done", "part_reserved"]
        takes = [inv.TakeStock(**receipt | {"movement_id": uuid7()}, intervention_id=job) for job in (first, second)]
        found = dict(zip((first, second), await asyncio.gather(*map(world.alone, takes)), strict=True))
        assert sorted(found.values()) in (["done", "part_reserved"], ["done", "stock_insufficient"])
        async with world.session() as session:
            rows = (await session.execute(sa.text(HOLDINGS), {"part": play.part})).all()
        assert {row.id: row.issued for row in rows} == {
            reservation_id(job, play.part): int(found[job] == "done") for job in (first, second)
        }
        assert sum(row.held for row in rows) == 0

    world.runner.run(both())
