"""What people are told, as it comes: counted in every window, opened by a tap, and read in all of them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from shared_models.ids import uuid7
from tests.e2e.app import TABLET, App
from tests.e2e.conftest import Device, Machine
from tests.e2e.product import Product, User
from tests.e2e.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def count(app: App) -> int:
    """What the bell says."""
    found = re.search(r"Notifications, (\d+) nouveau", app.shown())
    return int(found[1]) if found else 0


def test_the_bell_counts_live_in_both_windows_and_what_is_opened_is_read_in_both(
    lent: Device, machines: Iterator[Machine], product: Product, technician: User
) -> None:
    phone = lent("technician").go("/today")
    other = App(phone.context, phone.url).open("/equipment").see("equipment_list.title")
    before = count(phone)
    until(lambda: count(other) == before, lambda: f"{before} in the second window, not {count(other)}")
    supervisor, at = product.as_user("supervisor"), datetime.now(UTC).isoformat()
    job = {"occurred_at": at, "intervention_id": str(uuid7()), "equipment_id": next(machines)["id"], "title": "Courroie à retendre"}
    given = {"intervention_type": "preventive", "assigned_technician_id": technician.id}
    supervisor.post("/maintenance/interventions", job | given)
    until(lambda: count(phone) == count(other) == before + 1, lambda: f"one more than {before}: {count(phone)}, {count(other)}")

    phone.tap("Notifications, ").at("/notifications").tap(job["title"]).at(f"/jobs/{job['intervention_id']}").see(job["title"])
    until(lambda: count(phone) == count(other) == before, lambda: f"{before} again: {count(phone)}, {count(other)}")
    other.go("/notifications?show=unread").see("notifications.unread").see_no(job["title"])


def test_a_handover_is_read_and_taken_over_without_a_network(lent: Device, product: Product) -> None:
    supervisor = product.as_user("supervisor")
    waiting = next(row for row in supervisor.get("/handovers")["items"] if row["acknowledged_at"] is None)
    tablet = lent("supervisor", TABLET).go("/today")
    tablet.go(f"/handovers/{waiting['id']}").see("handovers.take")
    tablet.context.set_offline(True)
    tablet.tap("handovers.add_word").fill("handovers.word", "Palan à surveiller").tap("handovers.save_word").see("Palan à surveiller")
    tablet.tap("handovers.take").see("Relève prise par")
    tablet.context.set_offline(False)
    tablet.synced()
    taken = next(row for row in supervisor.get("/handovers")["items"] if row["id"] == waiting["id"])
    assert taken["acknowledged_at"] is not None
    assert "Palan à surveiller" in [word["text"] for word in taken["words"]]
