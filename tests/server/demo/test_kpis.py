"""Every figure of the demonstration's board is what an auditor makes of its file, and what one machine's history says by itself."""

import io
import re
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from math import sqrt
from statistics import median
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
import time_machine
from python_calamine import CalamineWorkbook

from server.core.access import SYSTEM
from server.core.exports import spooled
from server.core.i18n import translator
from server.core.queries import sql
from server.core.read_pool import ReadPool
from server.kpis import charts, figures, proofs, waiting, worst, worth
from server.kpis.asking import asked
from server.kpis.facts import facts
from server.kpis.files import Table, sheet_of
from shared_models.kpis.periods import Period
from shared_models.kpis.registry import WITHOUT_NUMBER, KpiKey
from shared_models.kpis.reliability import Metered, Stopped, reliability
from shared_models.kpis.rows import Figure, KpiQuery, ProofQuery, ReportQuery
from shared_models.kpis.statistics import LEAST_TREND, is_trend, percentile, share_at_most
from shared_models.kpis.waiting import Moment, WaitingQuery, lasted
from shared_models.kpis.worst import Knife, WorstBy, WorstQuery, knife
from shared_models.kpis.worth import Suggestion, WorthQuery, suggested
from tests.server.demo.conftest import NOW

HOUR = timedelta(hours=1)
READER = replace(SYSTEM, lang="en")


async def workbook(pool: ReadPool, figure: Figure, query: KpiQuery) -> bytes:
    asked = ProofQuery(**query.model_dump(), variant=figure.variant, currency=figure.currency)
    return await written(pool, await proofs.whole(pool, READER, figure.key, asked))


async def written(pool: ReadPool, table: Table) -> bytes:
    with await spooled(pool, table.statement, await sheet_of(table, "en", is_workbook=True), table.cells) as file:
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
        assert re.search(
            rb"<f[ >][^<]*(SUMIFS|MEDIAN|PERCENTILE)", zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet2.xml")
        ), what
        if figure.key != "availability_inherent":
            assert sum(row[11] == 1 and row[1] not in WITHOUT_NUMBER for row in events[1:]) == cells["Number of events"] == figure.n, what
            assert sum(row[11] == 0 for row in events[1:]) == figure.left_out, what


async def test_a_machines_board_is_what_each_of_its_figures_is_alone(pool, summary):
    """The board is planned once for every machine; a figure that is opened, for its own."""
    most = "select equipment_id from maintenance_interventions where stopped_at is not null group by 1 order by count(*) desc, 1 limit 2"
    for machine in await pool.fetch(most):
        query = KpiQuery(period=Period.rolling, equipment_id=machine["equipment_id"])
        this, earlier = await asked(pool, READER, query)
        board = await figures.compared(pool, this, earlier)
        alone = [figure for way in figures.all_ways(READER) for figure in await figures.compared(pool, this, earlier, [way])]
        assert board == alone
        assert sum(figure.value is not None for figure in board) > len(board) / 2


async def test_the_work_of_a_lines_machines_is_that_of_the_line(pool, summary):
    """A machine's jobs are found by the machine, a line's by the site and the day."""
    ways = [(KpiKey.preventive_share, "count"), (KpiKey.schedule_compliance, ""), (KpiKey.repeat_rate, "")]
    of_most = "select production_line_id from equipment where production_line_id is not null group by 1 order by count(*) desc, 1 limit 1"
    line = await pool.fetchval(of_most)
    machines = await pool.fetch("select id from equipment where production_line_id = $1", line)

    async def summed(**of: Any) -> list[list[float]]:
        found = await figures.compared(pool, *await asked(pool, READER, KpiQuery(period=Period.rolling, **of)), ways)
        return [[each.n, each.left_out, each.numerator or 0, each.denominator or 0] for each in found]

    alone = [await summed(equipment_id=machine["id"]) for machine in machines]
    whole = await summed(production_line_id=line)
    assert whole == [[sum(amounts) for amounts in zip(*each, strict=True)] for each in zip(*alone, strict=True)]
    assert min(n for n, *_ in whole) > 0


class Book(NamedTuple):
    """The rows by their columns, and the figures by their titles; the formulas of the first row by their cells, those of the figures by
    their titles, and beside which title the value of each name stands.
    """

    rows: list[dict[str, Any]]
    told: dict[str, list[Any]]
    of_row: dict[str, str]
    of_told: dict[str, list[str]]
    names: dict[str, str]


