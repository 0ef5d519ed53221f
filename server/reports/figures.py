"""How a document says a figure: with its unit, its bound where little has happened, and a dash where there is none."""

from server.reports.speech import Speech
from shared_models.kpis.registry import KpiKey, Unit
from shared_models.kpis.rows import Board, Figure
from shared_models.kpis.statistics import FEW

NONE = "—"
FINE = 2
"""Decimals of an availability, of which the last tenth of a percent matters."""
HEADLINES: tuple[tuple[KpiKey, str], ...] = (
    (KpiKey.availability, ""), (KpiKey.mtbf, ""), (KpiKey.mttr, ""), (KpiKey.cost, "total"),
    (KpiKey.pm_compliance, ""), (KpiKey.preventive_share, "hours"), (KpiKey.repeat_rate, ""), (KpiKey.lateness, "median"),
)  # fmt: skip


def of(board: Board, key: KpiKey, variant: str = "") -> list[Figure]:
    """One in each currency."""
    return [figure for figure in board.figures if (figure.key, figure.variant) == (key, variant)]


def name(speech: Speech, figure: Figure) -> str:
    own = speech.t(f"kpi.{figure.key}")
    return f"{own} · {speech.t(f'report.variant.{figure.key}.{figure.variant}')}" if figure.variant else own


def value(speech: Speech, figure: Figure, confidence: float) -> str:
    if figure.value is not None:
        return amount(speech, figure, figure.value)
    if figure.bound is not None and figure.numerator:
        return least(speech, figure, confidence)
    return NONE


def before(speech: Speech, figure: Figure) -> str:
    return NONE if figure.before is None else amount(speech, figure, figure.before)


def least(speech: Speech, figure: Figure, confidence: float) -> str:
    """What is sure: more than so much."""
    assert figure.bound is not None
    return f"> {speech.hours(figure.bound)} ({speech.percent(confidence, 0)})"


def counted(speech: Speech, figure: Figure, confidence: float) -> str:
    """Of how many, and what is sure of so few."""
    said = speech.t("report.counted", n=speech.number(figure.n))
    if figure.bound is not None and figure.value is not None and figure.n < FEW:
        return f"{said} · {least(speech, figure, confidence)}"
    return said


def amount(speech: Speech, figure: Figure, number: float) -> str:
    unit = figure.unit
    if unit is Unit.share:
        return speech.percent(number, FINE if figure.key.startswith("availability") else 1)
    if unit is Unit.hours:
        return speech.hours(number)
    if unit is Unit.money:
        return speech.money(round(number, 2), figure.currency)
    if unit in (Unit.days, Unit.weeks):
        return speech.counted(number, speech.t(f"report.unit.{unit}"))
    return speech.counted(number)
