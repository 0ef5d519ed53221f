"""Every figure of the demonstration's board is what an auditor makes of its file, and what one machine's history says by itself."""

import io
import re
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from statistics import median
from typing import Any

import pytest
import time_machine
from python_calamine import CalamineWorkbook

from server.core.access import SYSTEM
from server.core.database import Database
from server.core.exports import spooled
from server.core.queries import sql
from server.core.read_pool import ReadPool
from server.demo import Summary
from server.kpis import charts, figures, proofs
from server.kpis.asking import asked
from server.kpis.facts import facts
from server.kpis.files import sheet_of, values_of
from shared_models.kpis.periods import Period
from shared_models.kpis.registry import WITHOUT_NUMBER
from shared_models.kpis.reliability import Metered, Stopped, reliability
from shared_models.kpis.rows import Figure, KpiQuery, ProofQuery, ReportQuery
from shared_models.kpis.statistics import percentile
from tests.server.demo.conftest import NOW

HOUR = timedelta(hours=1)


@pytest.fixture
async def pool(demo_url: str, summary: Summary) -> AsyncIterator[ReadPool]:
    database = Database(demo_url, pool_size=1)
    await database.start()
    yield database.pool
    await database.stop()


async def workbook(pool: ReadPool, figure: Figure, query: KpiQuery) -> bytes:
    asked = ProofQuery(**query.model_dump(), variant=figure.variant, currency=figure.currency)
    found, statement = await proofs.whole(pool, SYSTEM, figure.key, asked)
    with await spooled(pool, statement, sheet_of(found, "en", is_workbook=True), values_of("en")) as file:
        file.seek(0)
        return file.read()


def sums(rows: list[list[Any]], part: str = "") -> tuple[float, float]:
    counted = [row for row in rows if row[11] == 1 and row[0] == part]
    return sum(row[8] for row in counted), sum(row[9] for row in counted)


def recomputed(figure: Figure, rows: list[list[Any]]) -> float | None:
    """As somebody does who has the definitions and the file."""
    if figure.key == "availability_inherent":
        (ran, failures), (mended, repairs) = sums(rows, "mtbf"), sums(rows, "mrt")
        mtbf, mrt = ran / failures, mended / repairs
        return mtbf / (mtbf + mrt)
    counted = [float(row[8]) for row in rows if row[11] == 1]
    if figure.variant in {"median", "p90"}:
        return median(counted) if figure.variant == "median" else percentile(counted, 0.9)
    numerator, denominator = sums(rows)
    return numerator if figure.key == "cost" else numerator / denominator


@time_machine.travel(NOW, tick=False)
async def test_every_figure_is_what_its_file_comes_to(pool):
    """A currency at a time, with what is left out beside what counts; the workbook's own cells say the same."""
    query = KpiQuery(period=Period.quarter)
    board = await figures.board(pool, SYSTEM, query)
    given = [figure for figure in board.figures if figure.value is not None]
    assert {figure.key for figure in given} >= {
        "availability", "mtbf", "mttr", "mrt", "mdt", "availability_inherent", "preventive_share", "pm_compliance", "pm_success",
        "schedule_compliance", "lateness", "cost", "repeat_rate", "stock_turns",
    }  # fmt: skip
    for figure in given:
        content = await workbook(pool, figure, query)
        events, told = (CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(rank).to_python() for rank in (0, 1))
        what = (figure.key, figure.variant, figure.currency)
        assert recomputed(figure, events[1:]) == pytest.approx(figure.value, rel=1e-6), what
        cells = {line[0]: line[1] for line in told}
        assert cells["Value"] == pytest.approx(figure.value, rel=1e-6), what
        assert re.search(rb"<f>[^<]*(SUMIFS|MEDIAN|PERCENTILE)", zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet2.xml")), (
            what
        )
        if figure.key != "availability_inherent":
            assert sum(row[11] == 1 and row[1] not in WITHOUT_NUMBER for row in events[1:]) == cells["Number of events"] == figure.n, what
            assert sum(row[11] == 0 for row in events[1:]) == figure.left_out, what


STOPS = """select m.id, m.seen_from, m.seen_until, c.begins, c.ends, c.ran, i.stopped_at, i.restarted_at, i.stop_kind
from machine m left join counter c on c.equipment_id = m.id
left join maintenance_interventions i on i.equipment_id = m.id and i.stopped_at is not null and i.status <> 'cancelled'"""


async def test_each_machine_is_what_its_own_history_says(pool):
    query = ReportQuery(period=Period.quarter, size=200)
    this, _ = await asked(pool, SYSTEM, query)
    rows = await pool.fetch(*sql("{} " + STOPS, facts(this)).rendered())
    report = await charts.report(pool, SYSTEM, query)
    assert report.total == len({row["id"] for row in rows}) > 200
    for machine in report.machines:
        of = [row for row in rows if row["id"] == machine.id]
        first = of[0]
        stops = [Stopped(row["stopped_at"], row["restarted_at"], row["stop_kind"] == "failure") for row in of if row["stopped_at"]]
        metered = Metered((first["begins"], first["ends"]), timedelta(seconds=float(first["ran"]))) if first["ran"] is not None else None
        found = reliability(stops, (first["seen_from"], first["seen_until"]), this.now, metered)
        assert machine.down == pytest.approx(found.down / HOUR)
        assert machine.failures == found.failures
        assert machine.mtbf == (pytest.approx(found.mtbf / HOUR) if found.mtbf else None)
        assert machine.mttr == (pytest.approx(found.mttr / HOUR) if found.mttr is not None else None)
