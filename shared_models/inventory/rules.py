"""What commands do to the catalogue and to stocks.

A movement's rule is given a `Shelf`: all that is known of the part, the place and the site's stock, and answers `Moved`: the stock
as it then is, and the lines that the ledger takes. The server locks and keeps them; a device foretells by the same rule.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from shared_models.interventions.moving import ensure_may_work, ensure_not_validated
from shared_models.interventions.rows import InterventionRow
from shared_models.inventory import commands as inv
from shared_models.inventory import refusals
from shared_models.inventory.quantities import MOST_ON_HAND, MOST_WORTH, NONE, each, has_more_decimals, plain, priced, share
from shared_models.inventory.reservations import Claim, ReservationRow, free_for, given_back, issued
from shared_models.inventory.rows import (
    JobPartRow,
    Movement,
    MovementType,
    PartCategoryRow,
    PartRow,
    PlaceKind,
    PlaceRow,
    PlaceStock,
    StockRow,
    SupplierRow,
    job_part_id,
    stock_id,
)
from shared_models.papers import with_photo
from shared_models.permissions import Permission
from shared_models.rules import By, Consequence, rule, written

# ---------------------------------------------------------------- the catalogue


@rule(inv.WritePartCategory)
def write_category(known: PartCategoryRow | None, cmd: inv.WritePartCategory, _: By) -> PartCategoryRow:
    return written(PartCategoryRow, known, cmd, id=cmd.category_id)


@rule(inv.WriteSupplier)
def write_supplier(known: SupplierRow | None, cmd: inv.WriteSupplier, _: By) -> SupplierRow:
    return written(SupplierRow, known, cmd, id=cmd.supplier_id)


@rule(inv.WritePart)
def write_part(known: PartRow | None, cmd: inv.WritePart, _: By) -> PartRow:
    if cmd.part_id in cmd.equivalent_ids:
        raise refusals.PartOfItself(field="equivalent_ids")
    ensure_countable(cmd.minimum_stock, cmd.decimals, "minimum_stock")
    fields = {name: sorted(set(getattr(cmd, name))) for name in ("class_ids", "equipment_ids", "equivalent_ids")}
    return written(PartRow, known, cmd, id=cmd.part_id, barcodes=known.barcodes if known else [], **fields)


def ensure_can_be_kept(part: PartRow, known: PartRow, stocks: Sequence[StockRow], *, is_with_jobs: bool, is_drafted: bool) -> None:
    """What was counted and paid keeps its meaning: raises where the unit or the currency changes of something that is in stock, that
    a job has and may give back, or that it is to have. A drafted order says how many of which unit; the rest is looked at again when it
    is placed.
    """
    kept = is_with_jobs or any(stock.on_hand or stock.value or stock.on_order for stock in stocks)
    if kept and part.currency != known.currency:
        raise refusals.CurrencyInUse(field="currency")
    if kept and (part.unit != known.unit or part.decimals < known.decimals):
        raise refusals.UnitInUse(field="unit" if part.unit != known.unit else "decimals")
    if is_drafted and part.unit != known.unit:
        raise refusals.UnitInUse(field="unit")


@rule(inv.LinkBarcode)
def link(part: PartRow, cmd: inv.LinkBarcode, _: By) -> PartRow:
    return _with_barcodes(part, sorted({*part.barcodes, cmd.barcode}))


@rule(inv.UnlinkBarcode)
def unlink(part: PartRow, cmd: inv.UnlinkBarcode, _: By) -> PartRow:
    return _with_barcodes(part, [code for code in part.barcodes if code != cmd.barcode])


def _with_barcodes(part: PartRow, barcodes: list[str]) -> PartRow:
    return part if barcodes == part.barcodes else part.model_copy(update={"barcodes": barcodes, "version": part.version + 1})


rule(inv.SetPartPhoto)(with_photo)


_WITHIN = {PlaceKind.store: (), PlaceKind.shelf: (PlaceKind.store,), PlaceKind.bin: (PlaceKind.store, PlaceKind.shelf)}


@dataclass(frozen=True)
class Places:
    """The places of a site, as far as they are known, and those of them where something lies."""

    rows: Sequence[PlaceRow]
    in_use: Collection[UUID] = ()

    def place(self, place_id: UUID | None) -> PlaceRow | None:
        return next((place for place in self.rows if place.id == place_id), None)

    def inside(self, place_id: UUID) -> list[PlaceRow]:
        """The open ones in it, from the outermost."""
        own = [place for place in self.rows if place.parent_id == place_id and place.is_active]
        return own + [place for each in own for place in self.inside(each.id)]


@rule(inv.WritePlace)
def write_place(site: Places, cmd: inv.WritePlace, _: By) -> list[PlaceRow]:
    """The place, what is closed with it since it lies in it, and the one that is the default no more, or in its stead; its site never
    changes.
    """
    known, parent = site.place(cmd.place_id), site.place(cmd.parent_id)
    if cmd.parent_id is not None and (parent is None or parent is known or parent.kind not in _WITHIN[cmd.kind]):
        raise refusals.PlaceKindUnfit(field="parent_id")
    if any(child.parent_id == cmd.place_id and cmd.kind not in _WITHIN[child.kind] for child in site.rows):
        raise refusals.PlaceKindUnfit(field="kind")
    if cmd.is_active and parent is not None and not parent.is_active:
        raise refusals.PlaceClosed(place=parent.name)
    inside = [] if cmd.is_active else site.inside(cmd.place_id)
    _ensure_empty(site, cmd, inside)
    others = [place for place in site.rows if place.is_default and place.is_active and place.id != cmd.place_id and place not in inside]
    is_default = cmd.is_active and (cmd.is_default or not others)
    place = written(PlaceRow, known, cmd, id=cmd.place_id, site_id=known.site_id if known else cmd.site_id, is_default=is_default)
    closed = [_closed(each) for each in inside]
    was_default = any(each.is_default for each in ([known] if known else []) + inside)
    others = others if is_default else _heirs(site, [place, *closed]) if was_default else []
    return [place, *closed, *(other.model_copy(update={"is_default": not is_default, "version": other.version + 1}) for other in others)]


def _ensure_empty(site: Places, cmd: inv.WritePlace, inside: Sequence[PlaceRow]) -> None:
    """Of what is closed, with all that is in it."""
    if not cmd.is_active and cmd.place_id in site.in_use:
        raise refusals.PlaceInUse(place=cmd.name)
    for place in inside:
        if place.id in site.in_use:
            raise refusals.PlaceInUse(place=place.name)


def _closed(place: PlaceRow) -> PlaceRow:
    return place.model_copy(update={"is_active": False, "is_default": False, "version": place.version + 1})


def _heirs(site: Places, closed: Sequence[PlaceRow]) -> list[PlaceRow]:
    """The one that movements go to from now on that name no place: a store before a shelf, by name."""
    kinds, gone = list(PlaceKind), {place.id for place in closed}
    left = [place for place in site.rows if place.is_active and place.id not in gone]
    return sorted(left, key=lambda place: (kinds.index(place.kind), place.name, place.id))[:1]


# ---------------------------------------------------------------- the ledger


def nothing_of(part: PartRow, site_id: UUID) -> StockRow:
    """A site's stock before the first of it."""
    return StockRow(
        id=stock_id(part.id, site_id), site_id=site_id, part_id=part.id, on_hand=NONE, on_order=NONE, value=NONE, minimum=None,
        low_since=None, places=[], version=0,
    )  # fmt: skip


