"""A figure's events as a table: out of their cells come the sums, the quotient or the middle, and the bound."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg

from server.core.cells import Formula, Value
from server.core.exports import Values
from server.core.i18n import translator
from server.core.queries import Sql
from server.kpis.files import Line, Table, days_of, titled
from shared_models.kpis.registry import KPIS, WITHOUT_NUMBER, KpiKey
from shared_models.kpis.rows import Figure

_COLUMNS: Final = (
    "part", "kind", "code", "machine", "event", "person", "began", "ended", "numerator", "denominator", "currency", "counted", "left_out",
)  # fmt: skip


def table_of(figure: Figure, days: Mapping[str, Any], statement: Sql, lang: str) -> Table:
    t, name = translator(lang).t, f"{figure.key.replace('_', '-')}-{days['until']:%Y-%m-%d}"

    async def figures() -> list[Line]:
        return list(_figures(figure, days, t))

    return Table(name, titled(_COLUMNS, lang), _COLUMNS, statement, _cells_of(t), t("kpi.file.events"), figures)


def _cells_of(t: Callable[[str], str]) -> Values:
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


def _figures(figure: Figure, days: Mapping[str, Any], t: Callable[[str], str]) -> Iterator[Line]:
    yield Line(t("kpi.file.figure"), [t(f"kpi.{figure.key}")])
    yield Line(t("kpi.file.formula"), [t(f"kpi.{figure.key}.formula")])
    yield Line(t("kpi.file.standard"), [KPIS[figure.key].standard])
    yield from days_of(t, days["since"], days["until"])
    if figure.key is KpiKey.availability_inherent:
        mtbf, mrt = _quotient("mtbf"), _quotient("mrt")
        yield Line(t("kpi.mtbf"), [Formula(mtbf, figure.numerator)])
        mended = figure.denominator - figure.numerator if figure.denominator and figure.numerator else None
        yield Line(t("kpi.mrt"), [Formula(mrt, mended)])
        yield Line(t("kpi.file.value"), [Formula(f"{mtbf}/({mtbf}+{mrt})", figure.value)])
        return
    yield Line(t("kpi.column.numerator"), [Formula(_sum("numerator"), figure.numerator)])
    yield Line(t("kpi.column.denominator"), [Formula(_sum("denominator"), figure.denominator)])
    yield Line(t("kpi.file.n"), [Formula(_number(), figure.n)])
    yield Line(t("kpi.file.value"), [t(f"kpi.because.{figure.because}") if figure.because else _value(figure)])
    if figure.bound is not None:
        least = f"{_sum('numerator')}*2/CHIINV({round(1 - days['confidence'], 6)},2*{_number()}+2)"
        yield Line(t("kpi.file.bound"), [Formula(least, figure.bound)])


def _value(figure: Figure) -> Formula:
    if figure.variant in {"median", "p90"}:
        counted = "IF([counted]=1,[numerator])"
        middle = f"MEDIAN({counted})" if figure.variant == "median" else f"PERCENTILE({counted},0.9)"
        return Formula(middle, figure.value, by_row=True)
    quotient = _sum("numerator") if figure.key is KpiKey.cost else f"{_sum('numerator')}/{_sum('denominator')}"
    return Formula(quotient, figure.value)


def _number() -> str:
    kinds = "".join(f'*([kind]<>"{kind}")' for kind in WITHOUT_NUMBER)
    return f"SUMPRODUCT(([counted]=1){kinds})"


def _quotient(part: str) -> str:
    return "/".join(f'SUMIFS([{column}],[counted],1,[part],"{part}")' for column in ("numerator", "denominator"))


def _sum(column: str) -> str:
    return f"SUMIFS([{column}],[counted],1)"
