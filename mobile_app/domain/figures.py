"""What a figure of maintenance says in words: its value or that there is none, how sure it is, and how it has moved."""

from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

import flet as ft

from mobile_app.core.i18n import capital, format_date, format_hours, format_money, format_number, format_percent, n, t
from mobile_app.core.i18n import format_duration as format_short
from mobile_app.domain.client import Client
from mobile_app.ui.theme import Tone
from shared_models.kpis.registry import Better, KpiKey, Unit
from shared_models.kpis.rows import Figure, KpiEvent
from shared_models.kpis.statistics import FEW
from shared_models.permissions import COSTS

DASH: Final = "—"
_HOUR: Final = 60
_WHOLE: Final = 1000
"""From that amount on, cents are noise."""
_SAME: Final = 0.0005
_NEARLY: Final = 0.99
"""From that share on, what lacks is told by the second decimal."""
_SUMS: Final[dict[tuple[KpiKey, str], Unit]] = {
    (KpiKey.preventive_share, "hours"): Unit.hours, (KpiKey.preventive_share, "cost"): Unit.money, (KpiKey.cost_to_value, ""): Unit.money,
    (KpiKey.stock_turns, ""): Unit.money, (KpiKey.availability, ""): Unit.hours, (KpiKey.availability_required, ""): Unit.hours,
    (KpiKey.availability_inherent, ""): Unit.hours, (KpiKey.backlog_weeks, ""): Unit.hours, (KpiKey.utilisation, ""): Unit.hours,
}  # fmt: skip
"""What events bring where that is not in the figure's own unit; other shares count."""


def knows_costs(client: Client) -> bool:
    return any(map(client.may, COSTS))


def name_of(figure: Figure) -> str:
    """`Cost of maintenance · parts`."""
    way = t(f"kpi.way.{figure.variant}") if figure.variant else ""
    return f"{t(f'kpi.{figure.key}')} · {way}" if way else t(f"kpi.{figure.key}")


def amount(unit: Unit, value: float, currency: str = "") -> str:
    if unit is Unit.hours:
        return _hours(value)
    if unit is Unit.share:
        return format_percent(value, 2 if _NEARLY < value < 1 else 1)
    if unit is Unit.money:
        return money(value, currency)
    if unit is Unit.number:
        return format_number(value, 0 if value == int(value) else 1)
    return t(f"kpi.unit.{unit}", value=format_number(value, 1))


def _hours(value: float) -> str:
    sign, minutes = ("\u2212" if value < 0 else "", round(abs(value) * _HOUR))
    return sign + (format_short(minutes) if minutes < _HOUR else format_hours(minutes))


def money(value: float, currency: str) -> str:
    return format_money(Decimal(str(value)), currency, cents=abs(value) < _WHOLE)


def value_of(figure: Figure, confidence: float) -> str:
    """A dash where there is none; of machines that never failed, how long they hold at least."""
    if figure.value is not None:
        return amount(figure.unit, figure.value, figure.currency)
    if figure.bound is not None:
        return at_least(figure, confidence)
    return DASH


def at_least(figure: Figure, confidence: float) -> str:
    """`> 868 h (90 %)`."""
    return t("kpi.at_least", value=amount(figure.unit, figure.bound or 0), confidence=format_percent(confidence))


def sure_of(figure: Figure, confidence: float) -> str:
    """The bound beside a value; empty where there is none, or where it is the value."""
    return at_least(figure, confidence) if figure.value is not None and figure.bound is not None else ""


def counted(figure: Figure) -> str:
    return n("kpi.events", figure.n, number=format_number(figure.n))


class Move(NamedTuple):
    """Since the period before. `icon` is None where too few events say nothing of a direction."""

    by: str
    before: str
    tone: Tone
    icon: ft.IconData | None

    @property
    def words(self) -> str:
        return f"{self.by} · {self.before}"


def moved(figure: Figure) -> Move | None:
    """None where either of the two is not there."""
    if figure.value is None or figure.before is None:
        return None
    said = t("kpi.before", before=amount(figure.unit, figure.before, figure.currency))
    by = figure.value - figure.before
    if abs(by) <= _SAME * max(abs(figure.before), 1 if figure.unit is Unit.share else 0):
        return Move(t("kpi.same"), said, Tone.off, None)
    if figure.n < FEW:
        return Move(_by(figure, by), said, Tone.off, None)
    icon = ft.Icons.ARROW_UPWARD_ROUNDED if by > 0 else ft.Icons.ARROW_DOWNWARD_ROUNDED
    good = Tone.ok if (by > 0) == (figure.better is Better.more) else Tone.bad
    return Move(_by(figure, by), said, Tone.off if figure.better is Better.neither else good, icon)


def _by(figure: Figure, by: float) -> str:
    sign = "+" if by > 0 else ""
    if figure.unit is Unit.share:
        return t("kpi.points", points=f"{sign}{format_number(by * 100, 1)}")
    if figure.before:
        return f"{sign}{format_percent(by / abs(figure.before))}"
    return f"{sign}{amount(figure.unit, by, figure.currency)}"


def trend_of(figure: Figure) -> str:
    """Whether failures come closer together; empty where that cannot be told."""
    if figure.trend is None:
        return ""
    return t("kpi.closer" if figure.trend > 0 else "kpi.further", u=format_number(figure.trend, 1))


def brought(figure: Figure, event: KpiEvent) -> str:
    """What an event brings to the figure."""
    unit = _SUMS.get((figure.key, figure.variant), Unit.number if figure.unit is Unit.share else figure.unit)
    if event.denominator and (figure.key is KpiKey.mtbf or event.part == KpiKey.mtbf) and not event.numerator:
        return format_number(event.denominator)
    if unit is Unit.number:
        return t("kpi.of", numerator=format_number(event.numerator), denominator=format_number(event.denominator))
    if unit is Unit.money and not event.numerator:
        return money(event.denominator, event.currency)
    return amount(unit, event.numerator, event.currency)


def days_said(since: date, until: date) -> str:
    """`1 – 30 nov.`, or the one day."""
    if since == until:
        return format_date(since)
    first = str(since.day) if (since.year, since.month) == (until.year, until.month) else format_date(since)
    return capital(t("kpi.days", since=first, until=format_date(until)))
