"""A technician takes parts for a job: from what is likely, by a scan, with a thumb; the device knows what is then left."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import flet as ft
import pytest

from mobile_app.core.bridge import MemoryChannel, Message, bridge
from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.domain.context import use_tables
from mobile_app.domain.job_parts import JobParts, job_parts_card
from mobile_app.domain.parts import likely_for, stock_at, taken_by
from mobile_app.ui.component import component
from mobile_app.ui.stack import Stack
from shared_models.ids import uuid7
from shared_models.interventions.rows import InterventionRow
from shared_models.inventory.commands import GiveBackStock, TakeStock
from tests.mobile_app.core.rows import job, machine
from tests.mobile_app.core.stock_rows import hold, part, place, stock
from tests.mobile_app.features.test_plan_screens import client, sent
from tests.mobile_app.roots import inside
from tests.mobile_app.ui.conftest import Screen, screen

__all__ = ["client", "screen"]  # fixtures
CLASS = uuid7()
PRESS = machine("Presse 4", class_id=CLASS)
LONG = "Joint à lèvre " * 14


@pytest.fixture
def sheet(client: Client) -> InterventionRow:
    client.equipment.rows[PRESS.id] = PRESS
    row = job(PRESS, "Fuite")
    client.interventions.rows[row.id] = row
    return row


@pytest.fixture
def shown(screen: Screen, client: Client, sheet: InterventionRow) -> Callable[[], Awaitable[None]]:
    @component
    def Sheet() -> ft.Control:
        use_tables("job_parts", "parts")
        return Stack(JobParts(client, sheet, may_take=True), *job_parts_card(client, sheet))

    async def show() -> None:
        await screen.show(inside(client, Sheet))
        await screen.settle(40)

    return show


def scanned(*codes: str) -> list[str]:
    """The page's camera sees these codes one by one, until one is taken; what was said to the others."""
    left, said = list(codes), list[str]()

    def receive(message: Message) -> None:
        if message["method"] == "scan.open":
            opened.append(message["id"])
            see()
        elif message["method"] == "scan.answer":
            if message["params"]["error"]:
                said.append(message["params"]["error"])
                see()
            else:
                close({"text": seen[-1]})

    opened, seen = list[int](), list[str]()

    def see() -> None:
        if left:
            seen.append(left.pop(0))
            channel.from_page({"id": 0, "kind": "event", "method": "scan.typed", "params": {"text": seen[-1], "seen": True}})
        else:
            close({"cancelled": True})

    def close(result: dict[str, Any]) -> None:
        channel.from_page({"id": opened[-1], "kind": "response", "method": "scan.open", "result": result})

    channel = MemoryChannel(receive)
    bridge.connect(channel)
    return said


async def test_two_are_taken_at_the_only_place_and_one_is_given_back(screen: Screen, client: Client, sheet: InterventionRow, shown: Any):
    store, bearing = place(), part(LONG[:200], class_ids=[CLASS])
    hold(client, store, bearing, stock(bearing, [(store, 5)]))
    await shown()
    await screen.click(t("parts.take"))
    assert t("parts.likely") in screen.texts
    await screen.click(bearing.part_number)
    await screen.click(f"{t('parts.quantity')} +")
    await screen.click(t("parts.take_do"))
    (taken,) = sent(client, TakeStock)
    assert (taken.quantity, taken.place_id, taken.intervention_id, taken.is_taken) == (2, store.id, sheet.id, True)
    assert stock_at(client, bearing.id, sheet.site_id).on_hand == 3
    assert "20,00\u00a0€" in " | ".join(screen.texts)  # on the job's own card and where it is judged
    await screen.gone()
    await screen.click(bearing.part_number)
    await screen.type(screen.find(ft.TextField), "1")
    await screen.click(t("parts.give_back_do"))
    (back,) = sent(client, GiveBackStock)
    assert (back.quantity, back.place_id) == (1, store.id)
    assert [(row.quantity_used, row.cost) for row in taken_by(client, sheet.id)] == [(1, 10)]


async def test_more_than_the_books_have_is_a_fact_without_a_network(screen: Screen, client: Client, sheet: InterventionRow, shown: Any):
    store, oil = place(), part("Huile", unit="L", decimals=1)
    hold(client, store, oil, stock(oil, [(store, "0.3")]))
    await shown()
    await screen.click(t("parts.take"))
    await screen.click(oil.part_number)
    field = screen.find(ft.TextField)
    await screen.type(field, "0,25")
    await screen.click(t("parts.take_do"))
    assert sent(client, TakeStock) == []
    assert t("problem.quantity_too_fine.detail", decimals=1) in screen.texts
    await screen.type(screen.find(ft.TextField), "1,5")
    await screen.click(t("parts.take_do"))
    (taken,) = sent(client, TakeStock)
    assert (taken.quantity, taken.is_taken) == (Decimal("1.5"), True)
    left = stock_at(client, oil.id, sheet.site_id)
    assert (left.on_hand, len(left.to_count)) == (Decimal("-1.2"), 1)


async def test_a_scanned_barcode_is_taken_from_where_one_chooses(screen: Screen, client: Client, sheet: InterventionRow, shown: Any):
    store, shelf = place(is_default=True), place("Étagère")
    belt = part("Courroie", barcodes=["3272310001234"])
    hold(client, store, shelf, belt, stock(belt, [(store, 1), (shelf, 4)]))
    said = scanned("https://example.org", "3272310001234")
    await shown()
    await screen.click(t("parts.scan"))
    await screen.settle(40)
    assert said == [t("parts.not_a_part", code="https://example.org")]
    assert "Courroie" in screen.texts
    await screen.click("Magasin")
    await screen.click(t("parts.take_do"))
    assert [(one.place_id, one.part_id) for one in sent(client, TakeStock)] == [(store.id, belt.id)]


async def test_what_fits_comes_first_then_what_earlier_jobs_took(client: Client, sheet: InterventionRow):
    store, fitting, own, once = place(), part("Z", class_ids=[CLASS]), part("Y", equipment_ids=[PRESS.id]), part("A")
    hold(client, store, fitting, own, once, part("B"), stock(own, [(store, 0)]), stock(fitting, [(store, 2)]))
    before = job(PRESS)
    client.interventions.rows[before.id] = before
    command = TakeStock(
        movement_id=uuid7(), part_id=once.id, place_id=store.id, quantity=1, intervention_id=before.id, is_taken=True,
        occurred_at=client.now(),
    )  # fmt: skip
    await client.execute(command)
    assert [row.name for row in likely_for(client, sheet)] == ["Z", "Y", "A"]


async def test_before_the_first_part_each_is_told_what_can_be_done(screen: Screen, client: Client, shown: Any):
    await shown()
    await screen.click(t("parts.take"))
    assert t("parts.first") in [getattr(control, "content", None) for control in screen.controls()]
