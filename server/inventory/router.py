from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from server.attachments.paper_routes import papers
from server.core.access import Actor, require
from server.core.command_routes import command, row_of
from server.core.database import ReadPoolDep, ReadSessionDep, SessionDep
from server.core.list_routes import lists
from server.core.sql import Written
from server.core.writes import WriteRoute
from server.inventory import listing, service
from server.inventory.asked import AskedMovement
from server.inventory.rows import CATEGORY, PART, PLACE, SUPPLIER
from shared_models.inventory import commands as inv
from shared_models.inventory.reserving import PickPart, ReservePart
from shared_models.inventory.rows import MonthUse, PartRow, PlaceRow
from shared_models.permissions import KEEP_STOCK, TAKE_PARTS

Reader = Annotated[Actor, require("inventory:read")]
Mover = Annotated[Actor, require(*KEEP_STOCK, *TAKE_PARTS)]
router = APIRouter(prefix="/inventory", tags=["inventory"], route_class=WriteRoute)
lists(router, "/parts", listing.PARTS, Reader)
lists(router, "/stock", listing.STOCKS, Reader)
lists(router, "/movements", listing.MOVEMENTS, Reader)
lists(router, "/alerts", listing.ALERTS, Reader)
lists(router, "/reservations", listing.RESERVATIONS, Reader)
lists(router, "/categories", listing.CATEGORIES, Reader)
lists(router, "/suppliers", listing.SUPPLIERS, Reader)
lists(router, "/places", listing.PLACES, Reader)


@router.get("/parts/{part_id}", response_model=PartRow)
async def read_part(actor: Reader, pool: ReadPoolDep, part_id: UUID) -> Response:
    return await PART.read(pool, part_id, actor)


@router.get("/places/{place_id}", response_model=PlaceRow)
async def read_place(actor: Reader, pool: ReadPoolDep, place_id: UUID) -> Response:
    return await PLACE.read(pool, place_id, actor)


@router.get("/parts/{part_id}/use")
async def read_use(actor: Reader, session: ReadSessionDep, part_id: UUID) -> list[MonthUse]:
    """What was taken in each of the last twelve months, for jobs and otherwise."""
    return await service.use_by_month(session, actor, part_id)


@router.put("/parts/{part_id}/stock", response_model=PartRow)
async def move_stock(actor: Mover, session: SessionDep, part_id: UUID, asked: AskedMovement) -> Response:
    """A movement by its kind; without a place, at the default one of the only site that keeps the part."""
    await service.move_asked(session, actor, part_id, asked)
    return Written(await PART.written(session, part_id))


_PART = row_of(PART, "part_id")
_MOVES = "/parts/{part_id}/"
command(router, "POST", "/parts", inv.WritePart, _PART, status_code=201)
command(router, "POST", _MOVES + "barcodes", inv.LinkBarcode, _PART)
command(router, "POST", _MOVES + "barcodes/unlink", inv.UnlinkBarcode, _PART)
papers(router, "/parts/{part_id}", "/documents", service.PAPERS, listing.DOCUMENTS, Reader, photo=_PART)
command(router, "POST", _MOVES + "receive", inv.ReceiveStock, _PART)
command(router, "POST", _MOVES + "take", inv.TakeStock, _PART)
command(router, "POST", _MOVES + "give-back", inv.GiveBackStock, _PART)
command(router, "POST", _MOVES + "adjust", inv.AdjustStock, _PART)
command(router, "POST", _MOVES + "count", inv.CountStock, _PART)
command(router, "POST", _MOVES + "transfer", inv.TransferStock, _PART)
command(router, "PUT", _MOVES + "minimum", inv.SetMinimum, _PART)
command(router, "PUT", "/parts/{part_id}/reservation", ReservePart, _PART)
command(router, "PUT", "/parts/{part_id}/picked", PickPart, _PART)
command(router, "POST", "/categories", inv.WritePartCategory, row_of(CATEGORY, "category_id"))
command(router, "POST", "/suppliers", inv.WriteSupplier, row_of(SUPPLIER, "supplier_id"))
command(router, "POST", "/places", inv.WritePlace, row_of(PLACE, "place_id"))
