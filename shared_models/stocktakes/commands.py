"""What people do to stocktakes."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared_models.base import ONE_LINE, Command, Id, Line, NewId, Version
from shared_models.inventory.quantities import Counted
from shared_models.permissions import KEEP_STOCK, TAKE_PARTS
from shared_models.stocktakes.rows import StocktakeRow


class OnStocktake(Command, on=(StocktakeRow, "stocktake_id")):
    stocktake_id: Id


class OpenStocktake(Command, needs=KEEP_STOCK, on=(StocktakeRow, "stocktake_id")):
    """Asks for a count of what the books have at these places; who may take parts there may count."""

    type: Literal["stocktake.open"] = "stocktake.open"
    stocktake_id: NewId
    site_id: Id
    place_ids: Annotated[list[Id], Field(min_length=1, max_length=500)]
    notes: Line = ""


class CountLine(OnStocktake, needs=TAKE_PARTS):
    """What lay there at `occurred_at`, counted without knowing what should. Another count of the line stands beside it: the later holds."""

    type: Literal["stocktake.count"] = "stocktake.count"
    count_id: NewId
    place_id: Id
    part_id: Id
    counted: Counted


class AskAgain(OnStocktake, needs=KEEP_STOCK):
    """Counts of these lines until now do not hold."""

    type: Literal["stocktake.ask_again"] = "stocktake.ask_again"
    line_ids: Annotated[list[Id], Field(min_length=1, max_length=2_000)]


class FinishCounting(OnStocktake, needs=TAKE_PARTS):
    """It is ready to be looked at; what is still told of is taken in."""

    type: Literal["stocktake.finish"] = "stocktake.finish"


class CancelStocktake(OnStocktake, needs=KEEP_STOCK):
    type: Literal["stocktake.cancel"] = "stocktake.cancel"


class ApproveStocktake(OnStocktake, needs=KEEP_STOCK, pushed=False):
    """What was counted holds: the books of each count's instant are made to agree. `version` is the one whose counts were looked at.

    Only the server knows what the books had then, so no device foretells it.
    """

    type: Literal["stocktake.approve"] = "stocktake.approve"
    version: Version
    reason: Annotated[str, StringConstraints(min_length=1, max_length=200), ONE_LINE]