@dataclass(frozen=True)
class Shelf:
    """`then`: what the books had at the place when a count was made, where more is known than the present. `used`: by the job,
    which may have `reserved` some; `claims`: of all jobs on the site's stock.
    """

    part: PartRow
    place: PlaceRow
    stock: StockRow | None
    job: InterventionRow | None = None
    used: JobPartRow | None = None
    then: Decimal | None = None
    reserved: ReservationRow | None = None
    claims: Sequence[Claim] = ()
    to: "Shelf | None" = None

    @property
    def known(self) -> StockRow:
        return self.stock or nothing_of(self.part, self.place.site_id)

    @property
    def present(self) -> PlaceStock:
        return self.known.at(self.place.id)

    @property
    def price(self) -> Decimal:
        """What one piece leaves the stock at."""
        return self.known.average_price or self.part.unit_price or NONE


@dataclass(frozen=True)
class Moved:
    stock: StockRow
    lines: tuple[Movement, ...]
    used: JobPartRow | None = None
    reserved: ReservationRow | None = None
    also: "Moved | None" = None


@rule(inv.ReceiveStock)
def receive(shelf: Shelf, cmd: inv.ReceiveStock, _: By) -> Moved:
    if not shelf.part.is_active:
        raise refusals.PartArchived(part=shelf.part.part_number)
    _ensure_open(shelf.place)
    if cmd.currency not in {None, shelf.part.currency}:
        raise refusals.CurrencyDiffers(field="currency", currency=shelf.part.currency)
    price = shelf.part.unit_price or NONE if cmd.unit_price is None else cmd.unit_price
    return _moved(shelf, cmd, MovementType.received, cmd.quantity, _brought(shelf, cmd.quantity, priced(cmd.quantity, price)), price)


