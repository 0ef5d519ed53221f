from typing import Annotated

from fastapi import APIRouter, Query

from server.audit import repository
from server.core.access import Actor, require
from server.core.database import ReadSessionDep
from server.core.writes import WriteRoute
from shared_models.audit import AuditFilter, AuditPage

AuditReader = Annotated[Actor, require("audit:read")]
router = APIRouter(prefix="/audit", tags=["audit"], route_class=WriteRoute)


@router.get("")
async def search_audit(actor: AuditReader, session: ReadSessionDep, filters: Annotated[AuditFilter, Query()]) -> AuditPage:
    return await repository.search(session, actor, filters)
