from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response, status

from server.attachments.paper_routes import papers
from server.core.access import Actor, require
from server.core.command_routes import command, row_of
from server.core.database import ReadPoolDep, SessionDep
from server.core.list_routes import lists
from server.core.sql import Written
from server.core.writes import WriteRoute
from server.equipment import classes, listing, reading, ready, service
from server.equipment.rows import CLASS, LIFE, MACHINE
from shared_models.equipment import commands as eq
from shared_models.equipment.life import EquipmentLifeRow
from shared_models.equipment.rows import (
    EquipmentClassRow,
    EquipmentClassWrite,
    EquipmentRead,
    ReadyClass,
    ReadyClassesTake,
)

EquipmentReader = Annotated[Actor, require("equipment:read")]
EquipmentWriter = Annotated[Actor, require("equipment:write")]
router = APIRouter(tags=["equipment"], route_class=WriteRoute)
_ONE = "/equipment/{equipment_id}"
lists(router, "/equipment", listing.EQUIPMENT, EquipmentReader)
lists(router, _ONE + "/status-log", listing.STATUS_LOG, EquipmentReader)
lists(router, "/equipment-classes", listing.CLASSES, EquipmentReader)

_MACHINE = row_of(MACHINE, "equipment_id")
command(router, "POST", "/equipment", eq.CreateEquipment, _MACHINE, status_code=status.HTTP_201_CREATED)
command(router, "PUT", _ONE, eq.PutEquipment, _MACHINE)
command(router, "DELETE", _ONE, eq.ArchiveEquipment)
command(router, "POST", _ONE + "/status", eq.ChangeEquipmentStatus, _MACHINE)
command(router, "POST", _ONE + "/labels", eq.LinkLabel, _MACHINE)
papers(router, _ONE, "/documents", service.PAPERS, listing.DOCUMENTS, EquipmentReader, photo=_MACHINE)


@router.get(_ONE, response_model=EquipmentRead)
async def read_equipment(actor: EquipmentReader, pool: ReadPoolDep, equipment_id: UUID) -> Response:
    return await MACHINE.read(pool, equipment_id, actor)


@router.post(_ONE + "/restore", response_model=EquipmentRead)
async def restore_equipment(actor: EquipmentWriter, session: SessionDep, equipment_id: UUID) -> Response:
    await service.restore(session, actor, equipment_id)
    return Written(await MACHINE.written(session, equipment_id))


@router.get(_ONE + "/life", response_model=EquipmentLifeRow)
async def read_life(actor: EquipmentReader, pool: ReadPoolDep, equipment_id: UUID) -> Response:
    return await LIFE.read(pool, equipment_id, actor)


@router.get("/equipment-classes/ready")
async def list_ready_classes(_: EquipmentReader) -> list[ReadyClass]:
    """Pumps, motors, conveyors …: classes with their failure catalogues, to be taken over."""
    return ready.offered()


@router.post("/equipment-classes/ready", response_model=list[EquipmentClassRow])
async def take_ready_classes(actor: EquipmentWriter, session: SessionDep, cmd: ReadyClassesTake) -> Response:
    """Those whose code is there already are answered as they are."""
    return await reading.classes_after_write(session, await classes.take(session, actor, cmd))


@router.get("/equipment-classes/{class_id}", response_model=EquipmentClassRow)
async def read_class(actor: EquipmentReader, pool: ReadPoolDep, class_id: UUID) -> Response:
    return await CLASS.read(pool, class_id, actor)


@router.put("/equipment-classes/{class_id}", response_model=EquipmentClassRow)
async def write_class(actor: EquipmentWriter, session: SessionDep, class_id: UUID, cmd: EquipmentClassWrite) -> Response:
    """Creates the class too, when `version` is left out."""
    await classes.write(session, actor, cmd)
    return Written(await CLASS.written(session, class_id))


@router.delete("/equipment-classes/{class_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_class(actor: EquipmentWriter, session: SessionDep, class_id: UUID) -> None:
    """Refused while machines or sheets refer to it; retire it then."""
    await classes.delete(session, actor, class_id)