@rule(inv.TakeStock)
def take(shelf: Shelf, cmd: inv.TakeStock, by: By) -> Moved:
    _ensure_theirs(shelf, by)
    ensure_countable(cmd.quantity, shelf.part.decimals)
    _ensure_there(shelf, cmd.quantity, is_taken=cmd.is_taken)
    _ensure_free(shelf, cmd.quantity, is_taken=cmd.is_taken)
    moved = _moved(shelf, cmd, MovementType.taken, -cmd.quantity, _worth(shelf, -cmd.quantity), shelf.price)
    return replace(moved, used=_used(shelf, moved.lines[0]), reserved=shelf.reserved and issued(shelf.reserved, cmd.quantity))


@rule(inv.GiveBackStock)
def give_back(shelf: Shelf, cmd: inv.GiveBackStock, by: By) -> Moved:
    _ensure_theirs(shelf, by)
    _ensure_open(shelf.place)
    ensure_countable(cmd.quantity, shelf.part.decimals)
    if shelf.used is None or cmd.quantity > shelf.used.quantity_used:
        raise refusals.MoreThanTaken(field="quantity", taken=plain(shelf.used.quantity_used if shelf.used else NONE))
    amount = share(shelf.used.cost, cmd.quantity, shelf.used.quantity_used)
    worth = _brought(shelf, cmd.quantity, amount)
    moved = _moved(shelf, cmd, MovementType.given_back, cmd.quantity, amount, each(amount, cmd.quantity), worth=worth)
    return replace(moved, used=_used(shelf, moved.lines[0]), reserved=shelf.reserved and given_back(shelf.reserved, cmd.quantity))


@rule(inv.AdjustStock)
def adjust(shelf: Shelf, cmd: inv.AdjustStock, _: By) -> Moved:
    if not cmd.quantity:
        raise refusals.NothingMoves(field="quantity")
    ensure_countable(cmd.quantity, shelf.part.decimals)
    if cmd.quantity < 0:
        _ensure_there(shelf, -cmd.quantity, is_taken=False)
    return _moved(shelf, cmd, MovementType.adjusted, cmd.quantity, _worth(shelf, cmd.quantity), shelf.price)


