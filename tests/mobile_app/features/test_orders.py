"""Buying on the screens of a device: what is wanted becomes a draft, a draft an order, and what comes is taken in."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import flet as ft
import pytest

from mobile_app.core.i18n import n, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import use_tables
from mobile_app.features.inventory import purchase_list
from mobile_app.features.inventory.order_page import Order
from mobile_app.features.inventory.orders import Desk, Filters, matching
from mobile_app.features.inventory.purchase_list import groups_of, is_on
from mobile_app.ui.address import use_place
from mobile_app.ui.component import component
from shared_models.buying.commands import PlaceOrder, ReceiveOrderLine, WriteOrder
from shared_models.buying.rows import OrderLine, OrderStatus, PurchaseOrderRow, Suggestion
from shared_models.ids import uuid7
from shared_models.inventory.rows import SupplierRow, stock_id
from tests.mobile_app.core.rows import AT, SITE
from tests.mobile_app.core.stock_rows import hold, part, place, stock
from tests.mobile_app.features.test_plan_screens import client, sent
from tests.mobile_app.roots import inside
from tests.mobile_app.ui.conftest import Screen, screen

__all__ = ["client", "screen"]  # fixtures
ROULEX = SupplierRow(
    id=uuid7(), name="Roulex", contact_person="Mme Roy", email="ventes@roulex.example", phone="01", address="", lang="fr", is_active=True,
    version=1,
)  # fmt: skip
STORE = place()
LONG = "Joint à lèvre " * 14
SEAL = part(LONG[:200], minimum_stock=2)


def order(status: OrderStatus = OrderStatus.draft, *lines: OrderLine, **fields: Any) -> PurchaseOrderRow:
    told: dict[str, Any] = {
        "id": uuid7(), "number": "PO-2026-0007", "site_id": SITE, "supplier_id": ROULEX.id, "status": status, "currency": "EUR",
        "lines": list(lines), "expected_on": None, "notes": "", "ordered_at": None if status is OrderStatus.draft else AT,
        "closed_at": None, "version": 1,
    }  # fmt: skip
    return PurchaseOrderRow(**told | fields)


def line(of: UUID = SEAL.id, quantity: int = 10, received: int = 0) -> OrderLine:
    return OrderLine(part_id=of, quantity=Decimal(quantity), unit_price=Decimal("9.5"), reference="R-1", received=Decimal(received))


def suggestion(**fields: Any) -> Suggestion:
    told: dict[str, Any] = {
        "part_id": SEAL.id, "part_number": SEAL.part_number, "part_name": SEAL.name, "unit": "", "supplier_id": ROULEX.id,
        "reference": "R-1", "quantity": "10", "unit_price": "9.5", "currency": "EUR", "pack_size": "10", "lead_days": 21,
        "per_month": "3", "on_hand": "2", "on_order": "0", "minimum": "2", "drafted": "0", "why": "3 par mois.",
    }  # fmt: skip
    return Suggestion(**told | fields)


@pytest.fixture
def held(client: Client) -> Client:
    """Two seals on the shelf, which is the least that there should be; and who sells them."""
    hold(client, STORE, SEAL, stock(SEAL, [(STORE, 2)]))
    client.tables.suppliers.rows[ROULEX.id] = ROULEX
    return client


def page_of(client: Client, row: PurchaseOrderRow) -> Any:
    client.tables.orders.rows[row.id] = row

    @component
    def Shown() -> ft.Control:
        use_tables("orders", "stocks", "parts")
        shown = client.tables.orders.get(row.id)
        assert shown is not None
        return Order(client, shown)

    return inside(client, Shown)


async def test_a_draft_is_changed_and_placed(screen: Screen, held: Client):
    row = order(OrderStatus.draft, line())
    await screen.show(page_of(held, row))
    await screen.click(LONG[:200].strip())
    await screen.type(screen.find(ft.TextField), "20")
    await screen.click(t("common.save"))
    (written,) = sent(held, WriteOrder)
    assert [(each.part_id, each.quantity, each.unit_price, each.reference) for each in written.lines] == [
        (SEAL.id, 20, Decimal("9.5"), "R-1")
    ]  # fmt: skip
    await screen.gone()
    await screen.click(t("orders.place_do"))
    assert len(sent(held, PlaceOrder)) == 1
    stocked = held.tables.stocks.get(stock_id(SEAL.id, SITE))
    assert stocked is not None
    assert (stocked.on_order, stocked.low_since) == (20, None)


async def test_what_comes_is_taken_in_where_the_part_lies(screen: Screen, held: Client):
    row = order(OrderStatus.ordered, line(received=4))
    await screen.show(page_of(held, row))
    assert "4 / 10" in screen.texts
    await screen.click(LONG[:200].strip())
    assert t("orders.came", came="4", ordered="10") in screen.texts
    await screen.click(t("orders.receive_do"))
    (came,) = sent(held, ReceiveOrderLine)
    assert (came.quantity, came.place_id, came.unit_price) == (6, STORE.id, Decimal("9.5"))
    left = held.tables.orders.get(row.id)
    assert left is not None
    assert left.status is OrderStatus.closed


async def test_the_purchase_list_says_why_and_drafts_what_is_ticked(screen: Screen, held: Client, monkeypatch: pytest.MonkeyPatch):
    other = suggestion(part_id=uuid7(), part_name="Courroie", drafted="10")
    orphan = suggestion(part_id=uuid7(), part_name="Vis", supplier_id=None)

    async def told(*_: Any, **__: Any) -> list[Suggestion]:
        return [orphan, other, suggestion()]

    went: list[str] = []
    monkeypatch.setattr(held.api, "list_of", told)
    monkeypatch.setattr(purchase_list, "go", went.append)
    await screen.show(inside(held, lambda: purchase_list.Wanted(held, str(SITE), ft.Container(), [])))
    await screen.settle(40)
    assert {"Roulex", t("orders.no_supplier"), "3 par mois."} <= set(screen.texts)
    assert t("purchase_list.drafted", quantity="10") in screen.texts
    await screen.click(n("purchase_list.order", 1))
    (written,) = sent(held, WriteOrder)
    assert ([each.part_id for each in written.lines], written.supplier_id) == ([SEAL.id], ROULEX.id)
    assert went == [f"/orders/{written.order_id}"]


def test_the_list_begins_with_the_site_that_is_short_of_most(held: Client):
    assert purchase_list.shortest(held, [str(uuid7()), str(SITE)]) == str(SITE)
    assert purchase_list.shortest(held, []) is None


def test_what_nobody_supplies_comes_last_and_what_is_drafted_is_not_ticked(held: Client):
    lines = [suggestion(supplier_id=None), suggestion(), suggestion(currency="CHF"), suggestion(drafted="10")]
    assert [group for group, _ in groups_of(held, lines)] == [(ROULEX.id, "CHF"), (ROULEX.id, "EUR"), (None, "EUR")]
    assert [is_on(each, frozenset()) for each in lines] == [True, True, True, False]
    assert is_on(lines[3], frozenset({SEAL.id}))


def test_what_is_overdue_comes_first_and_orders_are_found_by_their_parts(held: Client):
    today = AT.date()
    rows = [
        order(OrderStatus.closed, number="PO-2026-0004"), order(OrderStatus.draft, number="PO-2026-0003"),
        order(OrderStatus.ordered, line(), number="PO-2026-0002"),
        order(OrderStatus.partly_received, number="PO-2026-0001", expected_on=today.replace(year=today.year - 1)),
    ]  # fmt: skip
    held.tables.orders.rows.update({row.id: row for row in rows})
    assert [row.number for row in matching(held, Filters(), today)] == [f"PO-2026-000{each}" for each in (1, 2, 3, 4)]
    assert [row.number for row in matching(held, Filters(show="late"), today)] == ["PO-2026-0001"]
    assert [row.number for row in matching(held, Filters(query="roulex levre"), today)] == ["PO-2026-0002"]


async def test_a_desk_has_them_in_a_table(screen: Screen, held: Client):
    rows = [order(OrderStatus.ordered, line(), expected_on=AT.date()), order(OrderStatus.draft, number=None)]
    held.tables.orders.rows.update({row.id: row for row in rows})

    @component
    def Shown() -> ft.Control:
        return Desk(held, use_place(Filters), lambda: None)

    await screen.show(inside(held, Shown))
    screen.session.apply_page_patch({"width": 1440.0, "height": 900.0})
    await screen.settle(40)
    assert {"PO-2026-0007", t("domain.number_pending"), "Roulex", t("domain.order_status.ordered"), "95,00\u00a0€"} <= set(screen.texts)
