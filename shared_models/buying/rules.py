"""What commands do to orders. What they come to on the shelves is the stock's matter: see `Expected` and `GoodsIn`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared_models.buying import commands as buying
from shared_models.buying import refusals
from shared_models.buying.rows import OrderLine, OrderStatus, PurchaseOrderRow
from shared_models.inventory.commands import ReceiveStock
from shared_models.inventory.quantities import NONE
from shared_models.inventory.refusals import PartArchived
from shared_models.inventory.rows import PartRow, SupplierRow, stock_id
from shared_models.inventory.rules import Expected, GoodsIn, ensure_countable
from shared_models.rules import By, Outcome, rule, written


@dataclass(frozen=True)
class Asked:
    """The order as it is, and what the command says of it, looked up."""

    order: PurchaseOrderRow | None
    supplier: SupplierRow
    parts: Mapping[UUID, PartRow]


@rule(buying.WriteOrder)
def write(asked: Asked, cmd: buying.WriteOrder, _: By) -> PurchaseOrderRow:
    known = asked.order
    if known is not None and known.status is not OrderStatus.draft:
        raise refusals.OrderPlaced(number=known.number)
    currency = _currency(asked, cmd.lines)
    lines = [OrderLine(**line.model_dump()) for line in cmd.lines]
    more: dict[str, Any] = {"id": cmd.order_id, "site_id": known.site_id if known else cmd.site_id, "currency": currency, "lines": lines}
    new = {"number": None, "status": OrderStatus.draft, "ordered_at": None, "closed_at": None} if known is None else {}
    return written(PurchaseOrderRow, known, cmd, **more, **new)


def ensure_still_ordered(asked: Asked, order: PurchaseOrderRow) -> None:
    """A draft may have waited while its parts became others: raises where it could not be written as it is."""
    if _currency(asked, order.lines) != order.currency:
        raise refusals.CurrenciesMixed(field="lines.0.part_id", currency=order.currency)


def _currency(asked: Asked, lines: Sequence[buying.AskedLine | OrderLine]) -> str:
    """The one of its parts; raises where a line is nothing that can be ordered."""
    if not asked.supplier.is_active:
        raise refusals.SupplierArchived(supplier=asked.supplier.name)
    parts = [asked.parts[line.part_id] for line in lines]
    currency = parts[0].currency if parts else asked.order.currency if asked.order else "EUR"
    for place, (line, part) in enumerate(zip(lines, parts, strict=True)):
        if not part.is_active:
            raise PartArchived(part=part.part_number)
        ensure_countable(line.quantity, part.decimals, f"lines.{place}.quantity")
        if part.currency != currency:
            raise refusals.CurrenciesMixed(field=f"lines.{place}.part_id", currency=currency)
    return currency


@rule(buying.PlaceOrder)
def place(order: PurchaseOrderRow, cmd: buying.PlaceOrder, _: By) -> Outcome[PurchaseOrderRow]:
    if order.status is not OrderStatus.draft:
        raise refusals.OrderPlaced(number=order.number)
    if not order.lines:
        raise refusals.OrderEmpty(field="lines")
    placed = _next(order, status=OrderStatus.ordered, ordered_at=cmd.occurred_at, expected_on=cmd.expected_on or order.expected_on)
    return Outcome(placed, _expected(order, order.lines, cmd, 1))


@rule(buying.ReceiveOrderLine)
def receive(order: PurchaseOrderRow, cmd: buying.ReceiveOrderLine, _: By) -> Outcome[PurchaseOrderRow]:
    """What comes on an order that is over has come all the same; nothing of it is on order any more."""
    if order.ordered_at is None:
        raise refusals.OrderNotPlaced(number=order.number)
    line = order.line(cmd.part_id)
    if line is None:
        raise refusals.PartNotOrdered(field="part_id")
    came = line.model_copy(update={"received": line.received + cmd.quantity})
    lines = [came if each is line else each for each in order.lines]
    price = line.unit_price if cmd.unit_price is None else cmd.unit_price
    receipt = ReceiveStock(
        movement_id=cmd.movement_id, part_id=cmd.part_id, place_id=cmd.place_id, quantity=cmd.quantity, unit_price=price,
        currency=order.currency, reference_document=cmd.reference_document or order.number or "", notes=cmd.notes,
        occurred_at=cmd.occurred_at,
    )  # fmt: skip
    awaited = line.missing - came.missing if order.is_under_way else NONE
    return Outcome(_counted(order, lines, cmd), (GoodsIn(order.site_id, receipt, awaited),))


def _counted(order: PurchaseOrderRow, lines: list[OrderLine], cmd: buying.ReceiveOrderLine) -> PurchaseOrderRow:
    """It closes with the last piece that was missing."""
    if not order.is_under_way:
        return _next(order, lines=lines)
    if any(line.missing for line in lines):
        return _next(order, lines=lines, status=OrderStatus.partly_received)
    return _next(order, lines=lines, status=OrderStatus.closed, closed_at=cmd.occurred_at)


@rule(buying.CloseOrder)
def close(order: PurchaseOrderRow, cmd: buying.CloseOrder, _: By) -> Outcome[PurchaseOrderRow]:
    if order.status is OrderStatus.draft:
        raise refusals.OrderNotPlaced(number=order.number)
    if not order.is_under_way:
        raise refusals.OrderOver(number=order.number)
    closed = _next(order, status=OrderStatus.closed, closed_at=cmd.occurred_at)
    return Outcome(closed, _expected(order, order.lines, cmd, -1))


@rule(buying.CancelOrder)
def cancel(order: PurchaseOrderRow, cmd: buying.CancelOrder, _: By) -> Outcome[PurchaseOrderRow]:
    if order.status in {OrderStatus.closed, OrderStatus.cancelled}:
        raise refusals.OrderOver(number=order.number)
    if any(line.received for line in order.lines):
        raise refusals.OrderBegun(number=order.number)
    cancelled = _next(order, status=OrderStatus.cancelled, closed_at=cmd.occurred_at)
    return Outcome(cancelled, _expected(order, order.lines, cmd, -1) if order.is_under_way else ())


def _expected(order: PurchaseOrderRow, lines: Iterable[OrderLine], cmd: buying.OnOrder, sign: int) -> tuple[Expected, ...]:
    """In the order in which stocks are locked."""
    missing = sorted((line for line in lines if line.missing), key=lambda line: stock_id(line.part_id, order.site_id))
    return tuple(Expected(order.site_id, line.part_id, sign * line.missing, cmd.occurred_at) for line in missing)


def _next(order: PurchaseOrderRow, **changes: Any) -> PurchaseOrderRow:
    return order.model_copy(update={**changes, "version": order.version + 1})
