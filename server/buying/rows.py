"""What devices hold of orders, in the shape of `shared_models.buying.rows`: what is under way, and what ended lately."""

from server.buying.models import PurchaseOrder
from server.core.held import SINCE, hold
from server.core.sql import json_row, json_rows
from shared_models.buying import rows


def order_json(alias: str) -> str:
    lines = json_rows(rows.OrderLine, "y", f"purchase_order_line y where y.order_id = {alias}.id", "y.place")
    return json_row(rows.PurchaseOrderRow, alias, lines=lines)


ORDER = hold(
    rows.PurchaseOrderRow, PurchaseOrder, order_json,
    fresh=(f"(t.status in ('draft', 'ordered', 'partly_received') or t.updated_at >= {SINCE})",),
)  # fmt: skip
