"""Who wants the same two things the other way round waits, and for ever nobody."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from shared_models.ids import uuid7
from tests.server.inventory.books import disagreeing
from tests.server.machines import API, at, make_machine, make_site

INVENTORY = f"{API}/inventory"
ROUNDS, AT_FIRST = 4, 100


async def post(client: Any, path: str, **fields: Any) -> Any:
    answer = await client.post(path, json={"occurred_at": at()} | fields)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


class Keeper:
    """Of two parts at a place each of two sites."""

    def __init__(self, client: Any, sites: list[str]) -> None:
        self._client, self.sites = client, sites
        self.parts: list[str] = []
        self.places: list[str] = []

    async def open(self) -> None:
        self.supplier = (await self._post("/suppliers", supplier_id=str(uuid7()), name="Roulex"))["id"]
        for site in self.sites:
            self.places.append((await self._post("/places", place_id=str(uuid7()), site_id=site, name="Magasin"))["id"])
        for number in "AB":
            self.parts.append((await self._post("/parts", part_id=str(uuid7()), part_number=number, name="Joint", unit_price="2"))["id"])
        for part in self.parts:
            for place in self.places:
                await self.moves("receive", part, place, AT_FIRST)

    async def _post(self, path: str, **fields: Any) -> Any:
        return await post(self._client, INVENTORY + path, **fields)

    async def moves(self, verb: str, part: str, place: str, quantity: int = 1, **more: Any) -> None:
        ids = {"movement_id": str(uuid7()), "part_id": part, "place_id": place}
        await self._post(f"/parts/{part}/{verb}", **ids, quantity=quantity, **more)

    async def job(self) -> str:
        machine = await make_machine(self._client, self.sites[0])
        created = await post(
            self._client, f"{API}/maintenance/interventions", intervention_id=str(uuid7()), equipment_id=machine["id"], title="Fuite"
        )
        return str(created["id"])

    async def takes(self, job: str, parts: list[str]) -> None:
        for part in parts:
            await self.moves("take", part, self.places[0], intervention_id=job)

    async def carries(self, part: str, places: list[str]) -> None:
        await self.moves("transfer", part, places[0], to_place_id=places[1], arrival_id=str(uuid7()))

    async def drafts(self, parts: list[str]) -> str:
        lines = [{"part_id": part, "quantity": "1"} for part in parts]
        ids = {"order_id": str(uuid7()), "site_id": self.sites[0], "supplier_id": self.supplier}
        return str((await self._post("/orders", **ids, lines=lines))["id"])

    async def orders(self, order: str) -> None:
        await self._post(f"/orders/{order}/place", order_id=order)

    async def counts(self, parts: list[str]) -> dict[str, Any]:
        """What lies there; to be approved."""
        take = await self._post("/stocktakes", stocktake_id=str(uuid7()), site_id=self.sites[0], place_ids=[self.places[0]])
        about = {"stocktake_id": take["id"]}
        for part in parts:
            found = await self.on_hand(part, self.sites[0])
            line = {"count_id": str(uuid7()), "place_id": self.places[0], "part_id": part, "counted": found}
            await self._post(f"/stocktakes/{take['id']}/count", **about, **line)
        return dict(await self._post(f"/stocktakes/{take['id']}/finish", **about))

    async def approves(self, take: dict[str, Any]) -> None:
        await self._post(f"/stocktakes/{take['id']}/approve", stocktake_id=take["id"], version=take["version"], reason="Juin")

    async def on_hand(self, part: str, site: str) -> int:
        [row] = (await self._client.get(f"{INVENTORY}/stock", params={"part_id": part, "site_id": site})).json()["items"]
        return int(float(row["on_hand"]))


@pytest.mark.fresh_database
async def test_two_things_in_opposite_order_are_all_done(client_as, session, database):
    """Any deadlock would be answered as 503, by whoever PostgreSQL makes give way."""
    keeper = Keeper(await client_as("admin"), [str((await make_site(session)).id) for _ in range(2)])
    await keeper.open()
    parts, places, jobs = keeper.parts, keeper.places, [await keeper.job() for _ in range(2)]
    for _ in range(ROUNDS):
        orders, takes = [await keeper.drafts(each) for each in both_ways(parts)], [await keeper.counts(each) for each in both_ways(parts)]
        at_once: list[Awaitable[None]] = []
        for rank, (its_parts, its_places) in enumerate(zip(both_ways(parts), both_ways(places), strict=True)):
            at_once += [keeper.takes(jobs[rank], its_parts), keeper.takes(jobs[0], its_parts)]
            at_once += [keeper.carries(part, its_places) for part in its_parts]
            at_once += [keeper.orders(orders[rank]), keeper.approves(takes[rank])]
        await asyncio.gather(*at_once)
    assert await disagreeing(database) == []
    left = [[await keeper.on_hand(part, site) for site in keeper.sites] for part in parts]
    assert left == [[AT_FIRST - 4 * ROUNDS, AT_FIRST]] * 2


def both_ways(things: list[str]) -> tuple[list[str], list[str]]:
    return things, things[::-1]
