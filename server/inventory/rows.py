"""What devices hold of parts and stocks, in the shape of `shared_models.inventory.rows`."""

from server.attachments.papers import paper_json
from server.core.held import SINCE, hold
from server.core.label_codes import label_codes
from server.core.queries import expression
from server.core.sql import json_row, json_rows
from server.inventory.models import JobPart, Part, PartCategory, PartDocument, Reservation, Stock, StoragePlace, Supplier
from shared_models.equipment.life import REPEAT_WINDOW
from shared_models.interventions.rows import DEVICE_WINDOW
from shared_models.inventory import rows
from shared_models.inventory.reservations import ReservationRow


def part_json(alias: str) -> str:
    return json_row(rows.PartRow, alias, barcodes=f"{alias}.kept_barcodes", label_codes=f"{alias}.kept_labels")


def place_json(alias: str) -> str:
    return json_row(rows.PlaceRow, alias, label_codes=label_codes(alias, "place_id"))


def stock_json(alias: str) -> str:
    return json_row(
        rows.StockRow, alias, places=json_rows(rows.PlaceStock, "x", f"place_stock x where x.stock_id = {alias}.id", "x.place_id")
    )


_OF_REPAIRS = expression(
    "t.intervention_id in (select i.id from maintenance_interventions i where i.intervention_type = 'corrective'"
    " and i.actual_end >= {} - interval '{} days')", SINCE, str((REPEAT_WINDOW - DEVICE_WINDOW).days),
)  # fmt: skip
"""A breakdown that comes back says what the last repair took."""
CATEGORY = hold(rows.PartCategoryRow, PartCategory)
SUPPLIER = hold(rows.SupplierRow, Supplier)
PART = hold(rows.PartRow, Part, part_json)
PART_DOCUMENT = hold(rows.PartDocumentRow, PartDocument, paper_json(rows.PartDocumentRow))
PLACE = hold(rows.PlaceRow, StoragePlace, place_json)
STOCK = hold(rows.StockRow, Stock, stock_json)
JOB_PART = hold(
    rows.JobPartRow, JobPart, fresh=(
        f"t.updated_at >= {SINCE}",
        _OF_REPAIRS,
        "t.intervention_id in (select i.id from maintenance_interventions i where not i.is_validated and i.status <> 'cancelled')",
    ),
)  # fmt: skip
RESERVATION = hold(
    ReservationRow, Reservation,
    fresh=("(select i.status from maintenance_interventions i where i.id = t.intervention_id) in ('pending', 'in_progress', 'on_hold')",),
)  # fmt: skip
