"""A plant of two sites with people of each role, whose commands commit, and what these people have been told."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from server.core.access import SYSTEM, Actor
from server.core.clock import now
from server.core.commands import run
from server.core.database import Database
from server.equipment.models import Equipment
from server.notifications.telling import tell_all
from server.sites.models import Site
from server.users.models import UserSite
from shared_models.base import Command
from shared_models.equipment.rows import Criticality
from shared_models.ids import uuid7
from shared_models.interventions.commands import CreateIntervention
from shared_models.inventory import commands as inv
from shared_models.permissions import ROLE_PERMISSIONS, Role
from tests.conftest import make_user


@dataclass
class Plant:
    database: Database
    sites: list[UUID] = field(default_factory=lambda: [uuid7(), uuid7()])
    people: dict[str, Actor] = field(default_factory=dict)
    machine: UUID = field(default_factory=uuid7)
    place: UUID = field(default_factory=uuid7)

    async def open(self) -> "Plant":
        async with self.database.session() as session:
            session.add_all(Site(id=site, name=name) for site, name in zip(self.sites, ("Lyon", "Lille"), strict=True))
            await session.flush()
            code = f"T-{uuid7().hex[-8:].upper()}"
            session.add(Equipment(
                id=self.machine, site_id=self.sites[0], code=code, name="Palettiseur 2", status_since=now() - timedelta(days=9),
                criticality=Criticality.critical,
            ))  # fmt: skip
        for name, role, sites in (
            ("ana", Role.technician, self.sites[:1]), ("bob", Role.technician, self.sites[:1]), ("sam", Role.supervisor, self.sites[:1]),
            ("lea", Role.supervisor, self.sites[1:]), ("ada", Role.admin, None),
        ):  # fmt: skip
            await self.hire(name, role, sites)
        await self.do(inv.WritePlace(place_id=self.place, site_id=self.sites[0], name="Magasin", occurred_at=now()))
        return self

    async def hire(self, name: str, role: Role, sites: Iterable[UUID] | None) -> Actor:
        user = make_user(role, all_sites=sites is None)
        async with self.database.session() as session:
            session.add(user)
            await session.flush()
            session.add_all(UserSite(user_id=user.id, site_id=site) for site in sites or ())
        of = None if sites is None else frozenset(sites)
        self.people[name] = Actor(user_id=user.id, role=role, permissions=ROLE_PERMISSIONS[role], site_ids=of, label=name, lang="en")
        return self.people[name]

    def id_of(self, name: str) -> UUID:
        return self.people[name].user_id

    async def do(self, cmd: Command, by: str | None = None) -> None:
        async with self.database.session() as session:
            await run(session, self.people[by] if by else SYSTEM, cmd)

    async def job(self, title: str = "Fuite", by: str | None = None, **fields: Any) -> UUID:
        job = uuid7()
        await self.do(CreateIntervention(intervention_id=job, equipment_id=self.machine, title=title, occurred_at=now(), **fields), by)
        return job

    async def part(self, quantity: int = 0, minimum: int = 2) -> UUID:
        part = uuid7()
        fields: dict[str, Any] = {"part_number": f"P-{part.hex[-9:]}", "name": "Roulement 6205", "minimum_stock": minimum}
        await self.do(inv.WritePart(part_id=part, unit_price=10, occurred_at=now(), **fields))
        if quantity:
            await self.receive(part, quantity)
        return part

    async def receive(self, part: UUID, quantity: int) -> None:
        await self.do(inv.ReceiveStock(movement_id=uuid7(), part_id=part, place_id=self.place, quantity=quantity, occurred_at=now()))

    async def take(self, part: UUID, quantity: int, **more: Any) -> None:
        moved: dict[str, Any] = {"movement_id": uuid7(), "part_id": part, "place_id": self.place, "occurred_at": now()}
        await self.do(inv.TakeStock(quantity=quantity, **moved, **more))

    async def told(self) -> list[tuple[str, str, str]]:
        """Who, what and why of all that has been told, once everything has been."""
        await tell_all(self.database)
        names = {actor.user_id: name for name, actor in self.people.items()}
        rows = await self.rows("select user_id, type, because from notifications order by id")
        return sorted((names[row.user_id], row.type, row.because) for row in rows)

    async def kinds(self, name: str | None = None) -> list[str]:
        return [kind for who, kind, _ in await self.told() if name in (None, who)]

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        async with self.database.engine.connect() as connection:
            return list(await connection.execute(sa.text(statement), values))

    async def write(self, statement: str, **values: Any) -> None:
        async with self.database.session() as session:
            await session.execute(sa.text(statement), values)
