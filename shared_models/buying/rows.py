"""What is read of purchase orders, and of what should be ordered."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from shared_models.base import EntityRow, Instant, Label, Row, Schema
from shared_models.inventory.quantities import NONE, priced
from shared_models.paging import PageQuery


class OrderStatus(StrEnum):
    draft = "draft"
    ordered = "ordered"
    partly_received = "partly_received"
    closed = "closed"
    cancelled = "cancelled"


UNDER_WAY = frozenset({OrderStatus.ordered, OrderStatus.partly_received})
"""With something to come."""


OVER = frozenset({OrderStatus.closed, OrderStatus.cancelled})


class OrderShow(StrEnum):
    """What one asks for together: `open` has something to come, which of what is `late` should have been there."""

    open = "open"
    draft = "draft"
    late = "late"
    over = "over"


class OrderLine(Row):
    """So much of a part, at `unit_price` for one of its units; `reference` is what the supplier calls it."""

    part_id: UUID
    quantity: Decimal
    unit_price: Decimal | None
    reference: str
    received: Decimal = NONE

    @property
    def missing(self) -> Decimal:
        return max(self.quantity - self.received, NONE)


class PurchaseOrderRow(EntityRow, entity="purchase_order"):
    """From one supplier, for one site, in one currency; a part stands on one line. The number is the server's."""

    number: str | None
    site_id: UUID
    supplier_id: UUID
    status: OrderStatus
    currency: str
    lines: list[OrderLine]
    expected_on: date | None
    notes: str
    ordered_at: Instant | None
    closed_at: Instant | None
    version: int

    @property
    def total(self) -> Decimal:
        """Of the lines that have a price."""
        return sum((priced(line.quantity, line.unit_price) for line in self.lines if line.unit_price is not None), NONE)

    @property
    def is_under_way(self) -> bool:
        return self.status in UNDER_WAY

    def is_late(self, today: date) -> bool:
        return self.is_under_way and self.expected_on is not None and self.expected_on < today

    def is_shown(self, show: OrderShow, today: date) -> bool:
        """As the server's list has it, at the site's clock."""
        shown = {
            OrderShow.open: self.is_under_way, OrderShow.draft: self.status is OrderStatus.draft, OrderShow.late: self.is_late(today),
            OrderShow.over: self.status in OVER,
        }  # fmt: skip
        return shown[show]

    def line(self, part_id: UUID) -> OrderLine | None:
        return next((line for line in self.lines if line.part_id == part_id), None)


class OrderListItem(Row):
    id: UUID
    number: str
    site_id: UUID
    site_name: str
    supplier_id: UUID
    supplier: str
    status: OrderStatus
    total: Decimal
    currency: str
    line_count: int
    expected_on: date | None
    ordered_at: Instant | None
    closed_at: Instant | None
    created_at: Instant


class OrderFilter(PageQuery):
    search: Label | None = None
    site_id: UUID | None = None
    supplier_id: UUID | None = None
    status: OrderStatus | None = None
    show: OrderShow | None = None


class PurchaseListQuery(Schema):
    site_id: UUID


class Suggestion(Row):
    """What of a part that is low should be ordered, from whom, and why: `why` says it in the reader's language.

    `drafted` is on orders that are not placed yet. `per_month` is what the last twelve months took.
    """

    part_id: UUID
    part_number: str
    part_name: str
    unit: str
    supplier_id: UUID | None
    reference: str
    quantity: Decimal
    unit_price: Decimal | None
    currency: str
    pack_size: Decimal | None
    lead_days: int | None
    per_month: Decimal
    on_hand: Decimal
    on_order: Decimal
    minimum: Decimal
    drafted: Decimal
    why: str = ""
