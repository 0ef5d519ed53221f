"""From what is low, through an order on paper, to goods on the shelf."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest

from server.buying.papers import Paper, PaperLine, pdf
from server.core.clock import now
from shared_models.buying.rows import OrderShow, OrderStatus, PurchaseOrderRow
from shared_models.ids import uuid7
from tests.server.machines import API, at, code_of, make_site
from tests.server.support import problem_code

INVENTORY = f"{API}/inventory"
FORMULA = '=HYPERLINK("http://x";"y")'


@pytest.fixture
async def site(session):
    return await make_site(session, location="12 rue des Chais\n33000 Bordeaux")


@pytest.fixture
async def keeper(client_as, site):
    return await client_as("supervisor", sites=[site.id])


async def post(client: Any, path: str, **fields: Any) -> Any:
    answer = await client.post(f"{INVENTORY}{path}", json={"occurred_at": at()} | fields)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


async def supplier(keeper: Any, **fields: Any) -> str:
    return (await post(keeper, "/suppliers", supplier_id=str(uuid7()), **{"name": f"Roulex {uuid7()}", "lang": "en"} | fields))["id"]


async def stocked(keeper: Any, site: Any, supplier_id: str, **fields: Any) -> tuple[str, str]:
    """Five of a part of which two are the least that there should be, and three taken."""
    offer = {"supplier_id": supplier_id, "reference": FORMULA, "pack_size": "10", "price": "9.50", "lead_days": 21, "is_preferred": True}
    plain = {"part_number": f"R-{uuid7()}", "name": "Roulement 6204", "unit_price": "10.00", "minimum_stock": "2", "offers": [offer]}
    part = await post(keeper, "/parts", part_id=str(uuid7()), **plain | fields)
    place = await post(keeper, "/places", place_id=str(uuid7()), site_id=str(site.id), name=f"Magasin {uuid7()}")
    for verb, quantity in (("receive", "5"), ("take", "3")):
        await post(
            keeper, f"/parts/{part['id']}/{verb}", movement_id=str(uuid7()), part_id=part["id"], place_id=place["id"], quantity=quantity
        )
    return part["id"], place["id"]


async def drafted(keeper: Any, site: Any, supplier_id: str, *lines: dict[str, Any]) -> dict[str, Any]:
    asked = {"order_id": str(uuid7()), "site_id": str(site.id), "supplier_id": supplier_id, "lines": list(lines)}
    return await post(keeper, "/orders", **asked)


async def purchase_list(keeper: Any, site: Any) -> list[dict[str, Any]]:
    answer = await keeper.get(f"{INVENTORY}/purchase-list", params={"site_id": str(site.id)})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def stock(keeper: Any, part_id: str) -> dict[str, Any]:
    [found] = (await keeper.get(f"{INVENTORY}/stock", params={"part_id": part_id})).json()["items"]
    return {name: Decimal(found[name]) for name in ("on_hand", "on_order", "value")} | {"is_low": found["low_since"] is not None}


async def test_from_the_purchase_list_to_the_shelf(keeper, site):
    supplier_id = await supplier(keeper)
    part_id, place_id = await stocked(keeper, site, supplier_id)
    [wanted] = await purchase_list(keeper, site)
    assert (wanted["part_id"], wanted["supplier_id"], Decimal(wanted["quantity"])) == (part_id, supplier_id, 10)
    assert wanted["why"] == "3 used a month, 3 weeks to come, packs of 10."
    line = {name: wanted[name] for name in ("part_id", "quantity", "unit_price", "reference")}
    order = await drafted(keeper, site, supplier_id, line)
    assert order["number"].startswith("PO-")
    assert Decimal((await purchase_list(keeper, site))[0]["drafted"]) == 10
    path, about = f"/orders/{order['id']}", {"order_id": order["id"]}
    assert (await post(keeper, f"{path}/place", **about))["status"] == "ordered"
    assert await purchase_list(keeper, site) == []
    assert await stock(keeper, part_id) == {"on_hand": 2, "on_order": 10, "value": 20, "is_low": False}
    goods = about | {"part_id": part_id, "place_id": place_id}
    first = await post(keeper, f"{path}/receive", **goods, movement_id=str(uuid7()), quantity="4")
    assert (first["status"], Decimal(first["lines"][0]["received"])) == ("partly_received", 4)
    last = await post(keeper, f"{path}/receive", **goods, movement_id=str(uuid7()), quantity="8", unit_price="10.25")
    assert last["status"] == "closed"
    assert await stock(keeper, part_id) == {"on_hand": 14, "on_order": 0, "value": 20 + 38 + 82, "is_low": False}
    lines = (await keeper.get(f"{INVENTORY}/movements", params={"spare_part_id": part_id})).json()["items"]
    assert [(m["reference_document"], Decimal(m["unit_price"])) for m in lines[:2]] == [
        (order["number"], Decimal(p)) for p in ("10.25", "9.5")
    ]
    alerts = (await keeper.get(f"{INVENTORY}/alerts", params={"part_id": part_id})).json()["items"]
    assert len(alerts) == 1


async def test_a_receipt_sent_twice_is_one_and_a_refused_one_leaves_nothing(keeper, site, session):
    supplier_id = await supplier(keeper)
    part_id, place_id = await stocked(keeper, site, supplier_id)
    order = await drafted(keeper, site, supplier_id, {"part_id": part_id, "quantity": "10"})
    about = {"order_id": order["id"], "occurred_at": at()}
    path = f"{INVENTORY}/orders/{order['id']}"
    assert (await keeper.post(f"{path}/place", json=about)).status_code == 200
    goods = about | {"part_id": part_id, "place_id": place_id, "movement_id": str(uuid7()), "quantity": "4"}
    assert (await keeper.post(f"{path}/receive", json=goods)).status_code == 200
    assert code_of(await keeper.post(f"{path}/receive", json=goods)) == (409, "already_exists")
    elsewhere = await make_site(session)
    for wrong, code in (
        ({"quantity": "0.5"}, "quantity_too_fine"), ({"quantity": "0"}, "invalid"), ({"quantity": "1e12"}, "invalid"),
        ({"part_id": str(uuid7())}, "part_not_ordered"), ({"place_id": str(elsewhere.id)}, "not_found"),
    ):  # fmt: skip
        answer = await keeper.post(f"{path}/receive", json=goods | {"movement_id": str(uuid7())} | wrong)
        assert answer.json()["code"] == code, answer.text
    assert await stock(keeper, part_id) == {"on_hand": 6, "on_order": 6, "value": 60, "is_low": False}


async def test_goods_go_to_the_site_that_has_ordered_them(client_as, session, site, keeper):
    supplier_id, everywhere, other = await supplier(keeper), await client_as("admin"), await make_site(session)
    part_id, _ = await stocked(keeper, site, supplier_id)
    place = await post(everywhere, "/places", place_id=str(uuid7()), site_id=str(other.id), name="Ailleurs")
    order = await drafted(keeper, site, supplier_id, {"part_id": part_id, "quantity": "10"})
    await post(keeper, f"/orders/{order['id']}/place", order_id=order["id"])
    goods = {"order_id": order["id"], "movement_id": str(uuid7()), "part_id": part_id, "place_id": place["id"], "quantity": "1"}
    answer = await everywhere.post(f"{INVENTORY}/orders/{order['id']}/receive", json=goods | {"occurred_at": at()})
    assert code_of(answer) == (422, "place_not_of_order")
    stranger = await client_as("admin", sites=[other.id])
    for path in ("", "/order.pdf", "/order.csv"):
        assert (await stranger.get(f"{INVENTORY}/orders/{order['id']}{path}")).status_code == 404


async def test_what_cannot_be_ordered_is_refused_where_it_stands(client_as, keeper, site):
    supplier_id, everywhere = await supplier(keeper), await client_as("admin")
    nowhere = {"order_id": str(uuid7()), "site_id": str(uuid7()), "supplier_id": supplier_id, "occurred_at": at()}
    assert code_of(await everywhere.post(f"{INVENTORY}/orders", json=nowhere)) == (404, "not_found")
    part_id, _ = await stocked(keeper, site, supplier_id)
    asked = {"order_id": str(uuid7()), "site_id": str(site.id), "supplier_id": supplier_id, "occurred_at": at()}
    line = {"part_id": part_id, "quantity": "1"}
    for wrong, code, field in (
        ({"lines": [line, {"part_id": str(uuid7()), "quantity": "1"}]}, "part_refers_unfit", "lines.1.part_id"),
        ({"lines": [line | {"quantity": "0.5"}]}, "quantity_too_fine", "lines.0.quantity"),
        ({"supplier_id": str(uuid7())}, "part_refers_unfit", "supplier_id"),
        ({"lines": [line, line]}, "invalid", "lines"),
    ):
        answer = await keeper.post(f"{INVENTORY}/orders", json=asked | wrong)
        assert (answer.json()["code"], field in answer.text) == (code, True), answer.text


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"is_active": False}, "part_archived"),
        ({"currency": "USD"}, "currencies_mixed"),
        ({"decimals": 0}, "quantity_too_fine"),
    ],
)  # fmt: skip
async def test_a_draft_that_could_not_be_written_any_more_is_not_placed(keeper, site, session, change, code):
    supplier_id = await supplier(keeper)
    fields = {"part_number": f"R-{uuid7()}", "name": "Huile", "decimals": 1}
    part = await post(keeper, "/parts", part_id=str(uuid7()), **fields)
    order = await drafted(keeper, site, supplier_id, {"part_id": part["id"], "quantity": "1.5"})
    await post(keeper, "/parts", part_id=part["id"], version=1, **fields | change)
    answer = await keeper.post(f"{INVENTORY}/orders/{order['id']}/place", json={"occurred_at": at()})
    assert problem_code(answer, 409 if code == "part_archived" else 422) == code
    assert (await keeper.get(f"{INVENTORY}/orders/{order['id']}")).json()["status"] == OrderStatus.draft


async def test_nothing_is_ordered_from_a_supplier_that_is_archived(keeper, site):
    supplier_id = await supplier(keeper, name="Roulex")
    part_id, _ = await stocked(keeper, site, supplier_id)
    order = await drafted(keeper, site, supplier_id, {"part_id": part_id, "quantity": "1"})
    await post(keeper, "/suppliers", supplier_id=supplier_id, version=1, name="Roulex", is_active=False)
    answer = await keeper.post(f"{INVENTORY}/orders/{order['id']}/place", json={"occurred_at": at()})
    assert problem_code(answer, 409) == "supplier_archived"
    assert (await stock(keeper, part_id))["on_order"] == 0


async def test_closed_orders_are_listed_in_a_workbook_too(keeper, site):
    order = await drafted(keeper, site, await supplier(keeper))
    await post(keeper, f"/orders/{order['id']}/cancel")
    answer = await keeper.get(f"{INVENTORY}/orders/export.xlsx", params={"status": "cancelled"})
    assert (answer.status_code, answer.content[:2]) == (200, b"PK")
    told = (await keeper.get(f"{INVENTORY}/orders", params={"status": "cancelled"})).json()["items"]
    assert [one["closed_at"] is not None for one in told] == [True]


async def test_what_is_to_come_late_or_over_is_listed_as_the_screen_shows_it(keeper, site):
    seller, day = await supplier(keeper), now().date()
    part, _ = await stocked(keeper, site, seller)
    for days, end in ((None, None), (-2, "place"), (2, "place"), (2, "cancel")):
        asked = {"lines": [{"part_id": part, "quantity": "10"}], "expected_on": days and str(day + timedelta(days=days))}
        order = await post(keeper, "/orders", order_id=str(uuid7()), site_id=str(site.id), supplier_id=seller, **asked)
        if end:
            await post(keeper, f"/orders/{order['id']}/{end}")
    orders = [PurchaseOrderRow.model_validate(row) for row in await _orders(keeper)]
    for show, many in (("open", 2), ("draft", 1), ("late", 1), ("over", 1)):
        shown = {order.number for order in orders if order.is_shown(OrderShow(show), day)}
        listed = (await keeper.get(f"{INVENTORY}/orders", params={"show": show})).json()["items"]
        assert (len(listed), {row["number"] for row in listed}) == (many, shown)
        table = (await keeper.get(f"{INVENTORY}/orders/export.csv", params={"show": show})).text
        assert {order.number for order in orders if order.number in table} == shown


async def _orders(keeper: Any) -> list[dict[str, Any]]:
    listed = (await keeper.get(f"{INVENTORY}/orders")).json()["items"]
    return [(await keeper.get(f"{INVENTORY}/orders/{row['id']}")).json() for row in listed]


class TestPaper:
    async def test_speaks_the_suppliers_language_and_no_text_is_a_formula(self, keeper, site):
        supplier_id = await supplier(keeper, name="Bearings & Co", lang="en")
        part_id, _ = await stocked(keeper, site, supplier_id, name="+Roulement")
        order = await drafted(keeper, site, supplier_id, {"part_id": part_id, "quantity": "10", "unit_price": "9.5", "reference": FORMULA})
        answer = await keeper.get(f"{INVENTORY}/orders/{order['id']}/order.csv")
        [row] = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
        assert (row["Your reference"], row["Description"]) == (f"'{FORMULA}", "'+Roulement")
        assert (row["Order"], row["Quantity"], row["Price"], row["Amount"]) == (order["number"], "10", "9.5", "95")
        printed = await keeper.get(f"{INVENTORY}/orders/{order['id']}/order.pdf")
        assert printed.headers["content-type"] == "application/pdf"
        text = words(printed.content)
        assert [
            said for said in ("Purchase order", "Draft, not an order yet", "Bearings & Co", "95.00 EUR", "Page 1 of 1") if said not in text
        ] == []

    def test_a_long_order_goes_on_over_pages_with_its_head_and_loses_no_line(self):
        lines = [
            PaperLine(
                part_number=f"P-{rank:03}", name="Joint à lèvre " * (rank % 7 + 1), manufacturer="SKF", manufacturer_reference="", unit="L",
                reference="R" * 40, quantity=Decimal("12345678.125"), unit_price=Decimal("0.0125"),
            )
            for rank in range(60)
        ]  # fmt: skip
        paper = Paper(
            number="PO-2026-0007", status=OrderStatus.ordered, currency="EUR", expected_on=None, notes="Merci.\n" * 3, ordered_at=None,
            site="Chais", location="", supplier="Насос ООО", contact_person="", address="", email="", phone="", lang="fr", lines=lines,
        )  # fmt: skip
        document = pypdfium2.PdfDocument(pdf(paper))
        pages = [page.get_textpage().get_text_bounded() for page in document]
        document.close()
        assert len(pages) > 2
        assert [rank for rank in range(60) if sum(page.count(f"P-{rank:03}") for page in pages) != 1] == []
        assert all("Notre référence" in page for page in pages[:-1])
        assert all(f"Page {rank} sur {len(pages)}" in page for rank, page in enumerate(pages, 1))


def words(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()
