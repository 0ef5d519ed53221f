"""Stocktakes on the screens of a device: places are chosen, counted without a word of the books, and what differs is judged."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import flet as ft
import pytest

from mobile_app.core.i18n import n, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import use_tables
from mobile_app.features.inventory import list as parts
from mobile_app.features.stocktakes import counting, opening, review
from mobile_app.features.stocktakes.list import Filters, StocktakeListScreen, matching
from mobile_app.features.stocktakes.page import Stocktake
from mobile_app.ui.address import use_place
from mobile_app.ui.component import component
from shared_models.ids import uuid7
from shared_models.inventory.rows import PlaceKind
from shared_models.stocktakes.commands import AskAgain, CountLine, FinishCounting, OpenStocktake
from shared_models.stocktakes.rows import LineCount, StocktakeLineItem, StocktakeLineRow, StocktakeRow, StocktakeStatus, line_id
from tests.mobile_app.core.rows import AT, SITE
from tests.mobile_app.core.stock_rows import hold, part, place, stock
from tests.mobile_app.features.test_plan_screens import client, sent
from tests.mobile_app.roots import inside
from tests.mobile_app.ui.conftest import Screen, screen

__all__ = ["client", "screen"]  # fixtures
STORE = place()
SHELF = place("Rayon A", parent_id=STORE.id, kind=PlaceKind.shelf)
BIN = place("A-01", parent_id=SHELF.id, kind=PlaceKind.bin)
SEAL, BELT, OIL = part("Joint 30×47"), part("Courroie B42"), part("Huile 46", unit="L", decimals=1)


def a_take(status: StocktakeStatus = StocktakeStatus.open, **fields: Any) -> StocktakeRow:
    told: dict[str, Any] = {
        "id": uuid7(), "number": "ST-2026-0001", "site_id": SITE, "status": status, "place_ids": [SHELF.id, BIN.id], "notes": "",
        "reason": "", "opened_by": None, "opened_at": AT, "counted_at": None, "ended_at": None, "version": 1,
    }  # fmt: skip
    return StocktakeRow(**told | fields)


def a_line(take: StocktakeRow, of: Any = SEAL, at: Any = BIN, **fields: Any) -> StocktakeLineRow:
    told: dict[str, Any] = {
        "id": line_id(take.id, at.id, of.id), "site_id": SITE, "stocktake_id": take.id, "place_id": at.id, "part_id": of.id,
        "is_found": False, "again_since": None, "counts": [], "expected": None, "difference": None, "amount": None, "version": 1,
    }  # fmt: skip
    return StocktakeLineRow(**told | fields)


def counts(*quantities: int, by: Any = None) -> list[LineCount]:
    return [
        LineCount(id=uuid7(), counted=Decimal(each), counted_by=by, counted_at=AT + timedelta(minutes=rank))
        for rank, each in enumerate(quantities)
    ]


def an_item(of: Any = SEAL, **fields: Any) -> StocktakeLineItem:
    told: dict[str, Any] = {
        "id": uuid7(), "stocktake_id": uuid7(), "place_id": BIN.id, "place_name": "A-01", "part_id": of.id, "part_number": of.part_number,
        "part_name": of.name, "unit": of.unit, "is_found": False, "is_asked_again": False, "is_disputed": False, "count_total": 1,
        "counted": "3", "counted_by": "A. Roy", "counted_at": AT, "expected": "5", "difference": "-2", "amount": "-20", "currency": "EUR",
    }  # fmt: skip
    return StocktakeLineItem(**told | fields)


@pytest.fixture
def held(client: Client) -> Client:
    """Five seals and two belts in a bin, oil nowhere."""
    hold(client, STORE, SHELF, BIN, SEAL, BELT, OIL, stock(SEAL, [(BIN, 5)]), stock(BELT, [(BIN, 2)]))
    return client


def keep(client: Client, *rows: StocktakeRow | StocktakeLineRow) -> None:
    for row in rows:
        client.tables[type(row)].rows[row.id] = row


async def test_a_shelf_takes_its_bins_along(screen: Screen, held: Client, monkeypatch: pytest.MonkeyPatch):
    went: list[str] = []
    monkeypatch.setattr(opening, "go", went.append)
    monkeypatch.setattr(opening, "asked", lambda _: str(BIN.id))
    await screen.show(inside(held, opening.StocktakeFormScreen))
    assert n("stocktakes.open_do", 1) in screen.texts
    await screen.click(SHELF.name)
    await screen.click(n("stocktakes.open_do", 2))
    (asked,) = sent(held, OpenStocktake)
    assert set(asked.place_ids) == {SHELF.id, BIN.id}
    assert went == [f"/stocktakes/{asked.stocktake_id}"]
    lines = held.tables.stocktake_lines.having(stocktake_id=[asked.stocktake_id])
    assert {line.part_id for line in lines} == {SEAL.id, BELT.id}


@component
def Place(client: Client, take: StocktakeRow) -> ft.Control:
    use_tables("stocktakes", "stocktake_lines", "parts")
    return counting.CountedPlace(client, take, BIN.id)


async def test_what_is_counted_is_not_told_what_should_be_there(screen: Screen, held: Client):
    take = a_take()
    keep(held, take, a_line(take), a_line(take, BELT, counts=counts(9, by=uuid7())))
    await screen.show(inside(held, lambda: Place(held, take)))
    assert "5" not in screen.texts
    assert "9" not in screen.texts  # nor what somebody else has found
    await screen.click(SEAL.name)
    await screen.type(screen.find(ft.TextField), "4")
    await screen.click(t("parts.count_do"))
    (counted,) = sent(held, CountLine)
    assert (counted.part_id, counted.place_id, counted.counted) == (SEAL.id, BIN.id, 4)
    await screen.gone()
    assert "4" in screen.texts  # what one has counted oneself can be put right


async def test_what_is_not_on_the_list_is_found_by_its_name(screen: Screen, held: Client):
    take = a_take()
    keep(held, take)
    await screen.show(inside(held, lambda: Place(held, take)))
    assert t("stocktakes.nothing_listed") in screen.texts
    await screen.click(t("stocktakes.found"))
    await screen.type(screen.find(ft.TextField), "huile")
    await screen.settle(40)
    await screen.click(OIL.name)
    await screen.type(screen.find(ft.TextField), "1,25")
    await screen.click(t("parts.count_do"))
    assert sent(held, CountLine) == []
    assert t("problem.quantity_too_fine.detail", decimals=1) in screen.texts
    await screen.type(screen.find(ft.TextField), "1,5")
    await screen.click(t("parts.count_do"))
    (counted,) = sent(held, CountLine)
    assert (counted.part_id, counted.counted) == (OIL.id, Decimal("1.5"))


def test_a_scan_asks_where_only_if_the_part_lies_at_several_places(held: Client):
    take = a_take()
    keep(held, take, a_line(take), a_line(take, BELT), a_line(take, BELT, SHELF, counts=counts(1)))
    assert counting.scanned(held, take, SEAL).place_id == BIN.id
    assert counting.scanned(held, take, BELT).place_id is None
    assert counting.places_meant(held, take, BELT) == [BIN.id, SHELF.id]
    assert counting.places_meant(held, take, OIL) == take.place_ids


async def test_whoever_ends_the_counting_is_told_what_is_left(screen: Screen, held: Client):
    take = a_take()
    keep(held, take, a_line(take), a_line(take, BELT, counts=counts(2), again_since=AT + timedelta(hours=1)))

    @component
    def Shown() -> ft.Control:
        use_tables("stocktakes", "stocktake_lines")
        found = held.tables.stocktakes.get(take.id)
        assert found is not None
        return Stocktake(held, found)

    await screen.show(inside(held, Shown))
    assert {n("stocktakes.again_notice", 1), t("stocktakes.far", done=0, total=2)} <= set(screen.texts)
    await screen.click(t("stocktakes.finish"))
    assert n("stocktakes.finish_left", 2) in screen.texts
    await screen.click(t("stocktakes.finish"))
    assert len(sent(held, FinishCounting)) == 1


@pytest.fixture
def told(held: Client, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the server says of the lines, and hears."""
    posted: list[Any] = []
    items = [an_item(), an_item(BELT, is_disputed=True, amount="-1"), an_item(OIL, counted=None, difference=None, amount=None)]

    async def get(*_: Any, **__: Any) -> Any:
        return {"version": 7}

    async def list_of(*_: Any, **__: Any) -> Any:
        return items

    async def post(path: str, body: Any) -> Any:
        posted.append((path, body))

    for name, answer in (("get", get), ("list_of", list_of), ("post", post)):
        monkeypatch.setattr(held.api, name, answer)
    return posted


