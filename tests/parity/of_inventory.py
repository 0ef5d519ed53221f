"""Parts, places, suppliers, and what moves on the shelves."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from shared_models.ids import uuid7
from shared_models.interventions.commands import CancelIntervention
from shared_models.inventory import commands as inv
from shared_models.inventory.reservations import reservation_id
from shared_models.inventory.reserving import OnReservation, PickPart, ReservePart
from shared_models.inventory.rows import PlaceKind, stock_id
from shared_models.plans.commands import GeneratePlan
from tests.parity.cases import case
from tests.parity.shop import Shop


async def part(shop: Shop, part_id: UUID | None = None, **fields: Any) -> UUID:
    part_id = part_id or uuid7()
    plain = {"part_number": f"P-{part_id.hex[-8:]}", "name": "Roulement 6204", "unit_price": "10.00", "minimum_stock": 2}
    await shop.do(inv.WritePart, part_id=part_id, **plain | fields)
    return part_id


async def place(shop: Shop, **fields: Any) -> UUID:
    place_id = uuid7()
    await shop.do(inv.WritePlace, place_id=place_id, site_id=shop.factory.site, **{"name": f"Magasin {place_id.hex[-8:]}"} | fields)
    return place_id


async def moved(shop: Shop, kind: type[inv.OnStock], part_id: UUID, place_id: UUID, **fields: Any) -> UUID:
    movement_id = uuid7()
    await shop.do(kind, movement_id=movement_id, part_id=part_id, place_id=place_id, **fields)
    return movement_id


async def shelf(shop: Shop, quantity: int = 5, **fields: Any) -> tuple[UUID, UUID]:
    """A part, and so many of it at a place."""
    found = await part(shop, **fields), await place(shop)
    await moved(shop, inv.ReceiveStock, *found, quantity=quantity)
    return found


@case(inv.WritePartCategory)
async def and_again(shop: Shop) -> None:
    await shop.offline()
    category_id, name = uuid7(), f"Roulements {uuid7()}"
    await shop.do(inv.WritePartCategory, category_id=category_id, name=name)
    await shop.do(inv.WritePartCategory, category_id=category_id, name=f"{name}.", version=1)


@case(inv.WriteSupplier)
async def new_and_edited(shop: Shop) -> None:
    await shop.offline()
    supplier_id, name = uuid7(), f"Roulex {uuid7()}"
    await shop.do(inv.WriteSupplier, supplier_id=supplier_id, name=name, email="ventes@roulex.example")
    await shop.do(inv.WriteSupplier, supplier_id=supplier_id, name=name, phone="04 76 00 00 00", version=1)


@case(inv.WritePart)
async def with_offers_and_edited_twice(shop: Shop) -> None:
    supplier_id, machine = uuid7(), await shop.add_machine()
    await shop.do(inv.WriteSupplier, supplier_id=supplier_id, name=f"Roulex {supplier_id}")
    await shop.offline()
    offer = {"supplier_id": supplier_id, "reference": "R-1", "pack_size": "10", "price": "9.5", "lead_days": 3, "is_preferred": True}
    wanted: dict[str, Any] = {"offers": [offer], "equipment_ids": [machine], "specifications": {"bore": 20}}
    part_id = await part(shop, **wanted)
    for version in (1, 2):
        await part(shop, part_id, version=version, **{**wanted, "name": f"Roulement {version}"})


@case(inv.WritePart)
async def whose_minimum_rises_above_what_there_is(shop: Shop) -> None:
    part_id, _ = await shelf(shop)
    await shop.offline()
    await part(shop, part_id, version=1, minimum_stock=5)


@case(inv.WritePart, refused="unit_in_use")
async def counted_in_another_unit(shop: Shop) -> None:
    part_id, _ = await shelf(shop)
    await shop.offline()
    await part(shop, part_id, version=1, unit="kg")


@case(inv.LinkBarcode)
async def twice(shop: Shop) -> None:
    part_id, code = await part(shop), uuid7().hex
    await shop.offline()
    for barcode in (code, f"{code}+", code):
        await shop.do(inv.LinkBarcode, part_id=part_id, barcode=barcode)


@case(inv.LinkBarcode, refused="barcode_in_use")
async def of_another_part(shop: Shop) -> None:
    code = uuid7().hex
    await shop.do(inv.LinkBarcode, part_id=await part(shop), barcode=code)
    part_id = await part(shop)
    await shop.offline()
    await shop.do(inv.LinkBarcode, part_id=part_id, barcode=code)


@case(inv.SetPartPhoto)
async def of_one_that_is_edited_besides(shop: Shop) -> None:
    await shop.offline()
    part_id = await part(shop)
    await shop.do(inv.SetPartPhoto, part_id=part_id, attachment_id=await shop.picture())
    await part(shop, part_id, version=1, name="Roulement 6205")


@case(inv.AddPartDocument)
async def to_a_new_part(shop: Shop) -> None:
    await shop.offline()
    await documented(shop, await part(shop))


@case(inv.DatePartDocument)
async def that_is_new_too(shop: Shop) -> None:
    await shop.offline()
    document_id = await documented(shop, await part(shop))
    await shop.do(inv.DatePartDocument, document_id=document_id, valid_until=shop.today)


@case(inv.RemovePartDocument)
async def that_was_there(shop: Shop) -> None:
    document_id = await documented(shop, await part(shop))
    await shop.offline()
    await shop.do(inv.RemovePartDocument, document_id=document_id)


async def documented(shop: Shop, part_id: UUID) -> UUID:
    document_id = uuid7()
    await shop.do(inv.AddPartDocument, document_id=document_id, part_id=part_id, attachment_id=await shop.picture(), title="Fiche")
    return document_id


@case(inv.UnlinkBarcode)
async def that_it_has(shop: Shop) -> None:
    part_id, code = await part(shop), uuid7().hex
    await shop.do(inv.LinkBarcode, part_id=part_id, barcode=code)
    await shop.offline()
    await shop.do(inv.UnlinkBarcode, part_id=part_id, barcode=code)


@case(inv.WritePlace)
async def a_store_its_shelf_and_another_default(shop: Shop) -> None:
    await shop.offline()
    store = await place(shop, is_default=True)
    await place(shop, kind=PlaceKind.shelf, parent_id=store)
    await place(shop, is_default=True)


@case(inv.WritePlace)
async def a_default_that_is_closed(shop: Shop) -> None:
    await place(shop)
    store = await place(shop, is_default=True)
    await shop.offline()
    await shop.do(inv.WritePlace, place_id=store, site_id=shop.factory.site, name=f"Fermé {store}", version=1, is_active=False)


@case(inv.WritePlace)
async def a_store_that_is_closed_with_its_shelf(shop: Shop) -> None:
    store = await place(shop)
    shelf_id = await place(shop, kind=PlaceKind.shelf, parent_id=store)
    await place(shop, kind=PlaceKind.bin, parent_id=shelf_id)
    await shop.offline()
    version = shop.of("places", store).version
    await shop.do(inv.WritePlace, place_id=store, site_id=shop.factory.site, name=f"Fermé {store}", version=version, is_active=False)


@case(inv.WritePlace, refused="place_kind_unfit")
async def that_lies_in_itself(shop: Shop) -> None:
    store = await place(shop)
    await shop.offline()
    inside = {"parent_id": store, "kind": PlaceKind.bin, "version": 1}
    await shop.do(inv.WritePlace, place_id=store, site_id=shop.factory.site, name=f"Casier {store}", **inside)


@case(inv.WritePlace, refused="place_in_use")
async def closed_while_something_lies_there(shop: Shop) -> None:
    _, place_id = await shelf(shop)
    await shop.offline()
    await shop.do(inv.WritePlace, place_id=place_id, site_id=shop.factory.site, name=f"Fermé {place_id}", version=1, is_active=False)


@case(inv.ReceiveStock)
async def at_two_prices(shop: Shop) -> None:
    part_id, place_id = await part(shop), await place(shop)
    await shop.offline()
    for price in ("10.00", "12.01"):
        await moved(shop, inv.ReceiveStock, part_id, place_id, quantity=3, unit_price=price)


@case(inv.ReceiveStock, refused="part_archived")
async def of_an_archived_part(shop: Shop) -> None:
    part_id, place_id = await part(shop, is_active=False), await place(shop)
    await shop.offline()
    await moved(shop, inv.ReceiveStock, part_id, place_id, quantity=3)


@case(inv.TakeStock)
async def down_to_the_minimum_and_to_none(shop: Shop) -> None:
    found = await shelf(shop)
    await shop.offline()
    for quantity in (2, 1, 2):
        await moved(shop, inv.TakeStock, *found, quantity=quantity)


@case(inv.TakeStock)
async def for_a_job_more_than_the_books_have(shop: Shop) -> None:
    found, job = await shelf(shop, 1), await shop.add_job()
    await shop.offline()
    await moved(shop, inv.TakeStock, *found, quantity=3, intervention_id=job, is_taken=True)


@case(inv.TakeStock, refused="stock_insufficient")
async def asked_for_more_than_there_is(shop: Shop) -> None:
    found = await shelf(shop, 1)
    await shop.offline()
    await moved(shop, inv.TakeStock, *found, quantity=2)


@case(inv.TakeStock, refused="quantity_too_fine")
async def half_a_piece(shop: Shop) -> None:
    found = await shelf(shop)
    await shop.offline()
    await moved(shop, inv.TakeStock, *found, quantity="0.5")


@case(inv.GiveBackStock)
async def after_the_price_has_changed(shop: Shop) -> None:
    found, job = await shelf(shop), await shop.add_job()
    await shop.offline()
    await moved(shop, inv.TakeStock, *found, quantity=2, intervention_id=job)
    await moved(shop, inv.ReceiveStock, *found, quantity=1, unit_price="12.00")
    for quantity in (1, 1):
        await moved(shop, inv.GiveBackStock, *found, quantity=quantity, intervention_id=job)
    used = next(row for row in shop.device.client.tables.job_parts.rows.values() if row.intervention_id == job)
    assert (used.quantity_used, used.cost) == (0, 0)


@case(inv.GiveBackStock, refused="more_than_taken")
async def what_it_has_not_taken(shop: Shop) -> None:
    found, job = await shelf(shop), await shop.add_job()
    await shop.offline()
    await moved(shop, inv.GiveBackStock, *found, quantity=1, intervention_id=job)


async def reserving(shop: Shop, kind: type[OnReservation], job: UUID, part_id: UUID, quantity: object) -> None:
    await shop.do(kind, intervention_id=job, part_id=part_id, quantity=quantity)


@case(ReservePart)
async def more_and_none_of_what_is_there(shop: Shop) -> None:
    (part_id, _), job = await shelf(shop, 2), await shop.add_job()
    await shop.offline()
    for quantity in (1, 3, 0, 1):
        await reserving(shop, ReservePart, job, part_id, quantity)


@case(ReservePart)
async def before_it_is_taken_and_given_back(shop: Shop) -> None:
    found, job = await shelf(shop), await shop.add_job()
    await shop.offline()
    await reserving(shop, ReservePart, job, found[0], 2)
    await reserving(shop, PickPart, job, found[0], 2)
    for quantity in (1, 2):
        await moved(shop, inv.TakeStock, *found, quantity=quantity, intervention_id=job)
    await moved(shop, inv.GiveBackStock, *found, quantity=3, intervention_id=job)
    row = shop.of("reservations", reservation_id(job, found[0]))
    assert (row.issued, row.returned, row.picked, row.state) == (3, 3, 0, "returned")


@case(ReservePart, refused="not_allowed_now")
async def for_a_job_that_is_called_off(shop: Shop) -> None:
    (part_id, _), job = await shelf(shop), await shop.add_job()
    await shop.do(CancelIntervention, intervention_id=job, reason="Doublon")
    await shop.offline()
    await reserving(shop, ReservePart, job, part_id, 1)


@case(ReservePart, refused="quantity_too_fine")
async def half_of_a_piece(shop: Shop) -> None:
    (part_id, _), job = await shelf(shop), await shop.add_job()
    await shop.offline()
    await reserving(shop, ReservePart, job, part_id, "0.5")


@case(PickPart)
async def and_put_back(shop: Shop) -> None:
    (part_id, _), job = await shelf(shop), await shop.add_job()
    await reserving(shop, ReservePart, job, part_id, 2)
    await shop.offline()
    for quantity in (1, 2, 0):
        await reserving(shop, PickPart, job, part_id, quantity)


@case(PickPart, refused="part_reserved")
async def what_an_earlier_job_holds(shop: Shop) -> None:
    (part_id, _), jobs = await shelf(shop, 1), [await shop.add_job() for _ in range(2)]
    for job in jobs:
        await reserving(shop, ReservePart, job, part_id, 1)
    await shop.offline()
    await reserving(shop, PickPart, jobs[1], part_id, 1)


@case(PickPart, refused="more_than_reserved")
async def more_than_it_waits_for(shop: Shop) -> None:
    (part_id, _), job = await shelf(shop), await shop.add_job()
    await reserving(shop, ReservePart, job, part_id, 1)
    await shop.offline()
    await reserving(shop, PickPart, job, part_id, 2)


@case(inv.TakeStock, refused="part_reserved")
async def what_another_job_holds(shop: Shop) -> None:
    found, jobs = await shelf(shop, 1), [await shop.add_job() for _ in range(2)]
    await reserving(shop, ReservePart, jobs[0], found[0], 1)
    await shop.offline()
    await moved(shop, inv.TakeStock, *found, quantity=1, intervention_id=jobs[1])


@case(GeneratePlan)
async def whose_job_brings_its_parts(shop: Shop) -> None:
    part_id, _ = await shelf(shop, decimals=1, unit="L")
    plan = await shop.add_plan(parts=[{"part_id": str(part_id), "quantity": "1.5"}, {"name": "Chiffons", "quantity": 2}])
    await shop.offline()
    job = await shop.add_planned_job(plan)
    row = shop.of("reservations", reservation_id(job, part_id))
    assert (row.quantity, row.outstanding, row.state) == (Decimal("1.5"), Decimal("1.5"), "reserved")


@case(inv.AdjustStock)
async def both_ways(shop: Shop) -> None:
    found = await shelf(shop)
    await shop.offline()
    for quantity in (-4, 2):
        await moved(shop, inv.AdjustStock, *found, quantity=quantity, notes="Casse")


@case(inv.CountStock)
async def after_one_was_taken_that_was_not_there(shop: Shop) -> None:
    found = await shelf(shop, 1)
    await shop.offline()
    await moved(shop, inv.TakeStock, *found, quantity=2, is_taken=True)
    await moved(shop, inv.CountStock, *found, counted=1)
    assert shop.of("stocks", stock_id(found[0], shop.factory.site)).on_hand == 1


@case(inv.CountStock)
async def before_what_is_told_later(shop: Shop) -> None:
    found = await shelf(shop)
    await shop.offline()
    await moved(shop, inv.CountStock, *found, counted=4)
    late = {"movement_id": uuid7(), "part_id": found[0], "place_id": found[1], "occurred_at": shop.ago(minutes=5)}
    await shop.device.client.execute(inv.TakeStock(quantity=1, **late))
    assert shop.of("stocks", stock_id(found[0], shop.factory.site)).on_hand == 4


@case(inv.TransferStock)
async def to_another_place_of_the_site(shop: Shop) -> None:
    found, other = await shelf(shop), await place(shop)
    await shop.offline()
    await moved(shop, inv.TransferStock, *found, quantity=2, to_place_id=other, arrival_id=uuid7())


@case(inv.TransferStock, refused="same_place")
async def to_where_it_is(shop: Shop) -> None:
    found = await shelf(shop)
    await shop.offline()
    await moved(shop, inv.TransferStock, *found, quantity=2, to_place_id=found[1], arrival_id=uuid7())


@case(inv.SetMinimum)
async def of_a_site_that_has_none_of_it(shop: Shop) -> None:
    part_id = await part(shop)
    await shop.offline()
    for minimum in (3, None):
        await shop.do(inv.SetMinimum, part_id=part_id, site_id=shop.factory.site, minimum=minimum)
