from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, Security, status
from fastapi.security import APIKeyHeader

from server.core.access import Actor, require
from server.core.command_routes import command, row_of
from server.core.database import ReadPoolDep, SessionDep
from server.core.http import language_of
from server.core.list_routes import lists
from server.core.writes import WriteRoute
from server.meters import listing, sources
from server.meters.models import ReadingSource
from server.meters.rows import METER
from shared_models.meters.commands import CreateMeter, RecordReading, ResetMeter, UpdateMeter, VoidReading
from shared_models.meters.rows import MeterRow
from shared_models.meters.sources import ReadingReport, ReadingReportAnswer, ReadingSourceCreate, ReadingSourceKey, ReadingSourceRead

Reader = Annotated[Actor, require("equipment:read")]
SettingsWriter = Annotated[Actor, require("settings:write")]
_ONE = "/meters/{meter_id}"
_KEY = APIKeyHeader(name="X-API-Key", scheme_name="reading source key", auto_error=False)
router = APIRouter(tags=["meters"], route_class=WriteRoute)
lists(router, "/meters", listing.METERS, Reader)
lists(router, _ONE + "/readings", listing.READINGS, Reader)
lists(router, "/reading-sources", listing.SOURCES, SettingsWriter)


async def _source(session: SessionDep, pool: ReadPoolDep, key: Annotated[str | None, Security(_KEY)]) -> ReadingSource:
    return await sources.identify(session, pool, key)


@router.get(_ONE, response_model=MeterRow)
async def read_meter(actor: Reader, pool: ReadPoolDep, meter_id: UUID) -> Response:
    return await METER.read(pool, meter_id, actor)


_ROW = row_of(METER, "meter_id")
command(router, "POST", "/meters", CreateMeter, _ROW, status_code=status.HTTP_201_CREATED)
command(router, "PUT", _ONE, UpdateMeter, _ROW)
command(router, "POST", _ONE + "/readings", RecordReading, _ROW, status_code=status.HTTP_201_CREATED)
command(router, "POST", _ONE + "/readings/{reading_id}/void", VoidReading, _ROW)
command(router, "POST", _ONE + "/resets", ResetMeter, _ROW, status_code=status.HTTP_201_CREATED)


# --- machines that report by themselves


@router.post("/meters/readings")
async def report_readings(
    request: Request, source: Annotated[ReadingSource, Depends(_source, scope="function")], session: SessionDep, report: ReadingReport
) -> ReadingReportAnswer:
    """Each reading is judged for itself: `recorded`, `known` when its `id` has come before, or `rejected` with the reason."""
    return await sources.report(session, source, report, language_of(request))


@router.post("/reading-sources", status_code=status.HTTP_201_CREATED)
async def create_reading_source(actor: SettingsWriter, session: SessionDep, cmd: ReadingSourceCreate) -> ReadingSourceKey:
    return await sources.create(session, actor, cmd)


@router.post("/reading-sources/{source_id}/revoke")
async def revoke_reading_source(actor: SettingsWriter, session: SessionDep, source_id: UUID) -> ReadingSourceRead:
    return ReadingSourceRead.model_validate(await sources.revoke(session, actor, source_id))
