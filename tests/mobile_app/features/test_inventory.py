"""The storekeeper's screens in a real Flet session: what is counted, received, moved and written, by what is tapped."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any
from uuid import UUID

import flet as ft
import pytest

from mobile_app.core.i18n import t
from mobile_app.core.rows import InOrder
from mobile_app.core.session import SessionUser
from mobile_app.domain.client import Client
from mobile_app.domain.parts import Stores, kept_one, part_said, place_name
from mobile_app.domain.reserved import Book
from mobile_app.domain.scanning import place_of
from mobile_app.domain.search import search_parts
from mobile_app.features.inventory.form import values_of
from mobile_app.features.inventory.ledger import by_month, cover
from mobile_app.features.inventory.list import Filters, columns, matching
from mobile_app.ui import environment
from mobile_app.ui.table import Sorting, sort_rows
from shared_models.ids import uuid7
from shared_models.inventory import commands as inv
from shared_models.inventory.rows import MonthUse, PartRow, PlaceKind, PlaceRow, PlaceStock, StockRow
from shared_models.labels.codes import grouped, new_label_code
from shared_models.permissions import Role
from tests.mobile_app.core.rows import ANNE, AT, PAUL
from tests.mobile_app.core.stock_rows import hold, part, place, stock
from tests.mobile_app.features.test_plan_screens import sent
from tests.mobile_app.features.test_whose_machine import OTHER, SITE, client, show
from tests.mobile_app.ui.conftest import Screen, screen

__all__ = ["client", "screen"]  # fixtures


@pytest.fixture
def store(client: Client) -> PlaceRow:
    row = place("Magasin A", is_default=True)
    hold(client, row)
    return row


@pytest.fixture
def belt(client: Client, store: PlaceRow) -> PartRow:
    row = part("Courroie SPZ 1250", minimum_stock=3)
    hold(client, row, stock(row, [(store, 2)]))
    return row


async def tap(screen: Screen, words: str) -> None:
    await screen.gone()
    await screen.click(words)
    await screen.settle(20)


async def choose(screen: Screen, words: str) -> None:
    """In the menu that is open."""
    item = next(c for c in screen.controls() if isinstance(c, ft.PopupMenuItem) and words in str(c.content.controls[-1].value))
    await item.on_click(None)
    await screen.settle(20)


async def fill(screen: Screen, label: str, text: str) -> None:
    def labelled() -> Any:
        found = [c for c in screen.controls() if isinstance(c, ft.Semantics) and c.label == label and isinstance(c.content, ft.TextField)]
        return found[-1].content

    await screen.type(labelled(), text)


def told(screen: Screen) -> str:
    return " | ".join([*screen.texts, *screen.labels()])


class TestPartPage:
    async def test_tells_what_there_is_and_where(self, screen: Screen, client: Client, belt: PartRow) -> None:
        await show(screen, client, f"/parts/{belt.id}")
        assert {"Courroie SPZ 1250", "2", t("domain.stock.low"), "Magasin A"} <= set(screen.texts)
        assert t("common.broken_title") not in screen.texts

    async def test_a_stocktake_of_its_places_is_offered_to_who_keeps_them(self, screen: Screen, client: Client, belt: PartRow) -> None:
        for role, is_offered in ((client.user.role, True), (Role.technician, False)):
            client.session.user = SessionUser(ANNE.id, "Anne Petit", role)
            await show(screen, client, f"/parts/{belt.id}")
            items = [str(c.content.controls[-1].value) for c in screen.controls() if isinstance(c, ft.PopupMenuItem)]
            assert (t("parts.count_places") in items) is is_offered

    async def test_what_lies_there_is_counted_blind(self, screen: Screen, client: Client, belt: PartRow, store: PlaceRow) -> None:
        await show(screen, client, f"/parts/{belt.id}")
        await tap(screen, t("parts.actions_at", place="Magasin A"))
        await choose(screen, t("parts.count"))
        assert t("parts.on_hand", quantity="2") not in screen.texts
        await fill(screen, t("parts.counted_quantity"), "0")
        await tap(screen, t("parts.count_do"))
        (command,) = sent(client, inv.CountStock)
        assert (command.counted, command.place_id) == (0, store.id)
        assert [mark.key for mark in kept_one(client, belt).marks] == ["domain.stock.out"]

    @pytest.mark.parametrize("role", [Role.technician, Role.supervisor])
    async def test_offers_what_the_reader_may_do(self, screen: Screen, client: Client, belt: PartRow, role: Role) -> None:
        client.session.user = SessionUser((ANNE if role is Role.technician else PAUL).id, "Anne Petit", role)
        await show(screen, client, f"/parts/{belt.id}")
        said = [getattr(c, "content", None) for c in screen.controls()] + screen.texts
        assert t("parts.take_short") in said
        keeper = [t("parts.goods_in") in said, t("parts.actions_at", place="Magasin A") in told_tips(screen)]
        assert keeper == [role is Role.supervisor] * 2

    async def test_a_barcode_is_linked_and_the_part_found_by_it(self, screen: Screen, client: Client, belt: PartRow) -> None:
        assert place_of(client, "4006381333931", seen=True) == "/parts/link?code=4006381333931"
        await show(screen, client, f"/parts/{belt.id}")
        await screen.type(screen.find(ft.TextField, having=t("parts.barcode_type")), "4006381333931")
        await tap(screen, t("parts.link"))
        assert [row.barcode for row in sent(client, inv.LinkBarcode)] == ["4006381333931"]
        assert place_of(client, "4006381333931", seen=True) == f"/parts/{belt.id}"

    async def test_scanned_at_a_job_it_is_taken_for_it(self, screen: Screen, client: Client, belt: PartRow) -> None:
        job = next(row for row in client.interventions.rows.values() if row.site_id == SITE and row.status == "pending")
        await show(screen, client, f"/parts/{belt.id}?job={job.id}")
        await tap(screen, t("parts.take_do"))
        assert [row.intervention_id for row in sent(client, inv.TakeStock)] == [job.id]


def told_tips(screen: Screen) -> list[str]:
    return [c.tooltip for c in screen.controls() if isinstance(getattr(c, "tooltip", None), str)]


async def test_goods_come_in_at_the_price_paid(screen: Screen, client: Client, belt: PartRow, store: PlaceRow) -> None:
    await show(screen, client, "/parts/receive")
    await tap(screen, belt.part_number)
    await fill(screen, t("parts.quantity"), "8")
    await fill(screen, t("parts.price_paid"), "12,5")
    await tap(screen, "Magasin A")
    await tap(screen, t("parts.receive_do"))
    (command,) = sent(client, inv.ReceiveStock)
    assert (command.quantity, command.unit_price, command.place_id) == (8, Decimal("12.5"), store.id)
    own = kept_one(client, belt)
    assert (own.on_hand, own.is_low, own.stocks[0].value) == (10, False, Decimal(120))


class TestForm:
    async def test_makes_the_first_part_and_says_what_is_missing(self, screen: Screen, client: Client) -> None:
        await show(screen, client, "/parts/new")
        await tap(screen, t("parts.create"))
        assert screen.texts.count(t("common.required")) == 2  # the name and the number
        await fill(screen, t("parts.name"), "Huile ISO 46")
        await fill(screen, t("parts.number"), "HUI-46")
        await fill(screen, t("parts.unit"), "L")
        await tap(screen, "0,1")
        await fill(screen, t("parts.minimum"), "0,25")
        await tap(screen, t("parts.add_spec"))
        await fill(screen, t("parts.spec_value"), "46,5")
        await tap(screen, t("parts.create"))
        assert not sent(client, inv.WritePart)  # a value of what?
        await fill(screen, t("parts.spec_name"), "Viscosité")
        await tap(screen, t("parts.create"))
        (command,) = sent(client, inv.WritePart)
        assert (command.part_number, command.unit, command.decimals) == ("HUI-46", "L", 1)
        assert command.specifications == {"Viscosité": 46.5}

    def test_an_edit_sends_back_all_that_it_was_given(self, client: Client) -> None:
        """Whatever the form does not touch stays: each field of the command comes from the row."""
        offer = {"supplier_id": uuid7(), "reference": "R-1", "pack_size": "10", "lead_days": 3, "price": "9.1234", "is_preferred": True}
        row = part(
            "Joint", description="d", category_id=uuid7(), supplier_id=uuid7(), unit_price="0.0125", currency="CHF", minimum_stock="1.5",
            location="Allée 3", unit="m", decimals=2, manufacturer="SKF", manufacturer_reference="6204", criticality="critical",
            specifications={"bore": 20}, class_ids=[uuid7()], equipment_ids=[uuid7()], equivalent_ids=[uuid7()], offers=[offer],
            is_active=False,
        )  # fmt: skip
        sent_back = command_of_values(values_of(row) | {"version": 1})
        kept = set(inv.WritePart.model_fields) - {"type", "command_id", "occurred_at", "part_id", "version"}
        assert {name: getattr(sent_back, name) for name in kept} == {name: getattr(row, name) for name in kept}


def command_of_values(values: dict[str, Any]) -> inv.WritePart:
    from mobile_app.features.inventory.form import command_of
    from mobile_app.ui.forms import Form
    from mobile_app.ui.hooks import Draft

    made = command_of(Form(Draft("part", values), ({}, False), lambda _: None, values, 1), AT)
    assert made
    return made


async def test_the_first_store_is_made_from_the_empty_page(screen: Screen, client: Client) -> None:
    client.tables.places.rows.clear()
    await show(screen, client, "/stores")
    await tap(screen, t("parts.stores_new"))
    await fill(screen, t("parts.place_name"), "Magasin central")
    await tap(screen, t("common.save"))
    (command,) = sent(client, inv.WritePlace)
    assert (command.name, command.kind, command.site_id in {SITE, OTHER}) == ("Magasin central", PlaceKind.store, True)
    assert next(iter(client.tables.places.rows.values())).is_default


class TestPlacePage:
    async def test_tells_what_lies_there_and_takes_from_there(self, screen: Screen, client: Client, belt: PartRow, store: PlaceRow) -> None:
        other, elsewhere = place("Magasin B"), part("Joint torique")
        client.tables.places.rows[store.id] = labelled = store.model_copy(update={"label_codes": [new_label_code()]})
        hold(client, other, elsewhere, stock(elsewhere, [(other, 4)]))
        await show(screen, client, f"/stores/{labelled.id}")
        assert {"Magasin A", "Courroie SPZ 1250", "2"} <= set(screen.texts)
        assert "Joint torique" not in screen.texts
        assert {t("machine.print_label"), t("parts.place_edit")} <= set(told_tips(screen))
        menu = t("parts.actions_at", place="Courroie SPZ 1250 · Magasin A")
        await screen.click(menu)
        await choose(screen, t("parts.count"))
        await fill(screen, t("parts.counted_quantity"), "7")
        await tap(screen, t("parts.count_do"))
        (command,) = sent(client, inv.CountStock)
        assert (command.counted, command.place_id, command.part_id) == (7, store.id, belt.id)
        assert "7" in screen.texts

    async def test_of_a_technician_is_for_reading_and_taking(self, screen: Screen, client: Client, belt: PartRow, store: PlaceRow) -> None:
        client.session.user = SessionUser(ANNE.id, "Anne Petit", Role.technician)
        await show(screen, client, f"/stores/{store.id}")
        items = [str(c.content.controls[-1].value) for c in screen.controls() if isinstance(c, ft.PopupMenuItem)]
        assert t("parts.take_short") in items
        assert not {t("parts.count"), t("parts.adjust"), t("parts.transfer")} & set(items)
        assert t("parts.place_edit") not in told_tips(screen)


@pytest.mark.parametrize(
    "path", ["/parts", "/parts/new", "/parts/receive", "/parts/link?code=123", "/stores", "/suppliers", "/part-categories"]
)
async def test_who_may_not_write_is_offered_nothing_to_write(screen: Screen, client: Client, path: str) -> None:
    client.session.user = SessionUser(ANNE.id, "Anne Petit", Role.technician)
    for rows in (client.tables.parts, client.tables.places):
        rows.rows.clear()
    await show(screen, client, path)
    buttons = [c.content for c in screen.controls() if isinstance(c, ft.FilledButton)]
    assert buttons == []
    assert {t("parts.none_ask"), t("parts.read_only")} & set(screen.texts)


def sorts(client: Client, site: UUID | None, rows: Sequence[PartRow]) -> dict[str, list[Any]]:
    """What each column sorts them by."""
    shown = columns(client, Stores(client, site), Book(client))
    return {column.key: [column.sort(row) for row in rows] for column in shown if column.sort}


def is_meant(shown: str | None, row: PartRow, own: list[StockRow], *, everywhere: bool) -> bool:
    if shown == "low":
        return row.is_active and any(each.low_since for each in own)
    if shown == "count":
        return any(each.to_count for each in own)
    return row.is_active == (shown is None) and (everywhere or bool(own))


class TestList:
    async def test_finds_what_is_low_and_what_must_be_counted(self, client: Client, belt: PartRow, store: PlaceRow) -> None:
        odd, idle = part("Bague"), part("Vieux joint", is_active=False)
        hold(client, odd, idle, stock(odd, [(store, 5)]))
        taken = inv.TakeStock(movement_id=uuid7(), part_id=odd.id, place_id=store.id, quantity=7, is_taken=True, occurred_at=AT)
        await client.execute(taken)

        def names(**asked: str) -> list[str]:
            return [row.name for row in matching(client, Filters(**asked))]

        assert "Courroie SPZ 1250" in names(show="low")
        assert names(show="count") == ["Bague"]
        assert names(show="archived") == ["Vieux joint"]
        assert "Vieux joint" not in names()
        assert names(q="spz 1250") == ["Courroie SPZ 1250"]

    @pytest.mark.parametrize("shown", [None, "low", "count", "archived"])
    async def test_of_many_parts_those_are_read_that_are_shown(self, client: Client, store: PlaceRow, shown: Any) -> None:
        """In part, and stock by stock, they are what they are as a whole, whatever is asked."""
        far, group, tables = place(site_id=OTHER), uuid7(), client.tables
        parts = [part(f"Joint {n}", minimum_stock=n % 3, is_active=n % 5 > 0, category_id=group if n % 2 else None) for n in range(300)]
        stocks = [stock(row, [(at, n % 4)]) for n, row in enumerate(parts) for at in (store, far) if n % (3 if at is store else 7)]
        counted = {"places": [PlaceStock(place_id=store.id, quantity=Decimal(1), count_since=AT)]}
        stocks = [row.model_copy(update=counted if row.on_hand == 1 else {}) for row in stocks]
        for site, of in product((None, SITE, OTHER), (None, group)):
            for table, rows in ((tables.parts, parts), (tables.stocks, stocks)):
                table.load({str(row.id): row.model_dump_json().encode() for row in rows})
            asked = Filters(show=shown, site=site and str(site), category=of and str(of))
            found = matching(client, asked)
            assert isinstance(found, InOrder)
            few = [row.name for row in found[:50]]
            assert sum(isinstance(row, PartRow) for row in tables.parts.rows.held().values()) == len(few)
            in_part = sorts(client, site, found.parts)
            assert in_part == sorts(client, site, found)
            own = {row.id: [each for each in stocks if each.part_id == row.id and site in {None, each.site_id}] for row in parts}
            assert {row.id for row in found} == {
                row.id for row in parts if of in {None, row.category_id} and is_meant(shown, row, own[row.id], everywhere=site is None)
            }

    @pytest.mark.parametrize("width", [390, 820, 1100, 1440])
    async def test_is_there_at_every_width(self, screen: Screen, client: Client, belt: PartRow, width: int) -> None:
        screen.session.apply_page_patch({"width": float(width)})
        environment.install(screen.page)
        await show(screen, client, "/parts")
        assert {belt.name, "2"} <= set(screen.texts)
        assert t("common.broken_title") not in screen.texts

    async def test_every_column_sorts(self, client: Client, belt: PartRow) -> None:
        found = matching(client, Filters())
        shown = columns(client, Stores(client), Book(client))
        for column in shown:
            assert sorted(row.name for row in sort_rows(found, shown, Sorting(column.key))) == sorted(row.name for row in found)


def test_a_part_is_found_by_its_number_however_it_is_dashed_and_by_what_is_printed_on_it(client: Client) -> None:
    code = new_label_code()
    one = part("A", part_number="RLT-6204", barcodes=["]C1\x1d01034"[3:]], label_codes=[code])
    other = part("B", part_number="RLT-6205")
    hold(client, one, other)
    assert [part_said(client, said) for said in ("rlt 6204", "RLT6204", "RLT-6205", "6204")] == [one, one, other, None]
    assert search_parts([one, other], "rlt6205") == [other]
    assert search_parts([other, one], grouped(code).lower()) == [one]


def test_a_place_is_called_by_what_it_lies_in(client: Client) -> None:
    store = place("Magasin")
    shelf = place("Étagère 3", parent_id=store.id, kind="shelf")
    box = place("Bac 12", parent_id=shelf.id, kind="bin")
    hold(client, store, shelf, box)
    assert place_name(client, box.id) == "Magasin › Étagère 3 › Bac 12"


def test_use_is_told_for_every_month_and_for_how_long_the_stock_lasts() -> None:
    used = [MonthUse(month=date(2026, 1, 1), quantity=Decimal(4)), MonthUse(month=date(2025, 11, 1), quantity=Decimal(-1))]
    months = by_month(used, date(2026, 11, 23))
    assert [months[0][0], months[-1][0], len(months)] == [date(2025, 11, 1), date(2026, 11, 1), 13]
    assert sum(quantity for _, quantity in months) == 4
    assert [cover(Decimal(2), Decimal(52)), cover(Decimal(2), Decimal(0)), cover(Decimal(-1), Decimal(52))] == [2, None, 0]
