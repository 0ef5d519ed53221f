from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from server.core.access import Actor, require
from server.core.database import ReadSession, ReadSessionDep
from server.core.gates import Gates, GatesDep
from server.core.storage import StorageDep
from server.core.writes import WriteRoute
from server.reports import kept_routes, service
from server.reports.job_sheet import JobSheet
from server.reports.machine_file import MachineFile

Reader = Annotated[Actor, require("maintenance:read")]
MachineReader = Annotated[Actor, require("equipment:read")]
router = APIRouter(tags=["reports"], route_class=WriteRoute)
router.include_router(kept_routes.router)


@router.get("/maintenance/interventions/{intervention_id}/sheet.pdf", response_class=Response)
async def print_job(actor: Reader, session: ReadSessionDep, storage: StorageDep, gates: GatesDep, intervention_id: UUID) -> Response:
    """All of it on paper, with its photos and its signature, in the reader's language and the site's time."""
    sheet = await service.sheet_of_job(session, storage, gates.thumbnails, actor, intervention_id)
    return await _pdf(session, gates, sheet, str(sheet.job.number))


@router.get("/equipment/{equipment_id}/file.pdf", response_class=Response)
async def print_machine(actor: MachineReader, session: ReadSessionDep, gates: GatesDep, equipment_id: UUID) -> Response:
    """What the machine is, and its life: the newest thousand jobs."""
    found = await service.file_of_machine(session, actor, equipment_id)
    return await _pdf(session, gates, found, found.machine.code)


async def _pdf(session: ReadSession, gates: Gates, found: JobSheet | MachineFile, name: str) -> Response:
    """Its connection is not kept waiting for the printing."""
    await session.close()
    async with gates.printing.passed():
        content = await service.printed(found)
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}.pdf"'})
