"""Whatever text a list holds, a spreadsheet reads it as that text, and every number and date as one."""

import csv
import io
from datetime import date, datetime
from decimal import Decimal

import pytest
from asyncpg import DivisionByZeroError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from server.core.cells import Csv, TooManyRows, Xlsx
from server.core.exports import spooled
from server.core.queries import sql

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30) | st.sampled_from(
    ["00123", "1e5", "12/03", "=1+1", "+33", "-5", "@x", '"a"', "a;b", "a,b", "http://x.example", "1,5", " =1", "＝1", "TRUE"]
)
AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
DAYS = st.dates(date(1900, 3, 1), date(2100, 1, 1))
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(hour=at.hour or 5, second=0, microsecond=0))  # noqa: DTZ001
ROWS = st.lists(st.tuples(TEXTS, AMOUNTS, st.integers(-(10**9), 10**9), DAYS, MOMENTS), max_size=5)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NAMES = ["text", "amount", "count", "day", "moment"]


@given(ROWS)
@FEW
def test_a_workbook_gives_back_what_was_written(rows):
    sheet = Xlsx(NAMES, "fr", title="Machines")
    content = sheet.head + sheet.lines(rows) + sheet.tail()
    head, *read = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert head == NAMES
    assert [(row[0], Decimal(str(row[1])).quantize(Decimal("0.01")), row[2], row[3], row[4]) for row in read] == rows


@pytest.mark.parametrize(("lang", "separator", "point", "day"), [("fr", ";", ",", "%d/%m/%Y"), ("en", ",", ".", "%Y-%m-%d")])
@given(ROWS)
@FEW
def test_text_of_a_csv_is_never_a_formula_and_figures_are_never_text(lang, separator, point, day, rows):
    sheet = Csv(NAMES, lang)
    content = (sheet.head + sheet.lines(rows) + sheet.tail()).decode("utf-8-sig")
    head, *read = csv.reader(io.StringIO(content, newline=""), delimiter=separator)
    assert head == NAMES
    for (text, amount, count, on, at), cells in zip(rows, read, strict=True):
        assert cells[0].removeprefix("'") == text.removeprefix("'")
        assert cells[0][:1] not in set("=+-@＝＋－＠")
        assert cells[1:] == [f"{amount:f}".replace(".", point), str(count), f"{on:{day}}", f"{at:{day} %H:%M}"]


def test_what_no_spreadsheet_knows_as_a_date_is_text():
    sheet = Xlsx(["day"], "en", title="x")
    content = sheet.lines([[date(1887, 5, 1)], [None]]) + sheet.tail()
    assert CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[1] == ["1887-05-01"]


def test_what_a_workbook_does_not_hold_is_refused_not_left_out():
    sheet = Xlsx(["number"], "en", title="x")
    sheet._row = 2**20 - 2
    sheet.lines([[1]])
    with pytest.raises(TooManyRows):
        sheet.lines([[2]])
    sheet.discard()


def test_text_longer_than_a_cell_of_a_workbook_says_that_it_goes_on():
    sheet = Xlsx(["text"], "en", title="x")
    sheet.lines([["a" * 32_767], ["b" * 40_000]])
    [_, [whole], [cut]] = CalamineWorkbook.from_filelike(io.BytesIO(sheet.tail())).get_sheet_by_index(0).to_python()
    assert (whole, cut) == ("a" * 32_767, "b" * 32_766 + "…")


async def test_a_list_that_breaks_off_leaves_nothing_open(database):
    """An open file would be a warning, and warnings are errors."""
    sheet = Xlsx(["number"], "en", title="x")
    with pytest.raises(DivisionByZeroError):
        await spooled(database.pool, sql("select 1 / (3 - n) as n from generate_series(1, 5) n"), sheet, lambda row: [row["n"]])