async def read(pool: ReadPool, table: Table) -> Book:
    content = await written(pool, table)
    rows, told = (CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(rank).to_python() for rank in (0, 1))
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        events, figures, book = (parts.read(f"xl/{part}.xml").decode() for part in ("worksheets/sheet1", "worksheets/sheet2", "workbook"))
    formulas = [(cell, int(row), unescape(text)) for cell, row, text in re.findall(r'<c r="([A-Z]+(\d+))"[^>]*><f>([^<]+)</f>', figures)]
    return Book(
        [dict(zip(table.columns, row, strict=True)) for row in rows[1:]], {line[0]: line[1:] for line in told},
        {cell: unescape(text) for cell, text in re.findall(r'<c r="([A-Z]+2)"[^>]*><f>([^<]+)</f>', events)},
        {line[0]: [text for _, of, text in formulas if of == row] for row, line in enumerate(told, 1)},
        {name: told[int(row) - 1][0] for name, row in re.findall(r"<definedName name=\"(\w+)\">'?Figure'?!\$B\$(\d+)<", book)},
    )  # fmt: skip


WORST = {WorstBy.downtime: "E", WorstBy.stops: "C", WorstBy.failures: "D", WorstBy.cost: "L", WorstBy.repeats: "J"}
KNIFE = (
    'IF($D2*$G2=0,"",IF($H2>mean_mttr,IF($D2>mean_failures,"{acute_chronic}","{acute}"),IF($D2>mean_failures,"{chronic}","{calm}")))'
).format(**{each: translator("en").t(f"kpis.knife.{each}") for each in Knife})
TREND = "($Q2-0.5)*SQRT(12*$D2)"


@pytest.mark.parametrize("by", WorstBy)
@time_machine.travel(NOW, tick=False)
async def test_the_worst_machines_are_what_their_file_comes_to(pool, by):
    query = WorstQuery(period=Period.quarter, by=by, size=200)
    board = await worst.worst(pool, READER, query)
    rows, told, of_row, of_told, names = await read(pool, await worst.whole(pool, READER, query))
    column = "down" if by == "downtime" else by
    ranked, last = WORST[by], len(rows) + 1
    assert of_row.items() >= {"N2": f"N($N1)+${ranked}2", "O2": "$N2/amount", "P2": KNIFE}.items()
    assert of_row.get("H2", "$F2/$G2") == "$F2/$G2"
    assert of_row.get("R2", TREND) == TREND
    assert names == {
        "amount": "Total", "mean_failures": "Failures, mean of the machines that failed", "mean_mttr": "Restoring, mean hours",
    }  # fmt: skip
    assert of_told["Total"] == [f"SUM('Rows'!${ranked}$2:${ranked}${last})"]
    restoring, restored = (f"SUM('Rows'!${letter}$2:${letter}${last})" for letter in "FG")
    assert of_told["Restoring, mean hours"] == [f'IF({restored}>0,{restoring}/{restored},"")']
    having, failing = [row for row in rows if row[column]], [row for row in rows if row["failures"]]
    means = (
        sum(row["failures"] for row in failing) / len(failing),
        sum(row["restoring"] for row in rows) / sum(row["restored"] for row in rows),
    )
    assert told["Machines that have some"][0] == len(having) == board.total > 10
    assert told["Total"][0] == pytest.approx(sum(row[column] for row in rows)) == pytest.approx(board.amount)
    assert (told["Failures, mean of the machines that failed"][0], told["Restoring, mean hours"][0]) == pytest.approx(means)
    assert means == pytest.approx((board.mean_failures, board.mean_mttr))
    lies = {translator("en").t(f"kpis.knife.{each}"): each for each in Knife} | {"": None}
    summed = 0.0
    for row, machine in zip(having, board.machines, strict=False):
        summed += row[column]
        mttr = row["restoring"] / row["restored"] if row["restored"] else None
        u = (row["failed_at"] - 0.5) * sqrt(12 * row["failures"]) if row["failures"] >= LEAST_TREND else None
        assert (row["code"], row["stops"], row["failures"], row["repeats"]) == (
            machine.code,
            machine.stops,
            machine.failures,
            machine.repeats,
        )
        assert machine.until == pytest.approx(summed) == pytest.approx(row["until"])
        assert row["share"] == pytest.approx(summed / board.amount)
        assert (machine.mttr, row["mttr"] or None) == pytest.approx((mttr, mttr))
        assert machine.knife == lies[row["knife"]] == knife(row["failures"], mttr, *means)
        assert (row["trend"] or None) == pytest.approx(u)
        assert machine.trend == (pytest.approx(u) if is_trend(u) else None)


