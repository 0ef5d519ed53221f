"""Orders to suppliers, and what comes on them."""

from typing import Any
from uuid import UUID

from shared_models.buying import commands as buying
from shared_models.buying.rows import OrderStatus
from shared_models.ids import uuid7
from shared_models.inventory import commands as inv
from shared_models.inventory.rows import stock_id
from tests.parity.cases import case
from tests.parity.of_inventory import part, place, shelf
from tests.parity.shop import Shop


async def supplier(shop: Shop, **fields: Any) -> UUID:
    supplier_id = uuid7()
    await shop.do(inv.WriteSupplier, supplier_id=supplier_id, **{"name": f"Roulex {supplier_id}"} | fields)
    return supplier_id


async def draft(shop: Shop, *lines: dict[str, Any], order_id: UUID | None = None, **fields: Any) -> UUID:
    order_id = order_id or uuid7()
    supplier_id = fields.pop("supplier_id", None) or await supplier(shop)
    await shop.do(buying.WriteOrder, order_id=order_id, site_id=shop.factory.site, supplier_id=supplier_id, lines=list(lines), **fields)
    return order_id


@case(inv.WritePart, refused="unit_in_use")
async def of_which_an_order_is_drafted(shop: Shop) -> None:
    part_id = await part(shop)
    await draft(shop, {"part_id": part_id, "quantity": 10})
    await shop.offline()
    await part(shop, part_id, version=1, unit="kg")


async def ordered(shop: Shop, part_id: UUID, quantity: int = 10) -> UUID:
    order_id = await draft(shop, {"part_id": part_id, "quantity": quantity, "unit_price": "9.50", "reference": "=R-1"})
    await shop.do(buying.PlaceOrder, order_id=order_id)
    return order_id


async def came(shop: Shop, order_id: UUID, part_id: UUID, place_id: UUID, quantity: int, **fields: Any) -> None:
    goods = {"movement_id": uuid7(), "part_id": part_id, "place_id": place_id, "quantity": quantity}
    await shop.do(buying.ReceiveOrderLine, order_id=order_id, **goods | fields)


def on_order(shop: Shop, part_id: UUID) -> Any:
    return shop.of("stocks", stock_id(part_id, shop.factory.site)).on_order


@case(buying.WriteOrder)
async def new_and_another_line(shop: Shop) -> None:
    known, other, supplier_id = await part(shop), await part(shop), await supplier(shop)
    await shop.offline()
    first = {"part_id": known, "quantity": 5}
    order_id = await draft(shop, first, supplier_id=supplier_id)
    await draft(shop, {"part_id": other, "quantity": 2}, first, order_id=order_id, supplier_id=supplier_id, version=1, notes="Urgent")


@case(buying.WriteOrder, refused="order_placed")
async def that_is_with_the_supplier(shop: Shop) -> None:
    part_id, supplier_id = await part(shop), await supplier(shop)
    order_id = await ordered(shop, part_id)
    await shop.offline()
    await draft(shop, order_id=order_id, supplier_id=supplier_id, version=2)


@case(buying.WriteOrder, refused="currencies_mixed")
async def in_two_currencies(shop: Shop) -> None:
    parts, supplier_id = [await part(shop), await part(shop, currency="CHF")], await supplier(shop)
    await shop.offline()
    await draft(shop, *({"part_id": each, "quantity": 1} for each in parts), supplier_id=supplier_id)


@case(buying.WriteOrder, refused="supplier_archived")
async def from_one_that_supplies_no_more(shop: Shop) -> None:
    supplier_id = await supplier(shop, is_active=False)
    await shop.offline()
    await draft(shop, supplier_id=supplier_id)


@case(buying.PlaceOrder)
async def what_was_low_is_so_until_it_is_ordered(shop: Shop) -> None:
    part_id, _ = await shelf(shop, 2)
    order_id = await draft(shop, {"part_id": part_id, "quantity": 10})
    await shop.offline()
    row = stock_id(part_id, shop.factory.site)
    assert shop.of("stocks", row).low_since is not None
    await shop.do(buying.PlaceOrder, order_id=order_id, expected_on=shop.today)
    assert (shop.of("stocks", row).low_since, on_order(shop, part_id)) == (None, 10)


