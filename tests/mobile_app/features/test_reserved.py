"""What a job has reserved is told in words, taken by a tap, laid ready by the storekeeper; and a morning knows what can begin."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import flet as ft
import pytest

from mobile_app.core.i18n import format_day, n, t
from mobile_app.domain.cards import RepeatCard
from mobile_app.domain.client import Client
from mobile_app.domain.job_parts import JobParts
from mobile_app.domain.morning import Morning, ReadyCard
from mobile_app.domain.readiness import Asked, Lights, light_of
from mobile_app.domain.reserved import Book
from mobile_app.features.inventory.part import Part
from mobile_app.features.inventory.picking import PickingScreen
from mobile_app.features.plans.editor import PlanForm
from mobile_app.features.today.screens import TodayScreen
from mobile_app.ui.component import component
from mobile_app.ui.stack import Stack
from shared_models.base import EntityRow
from shared_models.buying.rows import OrderLine, OrderStatus, PurchaseOrderRow
from shared_models.equipment.life import PastJob, RepeatNotice
from shared_models.equipment.rows import EquipmentRow
from shared_models.ids import uuid7
from shared_models.interventions.rows import ActionRow, InterventionRow
from shared_models.inventory.commands import TakeStock
from shared_models.inventory.reservations import reserved
from shared_models.inventory.reserving import PickPart, ReservePart
from shared_models.inventory.rows import JobPartRow, PartRow
from shared_models.permissions import Role
from shared_models.plans.commands import CreatePlan
from shared_models.sites import SiteRow
from shared_models.users import UserCard
from tests.mobile_app.core.rows import ANNE, AT, PAUL, SITE, job, machine
from tests.mobile_app.core.stock_rows import part, place, stock
from tests.mobile_app.features.test_plan_screens import client, sent
from tests.mobile_app.roots import inside
from tests.mobile_app.ui.conftest import Screen, screen

__all__ = ["client", "screen"]  # fixtures
PRESS = machine("Presse 4")
STORE = place(is_default=True)
SEAL = part("Joint 30×47")
THURSDAY = date(2026, 11, 26)


def put(client: Client, *rows: EntityRow) -> None:
    for row in rows:
        client.tables[type(row)].rows[row.id] = row


def due(days: int = 0, of: EquipmentRow = PRESS, **changes: Any) -> InterventionRow:
    start = AT + timedelta(days=days)
    more = {"scheduled_start": start, "scheduled_end": start + timedelta(hours=1), "assigned_technician_id": PAUL.id}
    return job(of, "Vidange", **more | changes)


def wants(sheet: InterventionRow, quantity: int, of: PartRow = SEAL) -> EntityRow:
    return reserved(sheet, of.id, Decimal(quantity), AT)


@pytest.fixture
async def plant(client: Client) -> Client:
    client.drawn.set()
    await client.tables.whole()  # or what is put there would be written over
    paul = UserCard(id=PAUL.id, first_name="Paul", last_name="Martin", role=Role.supervisor, is_active=True, all_sites=True, site_ids=[])
    put(client, PRESS, STORE, SEAL, paul)
    return client


async def appears(screen: Screen, words: str) -> None:
    """What is read from the device's store comes when it comes."""
    while not any(words in text for text in screen.texts):
        await asyncio.sleep(0.01)


def ordered(quantity: int) -> PurchaseOrderRow:
    line = OrderLine(part_id=SEAL.id, quantity=Decimal(quantity), unit_price=None, reference="")
    return PurchaseOrderRow(
        id=uuid7(), number="PO-1", site_id=SITE, supplier_id=uuid7(), status=OrderStatus.ordered, currency="EUR", lines=[line],
        expected_on=THURSDAY, notes="", ordered_at=AT, closed_at=None, version=1,
    )  # fmt: skip