@time_machine.travel(NOW, tick=False)
async def test_the_waiting_is_what_its_file_comes_to(pool):
    """The hours out of the moments, the sums of each phase; over a clock change too."""
    query = WaitingQuery(period=Period.rolling)
    board = await waiting.waiting(pool, READER, query)
    rows, told, of_row, of_told, _ = await read(pool, await waiting.whole(pool, READER, query))
    spans = {f"{cell}2": f"MAX(0,${at}2-MAX($D2:${before}2))*24" for cell, at, before in zip("LMNOPQR", "EFGHIJK", "DEFGHIJ", strict=True)}
    assert len(of_row) > 3
    assert of_row.items() <= (spans | {"S2": "SUM($L2:$Q2)"}).items()
    work, arrived, parts = (f"'Rows'!${letter}$2:${letter}${len(rows) + 1}" for letter in "PGH")
    unclear = f'SUMPRODUCT(({work}<>"")*({parts}="")*({arrived}=""))'
    assert of_told[translator("en").t("kpis.phase.repaired")] == [f"SUM({work})", f"COUNT({work})", unclear]
    assert len(rows) == told["Breakdowns"][0] == board.total > 100
    clock, hours = ZoneInfo("Europe/Paris"), Counter[str]()
    for row in rows:
        at = None
        for moment in Moment:
            if not isinstance(row[f"moment.{moment}"], datetime):
                continue
            instant = row[f"moment.{moment}"].replace(tzinfo=clock).astimezone(UTC)
            if at is not None:
                hours[moment] += max(timedelta(), instant - at) / HOUR
                assert row[f"phase.{moment}"] == pytest.approx(max(timedelta(), instant - at) / HOUR, abs=1e-4)
            at = max(at or instant, instant)
        assert row["lasted"] == pytest.approx(sum(row[f"phase.{until}"] or 0 for until in list(Moment)[1:-1]))
    t = translator("en").t
    assert {each.until: [each.hours, each.count, each.unclear] for each in board.phases} == {
        each.until: pytest.approx(told[t(f"kpis.phase.{each.until}")]) for each in board.phases
    }
    assert hours == pytest.approx({each.until: each.hours for each in board.phases}, abs=0.05)
    assert told["Stop to restart, hours"][0] == pytest.approx(lasted(board.phases))


_SEEN = ("visits", "finding", "judged", "failed")


@time_machine.travel(NOW, tick=False)
async def test_what_plans_are_worth_is_what_their_file_comes_to(pool):
    everything = WorthQuery(size=200)
    board = await worth.worth(pool, READER, everything)
    rows, told, of_row, of_told, names = await read(pool, await worth.whole(pool, READER, everything))
    assert of_row == {
        "H2": "IF($F2<$E2,BETAINV(confidence,$F2+1,$E2-$F2),1)",
        "K2": "IF($J2>0,BETAINV(1-confidence,$J2,$I2-$J2+1),0)", "L2": "IF($J2<$I2,BETAINV(confidence,$J2+1,$I2-$J2),1)",
        "O2": 'IF(MIN($E2,$I2)<fewest,"Too few visits",IF($K2>frequent,IF($H2<rare,"Replace or stop","Closer together"),'
        'IF(AND($H2<rare,$L2<rare),"Further apart","Keep")))',
    }  # fmt: skip
    assert names == {
        "confidence": "Confidence of the bounds", "fewest": "Fewest visits to suggest anything", "rare": "Rare is below",
        "frequent": "Frequent is above",
    }  # fmt: skip
    last = len(rows) + 1
    assert of_told["Keep"] == [f"COUNTIF('Rows'!$O$2:$O${last},\"Keep\")"]
    assert of_told["Visits"] == [f"SUM('Rows'!$E$2:$E${last})"]
    assert of_told["Cost, EUR"] == [f"SUM('Rows'!$P$2:$P${last})"]
    assert len(rows) == told["Plans"][0] == board.total > len(board.plans)
    assert told["Visits"][0] == sum(row["visits"] for row in rows)
    assert told["Cost, EUR"][0] == pytest.approx(sum(row["cost.EUR"] or 0 for row in rows))
    t = translator("en").t
    counts = {each: told[t(f"kpi.suggestion.{each}")][0] for each in Suggestion}
    assert (sum(counts.values()), min(counts.values()) > 0) == (board.total, True)
    assert len((await read(pool, await worth.whole(pool, READER, WorthQuery(suggestion=Suggestion.shorter)))).rows) == counts["shorter"]
    known = {(row["code"], row["plan"], row["visits"], row["judged"]): row for row in rows}
    for plan in board.plans:
        row = known[plan.equipment_code, plan.title, plan.visits, plan.judged]
        assert row["suggestion"] == t(f"kpi.suggestion.{suggested(*(int(row[name]) for name in _SEEN))}")
        assert row["finding_at_most"] == pytest.approx(share_at_most(int(row["finding"]), int(row["visits"])))
        bounds = (row["failed_at_least"], row["failed_at_most"])
        assert bounds == (("", "") if plan.judged == 0 else pytest.approx((plan.failed_at_least, plan.failed_at_most)))


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
