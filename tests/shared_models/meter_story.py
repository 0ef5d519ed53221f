"""What is told of a meter in any order, and what to make of it when all of it is looked at."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from shared_models.ids import uuid7
from shared_models.meters.commands import CreateMeter, OnMeter, RecordReading, ResetMeter, VoidReading
from shared_models.meters.metering import Point, use_per_day
from shared_models.meters.rows import MeterRow

START = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = st.integers(0, 12).map(lambda step: step * 10)
VALUES = st.integers(0, 60).map(lambda quarter: quarter / 4)
READ = st.tuples(st.just("read"), DAYS, VALUES)
RESET = st.tuples(st.just("reset"), DAYS, VALUES, VALUES)
VOID = st.tuples(st.just("void"), st.integers(0, 20))
STORIES = st.lists(st.one_of(READ, READ, RESET, VOID), min_size=1, max_size=12)
Told = tuple[Any, ...]


def new_meter(equipment_id: UUID, **fields: Any) -> CreateMeter:
    return CreateMeter(meter_id=uuid7(), equipment_id=equipment_id, name="Heures", unit="h", occurred_at=START, **fields)


@dataclass
class Story:
    """What has been accepted."""

    meter_id: UUID
    readings: dict[UUID, tuple[int, int, float]] = field(default_factory=dict)
    resets: dict[UUID, tuple[int, float, float]] = field(default_factory=dict)
    told: int = 0

    def offset(self, day: int, *, before: bool = False) -> float:
        return sum(final - start for at, final, start in self.resets.values() if at < day or (at == day and not before))

    def line(self) -> list[tuple[int, int, int, float]]:
        """By day; a reset before the readings of its day, these as they were told."""
        points = [(day, 1, told, value + self.offset(day)) for day, told, value in self.readings.values()]
        points += [(day, 0, 0, final + self.offset(day, before=True)) for day, final, _ in self.resets.values()]
        return sorted(points)

    def runs_on(self) -> bool:
        totals = [total for *_, total in self.line()]
        return all(one <= other for one, other in pairwise(totals))

    def next(self, told: Told) -> tuple[OnMeter, bool] | None:
        """The command, and whether it may be; None where there is nothing to take back."""
        self.told += 1
        kind, day, *values = told
        if kind == "void":
            return self._void(day) if self.readings else None
        new_id, at = uuid7(), START + timedelta(days=day)
        if kind == "read":
            self.readings[new_id] = (day, self.told, values[0])
            cmd: OnMeter = RecordReading(
                meter_id=self.meter_id, reading_id=new_id, value=values[0], read_at=at, occurred_at=at, is_confirmed=True
            )
        else:
            is_second = any(known == day for known, *_ in self.resets.values())
            self.resets[new_id] = (day, values[0], values[1])
            cmd = ResetMeter(
                meter_id=self.meter_id, reset_id=new_id, final_value=values[0], start_value=values[1], occurred_at=at, is_confirmed=True
            )
            if is_second:
                del self.resets[new_id]
                return cmd, False
        may_be = self.runs_on()
        if not may_be:
            self.readings.pop(new_id, None)
            self.resets.pop(new_id, None)
        return cmd, may_be

    def _void(self, number: int) -> tuple[OnMeter, bool]:
        reading_id = list(self.readings)[number % len(self.readings)]
        del self.readings[reading_id]
        return VoidReading(meter_id=self.meter_id, reading_id=reading_id, occurred_at=START + timedelta(days=200)), True

    def is_told_by(self, meter: MeterRow) -> bool:
        line = self.line()
        use = use_per_day([Point(START + timedelta(days=day), total) for day, _, _, total in line])
        totals = {reading_id: value + self.offset(day) for reading_id, (day, _, value) in self.readings.items()}
        last = line[-1] if line else None
        return (
            {reading.id: reading.total for reading in meter.readings} == totals
            and meter.last_total == (last and last[-1])
            and meter.last_read_at == (START + timedelta(days=last[0]) if last else None)
            and (meter.per_day == use or abs((meter.per_day or 0) - (use or 0)) < 1e-9)
        )
