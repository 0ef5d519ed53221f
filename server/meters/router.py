from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, Security, status
from fastapi.security import APIKeyHeader

from server.core.access import Actor, require
from server.core.database import ReadPoolDep, Session, SessionDep
from server.core.http import language_of
from server.core.list_routes import lists
from server.core.sql import JSON
from server.core.writes import WriteRoute
from server.meters import listing, repository, service, sources
from server.meters.models import ReadingSource
from shared_models.meters.commands import CreateMeter, OnMeter, RecordReading, ResetMeter, UpdateMeter, VoidReading
from shared_models.meters.rows import MeterRow
from shared_models.meters.sources import ReadingReport, ReadingReportAnswer, ReadingSourceCreate, ReadingSourceKey, ReadingSourceRead

Reader = Annotated[Actor, require("equipment:read")]
Writer = Annotated[Actor, require("equipment:write")]
Worker = Annotated[Actor, require("maintenance:read")]  # the service asks for one of several permissions
Settler = Annotated[Actor, require("settings:write")]
_ONE = "/meters/{meter_id}"
_KEY = APIKeyHeader(name="X-API-Key", scheme_name="reading source key", auto_error=False)
router = APIRouter(tags=["meters"], route_class=WriteRoute)
lists(router, "/meters", listing.METERS, Reader)
lists(router, _ONE + "/readings", listing.READINGS, Reader)
lists(router, "/reading-sources", listing.SOURCES, Settler)


async def _source(session: SessionDep, pool: ReadPoolDep, key: Annotated[str | None, Security(_KEY)]) -> ReadingSource:
    return await sources.identify(session, pool, key)


async def _row(session: Session, cmd: OnMeter | CreateMeter | UpdateMeter, status_code: int = status.HTTP_200_OK) -> Response:
    return Response(await repository.read_json(session, cmd.meter_id), status_code, media_type=JSON)


@router.get(_ONE, response_model=MeterRow)
async def read_meter(actor: Reader, pool: ReadPoolDep, meter_id: UUID) -> Response:
    return await listing.one(pool, actor, meter_id)


@router.post("/meters", status_code=status.HTTP_201_CREATED, response_model=MeterRow)
async def create_meter(actor: Writer, session: SessionDep, cmd: CreateMeter) -> Response:
    await service.create(session, actor, cmd)
    return await _row(session, cmd, status.HTTP_201_CREATED)


@router.put(_ONE, response_model=MeterRow)
async def update_meter(actor: Writer, session: SessionDep, meter_id: UUID, cmd: UpdateMeter) -> Response:
    await service.update(session, actor, cmd)
    return await _row(session, cmd)


@router.post(_ONE + "/readings", status_code=status.HTTP_201_CREATED, response_model=MeterRow)
async def record_reading(actor: Worker, session: SessionDep, meter_id: UUID, cmd: RecordReading) -> Response:
    await service.record_reading(session, actor, cmd)
    return await _row(session, cmd, status.HTTP_201_CREATED)


@router.post(_ONE + "/readings/{reading_id}/void", response_model=MeterRow)
async def void_reading(actor: Worker, session: SessionDep, meter_id: UUID, reading_id: UUID, cmd: VoidReading) -> Response:
    await service.void_reading(session, actor, cmd)
    return await _row(session, cmd)


@router.post(_ONE + "/resets", status_code=status.HTTP_201_CREATED, response_model=MeterRow)
async def reset_meter(actor: Worker, session: SessionDep, meter_id: UUID, cmd: ResetMeter) -> Response:
    await service.reset(session, actor, cmd)
    return await _row(session, cmd, status.HTTP_201_CREATED)


# --- machines that report by themselves


@router.post("/meters/readings")
async def report_readings(
    request: Request, source: Annotated[ReadingSource, Depends(_source, scope="function")], session: SessionDep, report: ReadingReport
) -> ReadingReportAnswer:
    """Each reading is judged for itself: `recorded`, `known` when its `id` has come before, or `rejected` with the reason."""
    return await sources.report(session, source, report, language_of(request))


@router.post("/reading-sources", status_code=status.HTTP_201_CREATED)
async def create_reading_source(actor: Settler, session: SessionDep, cmd: ReadingSourceCreate) -> ReadingSourceKey:
    return await sources.create(session, actor, cmd)


@router.post("/reading-sources/{source_id}/revoke")
async def revoke_reading_source(actor: Settler, session: SessionDep, source_id: UUID) -> ReadingSourceRead:
    return ReadingSourceRead.model_validate(await sources.revoke(session, actor, source_id))
