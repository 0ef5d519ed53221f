"""Meters in words: what they show, how much they turn, and what is asked about a reading that looks wrong."""

from datetime import datetime

from mobile_app.core.i18n import format_ago, format_date, format_number, measure, t
from mobile_app.ui.pads import shown
from shared_models.meters.metering import Doubt, Implausible
from shared_models.meters.rows import MeterKind, MeterRow
from shared_models.meters.rules import NEVER

MINUS = "\u2212"
_MOST_DIGITS = 3
_WHOLE = 100


def amount(meter: MeterRow, value: float) -> str:
    """`4 870 h`: with the meter's decimals, or those that were entered."""
    entered = len(f"{value:.{_MOST_DIGITS}f}".rstrip("0").partition(".")[2])
    return measure(format_number(value, max(meter.decimals, entered)), meter.unit)


def last_shown(meter: MeterRow) -> str:
    return amount(meter, meter.last_value) if meter.last_value is not None else t("meters.never_read")


def as_typed(text: str) -> str:
    """A number in the middle of its typing ("." whatever the language shows), in thousands: `12 500,`."""
    whole, point, rest = text.removeprefix("-").partition(".")
    if not whole.isdigit():
        return shown(text)
    return f"{MINUS if text.startswith('-') else ''}{format_number(int(whole))}{shown(point + rest)}"


def since_when(meter: MeterRow, now: datetime) -> str:
    return format_ago(meter.last_read_at, now) if meter.last_read_at else ""


def use(meter: MeterRow) -> str:
    """`9,2 h par jour`; nothing of a gauge, or while nothing is known."""
    if meter.kind is MeterKind.gauge or meter.per_day is None:
        return ""
    digits = 0 if meter.per_day >= _WHOLE or meter.per_day.is_integer() else 1
    return t("meters.per_day", use=measure(format_number(meter.per_day, digits), meter.unit))


def may_confirm(doubt: Doubt) -> bool:
    return doubt.kind not in NEVER


def question(meter: MeterRow, doubt: Doubt, value: float, at: datetime) -> str:
    """What is asked; a reading of an earlier day is compared to those around it, one of now to the last."""
    is_last = meter.last_read_at is None or at >= meter.last_read_at
    if doubt.kind is Implausible.off_dial:
        return t("meters.ask_dial", highest=amount(meter, doubt.high)) if doubt.high is not None else t("meters.ask_negative")
    if doubt.kind is Implausible.rolled_over:
        return t("meters.ask_rolled", last=_last(meter, doubt))
    if doubt.kind is Implausible.too_fast and is_last:
        return t("meters.ask_fast", value=amount(meter, value), last=_last(meter, doubt), use=_most(meter))
    if doubt.kind is Implausible.backwards and meter.last_read_at and is_last:
        return t("meters.ask_reset", last=_last(meter, doubt))
    return _outside(meter, doubt, at)


def _last(meter: MeterRow, doubt: Doubt) -> str:
    return amount(meter, doubt.low) if doubt.low is not None else last_shown(meter)


def _most(meter: MeterRow) -> str:
    most = meter.most_per_day
    return t("meters.at_most", use=amount(meter, most)) if most else use(meter)


def _outside(meter: MeterRow, doubt: Doubt, at: datetime) -> str:
    low, high = (None if limit is None else amount(meter, limit) for limit in (doubt.low, doubt.high))
    if doubt.kind is Implausible.out_of_range:
        return t("meters.ask_range", range=_between(low, high))
    return t("meters.ask_between", day=format_date(at), range=_between(low, high))


def _between(low: str | None, high: str | None) -> str:
    if low is None or high is None:
        return t("meters.at_most_value", high=high) if high is not None else t("meters.at_least_value", low=low)
    return t("meters.between", low=low, high=high)
