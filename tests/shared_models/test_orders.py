"""Whatever is ordered, comes, is closed or called off: what is on order is what placed orders still lack, and low is told by both."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from shared_models.buying import commands as buying
from shared_models.buying.rows import OrderLine, OrderStatus, PurchaseOrderRow
from shared_models.ids import uuid7
from shared_models.inventory import rules as stocks
from shared_models.inventory.rows import PlaceKind, PlaceRow
from shared_models.inventory.rules import Expected, GoodsIn, Shelf
from shared_models.permissions import Role
from shared_models.refusals import Refusal
from shared_models.rules import NOBODY, By, apply
from tests.shared_models.test_suggesting import part

AT, BY, SITE = datetime(2026, 1, 5, 8, tzinfo=UTC), By(NOBODY, Role.admin), uuid7()
PART = part()
PLACE = PlaceRow(id=uuid7(), site_id=SITE, parent_id=None, name="Magasin", kind=PlaceKind.store, is_default=True, is_active=True, version=1)


@dataclass(frozen=True)
class Step:
    what: str
    order: int
    quantity: int


STEPS = st.builds(
    Step, what=st.sampled_from(["place", "place", "receive", "receive", "close", "cancel"]), order=st.integers(0, 2),
    quantity=st.integers(1, 9),
)  # fmt: skip


def drafted(quantity: int) -> PurchaseOrderRow:
    line = OrderLine(part_id=PART.id, quantity=Decimal(quantity), unit_price=None, reference="")
    return PurchaseOrderRow(
        id=uuid7(), number="PO-2026-0001", site_id=SITE, supplier_id=uuid7(), status=OrderStatus.draft, currency="EUR", lines=[line],
        expected_on=None, notes="", ordered_at=None, closed_at=None, version=1,
    )  # fmt: skip


def asked(step: Step, order: PurchaseOrderRow, at: datetime) -> buying.OnOrder:
    if step.what == "receive":
        goods = {"movement_id": uuid7(), "part_id": PART.id, "place_id": PLACE.id, "quantity": step.quantity}
        return buying.ReceiveOrderLine(order_id=order.id, occurred_at=at, **goods)
    kinds = {"place": buying.PlaceOrder, "close": buying.CloseOrder, "cancel": buying.CancelOrder}
    return kinds[step.what](order_id=order.id, occurred_at=at)


@given(st.lists(st.integers(1, 8), min_size=3, max_size=3), st.lists(STEPS, max_size=25))
def test_what_is_on_order_is_what_placed_orders_lack(sizes: list[int], steps: list[Step]):
    orders = [drafted(size) for size in sizes]
    stock = stocks.judged(stocks.nothing_of(PART, SITE), PART, AT)
    came = Decimal(0)
    for rank, step in enumerate(steps):
        at = AT + timedelta(hours=rank + 1)
        try:
            outcome = apply(orders[step.order], asked(step, orders[step.order], at), BY)
        except Refusal:
            continue
        was, orders[step.order] = stock, outcome.row
        for then in outcome.then:
            if isinstance(then, Expected):
                stock = stocks.expecting(stock, PART, then)
            elif isinstance(then, GoodsIn):
                stock = stocks.receive_ordered(Shelf(PART, PLACE, stock), then, BY).stock
                came += then.receipt.quantity
        assert stock.on_order == sum(line.missing for order in orders if order.is_under_way for line in order.lines)
        assert stock.on_hand == came
        is_low = stock.on_hand + stock.on_order <= PART.minimum_stock
        assert (stock.low_since is not None) is is_low
        if is_low and was.low_since is not None:
            assert stock.low_since == was.low_since, "what stays low is not told of again"


@given(st.integers(2, 6), st.randoms(use_true_random=False))
def test_the_stocks_of_an_order_hear_of_it_in_one_order_whatever_its_lines_are_in(many: int, shuffled: Random):
    """Two orders of the same parts then never wait for each other."""
    order = drafted(1)
    lines = [order.lines[0].model_copy(update={"part_id": uuid7()}) for _ in range(many)]
    heard = []
    for _ in range(2):
        shuffled.shuffle(lines)
        outcome = apply(order.model_copy(update={"lines": list(lines)}), buying.PlaceOrder(order_id=order.id, occurred_at=AT), BY)
        heard.append([then.part_id for then in outcome.then if isinstance(then, Expected)])
    assert heard[0] == heard[1]
    assert len(heard[0]) == many
