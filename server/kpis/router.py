from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import StreamingResponse

from server.core.access import Actor, require
from server.core.database import ReadPoolDep
from server.core.exports import FileAnswer, spooled
from server.core.gates import Gates, GatesDep
from server.core.list_routes import MEDIA, FileType
from server.core.read_pool import ReadPool
from server.core.writes import WriteRoute
from server.kpis import charts, figures, proofs, rollup, waiting, worst, worth
from server.kpis.files import Table, sheet_of
from shared_models.kpis.registry import KpiKey
from shared_models.kpis.rows import Board, Charts, KpiQuery, Months, Proof, ProofQuery, Report, ReportQuery
from shared_models.kpis.waiting import Breakdown, Waiting, WaitingQuery
from shared_models.kpis.worst import Worst, WorstQuery
from shared_models.kpis.worth import PlansWorth, WorthQuery

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
    return await _exported(pool, gates, file_type, actor.lang, partial(proofs.whole, pool, actor, kpi, query))


async def _exported(
    pool: ReadPool, gates: Gates, file_type: FileType, lang: str, whole: Callable[[], Awaitable[Table]]
) -> FileAnswer:  # fmt: skip
    is_workbook = file_type is FileType.xlsx
    heavy: AbstractAsyncContextManager[None] = gates.workbooks.passed() if is_workbook else nullcontext()
    async with heavy:
        table = await whole()
        spool = await spooled(pool, table.statement, await sheet_of(table, lang, is_workbook=is_workbook), table.cells)
    return FileAnswer(spool, name=f"etabli-{table.name}.{file_type}", media_type=MEDIA[file_type])


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


@router.get("/dashboard/worst")
async def read_worst(actor: Reader, pool: ReadPoolDep, query: Annotated[WorstQuery, Query()]) -> Worst:
    """The machines that stood still longest, stopped or failed most often, cost most or failed again, and how they lie to the means."""
    return await worst.worst(pool, actor, query)


@router.get("/dashboard/worst/export.{file_type}", response_class=StreamingResponse, responses=_FILES)
async def export_worst(
    actor: Reader, pool: ReadPoolDep, gates: GatesDep, file_type: FileType, query: Annotated[WorstQuery, Query()]
) -> StreamingResponse:  # fmt: skip
    """All of them."""
    return await _exported(pool, gates, file_type, actor.lang, partial(worst.whole, pool, actor, query))


@router.get("/dashboard/waiting")
async def read_waiting(actor: Reader, pool: ReadPoolDep, query: Annotated[WaitingQuery, Query()]) -> Waiting:
    """What breakdowns waited for, from their stop to their validation, and the longest of them."""
    return await waiting.waiting(pool, actor, query)


@router.get("/dashboard/waiting/export.{file_type}", response_class=StreamingResponse, responses=_FILES)
async def export_waiting(
    actor: Reader, pool: ReadPoolDep, gates: GatesDep, file_type: FileType, query: Annotated[WaitingQuery, Query()]
) -> StreamingResponse:  # fmt: skip
    """The moments of all of them."""
    return await _exported(pool, gates, file_type, actor.lang, partial(waiting.whole, pool, actor, query))


@router.get("/dashboard/waiting/{intervention_id}")
async def read_breakdown(actor: Reader, pool: ReadPoolDep, intervention_id: UUID) -> Breakdown:
    """Where the time of one job went: which moments are known, and what lies between."""
    return await waiting.breakdown(pool, actor, intervention_id)


@router.get("/dashboard/plans")
async def read_plans_worth(actor: Reader, pool: ReadPoolDep, query: Annotated[WorthQuery, Query()]) -> PlansWorth:
    """What plans find and what fails between their visits; what that suggests changes nothing by itself."""
    return await worth.worth(pool, actor, query)


@router.get("/dashboard/plans/export.{file_type}", response_class=StreamingResponse, responses=_FILES)
async def export_plans_worth(
    actor: Reader, pool: ReadPoolDep, gates: GatesDep, file_type: FileType, query: Annotated[WorthQuery, Query()]
) -> StreamingResponse:  # fmt: skip
    """All plans that were visited in that time."""
    return await _exported(pool, gates, file_type, actor.lang, partial(worth.whole, pool, actor, query))