async def test_differences_are_approved_as_they_were_looked_at(screen: Screen, held: Client, told: list[Any]):
    take = a_take(StocktakeStatus.counted)
    keep(held, take)
    await screen.show(inside(held, lambda: review.Review(held, take)))
    await screen.settle(40)
    assert {n("stocktakes.differences", 2), SEAL.name, BELT.name} <= set(screen.texts)
    assert OIL.name not in screen.texts
    await screen.click(t("stocktakes.approve"))
    await screen.type(screen.find(ft.TextField), "Annuel")
    await screen.click(t("stocktakes.approve_do"))
    ((path, body),) = told
    assert (path, body.version, body.reason) == (f"/inventory/stocktakes/{take.id}/approve", 7, "Annuel")


async def test_a_second_count_is_asked_for_beyond_a_value_and_where_two_differ(screen: Screen, held: Client, told: list[Any]):
    assert told == []
    take = a_take(StocktakeStatus.counted)
    keep(held, take)
    items = (await review.looked_at(held, take)).lines
    assert [review.beyond(items, Decimal(limit)) == items[:2] for limit in (20, 21)] == [True, False]
    await screen.show(inside(held, lambda: review.Review(held, take)))
    await screen.settle(40)
    await screen.click(SEAL.name)
    await screen.click(n("stocktakes.again_chosen", 1))
    assert [each.line_ids for each in sent(held, AskAgain)] == [[items[0].id]]


def test_what_is_under_way_comes_first(held: Client):
    done, old, new = a_take(StocktakeStatus.approved), a_take(number="ST-2026-0002"), a_take(opened_at=AT + timedelta(days=1))
    keep(held, done, old, new)
    assert matching(held, Filters()) == [new, old, done]
    assert matching(held, Filters(show="approved")) == [done]
    assert matching(held, Filters(query="0002")) == [old]


async def test_the_lists_say_what_asks_to_be_counted(screen: Screen, held: Client):
    take = a_take(notes="Rayon A")
    keep(held, take, a_line(take), a_line(take, BELT, counts=counts(2)))

    @component
    def Shown() -> ft.Control:
        return parts.Cards(held, use_place(parts.Filters))

    await screen.show(inside(held, Shown))
    assert n("stocktakes.asks", 1) in screen.texts
    await screen.show(inside(held, StocktakeListScreen))
    assert {"Rayon A", t("stocktakes.far", done=1, total=2)} <= set(screen.texts)