@rule(inv.CountStock)
def count(shelf: Shelf, cmd: inv.CountStock, _: By) -> Moved:
    ensure_countable(cmd.counted, shelf.part.decimals, "counted")
    place = shelf.present
    if place.counted_at is not None and cmd.occurred_at < place.counted_at:
        return Moved(shelf.known, ())  # somebody has counted since
    difference = cmd.counted - (place.quantity if shelf.then is None else shelf.then)
    since = place.count_since if place.quantity + difference < 0 else None  # what was taken after the count is still not explained
    stock = _at(shelf.known, place.model_copy(update={"count_since": since, "counted_at": cmd.occurred_at}))
    counted = replace(shelf, stock=stock)
    if not difference:
        return Moved(_next(judged(stock, shelf.part, cmd.occurred_at)), ())
    return _moved(counted, cmd, MovementType.adjusted, difference, _worth(counted, difference), shelf.price)


@rule(inv.TransferStock)
def transfer(shelf: Shelf, cmd: inv.TransferStock, _: By) -> Moved:
    """What arrives is worth what has left. A site sees one stock, whichever of its places it lies on."""
    assert shelf.to is not None
    if cmd.to_place_id == cmd.place_id:
        raise refusals.SamePlace(field="to_place_id")
    _ensure_open(shelf.to.place)
    ensure_countable(cmd.quantity, shelf.part.decimals)
    _ensure_there(shelf, cmd.quantity, is_taken=False)
    amount = _worth(shelf, -cmd.quantity)
    left = _moved(shelf, cmd, MovementType.transferred, -cmd.quantity, amount, shelf.price)
    is_one_stock = shelf.place.site_id == shelf.to.place.site_id
    there = replace(shelf.to, stock=left.stock) if is_one_stock else shelf.to
    arriving = cmd.model_copy(update={"movement_id": cmd.arrival_id, "place_id": cmd.to_place_id})
    brought = -amount if is_one_stock else _brought(there, cmd.quantity, -amount)
    arrived = _moved(there, arriving, MovementType.transferred, cmd.quantity, brought, shelf.price)
    if is_one_stock:
        stock = arrived.stock.model_copy(update={"version": shelf.known.version + 1})
        return Moved(judged(stock, shelf.part, cmd.occurred_at), (*left.lines, *arrived.lines))
    return replace(left, also=arrived)


@dataclass(frozen=True)
class Expected(Consequence):
    """So much more of a part is on order for a site; with less than none, so much less."""

    site_id: UUID
    part_id: UUID
    quantity: Decimal
    at: datetime


@dataclass(frozen=True)
class GoodsIn(Consequence):
    """What was ordered has come: `awaited` of it was on order for `site_id`."""

    site_id: UUID
    receipt: inv.ReceiveStock
    awaited: Decimal


@dataclass(frozen=True)
class Doubted(Consequence):
    """Somebody has counted what nobody is going to put right by it: if the books say otherwise, the shelf is to be counted."""

    site_id: UUID
    part_id: UUID
    place_id: UUID
    counted: Decimal
    at: datetime


def doubting(shelf: Shelf, doubted: Doubted) -> StockRow:
    place = shelf.present
    has_been_counted = place.counted_at is not None and doubted.at < place.counted_at
    if has_been_counted or doubted.counted == (place.quantity if shelf.then is None else shelf.then):
        return shelf.known
    since = place.count_since or doubted.at
    return _next(_at(shelf.known, place.model_copy(update={"count_since": since})))


def expecting(stock: StockRow, part: PartRow, expected: Expected) -> StockRow:
    return _next(judged(_ordered(stock, expected.quantity), part, expected.at))


def receive_ordered(shelf: Shelf, goods: GoodsIn, by: By) -> Moved:
    """What comes in is on order no more in the same moment: a stock that is low stays so without being counted twice in between."""
    if shelf.place.site_id != goods.site_id:
        raise refusals.PlaceNotOfOrder(field="place_id", place=shelf.place.name)
    return receive(replace(shelf, stock=_ordered(shelf.known, -goods.awaited)), goods.receipt, by)


