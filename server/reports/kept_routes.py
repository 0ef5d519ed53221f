"""Reports asked for and kept, each for whoever asked."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request, Response, status
from starlette.responses import StreamingResponse

from server.core.access import Actor, require
from server.core.database import ReadPoolDep, ReadSessionDep, SessionDep
from server.core.etags import is_known
from server.core.http import settings_of
from server.core.storage import StorageDep
from server.core.writes import WriteRoute
from server.reports import kept, schedules
from shared_models.reports.rows import AskReport, ReportRow, ScheduleRow, WriteSchedule

Reporter = Annotated[Actor, require("reports:generate")]
router = APIRouter(prefix="/reports", tags=["reports"], route_class=WriteRoute)


@router.get("")
async def list_reports(actor: Reporter, session: ReadSessionDep) -> list[ReportRow]:
    """One's own, the newest first."""
    return [ReportRow.model_validate(report) for report in await kept.mine(session, actor)]


@router.post("", status_code=status.HTTP_202_ACCEPTED)
async def ask_report(request: Request, actor: Reporter, session: SessionDep, pool: ReadPoolDep, cmd: AskReport) -> ReportRow:
    """It is made in the background; under the same id again, it is the one that there is."""
    settings = await settings_of(request)
    return ReportRow.model_validate(await kept.ask(session, pool, actor, cmd, kept_days=settings.report_days))


@router.get("/schedules")
async def list_schedules(actor: Reporter, session: ReadSessionDep) -> list[ScheduleRow]:
    """What comes by itself."""
    return [ScheduleRow.model_validate(schedule) for schedule in await schedules.everyone(session, actor)]


@router.post("/schedules")
async def write_schedule(actor: Reporter, session: SessionDep, cmd: WriteSchedule) -> ScheduleRow:
    """Makes one; with a `version`, changes it."""
    return ScheduleRow.model_validate(await schedules.write(session, actor, cmd))


@router.delete("/schedules/{schedule_id}", status_code=status.HTTP_204_NO_CONTENT)
async def remove_schedule(actor: Reporter, session: SessionDep, schedule_id: UUID) -> None:
    """The reports that it has brought stay."""
    await schedules.remove(session, actor, schedule_id)


@router.get("/{report_id}")
async def read_report(actor: Reporter, session: ReadSessionDep, report_id: UUID) -> ReportRow:
    return ReportRow.model_validate(await kept.one(session, actor, report_id))


@router.delete("/{report_id}", status_code=status.HTTP_204_NO_CONTENT)
async def remove_report(actor: Reporter, session: SessionDep, report_id: UUID) -> None:
    await kept.remove(session, actor, report_id)


@router.get("/{report_id}/file", response_class=Response)
async def read_report_file(
    request: Request, actor: Reporter, session: ReadSessionDep, storage: StorageDep, report_id: UUID
) -> Response:  # fmt: skip
    """The PDF."""
    report = await kept.file_of(session, actor, report_id)
    await session.close()
    assert report.sha256
    assert report.size_bytes
    name = quote(report.file_name, safe="")
    headers = {
        "ETag": f'"{report.sha256}"', "Cache-Control": "private, no-cache", "Vary": "Authorization", "X-Content-Type-Options": "nosniff",
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
    }  # fmt: skip
    if is_known(request.headers, headers["ETag"]):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
    headers["Content-Length"] = str(report.size_bytes)
    content = await storage.stream(report.sha256, report.size_bytes)
    return StreamingResponse(content, media_type="application/pdf", headers=headers)
