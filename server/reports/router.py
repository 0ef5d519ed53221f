from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from server.core.access import Actor, require
from server.core.database import ReadSessionDep
from server.core.gates import GatesDep
from server.core.storage import StorageDep
from server.core.writes import WriteRoute
from server.reports import service

Reader = Annotated[Actor, require("maintenance:read")]
router = APIRouter(tags=["reports"], route_class=WriteRoute)


@router.get("/maintenance/interventions/{intervention_id}/sheet.pdf", response_class=Response)
async def print_job(actor: Reader, session: ReadSessionDep, storage: StorageDep, gates: GatesDep, intervention_id: UUID) -> Response:
    """All of it on paper, with its photos and its signature, in the reader's language and the site's time."""
    sheet = await service.sheet_of_job(session, storage, gates.thumbnails, actor, intervention_id)
    await session.close()
    async with gates.printing.passed():
        content = await service.printed(sheet)
    return Response(
        content, media_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{sheet.job.number}.pdf"'}
    )
