"""What commands do to the catalogue and to stocks: the server's rules, on what the device holds."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from mobile_app.core.projection import Rows, carries, foretells
from shared_models.buying.rows import OrderStatus, PurchaseOrderRow
from shared_models.interventions.rows import InterventionRow
from shared_models.inventory import commands as inv
from shared_models.inventory import rules
from shared_models.inventory.refusals import BarcodeInUse
from shared_models.inventory.reservations import Claim, ReservationRow, claim_of, reservation_id
from shared_models.inventory.reserving import OnReservation, PickPart, ReservePart, Wanted
from shared_models.inventory.rows import JobPartRow, PartRow, PlaceRow, StockRow, job_part_id, stock_id
from shared_models.inventory.rules import Expected, GoodsIn, Moved, Shelf
from shared_models.refusals import NotFound
from shared_models.rules import By, rule_of


@foretells(inv.WritePart)
def _write_part(rows: Rows, cmd: inv.WritePart, by: By) -> None:
    known = rows.get(PartRow, cmd.part_id)
    part = rules.write_part(known, cmd, by)
    stocks = [stock for stock in rows.every(StockRow) if stock.part_id == part.id] if known else []
    if known:
        rules.ensure_can_be_kept(part, known, stocks, is_with_jobs=_is_with_jobs(rows, part.id), is_drafted=_is_drafted(rows, part.id))
    rows.put(part)
    for stock in stocks:
        rows.put(rules.judged_again(stock, part, cmd.occurred_at))


def _is_with_jobs(rows: Rows, part_id: UUID) -> bool:
    used = [row for row in rows.every(JobPartRow) if row.spare_part_id == part_id and row.quantity_used]
    jobs = [rows.get(InterventionRow, row.intervention_id) for row in used]
    wanted = [row for row in rows.every(ReservationRow) if row.part_id == part_id]
    return any(job and not job.is_validated for job in jobs) or any(
        claim_of(row, rows.get(InterventionRow, row.intervention_id)) for row in wanted
    )


def _is_drafted(rows: Rows, part_id: UUID) -> bool:
    return any(order.status is OrderStatus.draft and order.line(part_id) for order in rows.every(PurchaseOrderRow))


@foretells(inv.LinkBarcode)
def _link(rows: Rows, cmd: inv.LinkBarcode, by: By) -> None:
    for part in rows.every(PartRow):
        if cmd.barcode in part.barcodes and part.id != cmd.part_id:
            raise BarcodeInUse(part=part.part_number)
    rows.put(rules.link(_there(rows.get(PartRow, cmd.part_id)), cmd, by))


@foretells(inv.WritePlace)
def _write_place(rows: Rows, cmd: inv.WritePlace, by: By) -> None:
    known = rows.get(PlaceRow, cmd.place_id)
    site_id = known.site_id if known else cmd.site_id
    in_use = {place.place_id for stock in rows.every(StockRow) if stock.site_id == site_id for place in stock.places if place.quantity}
    places = [place for place in rows.every(PlaceRow) if place.site_id == site_id]
    for place in rules.write_place(rules.Places(places, in_use), cmd, by):
        rows.put(place)


@foretells(inv.SetMinimum)
def _set_minimum(rows: Rows, cmd: inv.SetMinimum, _: By) -> None:
    part = _there(rows.get(PartRow, cmd.part_id))
    stock = rows.get(StockRow, stock_id(part.id, cmd.site_id)) or rules.nothing_of(part, cmd.site_id)
    rows.put(rules.with_minimum(stock, part, cmd))


def _move(rows: Rows, cmd: inv.OnStock, by: By) -> None:
    shelf = _shelf(rows, cmd, cmd.place_id)
    if isinstance(cmd, inv.TransferStock):
        shelf = replace(shelf, to=_shelf(rows, cmd, cmd.to_place_id))
    rule: Callable[[Shelf, Any, By], Moved] = _there(rule_of(type(cmd)))
    _keep(rows, rule(shelf, cmd, by))


@carries(GoodsIn)
def _receive_ordered(rows: Rows, goods: GoodsIn, by: By) -> None:
    _keep(rows, rules.receive_ordered(_shelf(rows, goods.receipt, goods.receipt.place_id), goods, by))


@carries(Expected)
def _expect(rows: Rows, expected: Expected, _: By) -> None:
    part = _there(rows.get(PartRow, expected.part_id))
    stock = rows.get(StockRow, stock_id(part.id, expected.site_id)) or rules.nothing_of(part, expected.site_id)
    rows.put(rules.expecting(stock, part, expected))


def _claims(rows: Rows, part_id: UUID, site_id: UUID) -> list[Claim]:
    found = [row for row in rows.every(ReservationRow) if row.part_id == part_id and row.site_id == site_id]
    return [claim for row in found if (claim := claim_of(row, rows.get(InterventionRow, row.intervention_id)))]


def _reserve(rows: Rows, cmd: OnReservation, by: By) -> None:
    part, job = _there(rows.get(PartRow, cmd.part_id)), _there(rows.get(InterventionRow, cmd.intervention_id))
    stock = rows.get(StockRow, stock_id(part.id, job.site_id)) or rules.nothing_of(part, job.site_id)
    known = rows.get(ReservationRow, reservation_id(job.id, part.id))
    rule: Callable[[Wanted, Any, By], ReservationRow] = _there(rule_of(type(cmd)))
    rows.put(rule(Wanted(part, job, known, stock.on_hand, _claims(rows, part.id, job.site_id)), cmd, by))


foretells(ReservePart)(_reserve)
foretells(PickPart)(_reserve)


def _keep(rows: Rows, moved: Moved | None) -> None:
    while moved is not None:
        rows.put(moved.stock)
        if moved.used is not None:
            rows.put(moved.used)
        if moved.reserved is not None:
            rows.put(moved.reserved)
        moved = moved.also


def _shelf(rows: Rows, cmd: inv.OnStock, place_id: UUID) -> Shelf:
    part, place = _there(rows.get(PartRow, cmd.part_id)), _there(rows.get(PlaceRow, place_id))
    shelf = Shelf(part, place, rows.get(StockRow, stock_id(part.id, place.site_id)))
    if isinstance(cmd, inv.TakeStock):
        shelf = replace(shelf, claims=_claims(rows, part.id, place.site_id))
    job_id: UUID | None = getattr(cmd, "intervention_id", None)
    if job_id is None:
        return shelf
    return replace(
        shelf, job=_there(rows.get(InterventionRow, job_id)), used=rows.get(JobPartRow, job_part_id(job_id, part.id)),
        reserved=rows.get(ReservationRow, reservation_id(job_id, part.id)),
    )  # fmt: skip


def _there(found: Any) -> Any:
    if found is None:
        raise NotFound
    return found


_MOVEMENTS: tuple[type[inv.OnStock], ...] = (
    inv.ReceiveStock, inv.TakeStock, inv.GiveBackStock, inv.AdjustStock, inv.CountStock, inv.TransferStock,
)  # fmt: skip
for _kind in _MOVEMENTS:
    foretells(_kind)(_move)
