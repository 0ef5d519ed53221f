"""A stocktake from the list of its lines to the ledger; whatever is wrong leaves nothing by half."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from server.core.clock import now
from shared_models.ids import uuid7
from shared_models.stocktakes.rows import line_id
from tests.server.machines import API, at, code_of, make_site

INVENTORY = f"{API}/inventory"


@pytest.fixture
async def site(session):
    return await make_site(session)


@pytest.fixture
async def keeper(client_as, site):
    return await client_as("supervisor", sites=[site.id])


async def post(client: Any, path: str, **fields: Any) -> Any:
    answer = await client.post(f"{INVENTORY}{path}", json={"occurred_at": at()} | fields)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


async def place(keeper: Any, site: Any) -> str:
    return (await post(keeper, "/places", place_id=str(uuid7()), site_id=str(site.id), name=f"Bin {uuid7()}"))["id"]


async def kept(keeper: Any, place_id: str, quantity: str = "5", **fields: Any) -> str:
    plain = {"part_number": f"R-{uuid7()}", "name": "Roulement 6204", "unit_price": "10.00"}
    part = await post(keeper, "/parts", part_id=str(uuid7()), **plain | fields)
    await moved(keeper, "receive", part["id"], place_id, quantity=quantity)
    return part["id"]


async def moved(client: Any, verb: str, part_id: str, place_id: str, **fields: Any) -> None:
    await post(client, f"/parts/{part_id}/{verb}", movement_id=str(uuid7()), part_id=part_id, place_id=place_id, **fields)


async def opened(keeper: Any, site: Any, *places: str) -> dict[str, Any]:
    return await post(keeper, "/stocktakes", stocktake_id=str(uuid7()), site_id=str(site.id), place_ids=list(places))


def a_count(take: dict[str, Any], part_id: str, place_id: str, counted: str) -> dict[str, Any]:
    return {"stocktake_id": take["id"], "count_id": str(uuid7()), "part_id": part_id, "place_id": place_id, "counted": counted}


async def counted(client: Any, take: dict[str, Any], part_id: str, place_id: str, quantity: str, **fields: Any) -> dict[str, Any]:
    return await post(client, f"/stocktakes/{take['id']}/count", **a_count(take, part_id, place_id, quantity) | fields)


async def does(client: Any, take: dict[str, Any], verb: str, **fields: Any) -> dict[str, Any]:
    return await post(client, f"/stocktakes/{take['id']}/{verb}", stocktake_id=take["id"], **fields)


async def lines(keeper: Any, take: dict[str, Any], **asked: Any) -> dict[str, dict[str, Any]]:
    answer = await keeper.get(f"{INVENTORY}/stocktake-lines", params={"stocktake_id": take["id"], **asked})
    assert answer.status_code == 200, answer.text
    return {line["part_id"]: line for line in answer.json()["items"]}


async def on_hand(keeper: Any, part_id: str) -> Decimal:
    [found] = (await keeper.get(f"{INVENTORY}/stock", params={"part_id": part_id})).json()["items"]
    return Decimal(found["on_hand"])


def figures(line: dict[str, Any]) -> tuple[Decimal | None, ...]:
    told = (line[name] for name in ("counted", "expected", "difference", "amount"))
    return tuple(None if each is None else Decimal(each) for each in told)


async def test_from_the_first_count_to_the_ledger(client_as, site, keeper):
    technician = await client_as("technician", sites=[site.id])
    there, nothing = await place(keeper, site), await place(keeper, site)
    short, right, never, other = [await kept(keeper, there) for _ in range(4)]
    await moved(keeper, "take", other, there, quantity="5")
    take = await opened(keeper, site, there, nothing)
    assert (take["number"][:3], take["status"]) == ("ST-", "open")
    assert (await lines(keeper, take)).keys() == {short, right, never}
    await counted(technician, take, short, there, "3")
    await counted(technician, take, right, there, "5")
    await counted(technician, take, other, nothing, "1")
    await moved(keeper, "take", short, there, quantity="1")
    shown = await lines(keeper, take)
    assert {part: figures(line) for part, line in shown.items()} == {
        short: (3, 5, -2, -20), right: (5, 5, 0, 0), never: (None, 5, None, None), other: (1, 0, 1, 10)
    }  # fmt: skip
    assert (await lines(keeper, take, differs=True)).keys() == {short, other}
    assert (await lines(keeper, take, is_counted=False)).keys() == {never}
    done = await does(technician, take, "finish")
    approved = await does(keeper, take, "approve", version=done["version"], reason="Inventaire de juin")
    assert (approved["status"], approved["reason"]) == ("approved", "Inventaire de juin")
    assert [await on_hand(keeper, part) for part in (short, right, never, other)] == [2, 5, 5, 1]
    assert {part: figures(line) for part, line in (await lines(keeper, take)).items()} == {
        part: figures(line) for part, line in shown.items()
    }
    booked = (await keeper.get(f"{INVENTORY}/movements", params={"spare_part_id": short})).json()["items"]
    put_right = next(line for line in booked if line["movement_type"] == "adjustment")
    assert (Decimal(put_right["quantity"]), put_right["reference_document"]) == (-2, take["number"])
    assert put_right["notes"] == "Inventaire de juin"
    listed = (await keeper.get(f"{INVENTORY}/stocktakes", params={"status": "approved"})).json()["items"]
    assert [(each["line_count"], each["counted_count"], Decimal(each["amount"])) for each in listed] == [(4, 3, -10)]
    assert take["number"] in (await technician.get(f"{INVENTORY}/stocktakes/export.csv")).text
    assert (await technician.get(f"{INVENTORY}/stocktake-lines")).status_code == 403  # whoever counts is not told what to find


async def test_two_that_found_different_things_are_seen_and_a_second_count_settles_it(client_as, site, keeper):
    people = [await client_as("technician", sites=[site.id]) for _ in range(2)]
    there = await place(keeper, site)
    part, same = await kept(keeper, there), await kept(keeper, there)
    take = await opened(keeper, site, there)
    for person, quantity in zip(people, ("4", "6"), strict=True):
        await counted(person, take, part, there, quantity)
        await counted(person, take, same, there, "5")
    await counted(people[1], take, same, there, "4")
    await counted(people[1], take, same, there, "5")  # a slip, put right by whoever made it
    assert (await lines(keeper, take, is_disputed=True)).keys() == {part}
    assert Decimal((await lines(keeper, take))[part]["counted"]) == 6
    done = await does(keeper, take, "finish")
    again = await does(keeper, take, "ask-again", line_ids=[str(line_id(*map(_id, (take["id"], there, part))))])
    assert again["status"] == "open"
    line = (await lines(keeper, take))[part]
    assert (line["is_asked_again"], line["is_disputed"], line["counted"], line["count_total"]) == (True, False, None, 2)
    early = (now() - timedelta(minutes=10)).isoformat()
    await counted(people[0], take, part, there, "9", occurred_at=early)  # before it was asked for
    assert (await lines(keeper, take))[part]["counted"] is None
    await counted(people[0], take, part, there, "4")
    finished = await does(people[0], take, "finish")
    stale = await keeper.post(f"{INVENTORY}/stocktakes/{take['id']}/approve", json=approval(take, done["version"]))
    assert code_of(stale) == (409, "stocktake_moved_on")
    await does(keeper, take, "approve", version=finished["version"], reason="Juin")
    assert (await on_hand(keeper, part), await on_hand(keeper, same)) == (4, 5)


def approval(take: dict[str, Any], version: int) -> dict[str, Any]:
    return {"stocktake_id": take["id"], "version": version, "reason": "Juin", "occurred_at": at()}


def _id(text: str) -> Any:
    return type(uuid7())(text)


async def test_what_is_wrong_is_refused_and_leaves_nothing(client_as, session, site, keeper):
    other = await make_site(session)
    everywhere = await client_as("admin")
    there, elsewhere = await place(keeper, site), await place(everywhere, other)
    part, archived = await kept(keeper, there), await kept(keeper, there, "1", name="Ancien")
    await moved(keeper, "take", archived, there, quantity="1")
    row = (await keeper.get(f"{INVENTORY}/parts/{archived}")).json()
    await post(keeper, "/parts", part_id=archived, part_number=row["part_number"], name="Ancien", version=1, is_active=False)
    chosen = {"stocktake_id": str(uuid7()), "site_id": str(site.id), "occurred_at": at()}
    for places, code in (([], "invalid"), ([there, elsewhere], "stocktake_place_elsewhere"), ([str(uuid7())], "not_found")):
        answer = await everywhere.post(f"{INVENTORY}/stocktakes", json=chosen | {"place_ids": places})
        assert answer.json()["code"] == code, answer.text
    take = await opened(keeper, site, there)
    path = f"{INVENTORY}/stocktakes/{take['id']}"
    right = a_count(take, part, there, "4") | {"occurred_at": at()}
    for wrong, code in (
        ({"counted": "-1"}, "invalid"), ({"counted": "0.5"}, "quantity_too_fine"), ({"counted": "1e12"}, "invalid"),
        ({"place_id": elsewhere}, "stocktake_place_not_chosen"), ({"part_id": archived}, "part_archived"),
        ({"part_id": str(uuid7())}, "not_found"),
    ):  # fmt: skip
        answer = await everywhere.post(f"{path}/count", json=right | wrong)
        assert answer.json()["code"] == code, answer.text
    assert code_of(await keeper.post(f"{path}/approve", json=approval(take, 1))) == (409, "stocktake_counting")
    done = await does(keeper, take, "finish")
    assert code_of(await keeper.post(f"{path}/approve", json=approval(take, done["version"]))) == (409, "stocktake_empty")
    assert (await keeper.post(f"{path}/count", json=right)).status_code == 200
    assert code_of(await keeper.post(f"{path}/count", json=right)) == (409, "already_exists")
    version = (await keeper.get(path)).json()["version"]
    assert version == done["version"] + 1
    technician = await client_as("technician", sites=[site.id])
    for verb, body in (("approve", approval(take, version)), ("cancel", approval(take, version))):
        assert (await technician.post(f"{path}/{verb}", json=body)).status_code in {403, 422}
    assert (await keeper.post(f"{path}/approve", json=approval(take, version))).status_code == 200
    assert code_of(await keeper.post(f"{path}/approve", json=approval(take, version + 1))) == (409, "stocktake_over")
    assert await on_hand(keeper, part) == 4


async def test_what_is_counted_by_a_phone_that_was_away_until_the_approval_puts_the_shelf_before_the_keeper(site, keeper):
    there = await place(keeper, site)
    part, late = await kept(keeper, there), await kept(keeper, there)
    take = await opened(keeper, site, there)
    await counted(keeper, take, part, there, "5")
    done = await does(keeper, take, "finish")
    await does(keeper, take, "approve", version=done["version"], reason="Juin")
    await counted(keeper, take, late, there, "3")
    assert await on_hand(keeper, late) == 5
    to_count = (await keeper.get(f"{INVENTORY}/stock", params={"to_count": True})).json()["items"]
    assert [row["part_id"] for row in to_count] == [late]
    again = await opened(keeper, site, there)
    await counted(keeper, again, late, there, "3")
    done = await does(keeper, again, "finish")
    await does(keeper, again, "approve", version=done["version"], reason="Juillet")
    assert await on_hand(keeper, late) == 3
    assert (await keeper.get(f"{INVENTORY}/stock", params={"to_count": True})).json()["items"] == []


@pytest.mark.fresh_database
async def test_approved_while_others_take_from_the_same_shelves(site, keeper, client_as):
    """Six take what is there as it is approved: what was counted, less what was taken since, is what is left."""
    there = await place(keeper, site)
    parts = [await kept(keeper, there, "20") for _ in range(3)]
    take = await opened(keeper, site, there)
    for part in parts:
        await counted(keeper, take, part, there, "18")
    done = await does(keeper, take, "finish")
    taking = [moved(keeper, "take", part, there, quantity="1", is_taken=True) for part in [*parts, *reversed(parts)]]
    await asyncio.gather(*taking[:3], does(keeper, take, "approve", version=done["version"], reason="Juin"), *taking[3:])
    assert [await on_hand(keeper, part) for part in parts] == [16, 16, 16]
