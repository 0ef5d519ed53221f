"""What devices hold of stocktakes: those under way with their lines, and what ended lately."""

from server.core.held import SINCE, hold
from server.core.sql import json_row, json_rows
from server.stocktakes.models import Stocktake, StocktakeLine
from shared_models.stocktakes import rows


def line_json(alias: str) -> str:
    counts = json_rows(rows.LineCount, "c", f"stocktake_count c where c.line_id = {alias}.id", "c.counted_at, c.id")
    return json_row(rows.StocktakeLineRow, alias, counts=counts)


STOCKTAKE = hold(rows.StocktakeRow, Stocktake, fresh=(f"(t.status in ('open', 'counted') or t.updated_at >= {SINCE})",))
LINE = hold(
    rows.StocktakeLineRow, StocktakeLine, line_json,
    fresh=("t.stocktake_id in (select s.id from stocktake s where s.status in ('open', 'counted'))",),
)  # fmt: skip
