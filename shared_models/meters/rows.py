"""Meters of machines: counters that run on and gauges that go up and down, their readings, resets and replacements."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from shared_models.base import ONE_LINE, EntityRow, Instant, Number, Row
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


class MeterRow(EntityRow, entity="meter"):
    """A meter with its latest readings, newest first, and all its resets."""

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


class MeterFilter(PageQuery):
    site_id: UUID | None = None
    equipment_id: UUID | None = None
    is_active: bool | None = None
