"""A part from the shelf, without a network, to the storekeeper's figures, right to the cent."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from shared_models.ids import uuid7
from tests.e2e.app import TABLET, App
from tests.e2e.conftest import Device, Machine
from tests.e2e.product import Product, User
from tests.e2e.waiting import until
from tests.e2e.work import start_breakdown

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
NUMBER = "RLT-6305-E2E"
BEARING = {"part_number": NUMBER, "name": "Roulement 6305", "unit_price": "11.85", "minimum_stock": 2}


class TestShelf:
    def test_taken_by_its_code_without_network_and_right_on_the_supervisors_tablet(
        self, lent: Device, machines: Iterator[Machine], product: Product
    ) -> None:
        keeper, machine = product.as_user("supervisor"), next(machines)
        part = stocked(keeper, machine, "3", BEARING)
        phone = lent("technician").go(f"/equipment/{machine['id']}")
        job = start_breakdown(phone, "Palier bruyant")
        phone.synced()

        phone.context.set_offline(True)
        type_code(phone.tap("parts.scan"), "rlt 6305 e2e").see("parts.take_do").tap("parts.take_do").see(NUMBER, "11,85")
        phone.reload().see(NUMBER, "11,85")
        assert on_hand(keeper, part) == 3

        phone.context.set_offline(False)
        phone.synced()
        until(lambda: on_hand(keeper, part) == 2, "what was taken, on the server")

        tablet = lent("supervisor", TABLET).go(f"/jobs/{job}").see(NUMBER, "11,85")
        tablet.go(f"/parts/{part}").see("Roulement 6305", "domain.stock.low", "domain.movement_type.out")


def type_code(app: App, code: str) -> App:
    """By hand, in the scanner: what a label says that no camera reads any more."""
    typed = app.page.locator("dialog input[name=code]")
    typed.fill(code)
    typed.press("Enter")
    return app


def stocked(keeper: User, machine: Machine, quantity: str, fields: dict[str, Any]) -> str:
    """A part that fits the machine, and lies at its site."""
    now, part = datetime.now(UTC).isoformat(), str(uuid7())
    keeper.post("/inventory/parts", {"occurred_at": now, "part_id": part, "equipment_ids": [machine["id"]], **fields})
    place = next(row["id"] for row in keeper.get("/inventory/places") if row["site_id"] == machine["site_id"] and row["is_active"])
    moved = {"occurred_at": now, "movement_id": str(uuid7()), "part_id": part, "place_id": place, "quantity": quantity}
    keeper.post(f"/inventory/parts/{part}/receive", moved)
    return part


def on_hand(keeper: User, part: str) -> float:
    return sum(float(row["on_hand"]) for row in keeper.get("/inventory/stock", part_id=part)["items"])
