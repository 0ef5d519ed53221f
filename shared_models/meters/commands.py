"""What people do to meters."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from shared_models.base import Command, Id, Line, Name, NewId, RuleError, Version
from shared_models.instants import ReadAt
from shared_models.meters.rows import MeterKind, MeterRow, Reading, ResetKind, Unit
from shared_models.numbers import NUMBER
from shared_models.permissions import WORK, WRITE_EQUIPMENT


class OnMeter(Command, on=(MeterRow, "meter_id")):
    meter_id: Id


class _MeterFields(OnMeter):
    """`most_per_day`: what the machine can do in a day (24 for running hours). `low` and `high`: a gauge's plausible range.

    `digits`: how many a counter has before the point, after which it begins at nought again.
    """

    name: Name
    unit: Unit
    digits: Annotated[int, Field(ge=1, le=12), NUMBER] | None = None
    decimals: Annotated[int, Field(ge=0, le=3), NUMBER] = 0
    most_per_day: Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False), NUMBER] | None = None
    expected_per_day: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False), NUMBER] | None = None
    low: Reading | None = None
    high: Reading | None = None

    @model_validator(mode="after")
    def _range(self) -> "_MeterFields":
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise RuleError("low_above_high", "low", "high")
        return self


class CreateMeter(_MeterFields, needs=WRITE_EQUIPMENT):
    type: Literal["meter.create"] = "meter.create"
    meter_id: NewId
    equipment_id: Id
    kind: MeterKind = MeterKind.counter


class UpdateMeter(_MeterFields, needs=WRITE_EQUIPMENT):
    type: Literal["meter.update"] = "meter.update"
    version: Version
    is_active: bool = True


class RecordReading(OnMeter, needs=WORK):
    """`read_at` may lie back. A reading that looks wrong is refused as `implausible_reading` unless `is_confirmed`;
    one that runs backwards is refused in any case: see `ResetMeter`. A counter of known digits that shows little after much
    is asked about as `rolled_over`; confirmed, its rollover is recorded with it.
    """

    type: Literal["meter.record_reading"] = "meter.record_reading"
    reading_id: NewId
    value: Reading
    read_at: ReadAt
    is_confirmed: bool = False
    intervention_id: Id | None = None


class VoidReading(OnMeter, needs=WORK):
    """Takes a mistaken reading out of every calculation; it stays in the audit log."""

    type: Literal["meter.void_reading"] = "meter.void_reading"
    reading_id: Id
    reason: Line = ""


class ResetMeter(OnMeter, needs=WORK):
    """From `occurred_at` on the meter shows `start_value`; it last showed `final_value`, asked about like any reading."""

    type: Literal["meter.reset"] = "meter.reset"
    occurred_at: ReadAt
    reset_id: NewId
    kind: ResetKind = ResetKind.reset
    final_value: Reading
    start_value: Reading = 0.0
    reason: Line = ""
    is_confirmed: bool = False