def _ordered(stock: StockRow, more: Decimal) -> StockRow:
    on_order = max(stock.on_order + more, NONE)
    _ensure_keepable(on_order, NONE)
    return stock.model_copy(update={"on_order": on_order})


def with_minimum(stock: StockRow, part: PartRow, cmd: inv.SetMinimum) -> StockRow:
    if cmd.minimum is not None:
        ensure_countable(cmd.minimum, part.decimals, "minimum")
    return _next(judged(stock.model_copy(update={"minimum": cmd.minimum}), part, cmd.occurred_at))


def judged_again(stock: StockRow, part: PartRow, at: datetime) -> StockRow:
    """Since the part's minimum is another."""
    found = judged(stock, part, at)
    return stock if found is stock else _next(found)


def judged(stock: StockRow, part: PartRow, at: datetime) -> StockRow:
    """Whether it is low: at the minimum or below, with what is on order counted in; it stays low since it fell."""
    minimum = part.minimum_stock if stock.minimum is None else stock.minimum
    is_low = part.is_active and minimum > 0 and stock.on_hand + stock.on_order <= minimum
    since = (stock.low_since or at) if is_low else None
    return stock if since == stock.low_since else stock.model_copy(update={"low_since": since})


def ensure_countable(quantity: Decimal, decimals: int, field: str = "quantity") -> None:
    if has_more_decimals(quantity, decimals):
        raise refusals.QuantityTooFine(field=field, decimals=decimals)


def _ensure_open(place: PlaceRow) -> None:
    if not place.is_active:
        raise refusals.PlaceClosed(place=place.name)


def _ensure_theirs(shelf: Shelf, by: By) -> None:
    """Parts go to a job that the person may work on, until it is validated; without one, they go from whoever keeps the stock."""
    if shelf.job is None:
        if not by.may(Permission.inventory_write):
            raise refusals.JobsOnly
        return
    ensure_may_work(shelf.job, by)
    ensure_not_validated(shelf.job, "take_parts")
    if shelf.job.site_id != shelf.place.site_id:
        raise refusals.PlaceOfOtherSite(field="place_id")


def _ensure_there(shelf: Shelf, quantity: Decimal, *, is_taken: bool) -> None:
    present = shelf.present.quantity
    if quantity > present and not is_taken:
        raise refusals.StockInsufficient(field="quantity", available=plain(max(present, NONE)), place=shelf.place.name)


def _ensure_free(shelf: Shelf, quantity: Decimal, *, is_taken: bool) -> None:
    """What other jobs hold is not given away by the books; whoever has it in hand knows why."""
    free = free_for(shelf.known.on_hand, shelf.claims, shelf.reserved.id if shelf.reserved else None)
    if shelf.claims and quantity > free and not is_taken:
        raise refusals.PartReserved(field="quantity", available=plain(free))


def _worth(shelf: Shelf, quantity: Decimal) -> Decimal:
    """By how much the value changes at the average price; what empties the stock takes all that it is worth."""
    stock = shelf.known
    if quantity > 0:
        return _brought(shelf, quantity, priced(quantity, shelf.price))
    stays = stock.on_hand + quantity
    if stays < 0 or stock.value < 0:
        return priced(quantity, shelf.price)
    return -min(priced(-quantity, shelf.price), stock.value) if stays else -stock.value


def _brought(shelf: Shelf, quantity: Decimal, amount: Decimal) -> Decimal:
    """What comes to a stock that is short makes good first what was taken of it, at what that was booked at; the rest is worth its own
    price.
    """
    short, owed = -shelf.known.on_hand, -shelf.known.value
    if short <= 0:
        return amount
    return share(owed, quantity, short) if quantity <= short else owed + share(amount, quantity - short, quantity)