class TestLight:
    def test_says_how_many_are_there_and_when_the_others_come(self, plant: Client) -> None:
        sheet = due()
        put(plant, sheet, wants(sheet, 2), stock(SEAL, [(STORE, 1)], on_order=Decimal(1)), ordered(1))
        light = light_of(plant, sheet)
        come = t("reserved.ordered_for", quantity="1", day=format_day(THURSDAY))
        assert light.lacks == [f"{t('reserved.some_of', held='1', wanted='2', part=SEAL.name)}, {come}"]
        put(plant, stock(SEAL, [(STORE, 2)]))
        assert light_of(plant, sheet).is_ready

    async def test_lacks_nothing_before_it_is_read_what_lies_in_the_stores(self, screen: Screen, plant: Client) -> None:
        """It is read behind the first screen."""
        sheet = due()
        put(plant, sheet, wants(sheet, 2), stock(SEAL, [(STORE, 2)]))
        plant.tables.stocks.ready = False
        cards = inside(plant, lambda: Stack(Morning(plant, [sheet]), ReadyCard(plant, sheet), JobParts(plant, sheet, may_take=True)))
        await screen.show(lambda: Stack(inside(plant, TodayScreen)(), cards()))
        keys = "ready.ready", "ready.lacks", "ready.title", "ready.morning", "parts.job_none"
        words = {*map(t, keys), SEAL.name}
        assert not words & {*screen.texts}
        plant.tables.stocks.ready = True
        plant.tables.stocks.notify()
        await screen.settle()
        assert words & {*screen.texts} == words - {t("ready.lacks"), t("parts.job_none")}

    def test_the_job_that_is_due_first_has_the_last_piece(self, plant: Client) -> None:
        later, sooner = due(2), due(1)
        put(plant, later, sooner, wants(later, 1), wants(sooner, 1), stock(SEAL, [(STORE, 1)]))
        book = Book(plant)
        assert [own.held for sheet in (sooner, later) for own in book.of_job(sheet.id)] == [1, 0]
        put(plant, sooner.model_copy(update={"status": "cancelled"}))
        assert [own.held for own in Book(plant).of_job(later.id)] == [1]
        assert Book(plant).available([stock(SEAL, [(STORE, 3)])]) == 2

    def test_a_person_is_at_one_thing_at_a_time_and_so_is_a_machine(self, plant: Client) -> None:
        sheet, running = due(assigned_technician_id=ANNE.id), due(of=machine("Tour"), status="in_progress")
        at_work = running.model_copy(update={"actions": [ActionRow(id=uuid7(), user_id=ANNE.id, started_at=AT, ended_at=None)]})
        put(plant, sheet, at_work)
        assert self.lacks(plant, sheet) == {Asked.person}
        put(plant, running.model_copy(update={"assigned_technician_id": None, "equipment_id": PRESS.id}))
        assert self.lacks(plant, sheet) == {Asked.machine}

    def test_of_two_at_the_same_hour_one_can_begin(self, plant: Client) -> None:
        first, second = sorted([due(), due(of=machine("Tour"))], key=lambda each: str(each.id))
        put(plant, first, second)
        assert (self.lacks(plant, first), self.lacks(plant, second)) == (set(), {Asked.person})

    def test_what_is_given_to_nobody_or_planned_for_another_day_waits(self, plant: Client) -> None:
        free, tomorrow = due(assigned_technician_id=None), due(1)
        put(plant, free, tomorrow)
        assert (self.lacks(plant, free), self.lacks(plant, tomorrow)) == ({Asked.person}, {Asked.machine})

    @staticmethod
    def lacks(client: Client, sheet: InterventionRow) -> set[Asked]:
        return {answer.asked for answer in Lights(client).of(sheet).answers if not answer.is_there}


async def test_a_job_tells_what_it_waits_for_and_takes_it_by_a_tap(screen: Screen, plant: Client) -> None:
    sheet = due()
    put(plant, sheet, wants(sheet, 2), stock(SEAL, [(STORE, 1)]))

    @component
    def Sheet() -> ft.Control:
        return Stack(ReadyCard(plant, sheet), JobParts(plant, sheet, may_take=True))

    await screen.show(inside(plant, Sheet))
    await appears(screen, t("ready.no_documents"))
    assert t("ready.lacks") in screen.texts
    assert t("ready.free", name="P. Martin") in screen.texts
    await screen.click(SEAL.part_number)
    await appears(screen, t("parts.quantity"))
    await screen.click(t("reserved.change"))
    await screen.gone()
    await appears(screen, t("reserved.quantity"))
    await screen.type(screen.find(ft.TextField), "1")
    await screen.click(t("reserved.save"))
    assert [(one.part_id, one.quantity) for one in sent(plant, ReservePart)] == [(SEAL.id, 1)]
    await screen.gone()
    await screen.click(SEAL.part_number)
    await appears(screen, t("parts.quantity"))
    await screen.click(t("parts.take_do"))
    assert [one.quantity for one in sent(plant, TakeStock)] == [1]
    (row,) = plant.tables.reservations.rows.values()
    assert (row.issued, row.outstanding, row.state) == (1, 0, "issued")


