from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from server.core.access import Actor, require
from server.core.command_routes import command, row_of
from server.core.database import ReadPoolDep
from server.core.list_routes import lists
from server.core.writes import WriteRoute
from server.stocktakes import listing
from server.stocktakes import service as _service  # noqa: F401 - it carries the commands out
from server.stocktakes.rows import STOCKTAKE
from shared_models.permissions import KEEP_STOCK
from shared_models.stocktakes import commands as st
from shared_models.stocktakes.rows import StocktakeRow

Reader = Annotated[Actor, require("inventory:read")]
Keeper = Annotated[Actor, require(*KEEP_STOCK)]
router = APIRouter(prefix="/inventory", tags=["stocktakes"], route_class=WriteRoute)
lists(router, "/stocktakes", listing.STOCKTAKES, Reader)
lists(router, "/stocktake-lines", listing.LINES, Keeper)


@router.get("/stocktakes/{stocktake_id}", response_model=StocktakeRow)
async def read_stocktake(actor: Reader, pool: ReadPoolDep, stocktake_id: UUID) -> Response:
    return await STOCKTAKE.read(pool, stocktake_id, actor)


_STOCKTAKE, _ONE = row_of(STOCKTAKE, "stocktake_id"), "/stocktakes/{stocktake_id}"
command(router, "POST", "/stocktakes", st.OpenStocktake, _STOCKTAKE, status_code=201)
command(router, "POST", _ONE + "/count", st.CountLine, _STOCKTAKE)
command(router, "POST", _ONE + "/ask-again", st.AskAgain, _STOCKTAKE)
command(router, "POST", _ONE + "/finish", st.FinishCounting, _STOCKTAKE)
command(router, "POST", _ONE + "/approve", st.ApproveStocktake, _STOCKTAKE)
command(router, "POST", _ONE + "/cancel", st.CancelStocktake, _STOCKTAKE)
