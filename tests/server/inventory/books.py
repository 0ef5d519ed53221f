"""A plant's stock for tests that move it by commands, undone when a walk is over; and whether its books agree with their ledger."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from server.core.access import SYSTEM, Actor
from server.core.commands import run
from server.core.database import Database, Session
from server.core.errors import Refusal
from server.sites.models import Site
from shared_models.base import Command
from shared_models.ids import uuid7
from shared_models.interventions.commands import CreateIntervention
from shared_models.inventory import commands as inv
from shared_models.permissions import Role
from tests.conftest import make_user
from tests.sync.park import add_machine

BEGAN = datetime(2026, 1, 5, 8, tzinfo=UTC)


@dataclass
class Stage:
    """Where a walk takes place: somebody who may do everything, a part, places of some sites, jobs at the first of them."""

    session: Session
    actor: Actor
    part: UUID
    sites: list[UUID]
    places: list[UUID]
    jobs: list[UUID]

    async def done(self, cmd: Command, by: Actor | None = None) -> bool:
        """False where it was refused, which leaves nothing behind."""
        try:
            async with self.session.begin_nested():
                await run(self.session, by or self.actor, cmd)
        except Refusal:
            return False
        return True

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        return list((await self.session.execute(sa.text(statement), {"part": self.part, **values})).all())


class World:
    """A database of its own, and commands that run each in a transaction of their own."""

    def __init__(self, url: str) -> None:
        self.database = Database(url, pool_size=16)

    def session(self) -> Session:
        return Session(self.database.engine, expire_on_commit=False)

    async def alone(self, cmd: Command, by: Actor = SYSTEM) -> str:
        """What it came to: done, or the code of the refusal."""
        async with self.session() as session:
            try:
                await run(session, by, cmd)
                await session.commit()
            except Refusal as refusal:
                await session.rollback()
                return refusal.code
        return "done"


class Walks(World):
    """Walks that check after every step what they have come to, each from the beginning."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.runner = asyncio.Runner()

    def play(self, kind: Any, steps: Sequence[Any], **stage: Any) -> None:
        self.runner.run(self._play(kind, steps, stage))

    async def _play(self, kind: Any, steps: Sequence[Any], stage: dict[str, Any]) -> None:
        async with self.session() as session:
            walk = await self.staged(session, kind, **stage)
            for rank, step in enumerate(steps):
                await walk.step(rank, step)
                await walk.check()
            await session.rollback()

    async def staged(self, session: Session, kind: Any, *, places: Sequence[int] = (0,), jobs: int = 0, **part: Any) -> Any:
        """`places`: each by the rank of its site."""
        somebody = make_user(Role.admin)
        session.add(somebody)
        actor = replace(SYSTEM, user_id=somebody.id)
        stage = Stage(session, actor, uuid7(), *(sorted(uuid7() for _ in range(many)) for many in (max(places) + 1, len(places), jobs)))
        session.add_all(Site(id=site, name=f"Site {site}") for site in stage.sites)
        await session.flush()
        made: list[Command] = [
            inv.WritePlace(place_id=place, site_id=stage.sites[site], name=f"Place {place}", occurred_at=BEGAN)
            for place, site in zip(stage.places, places, strict=True)
        ]
        plain = {"part_number": f"P-{stage.part}", "name": "Joint", "unit_price": "9.99", "occurred_at": BEGAN}
        made.append(inv.WritePart(part_id=stage.part, **plain | part))
        machine = await add_machine(session, stage.sites[0]) if jobs else uuid7()
        made += [CreateIntervention(intervention_id=job, equipment_id=machine, title="Fuite", occurred_at=BEGAN) for job in stage.jobs]
        for cmd in made:
            await run(session, SYSTEM, cmd)
        return kind(**vars(stage))

    def stop(self) -> None:
        self.runner.run(self.database.stop())
        self.runner.close()


@pytest.fixture
def walks(fresh_database: str) -> Iterator[Walks]:
    walks = Walks(fresh_database)
    yield walks
    walks.stop()


DISAGREEING = """
with ledger as (
    select s.id, sum(m.quantity) as quantity, sum(m.amount) as amount
    from stock s left join stock_movements m on m.spare_part_id = s.part_id and m.site_id = s.site_id group by 1
)
select 'stock' as what, s.part_id, s.on_hand, s.value from stock s join ledger l using (id)
where s.on_hand <> coalesce(l.quantity, 0) or s.value <> coalesce(l.amount, 0)
    or s.on_hand <> (select coalesce(sum(quantity), 0) from place_stock where stock_id = s.id)
union all
select 'place', s.part_id, x.quantity, null from place_stock x join stock s on s.id = x.stock_id
where x.quantity <> (select coalesce(sum(quantity), 0) from stock_movements where spare_part_id = s.part_id and place_id = x.place_id)
union all
select 'job', j.spare_part_id, j.quantity_used, j.cost from maintenance_spare_parts j where not exists (
    select from stock_movements m where m.intervention_id = j.intervention_id and m.spare_part_id = j.spare_part_id
    having -sum(m.quantity) = j.quantity_used and -sum(m.amount) = j.cost
)
"""
"""What a balance, a place or a job says that the ledger does not."""


async def disagreeing(database: Database) -> list[Any]:
    async with database.engine.connect() as connection:
        return list(await connection.execute(sa.text(DISAGREEING)))
