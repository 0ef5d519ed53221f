"""Rows of a meter as the pure rules of `shared_models` see them."""

from collections.abc import Iterable
from typing import Any

from server.meters.errors import AlreadyReset, GaugeHasNoReset, ImplausibleReading, ImplausibleStart
from server.meters.models import Meter, MeterReset
from shared_models.meters.commands import RecordReading, ResetMeter
from shared_models.meters.history import Limits, most_at_start, reading_doubt, reset_doubt
from shared_models.meters.metering import Doubt, Implausible, Point, Reset
from shared_models.meters.rows import MeterKind


def resets_of(rows: Iterable[MeterReset]) -> list[Reset]:
    return [Reset(row.occurred_at, row.final_value, row.start_value) for row in rows]


def limits_of(meter: Meter) -> Limits:
    return Limits(meter.kind, meter.low, meter.high, meter.most_per_day, meter.per_day, meter.digits, meter.decimals)


def rollover_told(meter: Meter, cmd: RecordReading, around: list[Point], resets: list[Reset], *, by_itself: bool) -> Reset | None:
    """The rollover that the reading tells of, once it is confirmed; a machine that reports `by_itself` is asked nothing.

    `around`: the readings before and after it.
    """
    limits = limits_of(meter)
    found = reading_doubt(around, limits, cmd.read_at, cmd.value, resets)
    rolled = found is not None and found.kind is Implausible.rolled_over
    _refuse(meter, found, cmd.value, field="value", is_confirmed=cmd.is_confirmed or (by_itself and rolled))
    if found is None or found.kind is not Implausible.rolled_over:
        return None
    return Reset(cmd.read_at, limits.dial.turn_after(found.low or 0.0), 0.0)


def check_reset(meter: Meter, cmd: ResetMeter, around: list[Point], resets: list[Reset]) -> Reset:
    """`around`: the readings before it and from it on."""
    if meter.kind is MeterKind.gauge:
        raise GaugeHasNoReset(name=meter.name)
    if any(known.at == cmd.occurred_at for known in resets):
        raise AlreadyReset(name=meter.name)
    reset = Reset(cmd.occurred_at, cmd.final_value, cmd.start_value)
    found = reset_doubt(around, limits_of(meter), reset, resets)
    _refuse(meter, found, cmd.final_value, field="final_value", is_confirmed=cmd.is_confirmed)
    most = most_at_start(around, reset, resets)
    highest = limits_of(meter).dial.highest
    most = min((limit for limit in (most, highest) if limit is not None), default=None)
    if cmd.start_value < 0 or (most is not None and cmd.start_value > most):
        raise ImplausibleStart(field="start_value", low=0, high=plain(most), unit=meter.unit)
    return reset


def _refuse(meter: Meter, found: Doubt | None, value: float, *, field: str, is_confirmed: bool) -> None:
    if found is None or (is_confirmed and found.kind not in {Implausible.backwards, Implausible.off_dial}):
        return
    raise ImplausibleReading(
        field=field, kind=found.kind.value, low=plain(found.low), high=plain(found.high), last=plain(meter.last_value),
        value=plain(value), unit=meter.unit, meter=meter.name,
    )  # fmt: skip


def plain(value: float | None) -> Any:
    """4870 rather than 4870.0: people read it."""
    return int(value) if value is not None and value.is_integer() else value
