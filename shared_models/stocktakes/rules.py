"""What commands do to stocktakes. What an approved count does to a shelf is the rule of any count: `inventory.rules.count`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID, uuid5

from shared_models.inventory.commands import CountStock
from shared_models.inventory.refusals import PartArchived, PlaceClosed
from shared_models.inventory.rows import PartRow, PlaceRow, StockRow, stock_id
from shared_models.inventory.rules import Doubted, ensure_countable
from shared_models.refusals import AlreadyExists, NotFound
from shared_models.rules import By, Outcome, rule
from shared_models.stocktakes import commands as st
from shared_models.stocktakes import refusals
from shared_models.stocktakes.rows import LineCount, StocktakeLineRow, StocktakeRow, StocktakeStatus, line_id


@dataclass(frozen=True)
class Chosen:
    """The places that are named, as far as there are some, and what the books of the site have."""

    places: Sequence[PlaceRow]
    stocks: Sequence[StockRow]


@dataclass(frozen=True)
class Opened:
    stocktake: StocktakeRow
    lines: tuple[StocktakeLineRow, ...]


@rule(st.OpenStocktake)
def open_(chosen: Chosen, cmd: st.OpenStocktake, by: By) -> Opened:
    wanted = {place.id for place in chosen.places}
    if not wanted.issuperset(cmd.place_ids):
        raise NotFound
    for place in chosen.places:
        if place.site_id != cmd.site_id:
            raise refusals.PlaceElsewhere(field="place_ids", place=place.name)
        if not place.is_active:
            raise PlaceClosed(place=place.name)
    stocktake = StocktakeRow(
        id=cmd.stocktake_id, number=None, site_id=cmd.site_id, status=StocktakeStatus.open, place_ids=sorted(wanted), notes=cmd.notes,
        reason="", opened_by=by.account, opened_at=cmd.occurred_at, counted_at=None, ended_at=None, version=1,
    )  # fmt: skip
    kept = ((at.place_id, stock.part_id) for stock in chosen.stocks for at in stock.places if at.quantity or at.count_since)
    return Opened(stocktake, tuple(_blank(stocktake, *there) for there in sorted(kept) if there[0] in wanted))


def _blank(stocktake: StocktakeRow, place_id: UUID, part_id: UUID, *, is_found: bool = False) -> StocktakeLineRow:
    return StocktakeLineRow(
        id=line_id(stocktake.id, place_id, part_id), site_id=stocktake.site_id, stocktake_id=stocktake.id, place_id=place_id,
        part_id=part_id, is_found=is_found, again_since=None, counts=[], expected=None, difference=None, amount=None, version=1,
    )  # fmt: skip


@dataclass(frozen=True)
class Counting:
    """`line` is None for what is not on the list."""

    stocktake: StocktakeRow
    line: StocktakeLineRow | None
    part: PartRow


@dataclass(frozen=True)
class Counted:
    line: StocktakeLineRow
    of: Outcome[StocktakeRow]


@rule(st.CountLine)
def count(counting: Counting, cmd: st.CountLine, by: By) -> Counted:
    """What is told of after the approval has been seen all the same: where the books say otherwise, the shelf is to be counted."""
    stocktake, line, part = counting.stocktake, counting.line, counting.part
    if stocktake.status is StocktakeStatus.cancelled:
        raise refusals.StocktakeOver(number=stocktake.number)
    if cmd.place_id not in stocktake.place_ids:
        raise refusals.PlaceNotCounted(field="place_id")
    if line is None and not part.is_active:
        raise PartArchived(part=part.part_number)
    ensure_countable(cmd.counted, part.decimals, "counted")
    known = line.counts if line else []
    if any(each.id == cmd.count_id for each in known):
        raise AlreadyExists(field="count_id")
    found = LineCount(id=cmd.count_id, counted=cmd.counted, counted_by=by.account, counted_at=cmd.occurred_at)
    counts = sorted([*known, found], key=lambda each: (each.counted_at, each.id))
    if line is None:
        line = _blank(stocktake, cmd.place_id, cmd.part_id, is_found=True).model_copy(update={"counts": counts})
    else:
        line = _next(line, counts=counts)
    is_late = stocktake.status is StocktakeStatus.approved
    doubt = (Doubted(stocktake.site_id, cmd.part_id, cmd.place_id, cmd.counted, cmd.occurred_at),) if is_late else ()
    return Counted(line, Outcome(_next(stocktake), doubt))


@dataclass(frozen=True)
class Looked:
    """A stocktake with its lines, or with those that are meant."""

    stocktake: StocktakeRow
    lines: Sequence[StocktakeLineRow]


@rule(st.AskAgain)
def ask_again(looked: Looked, cmd: st.AskAgain, _: By) -> Looked:
    stocktake = _under_way(looked.stocktake)
    lines = [line for line in looked.lines if line.id in cmd.line_ids]
    if len(lines) < len(set(cmd.line_ids)):
        raise NotFound
    asked = _next(stocktake, status=StocktakeStatus.open, counted_at=None)
    return Looked(asked, [_next(line, again_since=cmd.occurred_at) for line in lines])


@rule(st.FinishCounting)
def finish(stocktake: StocktakeRow, cmd: st.FinishCounting, _: By) -> StocktakeRow:
    """Said by everybody who counts; once is enough."""
    if _under_way(stocktake).status is StocktakeStatus.counted:
        return stocktake
    return _next(stocktake, status=StocktakeStatus.counted, counted_at=cmd.occurred_at)


@rule(st.CancelStocktake)
def cancel(stocktake: StocktakeRow, cmd: st.CancelStocktake, _: By) -> StocktakeRow:
    return _next(_under_way(stocktake), status=StocktakeStatus.cancelled, ended_at=cmd.occurred_at)


@dataclass(frozen=True)
class Approved:
    """`counts`: what is done to the shelves, in the order in which stocks are locked. Lines that nobody has counted are left alone."""

    stocktake: StocktakeRow
    counts: tuple[tuple[StocktakeLineRow, CountStock], ...]


@rule(st.ApproveStocktake)
def approve(looked: Looked, cmd: st.ApproveStocktake, _: By) -> Approved:
    stocktake = _under_way(looked.stocktake)
    if cmd.version != stocktake.version:
        raise refusals.StocktakeMovedOn(number=stocktake.number)
    if stocktake.status is StocktakeStatus.open:
        raise refusals.StocktakeCounting(number=stocktake.number)
    counted = [line for line in looked.lines if line.count]
    if not counted:
        raise refusals.StocktakeEmpty(number=stocktake.number)
    counted.sort(key=lambda line: (stock_id(line.part_id, stocktake.site_id), line.place_id))
    approved = _next(stocktake, status=StocktakeStatus.approved, ended_at=cmd.occurred_at, reason=cmd.reason)
    return Approved(approved, tuple((line, _of_shelf(stocktake, line, cmd)) for line in counted))


def _of_shelf(stocktake: StocktakeRow, line: StocktakeLineRow, cmd: st.ApproveStocktake) -> CountStock:
    held = line.count
    assert held is not None
    return CountStock(
        movement_id=uuid5(line.id, "approved"), part_id=line.part_id, place_id=line.place_id, counted=held.counted,
        occurred_at=held.counted_at, reference_document=stocktake.number or "", notes=cmd.reason,
    )  # fmt: skip


def _under_way(stocktake: StocktakeRow) -> StocktakeRow:
    if not stocktake.is_under_way:
        raise refusals.StocktakeOver(number=stocktake.number)
    return stocktake


R = TypeVar("R", StocktakeRow, StocktakeLineRow)


def _next(row: R, **changes: Any) -> R:
    return row.model_copy(update={**changes, "version": row.version + 1})
