"""What commands do to stocktakes: the server's rules, on what the device holds."""

from typing import Any

from mobile_app.core.projection import Rows, carries, foretells, keep
from shared_models.inventory.rows import PartRow, PlaceRow, StockRow, stock_id
from shared_models.inventory.rules import Doubted, Shelf, doubting
from shared_models.refusals import AlreadyExists, NotFound
from shared_models.rules import By
from shared_models.stocktakes import commands as st
from shared_models.stocktakes import rules
from shared_models.stocktakes.rows import StocktakeLineRow, StocktakeRow, line_id


@foretells(st.OpenStocktake)
def _open(rows: Rows, cmd: st.OpenStocktake, by: By) -> None:
    if rows.get(StocktakeRow, cmd.stocktake_id):
        raise AlreadyExists(field="stocktake_id")
    places = [place for place_id in dict.fromkeys(cmd.place_ids) if (place := rows.get(PlaceRow, place_id))]
    opened = rules.open_(rules.Chosen(places, [stock for stock in rows.every(StockRow) if stock.site_id == cmd.site_id]), cmd, by)
    for row in (opened.stocktake, *opened.lines):
        rows.put(row)


@foretells(st.CountLine)
def _count(rows: Rows, cmd: st.CountLine, by: By) -> None:
    stocktake, part = _there(rows.get(StocktakeRow, cmd.stocktake_id)), _there(rows.get(PartRow, cmd.part_id))
    line = rows.get(StocktakeLineRow, line_id(stocktake.id, cmd.place_id, part.id))
    counted = rules.count(rules.Counting(stocktake, line, part), cmd, by)
    rows.put(counted.line)
    keep(rows, counted.of, by)


@foretells(st.AskAgain)
def _ask_again(rows: Rows, cmd: st.AskAgain, by: By) -> None:
    lines = [line for line_ in dict.fromkeys(cmd.line_ids) if (line := rows.get(StocktakeLineRow, line_))]
    asked = rules.ask_again(rules.Looked(_there(rows.get(StocktakeRow, cmd.stocktake_id)), lines), cmd, by)
    for row in (asked.stocktake, *asked.lines):
        rows.put(row)


@carries(Doubted)
def _doubt(rows: Rows, doubted: Doubted, _: By) -> None:
    part, place = _there(rows.get(PartRow, doubted.part_id)), _there(rows.get(PlaceRow, doubted.place_id))
    shelf = Shelf(part, place, rows.get(StockRow, stock_id(part.id, place.site_id)))
    rows.put(doubting(shelf, doubted))


def _there(found: Any) -> Any:
    if found is None:
        raise NotFound
    return found
