from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, Security, status
from fastapi.security import APIKeyHeader

from server.core.access import Actor, require
from server.core.database import ReadPoolDep, Session, SessionDep
from server.core.http import language_of
from server.core.sql import JSON
from server.core.writes import WriteRoute
from server.meters import listing, repository, service, sources
from server.meters.models import ReadingSource
from shared_models.meters.commands import CreateMeter, OnMeter, RecordReading, ResetMeter, UpdateMeter, VoidReading
from shared_models.meters.rows import MeterFilter, MeterListItem, MeterRow, ReadingPage
from shared_models.meters.sources import ReadingReport, ReadingReportAnswer, ReadingSourceCreate, ReadingSourceKey, ReadingSourceRead
from shared_models.numbers import NUMBER
from shared_models.paging import Page, PageQuery
from shared_models.text import Key

Reader = Annotated[Actor, require("equipment:read")]
Writer = Annotated[Actor, require("equipment:write")]
Worker = Annotated[Actor, require("maintenance:read")]  # the service asks for one of several permissions
Settler = Annotated[Actor, require("settings:write")]
_ONE = "/meters/{meter_id}"
_KEY = APIKeyHeader(name="X-API-Key", scheme_name="reading source key", auto_error=False)
router = APIRouter(tags=["meters"], route_class=WriteRoute)


async def _source(session: SessionDep, pool: ReadPoolDep, key: Annotated[str | None, Security(_KEY)]) -> ReadingSource:
    return await sources.identify(session, pool, key)


async def _row(session: Session, cmd: OnMeter | CreateMeter | UpdateMeter, status_code: int = status.HTTP_200_OK) -> Response:
    return Response(await repository.read_json(session, cmd.meter_id), status_code, media_type=JSON)


@router.get("/meters", response_model=Page[MeterListItem])
async def list_meters(actor: Reader, pool: ReadPoolDep, filters: Annotated[MeterFilter, Query()]) -> Response:
    return await listing.page(pool, actor, filters)


@router.get(_ONE, response_model=MeterRow)
async def read_meter(actor: Reader, pool: ReadPoolDep, meter_id: UUID) -> Response:
    return await listing.one(pool, actor, meter_id)


@router.get(_ONE + "/readings", response_model=ReadingPage)
async def list_readings(
    actor: Reader, pool: ReadPoolDep, meter_id: UUID,
    cursor: Annotated[Key | None, Query()] = None, size: Annotated[int, Query(ge=1, le=200), NUMBER] = 50,
) -> Response:  # fmt: skip
    return await listing.readings(pool, actor, meter_id, cursor=cursor, size=size)


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


@router.get("/reading-sources", response_model=Page[ReadingSourceRead])
async def list_reading_sources(actor: Settler, pool: ReadPoolDep, page: Annotated[PageQuery, Query()]) -> Response:
    return await listing.sources(pool, actor, page)


@router.post("/reading-sources", status_code=status.HTTP_201_CREATED)
async def create_reading_source(actor: Settler, session: SessionDep, cmd: ReadingSourceCreate) -> ReadingSourceKey:
    return await sources.create(session, actor, cmd)


@router.post("/reading-sources/{source_id}/revoke")
async def revoke_reading_source(actor: Settler, session: SessionDep, source_id: UUID) -> ReadingSourceRead:
    return ReadingSourceRead.model_validate(await sources.revoke(session, actor, source_id))
