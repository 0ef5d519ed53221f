from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from server.buying import listing, papers, service
from server.buying.papers import Paper
from server.buying.rows import ORDER
from server.core.access import Actor, require
from server.core.command_routes import command, row_of
from server.core.database import ReadPoolDep, ReadSessionDep
from server.core.gates import GatesDep
from server.core.list_routes import lists
from server.core.writes import WriteRoute
from shared_models.buying import commands as buying
from shared_models.buying.rows import PurchaseListQuery, PurchaseOrderRow, Suggestion

Reader = Annotated[Actor, require("inventory:read")]
router = APIRouter(prefix="/inventory", tags=["buying"], route_class=WriteRoute)
lists(router, "/orders", listing.ORDERS, Reader)


@router.get("/purchase-list")
async def read_purchase_list(actor: Reader, session: ReadSessionDep, query: Annotated[PurchaseListQuery, Query()]) -> list[Suggestion]:
    """What the site is low of: how much to order, from whom, and why."""
    return await service.purchase_list(session, actor, query.site_id)


@router.get("/orders/{order_id}", response_model=PurchaseOrderRow)
async def read_order(actor: Reader, pool: ReadPoolDep, order_id: UUID) -> Response:
    return await ORDER.read(pool, order_id, actor)


@router.get("/orders/{order_id}/order.pdf", response_class=Response)
async def print_order(actor: Reader, session: ReadSessionDep, gates: GatesDep, order_id: UUID) -> Response:
    """In the supplier's language."""
    found = await service.paper(session, actor, order_id)
    async with gates.printing.passed():
        content = await service.printed(found)
    return Response(content, media_type="application/pdf", headers=_named(found, "pdf"))


@router.get("/orders/{order_id}/order.csv", response_class=Response)
async def export_order(actor: Reader, session: ReadSessionDep, order_id: UUID) -> Response:
    """In the supplier's language."""
    found = await service.paper(session, actor, order_id)
    return Response(papers.table(found), media_type="text/csv", headers=_named(found, "csv"))


def _named(paper: Paper, file_type: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{paper.number}.{file_type}"'}


_ORDER, _ONE = row_of(ORDER, "order_id"), "/orders/{order_id}"
command(router, "POST", "/orders", buying.WriteOrder, _ORDER, status_code=201)
command(router, "POST", _ONE + "/place", buying.PlaceOrder, _ORDER)
command(router, "POST", _ONE + "/receive", buying.ReceiveOrderLine, _ORDER)
command(router, "POST", _ONE + "/close", buying.CloseOrder, _ORDER)
command(router, "POST", _ONE + "/cancel", buying.CancelOrder, _ORDER)
