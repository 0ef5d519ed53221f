"""What commands do to a meter.

A row has all resets, and of the readings those that matter: a device holds the latest thirty, the server loads the neighbours of
what is entered and of the first of the days that tell the use.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared_models.meters.commands import CreateMeter, RecordReading, ResetMeter, UpdateMeter, VoidReading
from shared_models.meters.history import (
    Last,
    Limits,
    exact,
    final_of,
    last_of,
    line,
    most_at_start,
    reading_doubt,
    reset_doubt,
    rollover_id,
    total,
)
from shared_models.meters.metering import USE_WINDOW, Doubt, Implausible, Point, Reset, use_per_day
from shared_models.meters.refusals import AlreadyReset, GaugeHasNoReset, ImplausibleReading, ImplausibleStart, MeterOutOfUse
from shared_models.meters.rows import ON_DEVICE, MeterKind, MeterRow, ReadingRow, ResetKind, ResetRow
from shared_models.refusals import AlreadyExists, NotFound, Refusal
from shared_models.rules import By, Consequence, Outcome, made, replaced, rule

NEVER = frozenset({Implausible.backwards, Implausible.off_dial})
"""What nobody can confirm."""


# --- what a job says of a meter, and a meter of plans


@dataclass(frozen=True)
class ReadingTaken(Consequence):
    meter_id: UUID
    reading_id: UUID
    value: float
    at: datetime
    is_confirmed: bool
    intervention_id: UUID | None

    def command(self) -> RecordReading:
        return RecordReading(
            meter_id=self.meter_id, reading_id=self.reading_id, value=self.value, read_at=self.at, occurred_at=self.at,
            is_confirmed=self.is_confirmed, intervention_id=self.intervention_id,
        )  # fmt: skip


@dataclass(frozen=True)
class ReadingVoided(Consequence):
    """Whoever has taken it."""

    reading_id: UUID
    at: datetime


@dataclass(frozen=True)
class MeterMoved(Consequence):
    """It has another reading, reset or use per day: the dates that count on it follow."""

    meter_id: UUID
    at: datetime


# --- a row, as `history` sees it


def resets_of(meter: MeterRow) -> list[Reset]:
    return [Reset(row.occurred_at, row.final_value, row.start_value) for row in meter.resets]


def points_of(meter: MeterRow) -> list[Point]:
    """Its readings, oldest first."""
    return [Point(reading.read_at, reading.total) for reading in reversed(meter.readings)]


def limits_of(meter: MeterRow) -> Limits:
    return Limits(meter.kind, meter.low, meter.high, meter.most_per_day, meter.per_day, meter.digits, meter.decimals)


def doubt_of(meter: MeterRow, value: float, at: datetime) -> Doubt | None:
    """Why a reading should be asked about."""
    return reading_doubt(points_of(meter), limits_of(meter), at, exact(value), resets_of(meter))


def doubt_of_reset(meter: MeterRow, cmd: ResetMeter) -> Doubt | None:
    """Why what the meter last showed should be asked about."""
    return reset_doubt(points_of(meter), limits_of(meter), _reset_of(meter, cmd), resets_of(meter))


def allows(meter: MeterRow, cmd: ResetMeter) -> bool:
    """Whether the readings around a reset allow it, once it is confirmed."""
    try:
        _check_reset(meter, cmd.model_copy(update={"is_confirmed": True}))
    except Refusal:
        return False
    return True


# --- meters


def create(site_id: UUID, cmd: CreateMeter) -> MeterRow:
    """Of a machine at that site."""
    return made(
        MeterRow, cmd, id=cmd.meter_id, site_id=site_id, is_active=True, last_value=None, last_total=None, last_read_at=None,
        per_day=cmd.expected_per_day, readings=[], resets=[],
    )  # fmt: skip


@rule(UpdateMeter)
def update(meter: MeterRow, cmd: UpdateMeter, _: By) -> Outcome[MeterRow]:
    changed = replaced(meter, cmd)
    return _outcome(meter, changed, changed.readings, cmd.occurred_at)


# --- readings


@rule(RecordReading)
def record(meter: MeterRow, cmd: RecordReading, by: By) -> Outcome[MeterRow]:
    """Raises `ImplausibleReading` for what looks wrong and is not confirmed, or runs backwards; a machine that reports by itself
    is not asked whether it has rolled over.
    """
    if any(reading.id == cmd.reading_id for reading in meter.readings):
        raise AlreadyExists(field="reading_id")
    _ensure_in_use(meter)
    value, found = exact(cmd.value), doubt_of(meter, cmd.value, cmd.read_at)
    has_rolled_over = found is not None and found.kind is Implausible.rolled_over
    _refuse(meter, found, value, "value", is_confirmed=cmd.is_confirmed or (has_rolled_over and by.account is None))
    known = _rolled_over(meter, cmd, found.low or 0.0, by) if found and has_rolled_over else meter
    reading = ReadingRow(
        id=cmd.reading_id, read_at=cmd.read_at, recorded_at=cmd.occurred_at, value=value,
        total=total(meter.kind, value, cmd.read_at, resets_of(known)), by=by.name, is_confirmed=cmd.is_confirmed,
        intervention_id=cmd.intervention_id,
    )  # fmt: skip
    return _outcome(meter, known, [*meter.readings, reading], cmd.occurred_at)


def _rolled_over(meter: MeterRow, cmd: RecordReading, shown: float, by: By) -> MeterRow:
    row = ResetRow(
        id=rollover_id(cmd.reading_id), kind=ResetKind.rollover, occurred_at=cmd.read_at,
        final_value=limits_of(meter).dial.turn_after(shown), start_value=0.0, by=by.name,
    )  # fmt: skip
    return meter.model_copy(update={"resets": [*meter.resets, row]})


@rule(VoidReading)
def void(meter: MeterRow, cmd: VoidReading, _: By) -> Outcome[MeterRow]:
    kept = [reading for reading in meter.readings if reading.id != cmd.reading_id]
    if len(kept) == len(meter.readings):
        raise NotFound
    resets = _without_rollover(meter.resets, kept, rollover_id(cmd.reading_id))
    return _outcome(meter, meter.model_copy(update={"resets": resets}), kept, cmd.occurred_at)


def _without_rollover(resets: list[ResetRow], kept: Sequence[ReadingRow], reset_id: UUID) -> list[ResetRow]:
    """The rollover that a reading taken back had shown goes with it, unless a later one counts on it."""
    last = resets[-1] if resets else None
    if last is None or last.id != reset_id or any(reading.read_at >= last.occurred_at for reading in kept):
        return resets
    return resets[:-1]


# --- resets


@rule(ResetMeter)
def reset(meter: MeterRow, cmd: ResetMeter, by: By) -> Outcome[MeterRow]:
    """What was already read after it gets the total it should have had."""
    if any(known.id == cmd.reset_id for known in meter.resets):
        raise AlreadyExists(field="reset_id")
    _ensure_in_use(meter)
    checked = _check_reset(meter, cmd)
    row = ResetRow(
        id=cmd.reset_id, kind=cmd.kind, occurred_at=cmd.occurred_at, final_value=checked.final_value, start_value=checked.start_value,
        by=by.name, reason=cmd.reason,
    )  # fmt: skip
    known = meter.model_copy(update={"resets": sorted([*meter.resets, row], key=lambda each: (each.occurred_at, each.id))})
    resets = resets_of(known)
    readings = [
        reading.model_copy(update={"total": total(meter.kind, reading.value, reading.read_at, resets)}) for reading in meter.readings
    ]
    return _outcome(meter, known, readings, cmd.occurred_at)


def _reset_of(meter: MeterRow, cmd: ResetMeter) -> Reset:
    return Reset(cmd.occurred_at, final_of(cmd.kind, cmd.final_value, limits_of(meter).dial), exact(cmd.start_value))


def _check_reset(meter: MeterRow, cmd: ResetMeter) -> Reset:
    entered, resets = _reset_of(meter, cmd), resets_of(meter)
    if meter.kind is MeterKind.gauge:
        raise GaugeHasNoReset(name=meter.name)
    if any(known.at == entered.at for known in resets):
        raise AlreadyReset(name=meter.name)
    _refuse(meter, doubt_of_reset(meter, cmd), entered.final_value, "final_value", is_confirmed=cmd.is_confirmed)
    limits = (most_at_start(points_of(meter), entered, resets), limits_of(meter).dial.highest)
    most = min((limit for limit in limits if limit is not None), default=None)
    if entered.start_value < 0 or (most is not None and entered.start_value > most):
        raise ImplausibleStart(field="start_value", low=0, high=plain(most), unit=meter.unit)
    return entered


# --- what follows


def _ensure_in_use(meter: MeterRow) -> None:
    if not meter.is_active:
        raise MeterOutOfUse(name=meter.name)


def _refuse(meter: MeterRow, found: Doubt | None, value: float, field: str, *, is_confirmed: bool) -> None:
    if found is None or (is_confirmed and found.kind not in NEVER):
        return
    raise ImplausibleReading(
        field=field, kind=found.kind.value, low=plain(found.low), high=plain(found.high), last=plain(meter.last_value),
        value=plain(value), unit=meter.unit, meter=meter.name,
    )  # fmt: skip


def plain(value: float | None) -> Any:
    """4870 rather than 4870.0: people read it."""
    return int(value) if value is not None and value.is_integer() else value


def _outcome(before: MeterRow, after: MeterRow, readings: Iterable[ReadingRow], at: datetime) -> Outcome[MeterRow]:
    return Outcome(recounted(before, after, readings), (MeterMoved(after.id, at),))


def recounted(before: MeterRow, after: MeterRow, readings: Iterable[ReadingRow]) -> MeterRow:
    """With its latest readings in order, and what they say of its use: unknown while older ones of the same days may exist."""
    latest = sorted(readings, key=lambda reading: (reading.read_at, reading.id), reverse=True)[:ON_DEVICE]
    last = last_of(_latest(latest), after.kind, resets_of(after))
    changed = after.model_copy(update={
        "readings": latest, "last_value": last and last.value, "last_total": last and last.total, "last_read_at": last and last.at,
    })  # fmt: skip
    return changed.model_copy(update={"per_day": _use(changed, last) if _sees_all(before, last) else before.per_day})


def _latest(readings: Iterable[ReadingRow]) -> Last | None:
    newest = max(readings, key=lambda reading: (reading.read_at, reading.total), default=None)
    return Last(newest.value, newest.total, newest.read_at) if newest else None


def _sees_all(meter: MeterRow, last: Last | None) -> bool:
    """Whether every reading of the days that tell the use is in the row."""
    return len(meter.readings) < ON_DEVICE or last is None or meter.readings[-1].read_at < last.at - USE_WINDOW


def _use(meter: MeterRow, last: Last | None) -> float | None:
    if meter.kind is MeterKind.gauge or last is None:
        return meter.expected_per_day
    return use_per_day(line(points_of(meter), resets_of(meter)), meter.expected_per_day)
