"""A list as the reader's spreadsheet takes it: numbers it can add up, dates it knows, and text that stays text.

A value's own type decides: `str` is text, whatever it looks like; a naive datetime is what a clock on the wall shows.

    sheet = Csv(titles, actor.lang)                      # or Xlsx(titles, actor.lang, title="…")
    sheet.head + sheet.lines(rows) + … + sheet.tail()
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, Protocol

import xlsxwriter

from server.core.errors import Invalid


class Formula(NamedTuple):
    """A cell that a workbook computes: `text` without its "=", where `{row}` is its own row and `{above}` the one before; and what that
    comes to, which is all that a CSV says. `by_row`: a function of single values in it is given whole columns, and answers row by row.
    """

    text: str
    value: str | float | None
    by_row: bool = False


Value = str | int | float | Decimal | date | datetime | Formula | None
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
_FIRST_YEAR = 1900  # of spreadsheets
_NARROWEST, _WIDEST = 10, 40
_MOST_ROWS = 2**20  # of a workbook's page, its head included
_MOST_CHARACTERS = 2**15 - 1  # of a workbook's cell


class TooManyRows(Invalid):
    """More than a workbook holds: filter, or take the list as CSV, which holds any number."""

    code = "too_many_rows"


class Sheet(Protocol):
    @property
    def head(self) -> bytes: ...

    def lines(self, rows: Iterable[Sequence[Value]]) -> bytes:
        """What can be sent of these rows already."""

    def tail(self) -> bytes:
        """The rest; nothing can be added then. Runs long for a long list: call it in a thread."""

    def discard(self) -> None:
        """Give back what an unfinished sheet holds. Runs long for a long list, too."""


class Csv:
    """In French with semicolons, decimal commas and days first, as Excel expects there; in English with commas, points and ISO 8601."""

    def __init__(self, titles: Sequence[str], lang: str) -> None:
        self._is_french = lang == "fr"
        self.head = b"\xef\xbb\xbf" + self.lines([titles])

    def lines(self, rows: Iterable[Sequence[Value]]) -> bytes:
        buffer = io.StringIO()
        csv.writer(buffer, delimiter=";" if self._is_french else ",").writerows([self._text(value) for value in row] for row in rows)
        return buffer.getvalue().encode()

    def tail(self) -> bytes:
        return b""

    def discard(self) -> None:
        """Nothing is held."""

    def _text(self, value: Value) -> str:
        if isinstance(value, Formula):
            value = value.value
        if value is None:
            return ""
        if isinstance(value, str):
            return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
        if isinstance(value, datetime):
            return f"{value:%d/%m/%Y %H:%M}" if self._is_french else f"{value:%Y-%m-%d %H:%M}"
        if isinstance(value, date):
            return f"{value:%d/%m/%Y}" if self._is_french else f"{value:%Y-%m-%d}"
        number = str(value) if isinstance(value, int) else f"{Decimal(str(value)):f}"
        return number.replace(".", ",") if self._is_french else number


class Xlsx:
    """With typed cells; rows go to a temporary file as they come."""

    head = b""

    def __init__(self, titles: Sequence[str], lang: str, *, title: str) -> None:
        self._content = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._content, {"constant_memory": True})
        self._page = self._book.add_worksheet(title[:31])
        day = "dd/mm/yyyy" if lang == "fr" else "yyyy-mm-dd"
        self._day, self._moment = self._book.add_format({"num_format": day}), self._book.add_format({"num_format": f"{day} hh:mm"})
        self._formats = {int: self._book.add_format({"num_format": "0"}), Decimal: self._book.add_format({"num_format": "#,##0.00"})}
        self._text = self._book.add_format({"num_format": "@"})
        for column, name in enumerate(titles):
            self._page.set_column(column, column, min(_WIDEST, max(_NARROWEST, len(name) + 4)))
        self._page.freeze_panes(1, 0)
        bold = self._book.add_format({"bold": True})
        for column, name in enumerate(titles):
            self._page.write_string(0, column, name, bold)
        self._columns, self._row = len(titles), 0

    def lines(self, rows: Iterable[Sequence[Value]]) -> bytes:
        for row in rows:
            self._row += 1
            if self._row == _MOST_ROWS:
                raise TooManyRows(most=_MOST_ROWS - 1)
            for column, value in enumerate(row):
                self._write(column, value)
        return b""

    def tail(self) -> bytes:
        self._page.autofilter(0, 0, self._row, self._columns - 1)
        self._book.close()
        return self._content.getvalue()

    def discard(self) -> None:
        if not self._book.fileclosed:
            self._book.close()

    def _write(self, column: int, value: Value) -> None:
        if value is None:
            return
        if isinstance(value, date) and value.year < _FIRST_YEAR:
            value = value.isoformat()
        if isinstance(value, Formula):
            text = value.text.format(row=self._row + 1, above=self._row)
            self._page.write_formula(self._row, column, f"={text}", None, "" if value.value is None else value.value)
        elif isinstance(value, str):
            whole = value if len(value) <= _MOST_CHARACTERS else f"{value[: _MOST_CHARACTERS - 1]}…"
            self._page.write_string(self._row, column, whole, self._text)
        elif isinstance(value, date):
            self._page.write_datetime(self._row, column, value, self._moment if isinstance(value, datetime) else self._day)
        else:
            self._page.write_number(self._row, column, float(value), self._formats.get(type(value)))
