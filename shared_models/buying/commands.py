"""What people do to purchase orders."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from shared_models.base import Command, Id, Label, Line, NewId, Paragraph, PlanDay, RuleError, Schema, Version
from shared_models.buying.rows import PurchaseOrderRow
from shared_models.inventory.quantities import Price, Quantity
from shared_models.permissions import KEEP_STOCK


class AskedLine(Schema):
    part_id: Id
    quantity: Quantity
    unit_price: Price | None = None
    reference: Label = ""


class WriteOrder(Command, needs=KEEP_STOCK, on=(PurchaseOrderRow, "order_id")):
    """Drafts an order, or changes a draft when `version` is given; its site never changes."""

    type: Literal["purchase_order.write"] = "purchase_order.write"
    order_id: NewId
    version: Version | None = None
    site_id: Id
    supplier_id: Id
    lines: Annotated[list[AskedLine], Field(max_length=200)] = []
    expected_on: PlanDay | None = None
    notes: Paragraph = ""

    @model_validator(mode="after")
    def _one_line_a_part(self) -> "WriteOrder":
        if len({line.part_id for line in self.lines}) < len(self.lines):
            raise RuleError("part_twice", "lines")
        return self


class OnOrder(Command, on=(PurchaseOrderRow, "order_id")):
    order_id: Id


class PlaceOrder(OnOrder, needs=KEEP_STOCK, done="ordered"):
    """It has gone to the supplier: what it asks for is on order."""

    type: Literal["purchase_order.place"] = "purchase_order.place"
    expected_on: PlanDay | None = None


class ReceiveOrderLine(OnOrder, needs=KEEP_STOCK, done="received"):
    """Goods in, put at a place of the order's site, at the price paid; without one, at the line's.

    More than was ordered is taken in as it came. `movement_id` is the line that it makes in the ledger.
    """

    type: Literal["purchase_order.receive"] = "purchase_order.receive"
    movement_id: NewId
    part_id: Id
    place_id: Id
    quantity: Quantity
    unit_price: Price | None = None
    reference_document: Label = ""
    notes: Line = ""


class CloseOrder(OnOrder, needs=KEEP_STOCK, done="closed"):
    """What has not come is not expected any more."""

    type: Literal["purchase_order.close"] = "purchase_order.close"


class CancelOrder(OnOrder, needs=KEEP_STOCK, done="cancelled"):
    """Before anything has come."""

    type: Literal["purchase_order.cancel"] = "purchase_order.cancel"