@case(buying.PlaceOrder, refused="order_empty")
async def without_a_line(shop: Shop) -> None:
    order_id = await draft(shop)
    await shop.offline()
    await shop.do(buying.PlaceOrder, order_id=order_id)


@case(buying.ReceiveOrderLine)
async def some_then_more_than_the_rest_at_another_price(shop: Shop) -> None:
    part_id, place_id = await shelf(shop, 2)
    order_id = await ordered(shop, part_id)
    await shop.offline()
    await came(shop, order_id, part_id, place_id, 4)
    assert (shop.of("orders", order_id).status, on_order(shop, part_id)) == (OrderStatus.partly_received, 6)
    await came(shop, order_id, part_id, place_id, 9, unit_price="10.20", reference_document="BL 77")
    assert (shop.of("orders", order_id).status, on_order(shop, part_id)) == (OrderStatus.closed, 0)


@case(buying.ReceiveOrderLine)
async def after_it_was_closed(shop: Shop) -> None:
    part_id, place_id = await part(shop), await place(shop)
    order_id = await ordered(shop, part_id)
    await shop.do(buying.CloseOrder, order_id=order_id)
    await shop.offline()
    await came(shop, order_id, part_id, place_id, 3)
    stock = shop.of("stocks", stock_id(part_id, shop.factory.site))
    assert (stock.on_hand, stock.on_order) == (3, 0)


@case(buying.ReceiveOrderLine, refused="part_not_ordered")
async def what_it_does_not_ask_for(shop: Shop) -> None:
    part_id, (other, place_id) = await part(shop), await shelf(shop)
    order_id = await ordered(shop, part_id)
    await shop.offline()
    await came(shop, order_id, other, place_id, 1)


@case(buying.ReceiveOrderLine, refused="order_not_placed")
async def on_a_draft(shop: Shop) -> None:
    part_id, place_id = await shelf(shop)
    order_id = await draft(shop, {"part_id": part_id, "quantity": 10})
    await shop.offline()
    await came(shop, order_id, part_id, place_id, 1)


@case(buying.CloseOrder)
async def with_some_missing(shop: Shop) -> None:
    part_id, place_id = await shelf(shop, 1)
    order_id = await ordered(shop, part_id)
    await came(shop, order_id, part_id, place_id, 1)
    await shop.offline()
    await shop.do(buying.CloseOrder, order_id=order_id)
    assert on_order(shop, part_id) == 0


@case(buying.CloseOrder, refused="order_over")
async def again(shop: Shop) -> None:
    order_id = await ordered(shop, await part(shop))
    await shop.do(buying.CloseOrder, order_id=order_id)
    await shop.offline()
    await shop.do(buying.CloseOrder, order_id=order_id)


@case(buying.CancelOrder)
async def placed_and_drafted(shop: Shop) -> None:
    part_id = await part(shop)
    orders = [await ordered(shop, part_id), await draft(shop, {"part_id": part_id, "quantity": 1})]
    await shop.offline()
    for order_id in orders:
        await shop.do(buying.CancelOrder, order_id=order_id)
    assert on_order(shop, part_id) == 0


@case(buying.CancelOrder, refused="order_begun")
async def of_which_some_has_come(shop: Shop) -> None:
    part_id, place_id = await shelf(shop)
    order_id = await ordered(shop, part_id)
    await came(shop, order_id, part_id, place_id, 1)
    await shop.offline()
    await shop.do(buying.CancelOrder, order_id=order_id)


@case(inv.WritePart, refused="currency_in_use")
async def in_another_currency_while_some_is_on_order(shop: Shop) -> None:
    part_id = await part(shop)
    await ordered(shop, part_id)
    await shop.offline()
    await part(shop, part_id, version=1, currency="CHF")
