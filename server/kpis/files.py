"""A figure's events as a file; in a workbook, a first page computes the figure again out of their cells."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import asyncpg

from server.core.cells import Csv, Sheet, Value, Xlsx
from server.core.exports import Values
from server.core.i18n import translator
from shared_models.kpis.registry import WITHOUT_NUMBER, KpiKey
from shared_models.kpis.rows import Proof

_COLUMNS = (
    "part", "kind", "code", "machine", "event", "person", "began", "ended", "numerator", "denominator", "currency", "counted", "left_out",
)  # fmt: skip
_NUMERATOR, _DENOMINATOR, _COUNTED, _PART, _KIND = "I", "J", "L", "A", "B"


def values_of(lang: str) -> Values:
    """The cells of one event."""
    t = translator(lang).t

    def cells(row: asyncpg.Record) -> Sequence[Value]:
        left_out = t(f"kpi.left_out.{row['left_out']}") if row["left_out"] else ""
        return (
            row["part"], row["kind"], row["equipment_code"], row["equipment_name"], row["label"], row["person"],
            _second(row["began_local"]), _second(row["ended_local"]), row["numerator"], row["denominator"], row["currency"],
            int(row["left_out"] is None), left_out,
        )  # fmt: skip

    return cells


def _second(at: datetime | None) -> datetime | None:
    return at.replace(microsecond=0) if at else None


def sheet_of(proof: Proof, lang: str, *, is_workbook: bool) -> Sheet:
    titles = [translator(lang).t(f"kpi.column.{name}") for name in _COLUMNS]
    return ProofBook(titles, lang, proof) if is_workbook else Csv(titles, lang)


def table_of(columns: Sequence[str], lang: str, *, is_workbook: bool) -> Sheet:
    """Rows under their titles, `kpi.column.<name>`."""
    t = translator(lang).t
    titles = [t(f"kpi.column.{name}") for name in columns]
    return Xlsx(titles, lang, title=t("kpi.file.rows")) if is_workbook else Csv(titles, lang)


class ProofBook(Xlsx):
    """Its second page recomputes the figure: the sums, the quotient or the middle, and the bound."""

    def __init__(self, titles: Sequence[str], lang: str, proof: Proof) -> None:
        self._events = translator(lang).t("kpi.file.events")
        super().__init__(titles, lang, title=self._events)
        self._proof, self._t = proof, translator(lang).t

    def tail(self) -> bytes:
        page = self._book.add_worksheet(self._t("kpi.file.figure"))
        page.set_column(0, 0, 36)
        page.set_column(1, 1, 24)
        bold = self._book.add_format({"bold": True})
        for rank, (title, value) in enumerate(self._lines()):
            page.write_string(rank, 0, title, bold)
            if isinstance(value, tuple):
                page.write_formula(rank, 1, f"={value[0]}", None, value[1] if value[1] is not None else "")
            elif isinstance(value, str):
                page.write_string(rank, 1, value)
            elif value is not None:
                page.write_number(rank, 1, float(value))
        return super().tail()

    def _lines(self) -> Iterator[tuple[str, str | float | tuple[str, float | None] | None]]:
        proof, figure, t = self._proof, self._proof.figure, self._t
        yield t("kpi.file.figure"), proof.name
        yield t("kpi.file.formula"), proof.formula
        yield t("kpi.file.standard"), proof.standard
        yield t("kpi.file.since"), f"{proof.since:%Y-%m-%d}"
        yield t("kpi.file.until"), f"{proof.until:%Y-%m-%d}"
        if figure.key is KpiKey.availability_inherent:
            mtbf, mrt = self._quotient("mtbf"), self._quotient("mrt")
            yield t("kpi.mtbf"), (mtbf, figure.numerator)
            yield t("kpi.mrt"), (mrt, figure.denominator - figure.numerator if figure.denominator and figure.numerator else None)
            yield t("kpi.file.value"), (f"{mtbf}/({mtbf}+{mrt})", figure.value)
            return
        yield t("kpi.column.numerator"), (self._sum(_NUMERATOR), figure.numerator)
        yield t("kpi.column.denominator"), (self._sum(_DENOMINATOR), figure.denominator)
        yield t("kpi.file.n"), (self._number(), figure.n)
        yield t("kpi.file.value"), t(f"kpi.because.{figure.because}") if figure.because else (self._value(), figure.value)
        if figure.bound is not None:
            least = f"{self._sum(_NUMERATOR)}*2/CHIINV({round(1 - proof.confidence, 6)},2*{self._number()}+2)"
            yield t("kpi.file.bound"), (least, figure.bound)

    def _value(self) -> str:
        figure = self._proof.figure
        if figure.variant in {"median", "p90"}:
            counted = f"IF({self._range(_COUNTED)}=1,{self._range(_NUMERATOR)})"
            return f"MEDIAN({counted})" if figure.variant == "median" else f"PERCENTILE({counted},0.9)"
        if figure.key is KpiKey.cost:
            return self._sum(_NUMERATOR)
        return f"{self._sum(_NUMERATOR)}/{self._sum(_DENOMINATOR)}"

    def _number(self) -> str:
        kinds = "".join(f'*({self._range(_KIND)}<>"{kind}")' for kind in WITHOUT_NUMBER)
        return f"SUMPRODUCT(({self._range(_COUNTED)}=1){kinds})"

    def _quotient(self, part: str) -> str:
        of_part = f'{self._range(_PART)},"{part}"'
        return "/".join(
            f"SUMIFS({self._range(column)},{self._range(_COUNTED)},1,{of_part})" for column in (_NUMERATOR, _DENOMINATOR)
        )  # fmt: skip

    def _sum(self, column: str) -> str:
        return f"SUMIFS({self._range(column)},{self._range(_COUNTED)},1)"

    def _range(self, column: str) -> str:
        return f"'{self._events}'!${column}$2:${column}${max(2, self._row + 1)}"
