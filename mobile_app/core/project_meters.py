"""What commands do to meters, by the rules the server has too. A device sees a meter's latest readings only."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from mobile_app.core.projection import Person, Rows, rule
from shared_models.equipment.rows import EquipmentRow
from shared_models.meters import commands as mt
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
from shared_models.meters.rows import ON_DEVICE, MeterKind, MeterRow, ReadingRow, ResetKind, ResetRow
from shared_models.users import UserCard

METER = "meter"
_NEVER = {Implausible.backwards, Implausible.off_dial}
_KEPT = {"command_id", "occurred_at", "type", "meter_id", "version"}


def resets_of(meter: MeterRow) -> list[Reset]:
    return [Reset(row.occurred_at, row.final_value, row.start_value) for row in meter.resets]


def points_of(meter: MeterRow) -> list[Point]:
    """Its readings, oldest first."""
    return [Point(reading.read_at, reading.total) for reading in reversed(meter.readings)]


def limits_of(meter: MeterRow) -> Limits:
    return Limits(meter.kind, meter.low, meter.high, meter.most_per_day, meter.per_day, meter.digits, meter.decimals)


def doubt_of(meter: MeterRow, value: float, at: datetime) -> Doubt | None:
    """Why a reading should be asked about at once, by what this device knows."""
    return reading_doubt(points_of(meter), limits_of(meter), at, exact(value), resets_of(meter))


@rule(mt.CreateMeter)
def _create(rows: Rows, cmd: mt.CreateMeter, _: Person) -> None:
    machine = rows.get("equipment", EquipmentRow, cmd.equipment_id)
    if machine is None or rows.get(METER, MeterRow, cmd.meter_id):
        return
    chosen = {name: value for name, value in cmd if name not in _KEPT}
    rows.put(METER, MeterRow(
        **chosen, id=cmd.meter_id, site_id=machine.site_id, is_active=True, last_value=None, last_total=None, last_read_at=None,
        per_day=cmd.expected_per_day, readings=[], resets=[], version=0,
    ))  # fmt: skip


@rule(mt.UpdateMeter)
def _update(rows: Rows, cmd: mt.UpdateMeter, _: Person) -> None:
    meter = rows.get(METER, MeterRow, cmd.meter_id)
    if meter and meter.version <= cmd.version:
        chosen = {name: value for name, value in cmd if name not in _KEPT}
        _put(rows, meter, meter.model_copy(update=chosen))


@rule(mt.RecordReading)
def _record(rows: Rows, cmd: mt.RecordReading, person: Person) -> None:
    meter = rows.get(METER, MeterRow, cmd.meter_id)
    if meter is None or any(reading.id == cmd.reading_id for reading in meter.readings):
        return
    found = doubt_of(meter, cmd.value, cmd.read_at)
    if found and (found.kind in _NEVER or (found.kind is Implausible.rolled_over and not cmd.is_confirmed)):
        return
    if found and found.kind is Implausible.rolled_over:
        meter = _rolled_over(rows, meter, cmd, found.low or 0.0, person)
    value = exact(cmd.value)
    reading = ReadingRow(
        id=cmd.reading_id, read_at=cmd.read_at, recorded_at=cmd.occurred_at, value=value,
        total=total(meter.kind, value, cmd.read_at, resets_of(meter)), by=_name(rows, person), is_confirmed=cmd.is_confirmed,
        intervention_id=cmd.intervention_id,
    )  # fmt: skip
    _put(rows, meter, meter.model_copy(update={"readings": [*meter.readings, reading]}))


def _rolled_over(rows: Rows, meter: MeterRow, cmd: mt.RecordReading, shown: float, person: Person) -> MeterRow:
    row = ResetRow(
        id=rollover_id(cmd.reading_id), kind=ResetKind.rollover, occurred_at=cmd.read_at,
        final_value=limits_of(meter).dial.turn_after(shown), start_value=0.0, by=_name(rows, person),
    )  # fmt: skip
    return meter.model_copy(update={"resets": [*meter.resets, row]})


@rule(mt.VoidReading)
def _void(rows: Rows, cmd: mt.VoidReading, _: Person) -> None:
    meter = rows.get(METER, MeterRow, cmd.meter_id)
    if meter and any(reading.id == cmd.reading_id for reading in meter.readings):
        kept = [reading for reading in meter.readings if reading.id != cmd.reading_id]
        _put(rows, meter, meter.model_copy(update={"readings": kept, "resets": _without_rollover(meter, kept, cmd.reading_id)}))


def _without_rollover(meter: MeterRow, kept: list[ReadingRow], reading_id: UUID) -> list[ResetRow]:
    """The rollover that a reading taken back had told of goes with it, unless a later one counts on it."""
    told = next((reset for reset in meter.resets if reset.id == rollover_id(reading_id)), None)
    if told is None or any(reading.read_at >= told.occurred_at for reading in kept) or meter.resets[-1].id != told.id:
        return meter.resets
    return meter.resets[:-1]


@rule(mt.ResetMeter)
def _reset(rows: Rows, cmd: mt.ResetMeter, person: Person) -> None:
    meter = rows.get(METER, MeterRow, cmd.meter_id)
    if meter is None or meter.kind is MeterKind.gauge or any(known.id == cmd.reset_id for known in meter.resets):
        return
    if not fits(meter, cmd):
        return
    row = ResetRow(
        id=cmd.reset_id, kind=cmd.kind, occurred_at=cmd.occurred_at, final_value=_told(meter, cmd).final_value,
        start_value=exact(cmd.start_value), by=_name(rows, person), reason=cmd.reason,
    )  # fmt: skip
    resets = sorted([*meter.resets, row], key=lambda known: (known.occurred_at, known.id))
    changed = meter.model_copy(update={"resets": resets})
    readings = [
        reading.model_copy(update={"total": total(meter.kind, reading.value, reading.read_at, resets_of(changed))})
        for reading in meter.readings
    ]
    _put(rows, meter, changed.model_copy(update={"readings": readings}))


def doubt_of_reset(meter: MeterRow, cmd: mt.ResetMeter) -> Doubt | None:
    """Why what the meter last showed should be asked about, by what this device knows."""
    return reset_doubt(points_of(meter), limits_of(meter), _told(meter, cmd), resets_of(meter))


def fits(meter: MeterRow, cmd: mt.ResetMeter) -> bool:
    """Whether the readings around it allow the reset, by what this device knows."""
    reset, resets = _told(meter, cmd), resets_of(meter)
    found, most = doubt_of_reset(meter, cmd), most_at_start(points_of(meter), reset, resets)
    is_behind = found is not None and found.kind in _NEVER
    highest = limits_of(meter).dial.highest
    is_on_dial = reset.start_value >= 0 and (highest is None or reset.start_value <= highest)
    return not is_behind and is_on_dial and (most is None or reset.start_value <= most) and all(known.at != reset.at for known in resets)


def _told(meter: MeterRow, cmd: mt.ResetMeter) -> Reset:
    return Reset(cmd.occurred_at, final_of(cmd.kind, cmd.final_value, limits_of(meter).dial), exact(cmd.start_value))


def _name(rows: Rows, person: Person) -> str:
    card = rows.get("user", UserCard, person.id)
    return f"{card.first_name} {card.last_name}" if card else ""


# --- what follows


def _put(rows: Rows, before: MeterRow, after: MeterRow) -> None:
    """With its latest readings in order, and what they say of its use: unknown while older ones of the same days may exist."""
    readings = sorted(after.readings, key=lambda reading: (reading.read_at, reading.id), reverse=True)[:ON_DEVICE]
    resets = resets_of(after)
    last = last_of(_latest(readings), after.kind, resets)
    told = {
        "readings": readings, "last_value": last and last.value, "last_total": last and last.total, "last_read_at": last and last.at,
    }  # fmt: skip
    use = _use(after, readings, resets, last) if _sees_all(before, last) else before.per_day
    rows.put(METER, after.model_copy(update={**told, "per_day": use}))


def _latest(readings: Iterable[ReadingRow]) -> Last | None:
    newest = max(readings, key=lambda reading: (reading.read_at, reading.total), default=None)
    return Last(newest.value, newest.total, newest.read_at) if newest else None


def _sees_all(meter: MeterRow, last: Last | None) -> bool:
    """Whether every reading of the days that tell the use is on this device."""
    return len(meter.readings) < ON_DEVICE or last is None or meter.readings[-1].read_at < last.at - USE_WINDOW


def _use(meter: MeterRow, readings: list[ReadingRow], resets: list[Reset], last: Last | None) -> float | None:
    if meter.kind is MeterKind.gauge or last is None:
        return meter.expected_per_day
    return use_per_day(line([Point(reading.read_at, reading.total) for reading in readings], resets), meter.expected_per_day)
