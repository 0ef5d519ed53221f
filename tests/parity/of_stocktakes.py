"""Stocktakes: opened, counted by who is there, and put right."""

from typing import Any
from uuid import UUID

from shared_models.ids import uuid7
from shared_models.inventory import commands as inv
from shared_models.inventory.rows import stock_id
from shared_models.stocktakes import commands as st
from shared_models.stocktakes.rows import StocktakeStatus, line_id
from tests.parity.cases import case
from tests.parity.of_inventory import moved, part, place, shelf
from tests.parity.shop import Shop


async def stocktake(shop: Shop, *places: UUID, **fields: Any) -> UUID:
    stocktake_id = uuid7()
    await shop.do(st.OpenStocktake, stocktake_id=stocktake_id, site_id=shop.factory.site, place_ids=list(places), **fields)
    return stocktake_id


async def counted(shop: Shop, stocktake_id: UUID, found: tuple[UUID, UUID], quantity: Any, **fields: Any) -> None:
    told = {"count_id": uuid7(), "part_id": found[0], "place_id": found[1], "counted": quantity}
    await shop.do(st.CountLine, stocktake_id=stocktake_id, **told | fields)


def line(shop: Shop, stocktake_id: UUID, found: tuple[UUID, UUID]) -> Any:
    return shop.of("stocktake_lines", line_id(stocktake_id, found[1], found[0]))


async def approved(shop: Shop, stocktake_id: UUID) -> None:
    """As the planner does, who has a network."""
    await shop.do(st.FinishCounting, stocktake_id=stocktake_id)
    await shop.online()
    version = shop.of("stocktakes", stocktake_id).version
    told = {"occurred_at": shop.ago().isoformat(), "version": version, "reason": "Annuel", "stocktake_id": str(stocktake_id)}
    await shop.device.client.api.post(f"/inventory/stocktakes/{stocktake_id}/approve", told)
    await shop.device.round()


@case(st.OpenStocktake)
async def of_two_places_and_one_with_nothing(shop: Shop) -> None:
    places = [(await shelf(shop))[1], (await shelf(shop, 3))[1], await place(shop)]
    await shop.offline()
    stocktake_id = await stocktake(shop, *places, places[0], notes="Mensuel")
    lines = shop.device.client.tables.stocktake_lines.rows.values()
    assert len([row for row in lines if row.stocktake_id == stocktake_id]) == 2


@case(st.OpenStocktake, refused="place_closed")
async def of_a_closed_place(shop: Shop) -> None:
    place_id = await place(shop, name=f"Fermé {uuid7()}")
    row = shop.of("places", place_id)
    await shop.do(inv.WritePlace, place_id=place_id, site_id=shop.factory.site, name=row.name, version=1, is_active=False)
    await shop.offline()
    await stocktake(shop, place_id)


@case(st.CountLine)
async def what_is_listed_twice_and_what_is_found(shop: Shop) -> None:
    listed, other = await shelf(shop), await part(shop)
    stocktake_id = await stocktake(shop, listed[1])
    await shop.offline()
    await counted(shop, stocktake_id, listed, 4)
    await counted(shop, stocktake_id, listed, 6, occurred_at=shop.ago(minutes=5))
    await counted(shop, stocktake_id, (other, listed[1]), 0)
    held, found = line(shop, stocktake_id, listed), line(shop, stocktake_id, (other, listed[1]))
    assert ([each.counted for each in held.counts], held.count.counted) == ([6, 4], 4)
    assert (held.is_found, found.is_found) == (False, True)


@case(st.CountLine, refused="stocktake_place_not_chosen")
async def elsewhere(shop: Shop) -> None:
    listed, other = await shelf(shop), await shelf(shop)
    stocktake_id = await stocktake(shop, listed[1])
    await shop.offline()
    await counted(shop, stocktake_id, other, 5)


@case(st.CountLine, refused="quantity_too_fine")
async def half_a_piece(shop: Shop) -> None:
    listed = await shelf(shop)
    stocktake_id = await stocktake(shop, listed[1])
    await shop.offline()
    await counted(shop, stocktake_id, listed, "4.5")


@case(st.CountLine, refused="part_archived")
async def an_archived_part_that_nobody_keeps(shop: Shop) -> None:
    listed, other = await shelf(shop), await part(shop, is_active=False)
    stocktake_id = await stocktake(shop, listed[1])
    await shop.offline()
    await counted(shop, stocktake_id, (other, listed[1]), 1)


@case(st.CountLine)
async def told_of_after_the_approval(shop: Shop) -> None:
    listed, other = await shelf(shop), await shelf(shop)
    stocktake_id = await stocktake(shop, listed[1], other[1])
    await counted(shop, stocktake_id, listed, 4)
    await approved(shop, stocktake_id)
    await shop.offline()
    await counted(shop, stocktake_id, other, 2)
    stock = shop.of("stocks", stock_id(other[0], shop.factory.site))
    assert (stock.on_hand, len(stock.to_count)) == (5, 1)


@case(st.AskAgain)
async def of_what_was_counted(shop: Shop) -> None:
    listed = await shelf(shop)
    stocktake_id = await stocktake(shop, listed[1])
    await counted(shop, stocktake_id, listed, 4)
    await shop.offline()
    await shop.do(st.FinishCounting, stocktake_id=stocktake_id)
    await shop.do(st.AskAgain, stocktake_id=stocktake_id, line_ids=[line(shop, stocktake_id, listed).id])
    assert (line(shop, stocktake_id, listed).count, shop.of("stocktakes", stocktake_id).status) == (None, StocktakeStatus.open)
    await counted(shop, stocktake_id, listed, 5)
    assert line(shop, stocktake_id, listed).count.counted == 5


@case(st.FinishCounting)
async def said_by_two(shop: Shop) -> None:
    stocktake_id = await stocktake(shop, (await shelf(shop))[1])
    await shop.offline()
    for _ in range(2):
        await shop.do(st.FinishCounting, stocktake_id=stocktake_id)


@case(st.CancelStocktake)
async def with_a_count(shop: Shop) -> None:
    listed = await shelf(shop)
    stocktake_id = await stocktake(shop, listed[1])
    await shop.offline()
    await counted(shop, stocktake_id, listed, 1)
    await shop.do(st.CancelStocktake, stocktake_id=stocktake_id)
    assert shop.of("stocks", stock_id(listed[0], shop.factory.site)).on_hand == 5


@case(st.CancelStocktake, refused="stocktake_over")
async def that_is_approved(shop: Shop) -> None:
    listed = await shelf(shop)
    stocktake_id = await stocktake(shop, listed[1])
    await counted(shop, stocktake_id, listed, 7)
    await approved(shop, stocktake_id)
    await shop.offline()
    await shop.do(st.CancelStocktake, stocktake_id=stocktake_id)


@case(inv.TakeStock)
async def before_a_count_that_was_approved_since(shop: Shop) -> None:
    """What comes to be known later was off the shelf when it was counted."""
    listed = await shelf(shop)
    before = shop.ago(seconds=1)
    stocktake_id = await stocktake(shop, listed[1])
    await counted(shop, stocktake_id, listed, 3)
    await approved(shop, stocktake_id)
    await shop.offline()
    await moved(shop, inv.TakeStock, *listed, quantity=2, is_taken=True, occurred_at=before)
    assert shop.of("stocks", stock_id(listed[0], shop.factory.site)).on_hand == 3
