from typing import Annotated

from fastapi import APIRouter, Query, Response

from server.calendar import listing
from server.core.access import Actor, require
from server.core.database import ReadPoolDep
from server.core.writes import WriteRoute
from shared_models.plans.calendar import CalendarEntry, CalendarQuery

Reader = Annotated[Actor, require("maintenance:read")]
router = APIRouter(prefix="/maintenance/calendar", tags=["calendar"], route_class=WriteRoute)


@router.get("", response_model=list[CalendarEntry])
async def read_calendar(actor: Reader, pool: ReadPoolDep, query: Annotated[CalendarQuery, Query()]) -> Response:
    """Occurrences to come and jobs of the days `since` to `until`, both included, on each site's wall clock."""
    return await listing.month(pool, actor, query)
