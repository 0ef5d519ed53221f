"""What is read of stocktakes: each, its lines, and what was counted of them."""

from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid5

from shared_models.base import EntityRow, Instant, Label, Row
from shared_models.paging import PageQuery


class StocktakeStatus(StrEnum):
    open = "open"
    counted = "counted"
    approved = "approved"
    cancelled = "cancelled"


UNDER_WAY = frozenset({StocktakeStatus.open, StocktakeStatus.counted})


class StocktakeRow(EntityRow, entity="stocktake"):
    """Of some places of a site. `version` rises with each count, so that who approves has seen them all. The number is the server's."""

    number: str | None
    site_id: UUID
    status: StocktakeStatus
    place_ids: list[UUID]
    notes: str
    reason: str
    opened_by: UUID | None
    opened_at: Instant
    counted_at: Instant | None
    ended_at: Instant | None
    version: int

    @property
    def is_under_way(self) -> bool:
        return self.status in UNDER_WAY


class LineCount(Row):
    """What somebody found, at an instant of their own."""

    id: UUID
    counted: Decimal
    counted_by: UUID | None
    counted_at: Instant


class StocktakeLineRow(EntityRow, entity="stocktake_line"):
    """A part at a place. What the books have is told once it is approved: until then whoever counts shall not know.

    `is_found`: it was not on the list. `again_since`: counts before do not hold. `difference` is what was put right by it; None
    where nothing was, since somebody had counted the shelf later, or nobody at all.
    """

    site_id: UUID
    stocktake_id: UUID
    place_id: UUID
    part_id: UUID
    is_found: bool
    again_since: Instant | None
    counts: list[LineCount]
    expected: Decimal | None
    difference: Decimal | None
    amount: Decimal | None
    version: int

    @property
    def count(self) -> LineCount | None:
        """The one that holds: the latest, if no other was asked for since."""
        latest = max(self.counts, key=lambda each: (each.counted_at, each.id), default=None)
        is_asked_again = latest is not None and self.again_since is not None and latest.counted_at <= self.again_since
        return None if is_asked_again else latest


def line_id(stocktake_id: UUID, place_id: UUID, part_id: UUID) -> UUID:
    """The same for whoever counts it first."""
    return uuid5(stocktake_id, f"{place_id}{part_id}")


class StocktakeListItem(Row):
    """`amount`: by how much it has changed what the stock is worth, in the currencies' own numbers; None until it is approved."""

    id: UUID
    number: str
    site_id: UUID
    site_name: str
    status: StocktakeStatus
    place_count: int
    line_count: int
    counted_count: int
    amount: Decimal | None
    opened_by: str
    opened_at: Instant
    ended_at: Instant | None
    notes: str
    reason: str


class StocktakeFilter(PageQuery):
    site_id: UUID | None = None
    status: StocktakeStatus | None = None


class StocktakeLineItem(Row):
    """A line with what the books had when it was counted, or have now where nobody has counted it.

    `amount`: what the difference is worth, at today's average until it is approved. `is_disputed`: two people found different things.
    """

    id: UUID
    stocktake_id: UUID
    place_id: UUID
    place_name: str
    part_id: UUID
    part_number: str
    part_name: str
    unit: str
    is_found: bool
    is_asked_again: bool
    is_disputed: bool
    count_total: int
    counted: Decimal | None
    counted_by: str
    counted_at: Instant | None
    expected: Decimal
    difference: Decimal | None
    amount: Decimal | None
    currency: str


class StocktakeLineFilter(PageQuery):
    search: Label | None = None
    stocktake_id: UUID | None = None
    place_id: UUID | None = None
    is_counted: bool | None = None
    differs: bool | None = None
    is_disputed: bool | None = None