async def test_a_plan_takes_parts_of_the_catalogue_in_their_own_unit(screen: Screen, plant: Client) -> None:
    oil = part("Huile", unit="L", decimals=1, equipment_ids=[PRESS.id])
    put(plant, oil)
    await screen.show(inside(plant, lambda: PlanForm(plant, None, str(PRESS.id))))
    await screen.type(screen.find(ft.TextField, having=t("plans.title_hint")), "Vidange")
    await screen.click(t("plans.add_part"))
    await appears(screen, oil.part_number)
    await screen.click(oil.part_number)
    while not (fields := [field for field in screen.controls() if isinstance(field, ft.TextField) and field.suffix == "L"]):
        await asyncio.sleep(0.01)  # as above
    await screen.type(fields[0], "1,5")
    await screen.click(t("plans.create"))
    (made,) = sent(plant, CreatePlan)
    assert [(one.part_id, one.quantity) for one in made.parts] == [(oil.id, Decimal("1.5"))]


async def test_a_part_says_for_whom_it_is_kept(screen: Screen, plant: Client) -> None:
    sheet = due(1)
    site = SiteRow(id=SITE, name="Lyon", location="", time_zone="Europe/Paris", version=1)
    put(plant, site, sheet, wants(sheet, 2), stock(SEAL, [(STORE, 3)]))
    await screen.show(inside(plant, lambda: Part(plant, SEAL)))
    assert t("reserved.for_jobs") in screen.texts
    assert any(t("reserved.free", quantity="1") in words for words in screen.texts)


async def test_the_storekeeper_lays_ready_what_is_there_place_by_place(screen: Screen, plant: Client) -> None:
    sheet, later = due(), due(3)
    bearing = part("Roulement")
    put(plant, bearing, sheet, later, wants(sheet, 2), wants(later, 1, bearing), stock(SEAL, [(STORE, 1)]))
    await screen.show(inside(plant, PickingScreen))
    await appears(screen, STORE.name)
    assert STORE.name in screen.texts
    assert t("picking.count", ready=0, total=1) in screen.texts
    assert t("picking.lacking") in screen.texts
    assert bearing.name not in screen.texts  # due in three days
    await screen.click(PRESS.name)
    (picked,) = sent(plant, PickPart)
    assert (picked.intervention_id, picked.part_id, picked.quantity) == (sheet.id, SEAL.id, 1)
    assert t("picking.count", ready=1, total=1) in screen.texts


async def test_the_morning_says_what_can_begin_and_what_the_others_lack(screen: Screen, plant: Client) -> None:
    ready, lacking = due(), due(of=machine("Tour"), assigned_technician_id=None)
    put(plant, ready, lacking)
    await screen.show(inside(plant, lambda: Morning(plant, [ready, lacking])))
    assert t("ready.count", ready=1, total=2) in screen.texts
    assert any(t("ready.nobody") in words for words in screen.texts)


async def test_a_breakdown_that_comes_back_names_the_parts_of_the_last_repair(screen: Screen, plant: Client) -> None:
    past = PastJob(
        id=uuid7(), number=None, title="Fuite", intervention_type="corrective", completed_at=AT, labour_minutes=20, technician="J. Roux",
        mode_id=None, remedy_id=None, work_performed="Joint remplacé.",
    )  # fmt: skip
    used = JobPartRow(
        id=uuid7(), site_id=SITE, equipment_id=PRESS.id, intervention_id=past.id, spare_part_id=SEAL.id, quantity_used=Decimal(1),
        cost=Decimal(10), currency="EUR", version=1,
    )  # fmt: skip
    put(plant, used)
    await screen.show(inside(plant, lambda: RepeatCard(plant, RepeatNotice(3, 11, past))))
    said = t("domain.last_fix_with", parts=SEAL.name, fix="Joint remplacé", who="J. Roux", days=n("domain.held_days", 11))
    assert said in screen.texts
