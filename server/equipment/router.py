from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response, status

from server.core.access import Actor, require, signed_in
from server.core.clock import now
from server.core.database import ReadPoolDep, SessionDep
from server.core.list_routes import lists
from server.core.writes import WriteRoute
from server.equipment import classes, listing, reading, ready, service
from shared_models.equipment.commands import (
    AddDocument,
    ArchiveEquipment,
    ChangeEquipmentStatus,
    CreateEquipment,
    LinkLabel,
    PutEquipment,
    RemoveDocument,
    SetEquipmentPhoto,
)
from shared_models.equipment.life import EquipmentLifeRow
from shared_models.equipment.rows import (
    DocumentRow,
    EquipmentClassRow,
    EquipmentClassWrite,
    EquipmentRead,
    ReadyClass,
    ReadyClassesTake,
)

EquipmentReader = Annotated[Actor, require("equipment:read")]
EquipmentWriter = Annotated[Actor, require("equipment:write")]
Somebody = Annotated[Actor, signed_in()]  # the service asks for one of several permissions
router = APIRouter(tags=["equipment"], route_class=WriteRoute)
lists(router, "/equipment", listing.EQUIPMENT, EquipmentReader)
lists(router, "/equipment/{equipment_id}/status-log", listing.STATUS_LOG, EquipmentReader)
lists(router, "/equipment/{equipment_id}/documents", listing.DOCUMENTS, EquipmentReader)
lists(router, "/equipment-classes", listing.CLASSES, EquipmentReader)


@router.post("/equipment", status_code=status.HTTP_201_CREATED, response_model=EquipmentRead)
async def create_equipment(actor: EquipmentWriter, session: SessionDep, cmd: CreateEquipment) -> Response:
    machine = await service.create(session, actor, cmd)
    return await reading.after_write(session, machine.id, status.HTTP_201_CREATED)


@router.get("/equipment/{equipment_id}", response_model=EquipmentRead)
async def read_equipment(actor: EquipmentReader, pool: ReadPoolDep, equipment_id: UUID) -> Response:
    return await reading.equipment(pool, actor, equipment_id)


@router.put("/equipment/{equipment_id}", response_model=EquipmentRead)
async def update_equipment(actor: EquipmentWriter, session: SessionDep, equipment_id: UUID, cmd: PutEquipment) -> Response:
    await service.put(session, actor, cmd)
    return await reading.after_write(session, equipment_id)


@router.delete("/equipment/{equipment_id}", status_code=status.HTTP_204_NO_CONTENT)
async def archive_equipment(actor: EquipmentWriter, session: SessionDep, equipment_id: UUID) -> None:
    await service.archive(session, actor, ArchiveEquipment(equipment_id=equipment_id, occurred_at=now()))


@router.post("/equipment/{equipment_id}/restore", response_model=EquipmentRead)
async def restore_equipment(actor: EquipmentWriter, session: SessionDep, equipment_id: UUID) -> Response:
    await service.restore(session, actor, equipment_id)
    return await reading.after_write(session, equipment_id)


@router.post("/equipment/{equipment_id}/status", response_model=EquipmentRead)
async def change_status(actor: Somebody, session: SessionDep, equipment_id: UUID, cmd: ChangeEquipmentStatus) -> Response:
    await service.change_status(session, actor, cmd)
    return await reading.after_write(session, equipment_id)


@router.get("/equipment/{equipment_id}/life", response_model=EquipmentLifeRow)
async def read_life(actor: EquipmentReader, pool: ReadPoolDep, equipment_id: UUID) -> Response:
    return await reading.life(pool, actor, equipment_id)


@router.post("/equipment/{equipment_id}/labels", response_model=EquipmentRead)
async def link_label(actor: Somebody, session: SessionDep, equipment_id: UUID, cmd: LinkLabel) -> Response:
    await service.link_label(session, actor, cmd)
    return await reading.after_write(session, equipment_id)


@router.put("/equipment/{equipment_id}/photo", response_model=EquipmentRead)
async def set_photo(actor: Somebody, session: SessionDep, equipment_id: UUID, cmd: SetEquipmentPhoto) -> Response:
    await service.set_photo(session, actor, cmd)
    return await reading.after_write(session, equipment_id)


@router.post("/equipment/{equipment_id}/documents", status_code=status.HTTP_201_CREATED, response_model=DocumentRow)
async def add_document(actor: EquipmentWriter, session: SessionDep, equipment_id: UUID, cmd: AddDocument) -> Response:
    document = await service.add_document(session, actor, cmd)
    return await reading.document_after_write(session, document.id)


@router.delete("/documents/{document_id}", status_code=status.HTTP_204_NO_CONTENT)
async def remove_document(actor: EquipmentWriter, session: SessionDep, document_id: UUID) -> None:
    await service.remove_document(session, actor, RemoveDocument(document_id=document_id, occurred_at=now()))


@router.get("/equipment-classes/ready")
async def list_ready_classes(_: EquipmentReader) -> list[ReadyClass]:
    """Pumps, motors, conveyors …: classes with their failure catalogues, to be taken over."""
    return ready.offered()


@router.post("/equipment-classes/ready", response_model=list[EquipmentClassRow])
async def take_ready_classes(actor: EquipmentWriter, session: SessionDep, cmd: ReadyClassesTake) -> Response:
    """Those whose code is there already are answered as they are."""
    return await reading.classes_after_write(session, await classes.take(session, actor, cmd))


@router.get("/equipment-classes/{class_id}", response_model=EquipmentClassRow)
async def read_class(_: EquipmentReader, pool: ReadPoolDep, class_id: UUID) -> Response:
    return await reading.equipment_class(pool, class_id)


@router.put("/equipment-classes/{class_id}", response_model=EquipmentClassRow)
async def write_class(actor: EquipmentWriter, session: SessionDep, class_id: UUID, cmd: EquipmentClassWrite) -> Response:
    """Creates the class too, when `version` is left out."""
    await classes.write(session, actor, cmd)
    return await reading.class_after_write(session, class_id)


@router.delete("/equipment-classes/{class_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_class(actor: EquipmentWriter, session: SessionDep, class_id: UUID) -> None:
    """Refused while machines or sheets refer to it; retire it then."""
    await classes.delete(session, actor, class_id)
