"""Meters of machines: counters that run on and gauges that go up and down, their readings, resets and replacements."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from shared_models.base import ONE_LINE, Command, Happened, Instant, Item, Line, Name, NewId, Number, Row, RuleError, Schema, Version
from shared_models.numbers import NUMBER
from shared_models.paging import PageQuery

ON_DEVICE = 30
"""The latest readings that a device holds of each meter."""

Reading = Number
Unit = Annotated[str, StringConstraints(min_length=1, max_length=20), ONE_LINE]


class MeterKind(StrEnum):
    """A counter only goes up (running hours, cycles); a gauge shows a state (bar, °C)."""

    counter = "counter"
    gauge = "gauge"


class ResetKind(StrEnum):
    reset = "reset"
    replacement = "replacement"
    rollover = "rollover"


class ReadingRow(Row):
    """`total` runs on through resets; a gauge's is its value. `source`: the machine or system that reported it by itself."""

    id: UUID
    read_at: Instant
    recorded_at: Instant
    value: float
    total: float
    by: str
    is_confirmed: bool = False
    intervention_id: UUID | None = None


class ResetRow(Row):
    id: UUID
    kind: ResetKind
    occurred_at: Instant
    final_value: float
    start_value: float
    by: str
    reason: str = ""


class MeterRow(Row):
    """A meter with its latest readings, newest first, and all its resets."""

    id: UUID
    site_id: UUID
    equipment_id: UUID
    name: str
    unit: str
    kind: MeterKind
    decimals: int
    most_per_day: float | None
    expected_per_day: float | None
    low: float | None
    high: float | None
    is_active: bool
    digits: int | None = None
    last_value: float | None
    last_total: float | None
    last_read_at: Instant | None
    per_day: float | None
    readings: list[ReadingRow]
    resets: list[ResetRow]
    version: int


class MeterListItem(Row):
    """A meter among others, without its readings."""

    id: UUID
    site_id: UUID
    equipment_id: UUID
    equipment_code: str
    equipment_name: str
    name: str
    unit: str
    kind: MeterKind
    decimals: int
    is_active: bool
    last_value: float | None
    last_total: float | None
    last_read_at: Instant | None
    per_day: float | None
    version: int


class ReadingPage(Row):
    """Newest first; `next` is the following page's cursor."""

    items: list[ReadingRow]
    next: str | None


class MeterFilter(PageQuery):
    site_id: UUID | None = None
    equipment_id: UUID | None = None
    is_active: bool | None = None


class _MeterFields(Command):
    """`most_per_day`: what the machine can do in a day (24 for running hours). `low` and `high`: a gauge's plausible range.

    `digits`: how many a counter has before the point, after which it begins at nought again.
    """

    meter_id: UUID
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


class CreateMeter(_MeterFields):
    type: Literal["meter.create"] = "meter.create"
    meter_id: NewId
    equipment_id: UUID
    kind: MeterKind = MeterKind.counter


class UpdateMeter(_MeterFields):
    type: Literal["meter.update"] = "meter.update"
    version: Version
    is_active: bool = True


class OnMeter(Command):
    meter_id: UUID


class RecordReading(OnMeter):
    """`read_at` may lie back. A reading that looks wrong is refused as `implausible_reading` unless `is_confirmed`;
    one that runs backwards is refused in any case: see `ResetMeter`. A counter of known digits that shows little after much
    is asked about as `rolled_over`; confirmed, its rollover is recorded with it.
    """

    type: Literal["meter.record_reading"] = "meter.record_reading"
    reading_id: NewId
    value: Reading
    read_at: Happened
    is_confirmed: bool = False
    intervention_id: UUID | None = None


class VoidReading(OnMeter):
    """Takes a mistaken reading out of every calculation; it stays in the audit log."""

    type: Literal["meter.void_reading"] = "meter.void_reading"
    reading_id: UUID
    reason: Line = ""


class ResetMeter(OnMeter):
    """From `occurred_at` on the meter shows `start_value`; it last showed `final_value`, asked about like any reading."""

    type: Literal["meter.reset"] = "meter.reset"
    reset_id: NewId
    kind: ResetKind = ResetKind.reset
    final_value: Reading
    start_value: Reading = 0.0
    reason: Line = ""
    is_confirmed: bool = False


# ---------------------------------------------------------------- machines that report by themselves


class ReadingSourceCreate(Schema):
    """A machine, a PLC gateway or a supervisor system that may send readings of a site's meters."""

    id: NewId
    site_id: UUID
    name: Name


class ReadingSourceRead(Row):
    id: UUID
    site_id: UUID
    name: str
    key_hint: str
    created_at: Instant
    last_used_at: Instant | None
    revoked_at: Instant | None


class ReadingSourceKey(ReadingSourceRead):
    """`key` is told once, at its creation."""

    key: str


class ReportedReading(Schema):
    """`id` is the reporter's own, unique within the source: sent twice, counted once."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=100), ONE_LINE]
    meter_id: UUID
    value: Reading
    read_at: Happened


class ReadingReport(Schema):
    """Each is a `ReportedReading`, read for itself: one that cannot be read refuses none of the others."""

    readings: Annotated[list[Item], Field(min_length=1, max_length=1_000)]


class ReportedResult(Row):
    """`code` and `detail` say why a reading was refused; the others are kept."""

    id: str
    status: Literal["recorded", "known", "rejected"]
    code: str | None = None
    detail: str | None = None


class ReadingReportAnswer(Row):
    results: list[ReportedResult]
