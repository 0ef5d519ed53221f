"""A server that is killed while stock moves."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from typing import Any, NamedTuple
from uuid import UUID

import httpx2

from server.core import tokens
from server.core.database import Session
from server.core.settings import Settings
from shared_models.ids import uuid7
from shared_models.inventory import commands as inv
from shared_models.permissions import Role
from tests.conftest import SECRET, make_session, make_user
from tests.server.inventory.books import disagreeing
from tests.server.inventory.test_stock import World, world
from tests.server.machines import at
from tests.server.nodes import heard, node
from tests.server.serving_node import serve

__all__ = ["world"]  # a fixture
WRITERS, ENOUGH = 8, 50


class Move(NamedTuple):
    part: UUID
    path: str
    body: dict[str, Any]
    delta: int


def moves(world: World, parts: list[UUID], other: UUID, job: UUID) -> Iterator[Move]:
    """One of each kind in turn, for ever: half of them of one part."""
    kinds: list[tuple[str, int, dict[str, Any]]] = [
        ("take", -1, {}), ("receive", 1, {"unit_price": "12.00"}), ("take", -1, {"intervention_id": str(job)}),
        ("transfer", 0, {"to_place_id": str(other)}), ("adjust", 1, {"notes": "Retrouvé."}),
    ]  # fmt: skip
    for rank, (verb, sign, more) in enumerate(cycle(kinds)):
        part, quantity = parts[rank % len(parts) if rank % 2 else 0], rank % 3 + 1
        ids = {name: str(uuid7()) for name in ("command_id", "movement_id", *(["arrival_id"] if verb == "transfer" else []))}
        body = {**ids, **more, "place_id": str(world.place), "quantity": quantity, "occurred_at": at()}
        yield Move(part, f"/api/v1/inventory/parts/{part}/{verb}", body, sign * quantity)


@dataclass
class Keepers:
    """Several at once, who go on until nobody answers."""

    headers: dict[str, str]
    moves: Iterator[Move]
    sent: list[Move] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)

    async def work(self, address: str, enough: Callable[[], None]) -> None:
        async with httpx2.AsyncClient(base_url=address, headers=self.headers, timeout=60) as client:
            await asyncio.gather(*(self._write(client, enough) for _ in range(WRITERS)))

    async def _write(self, client: httpx2.AsyncClient, enough: Callable[[], None]) -> None:
        with suppress(httpx2.TransportError):
            while True:
                move = next(self.moves)
                self.sent.append(move)
                self.answered.append((await client.post(move.path, json=move.body)).status_code)
                if len(self.answered) == ENOUGH:
                    enough()

    async def send_again(self, address: str) -> set[int]:
        async with httpx2.AsyncClient(base_url=address, headers=self.headers, timeout=60) as client:
            answers = await asyncio.gather(*(client.post(move.path, json=move.body) for move in self.sent))
            return {answer.status_code for answer in answers}


async def signed_in(session: Session, secret: bytes) -> dict[str, str]:
    user = make_user(Role.supervisor)
    held = make_session(user)
    session.add(user)
    await session.flush()
    session.add(held)
    await session.commit()
    claims = tokens.AccessClaims(user_id=user.id, session_id=held.id)
    return {"authorization": "Bearer " + tokens.issue(claims, secret=secret, lifetime=timedelta(minutes=30))}


async def test_a_server_killed_under_load_leaves_books_that_agree(world, tmp_path):
    parts, other, job = [await world.part(500) for _ in range(3)], uuid7(), await world.with_job()
    given = {"data_dir": tmp_path, "database_url": world.database.dsn, "secret_key": SECRET}
    async with world.session() as session:
        headers = await signed_in(session, Settings(_env_file=None, **given).secret)
    assert await world.alone(inv.WritePlace(place_id=other, site_id=world.site, name="Atelier", occurred_at=at())) == "done"
    keepers = Keepers(headers, moves(world, parts, other, job))
    with node(serve, given) as (process, pipe):
        await keepers.work(await heard(pipe), process.kill)
    assert set(keepers.answered) == {200}
    assert len(keepers.sent) > len(keepers.answered)  # some had no answer
    assert await disagreeing(world.database) == []
    with node(serve, given) as (_, pipe):
        assert await keepers.send_again(await heard(pipe)) == {200}
    assert await disagreeing(world.database) == []
    for part in parts:
        assert await world.on_hand(part) == 500 + sum(move.delta for move in keepers.sent if move.part == part)
    lines = len(parts) + sum(2 if "arrival_id" in move.body else 1 for move in keepers.sent)
    assert tuple(await world.one("select count(*) from stock_movements")) == (lines,)
