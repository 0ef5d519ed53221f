"""A part from the shelf, without a network, to the storekeeper's figures, right to the cent; and a shelf that is counted."""

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
RING = {"part_number": "JT-E2E", "name": "Joint torique 12x2", "unit_price": "1.25"}
SEAL = {"part_number": "JS-E2E", "name": "Joint spi 30x47", "unit_price": "4.10"}
MINUS = "\u2212"


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
        assert on_hand(keeper, part) == 3
        phone.reload().see(NUMBER, "11,85")

        phone.context.set_offline(False)
        phone.synced()
        until(lambda: on_hand(keeper, part) == 2, "what was taken, on the server")

        tablet = lent("supervisor", TABLET).go(f"/jobs/{job}").see(NUMBER, "11,85")
        tablet.go(f"/parts/{part}").see("Roulement 6305", "domain.stock.low", "domain.movement_type.out")


class TestStocktake:
    def test_counted_blind_without_network_and_approved_on_the_supervisors_tablet(
        self, lent: Device, machines: Iterator[Machine], product: Product
    ) -> None:
        keeper, machine = product.as_user("supervisor"), next(machines)
        shelf = place(keeper, machine, "Casier du comptage")
        short, right = stocked(keeper, machine, "711", RING, shelf), stocked(keeper, machine, "4", SEAL, shelf)
        tablet = lent("supervisor", TABLET).synced().go(f"/stocktakes/new?places={shelf}").tap("Ouvrir pour 1 emplacement")
        take = tablet.at("/stocktakes/[0-9a-f-]{36}").synced().path.split("/")[2]

        phone = lent("technician").go(f"/stocktakes/{take}").see("0 / 2")
        phone.context.set_offline(True)
        phone.tap("Casier du comptage").at(f".*/places/{shelf}")
        count(phone, RING, "709")
        count(phone, SEAL, "4")
        phone.see("stocktakes.counted_here", "709")
        phone.go(f"/stocktakes/{take}").see("2 / 2").tap("stocktakes.finish").see("stocktakes.finish_body")
        phone.tap("stocktakes.finish").see("stocktakes.counted_notice")
        move(keeper, "take", short, shelf, "1")

        phone.context.set_offline(False)
        phone.synced()
        tablet.see("stocktakes.counted_notice").tap("stocktakes.review").see("1 ligne avec un écart", f"{MINUS}2,50")
        tablet.tap("stocktakes.approve").fill("stocktakes.reason", "Inventaire annuel").tap("stocktakes.approve_do")
        tablet.see_no("stocktakes.approve_do").go(f"/stocktakes/{take}").see("stocktakes.approved_notice", "Inventaire annuel")
        assert (on_hand(keeper, short), on_hand(keeper, right)) == (708, 4)
        tablet.go(f"/parts/{short}").see(RING["name"], "708", "domain.movement_type.adjustment")


def count(phone: App, part: dict[str, Any], found: str) -> None:
    """Without a word of what should be there."""
    phone.tap(part["name"]).see("stocktakes.count_title", part["part_number"])
    assert "711" not in phone.shown()
    phone.fill("parts.counted_quantity", found).tap("parts.count_do").see_no("stocktakes.count_title").see("domain.unsent")
    assert "711" not in phone.shown()


def type_code(app: App, code: str) -> App:
    """By hand, in the scanner: what a label says that no camera reads any more."""
    typed = app.page.locator("dialog input[name=code]")
    typed.fill(code)
    typed.press("Enter")
    return app


def stocked(keeper: User, machine: Machine, quantity: str, fields: dict[str, Any], place_id: str = "") -> str:
    """A part that fits the machine, and lies at its site."""
    part = str(uuid7())
    keeper.post("/inventory/parts", {"occurred_at": _now(), "part_id": part, "equipment_ids": [machine["id"]], **fields})
    places = (row["id"] for row in keeper.get("/inventory/places") if row["site_id"] == machine["site_id"] and row["is_active"])
    move(keeper, "receive", part, place_id or next(places), quantity)
    return part


def place(keeper: User, machine: Machine, name: str) -> str:
    body = {"occurred_at": _now(), "place_id": str(uuid7()), "site_id": machine["site_id"], "name": name}
    return str(keeper.post("/inventory/places", body)["id"])


def move(keeper: User, verb: str, part: str, place_id: str, quantity: str) -> None:
    body = {"occurred_at": _now(), "movement_id": str(uuid7()), "part_id": part, "place_id": place_id, "quantity": quantity}
    keeper.post(f"/inventory/parts/{part}/{verb}", body)


def _now() -> str:
    return datetime.now(UTC).isoformat()


def on_hand(keeper: User, part: str) -> float:
    return sum(float(row["on_hand"]) for row in keeper.get("/inventory/stock", part_id=part)["items"])