def _moved(
    shelf: Shelf, cmd: inv.OnStock, kind: MovementType, quantity: Decimal, amount: Decimal, price: Decimal, *, worth: Decimal | None = None
) -> Moved:  # fmt: skip
    """A line of the ledger, and what follows: what had been counted since it happened was counted without it. `worth`: what it brings
    to the stock, where that is not what it is booked at.
    """
    ensure_countable(quantity, shelf.part.decimals)
    line = Movement(
        id=cmd.movement_id, site_id=shelf.place.site_id, spare_part_id=shelf.part.id, place_id=shelf.place.id, movement_type=kind,
        quantity=quantity, unit_price=price, amount=amount, currency=shelf.part.currency, occurred_at=cmd.occurred_at,
        intervention_id=getattr(cmd, "intervention_id", None), reference_document=cmd.reference_document, notes=cmd.notes,
    )  # fmt: skip
    lines = [line]
    stock = _entered(shelf.known, line)
    counted_at = shelf.present.counted_at
    if counted_at is not None and cmd.occurred_at < counted_at:
        balanced = _balanced(line)
        stock = _entered(stock, balanced)
        lines.append(balanced)
    elif worth is not None and worth != amount:
        for put_right in _revalued(line, worth):
            stock = _entered(stock, put_right)
            lines.append(put_right)
    worth_most = max(abs(stock.value), abs(amount))
    _ensure_keepable(stock.on_hand, worth_most, "counted" if isinstance(cmd, inv.CountStock) else "quantity")
    return Moved(_next(judged(stock, shelf.part, cmd.occurred_at)), tuple(lines))


def _ensure_keepable(quantity: Decimal, worth: Decimal, field: str = "quantity") -> None:
    if worth >= MOST_WORTH or abs(quantity) >= MOST_ON_HAND:
        raise refusals.StockTooLarge(field=field)


def _revalued(line: Movement, worth: Decimal) -> list[Movement]:
    """Taken back, and entered at what it is worth to the stock: what a job has paid is frozen."""
    back = _balanced(line)
    again = {"id": uuid5(line.id, "worth"), "quantity": line.quantity, "unit_price": each(worth, line.quantity), "amount": worth}
    return [back, back.model_copy(update=again)]


def _balanced(line: Movement) -> Movement:
    """What was on the shelf when it was counted does not change by what comes to be known later."""
    return line.model_copy(update={
        "id": uuid5(line.id, "counted"), "movement_type": MovementType.adjusted, "quantity": -line.quantity,
        "amount": -line.amount, "intervention_id": None, "corrects": line.id,
    })  # fmt: skip


def _entered(stock: StockRow, line: Movement) -> StockRow:
    place = stock.at(line.place_id)
    quantity = place.quantity + line.quantity
    since = (place.count_since or line.occurred_at) if quantity < 0 else place.count_since
    changed = {"on_hand": stock.on_hand + line.quantity, "value": stock.value + line.amount}
    return _at(stock.model_copy(update=changed), place.model_copy(update={"quantity": quantity, "count_since": since}))


def _at(stock: StockRow, place: PlaceStock) -> StockRow:
    places = [*(known for known in stock.places if known.place_id != place.place_id), place]
    return stock.model_copy(update={"places": sorted(places, key=lambda each: each.place_id)})


def _next(stock: StockRow) -> StockRow:
    return stock.model_copy(update={"version": stock.version + 1})


def _used(shelf: Shelf, line: Movement) -> JobPartRow | None:
    """What the job has of it now."""
    job = shelf.job
    if job is None:
        return None
    known = shelf.used or JobPartRow(
        id=job_part_id(job.id, shelf.part.id), site_id=job.site_id, equipment_id=job.equipment_id, intervention_id=job.id,
        spare_part_id=shelf.part.id, quantity_used=NONE, cost=NONE, currency=line.currency, version=0,
    )  # fmt: skip
    quantity, cost = known.quantity_used - line.quantity, known.cost - line.amount
    _ensure_keepable(quantity, abs(cost))
    return known.model_copy(update={"quantity_used": quantity, "cost": cost, "version": known.version + 1, "currency": line.currency})
