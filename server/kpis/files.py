"""What figures are made of, as a file; in a workbook, a second page computes them again out of its cells."""

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final, NamedTuple

from xlsxwriter.utility import xl_col_to_name

from server.core.cells import Csv, Formula, Sheet, Xlsx
from server.core.exports import Values
from server.core.i18n import translator
from server.core.queries import Sql
from shared_models.base import PlanDay

_COLUMN: Final = re.compile(r"\[([\w.]+)\]")


class Line(NamedTuple):
    """A title and what stands beside it. `name` is what formulas of any page call its first value by.

    In a formula `[column]` is that column from its first row to its last.
    """

    title: str
    values: Sequence[str | float | Formula | None] = ()
    name: str = ""


class Table(NamedTuple):
    """The rows of `statement` by their `cells`, under `titles`, which `columns` name for formulas; and the figures that they come to,
    for which only a workbook asks. `name` is the file's.
    """

    name: str
    titles: Sequence[str]
    columns: Sequence[str]
    statement: Sql
    cells: Values
    page: str
    figures: Callable[[], Awaitable[Iterable[Line]]]


def titled(columns: Sequence[str], lang: str) -> list[str]:
    """`kpi.column.<name>`."""
    t = translator(lang).t
    return [t(f"kpi.column.{name}") for name in columns]


def in_row(columns: Sequence[str], text: str) -> str:
    """A formula in which `[column]` is that cell of its own row and `[^column]` of the row above."""
    letters = {name: xl_col_to_name(rank, col_abs=True) for rank, name in enumerate(columns)}

    def cell(found: re.Match[str]) -> str:
        return f"{letters[found['name']]}{{{'above' if found['above'] else 'row'}}}"

    return re.sub(r"\[(?P<above>\^)?(?P<name>[\w.]+)\]", cell, text)


def spelled(text: str) -> str:
    """As a formula writes words."""
    return '"{}"'.format(text.replace('"', '""'))


def days_of(t: Callable[[str], str], since: PlanDay, until: PlanDay) -> list[Line]:
    return [Line(t("kpi.file.since"), [f"{since:%Y-%m-%d}"]), Line(t("kpi.file.until"), [f"{until:%Y-%m-%d}"])]


async def sheet_of(table: Table, lang: str, *, is_workbook: bool) -> Sheet:
    return Book(table, await table.figures(), lang) if is_workbook else Csv(table.titles, lang)


class Book(Xlsx):
    """Its second page recomputes the figures."""

    def __init__(self, table: Table, figures: Iterable[Line], lang: str) -> None:
        super().__init__(table.titles, lang, title=table.page)
        self._table, self._figures, self._t = table, figures, translator(lang).t

    def tail(self) -> bytes:
        title = self._t("kpi.file.figure")
        page = self._book.add_worksheet(title)
        page.set_column(0, 0, 44)
        page.set_column(1, 3, 24)
        bold = self._book.add_format({"bold": True})
        for rank, line in enumerate(self._figures):
            page.write_string(rank, 0, line.title, bold)
            for column, value in enumerate(line.values, 1):
                if isinstance(value, Formula):
                    text, told = f"={self._ranged(value.text)}", "" if value.value is None else value.value
                    if value.by_row:
                        page.write_array_formula(rank, column, rank, column, text, None, told)
                    else:
                        page.write_formula(rank, column, text, None, told)
                elif isinstance(value, str):
                    page.write_string(rank, column, value)
                elif value is not None:
                    page.write_number(rank, column, float(value))
            if line.name:
                self._book.define_name(line.name, f"='{title}'!$B${rank + 1}")
        return super().tail()

    def _ranged(self, text: str) -> str:
        return _COLUMN.sub(lambda found: self._range(found[1]), text)

    def _range(self, column: str) -> str:
        letter = xl_col_to_name(list(self._table.columns).index(column), col_abs=True)
        return f"'{self._table.page}'!{letter}$2:{letter}${max(2, self._row + 1)}"
