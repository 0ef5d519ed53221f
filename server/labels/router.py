from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from server.core.access import Actor, require
from server.core.database import ReadSession, ReadSessionDep, SessionDep
from server.core.gates import GatesDep
from server.core.settings import Settings
from server.core.sql import Written
from server.core.writes import WriteRoute
from server.equipment.rows import EQUIPMENT
from server.labels import service, sheets
from shared_models.equipment.rows import EquipmentRow
from shared_models.labels.sheets import BlankLabels, LabelFormatRead, LabelSheet, LabelTarget, UnprintableLabel
from shared_models.numbers import NUMBER
from shared_models.text import Code

Reader = Annotated[Actor, require("equipment:read")]
Writer = Annotated[Actor, require("equipment:write")]
StockReader = Annotated[Actor, require("inventory:read")]
router = APIRouter(tags=["labels"], route_class=WriteRoute)
PDF = "application/pdf"
_NAMED = {"Content-Disposition": 'attachment; filename="etabli-labels.pdf"'}


def _base_url(request: Request) -> str:
    return cast("Settings", request.app.state.settings).public_url


@router.get("/labels/formats")
async def list_formats(_: Reader) -> list[LabelFormatRead]:
    return [
        LabelFormatRead(format=name, width_mm=layout.size[0], height_mm=layout.size[1], per_page=layout.per_page)
        for name, layout in sheets.LAYOUTS.items()
    ]


@router.get("/labels/{code}", response_model=EquipmentRow)
async def resolve_label(actor: Reader, session: ReadSessionDep, code: Code) -> Response:
    """The machine behind a code, typed or scanned."""
    return Written(await EQUIPMENT.written(session, await service.machine_of(session, actor, code)))


@router.get("/labels/{code}/target")
async def resolve_any_label(actor: Reader, session: ReadSessionDep, code: Code) -> LabelTarget:
    """What is behind a code, typed or scanned: a machine, a part, or a storage place."""
    return await service.thing_of(session, actor, code)


Pixels = Annotated[int, Query(ge=64, le=2048), NUMBER]


@router.get("/equipment/{equipment_id}/label.png", response_class=Response)
async def read_label_picture(
    request: Request, actor: Reader, session: ReadSessionDep, equipment_id: UUID, pixels: Pixels = 512
) -> Response:  # fmt: skip
    """The QR code alone, with its quiet zone."""
    return await _picture(request, actor, session, LabelSheet(equipment_ids=[equipment_id]), pixels)


@router.get("/inventory/parts/{part_id}/label.png", response_class=Response)
async def read_part_label_picture(
    request: Request, actor: StockReader, session: ReadSessionDep, part_id: UUID, pixels: Pixels = 512
) -> Response:  # fmt: skip
    """Likewise of a part."""
    return await _picture(request, actor, session, LabelSheet(part_ids=[part_id]), pixels)


@router.get("/inventory/places/{place_id}/label.png", response_class=Response)
async def read_place_label_picture(
    request: Request, actor: StockReader, session: ReadSessionDep, place_id: UUID, pixels: Pixels = 512
) -> Response:  # fmt: skip
    """Likewise of a storage place."""
    return await _picture(request, actor, session, LabelSheet(place_ids=[place_id]), pixels)


async def _picture(request: Request, actor: Actor, session: ReadSession, of: LabelSheet, pixels: int) -> Response:
    png = await service.picture(session, actor, of, base_url=_base_url(request), pixels=pixels)
    return Response(png, media_type="image/png")


@router.post("/labels/check")
async def check_sheet(actor: Reader, session: ReadSessionDep, cmd: LabelSheet) -> list[UnprintableLabel]:
    """Before printing: which labels would have boxes in place of letters."""
    return await service.unprintable(session, actor, cmd)


@router.post("/labels/sheet", response_class=Response)
async def print_sheet(request: Request, actor: Reader, session: ReadSessionDep, gates: GatesDep, cmd: LabelSheet) -> Response:
    async with gates.printing.passed():
        content = await service.sheet(session, actor, cmd, base_url=_base_url(request))
    return Response(content, media_type=PDF, headers=_NAMED)


@router.post("/labels/blank", response_class=Response)
async def print_blank_labels(request: Request, actor: Writer, session: SessionDep, gates: GatesDep, cmd: BlankLabels) -> Response:
    """New codes and the sheet to print them; they are linked to machines by scanning."""
    async with gates.printing.passed():
        content = await service.blank_sheet(session, actor, cmd, base_url=_base_url(request))
    return Response(content, media_type=PDF, headers=_NAMED)
