from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import StreamingResponse

from server.core.access import Actor, require
from server.core.database import ReadPoolDep
from server.core.exports import FileAnswer, spooled
from server.core.gates import GatesDep
from server.core.list_routes import MEDIA, FileType
from server.core.writes import WriteRoute
from server.kpis import charts, figures, proofs, rollup
from server.kpis.files import sheet_of, values_of
from shared_models.kpis.registry import KpiKey
from shared_models.kpis.rows import Board, Charts, KpiQuery, Months, Proof, ProofQuery, Report, ReportQuery

Reader = Annotated[Actor, require("dashboard:read")]
Reporter = Annotated[Actor, require("reports:generate")]
router = APIRouter(tags=["kpis"], route_class=WriteRoute)
_FILES: dict[int | str, dict[str, Any]] = {200: {"content": {media: {} for media in MEDIA.values()}}}


@router.get("/dashboard/kpis")
async def read_kpis(actor: Reader, pool: ReadPoolDep, query: Annotated[KpiQuery, Query()]) -> Board:
    """This month's figures of all that the reader sees, or of what is chosen, beside those of the period before."""
    return await figures.board(pool, actor, query)


@router.get("/dashboard/kpis/{kpi}")
async def open_kpi(actor: Reader, pool: ReadPoolDep, kpi: KpiKey, query: Annotated[ProofQuery, Query()]) -> Proof:
    """A figure's formula, what it counts, and what it leaves out and why."""
    return await proofs.proof(pool, actor, kpi, query)


@router.get("/dashboard/kpis/{kpi}/export.{file_type}", response_class=StreamingResponse, responses=_FILES)
async def export_kpi(
    actor: Reader, pool: ReadPoolDep, gates: GatesDep, kpi: KpiKey, file_type: FileType, query: Annotated[ProofQuery, Query()]
) -> StreamingResponse:  # fmt: skip
    """All its events; the workbook computes the figure again out of their cells."""
    heavy: AbstractAsyncContextManager[None] = gates.workbooks.passed() if file_type is FileType.xlsx else nullcontext()
    async with heavy:
        found, statement = await proofs.whole(pool, actor, kpi, query)
        sheet = sheet_of(found, actor.lang, is_workbook=file_type is FileType.xlsx)
        spool = await spooled(pool, statement, sheet, values_of(actor.lang))
    return FileAnswer(spool, name=f"etabli-{kpi.replace('_', '-')}-{found.until:%Y-%m-%d}.{file_type}", media_type=MEDIA[file_type])


@router.get("/dashboard/months")
async def read_months(actor: Reader, pool: ReadPoolDep, query: Annotated[KpiQuery, Query()]) -> Months:
    """How long machines stood still and how often they failed, month by month: twelve at least."""
    return await rollup.months(pool, actor, query)


@router.get("/dashboard/charts")
async def read_charts(actor: Reader, pool: ReadPoolDep, query: Annotated[KpiQuery, Query()]) -> Charts:
    """What stands still longest, fails most often, takes longest to mend and costs most."""
    return await charts.charts(pool, actor, query)


@router.get("/reports/maintenance")
async def read_report(actor: Reporter, pool: ReadPoolDep, query: Annotated[ReportQuery, Query()]) -> Report:
    """The period's figures, and those of each machine."""
    return await charts.report(pool, actor, query)
