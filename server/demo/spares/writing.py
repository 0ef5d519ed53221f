"""The rows of parts and stocks, as their tables want them."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlmodel import SQLModel

from server.buying.models import PurchaseOrder, PurchaseOrderLine
from server.core.kept import columns_of
from server.core.label_codes import LabelCode
from server.demo.chance import Dice, instant
from server.demo.spares.ledger import Ledger
from server.demo.spares.parts import Catalogue
from server.demo.spares.stocktakes import Take
from server.inventory.models import (
    JobPart,
    Part,
    PartBarcode,
    PartCategory,
    PlaceStock,
    Reservation,
    Stock,
    StockAlert,
    StockMovement,
    StoragePlace,
    Supplier,
)
from server.stocktakes.models import Stocktake, StocktakeCount, StocktakeLine
from shared_models.base import Row
from shared_models.buying.rows import PurchaseOrderRow
from shared_models.inventory.reservations import ReservationRow
from shared_models.inventory.rows import JobPartRow, Movement

Records = list[tuple[Any, ...]]
Table = tuple[str, tuple[str, ...], Records]
"""Its name, its columns, and the records for them."""

LINE = tuple(name for name in StockMovement.model_fields if name in Movement.model_fields)
USED = tuple(name for name in JobPart.model_fields if name in JobPartRow.model_fields)
ALERT = tuple(name for name in StockAlert.model_fields if name != "created_at")
_line, _used, _alert = attrgetter(*LINE), attrgetter(*USED), attrgetter(*ALERT)

EARLIER = """
INSERT INTO stock_movements (
    id, site_id, spare_part_id, place_id, movement_type, quantity, unit_price, amount, currency, notes, occurred_at, created_at
)
SELECT md5(x.id::text || year || way)::uuid, x.site_id, x.part_id, l.place_id, way, sign * q, p.unit_price, sign * q * p.unit_price, p.currency,
    'Reprise de l’ancien logiciel.', at, at
FROM stock x JOIN spare_parts p ON p.id = x.part_id
    JOIN LATERAL (SELECT place_id FROM place_stock y WHERE y.stock_id = x.id ORDER BY place_id LIMIT 1) l ON true,
    generate_series(1, $2::integer) year,
    (VALUES ('in', 1, interval '0'), ('out', -1, interval '200 days')) s (way, sign, later),
    LATERAL (SELECT greatest(p.minimum_stock, 1) + year % 4 AS q, $1::timestamptz - year * interval '365 days' + later
        + (hashtext(x.id::text || year) % 5000000) * interval '1 second' AS at) w
"""
"""What came in a year went out of it: of each stock two lines a year, at the price of today."""


def what_there_is(catalogue: Catalogue, ledger: Ledger, since: float) -> Iterator[Table]:
    """The catalogue and the stores, in the order in which tables name each other."""
    at = instant(since)
    yield _rows(PartCategory, catalogue.categories.values(), at)
    yield _rows(Supplier, (supplier.row for supplier in catalogue.suppliers), at)
    parts, dice = [part.row for part in catalogue.parts], Dice(catalogue.seed, "labels of stock")
    labels = [dice.label_code() for _ in parts]
    table, columns, records = _rows(Part, parts, at)
    kept = [(*record, row.barcodes, [label]) for record, row, label in zip(records, parts, labels, strict=True)]
    yield table, (*columns, "kept_barcodes", "kept_labels"), kept
    yield str(PartBarcode.__tablename__), ("code", "part_id"), [(code, row.id) for row in parts for code in row.barcodes]
    places = [row for store in ledger.stores for row in store.rows]
    yield _rows(StoragePlace, places, at)
    for column, rows, codes in (("part_id", parts, labels), ("place_id", places, [dice.label_code() for _ in places])):
        stuck = [(code, row.id, at, at) for code, row in zip(codes, rows, strict=True)]
        yield str(LabelCode.__tablename__), ("code", column, "created_at", "linked_at"), stuck


def what_happened(ledger: Ledger) -> Iterator[Table]:
    """Since the last time."""
    lines, used, alerts = ledger.lines, ledger.used, ledger.alerts
    ledger.lines, ledger.used, ledger.alerts = [], [], []
    yield str(StockMovement.__tablename__), (*LINE, "created_by", "created_at"), [(*_line(row), by, row.occurred_at) for row, by in lines]
    yield str(JobPart.__tablename__), (*USED, "created_at", "updated_at"), [(*_used(row), instant(at), instant(at)) for row, at in used]
    yield str(StockAlert.__tablename__), (*ALERT, "created_at"), [(*_alert(alert), alert.occurred_at) for alert in alerts]


def what_is_left(ledger: Ledger) -> Iterator[Table]:
    at = instant(ledger.now)
    stocks = [kept.stock for kept in ledger.kept.values()]
    yield _rows(Stock, stocks, at)
    columns = ("stock_id", "place_id", "quantity", "count_since", "counted_at")
    at_places = [(stock.id, p.place_id, p.quantity, p.count_since, p.counted_at) for stock in stocks for p in stock.places]
    yield str(PlaceStock.__tablename__), columns, at_places


def what_is_coming(orders: Sequence[PurchaseOrderRow], ledger: Ledger) -> Iterator[Table]:
    if orders:
        yield _rows(PurchaseOrder, orders, instant(ledger.now))
    columns = tuple(PurchaseOrderLine.model_fields)
    lines = [{**line.model_dump(), "order_id": order.id, "place": place} for order in orders for place, line in enumerate(order.lines)]
    yield str(PurchaseOrderLine.__tablename__), columns, [tuple(line[name] for name in columns) for line in lines]


def what_is_counted(takes: Sequence[Take], ledger: Ledger) -> Iterator[Table]:
    at, lines = instant(ledger.now), [line for take in takes for line in take.lines.values()]
    yield _rows(Stocktake, (take.stocktake for take in takes), at)
    if lines:
        yield _rows(StocktakeLine, lines, at)
    counts = [(each.id, line.id, each.counted, each.counted_by, each.counted_at, each.counted_at) for line in lines for each in line.counts]
    yield str(StocktakeCount.__tablename__), ("id", "line_id", "counted", "counted_by", "counted_at", "created_at"), counts


def what_is_wanted(rows: Sequence[ReservationRow], now: float) -> Table:
    columns = (*columns_of(Reservation, rows[0]), "created_at", "updated_at") if rows else ()
    records = [(*columns_of(Reservation, row).values(), row.reserved_at, instant(now)) for row in rows]
    return str(Reservation.__tablename__), columns, records


def _rows(table: type[SQLModel], rows: Any, at: datetime) -> Table:
    made = [_record(table, row, at) for row in rows]
    return str(table.__tablename__), tuple(made[0]), [tuple(record.values()) for record in made]


def _record(table: type[SQLModel], row: Row, at: datetime) -> dict[str, Any]:
    columns = columns_of(table, row)
    for name in ("offers", "specifications"):
        if name in columns:
            columns[name] = json.dumps(columns[name])
    return {**columns, "created_at": at, "updated_at": at}
