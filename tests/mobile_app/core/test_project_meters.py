"""What a device makes of readings before the server answers."""

from datetime import timedelta

import pytest

from mobile_app.core.projection import Rows, project
from shared_models.ids import uuid7
from shared_models.meters import commands as mt
from shared_models.meters.metering import Implausible
from shared_models.meters.rows import ON_DEVICE, MeterKind, MeterRow
from shared_models.meters.rules import doubt_of
from tests.mobile_app.core.rows import AT, PAUL, machine


class Device:
    def __init__(self, **fields: object) -> None:
        self.press = machine("Presse")
        self.rows = Rows(lambda entity, _: self.press if entity == "equipment" else None)
        self.meter_id = uuid7()
        self.do(mt.CreateMeter, equipment_id=self.press.id, name="Heures", unit="h", **fields)

    def do(self, verb, /, *, days: float = 0, **fields) -> MeterRow:
        """Each rule must bear being replayed over its own effect."""
        command = verb(meter_id=self.meter_id, occurred_at=AT + timedelta(days=days), **fields)
        for _ in range(2):
            project(command, self.rows, PAUL)
        return self.meter

    def read(self, value: float, days: float, **fields) -> MeterRow:
        fields.setdefault("reading_id", uuid7())
        return self.do(mt.RecordReading, days=days, value=value, read_at=AT + timedelta(days=days), **fields)

    def reset(self, final: float, start: float, days: float) -> MeterRow:
        return self.do(mt.ResetMeter, days=days, reset_id=uuid7(), final_value=final, start_value=start)

    @property
    def meter(self) -> MeterRow:
        found = self.rows.get("meter", MeterRow, self.meter_id)
        assert found
        return found


def test_readings_tell_the_last_value_and_the_use():
    device = Device(expected_per_day=8)
    assert device.meter.per_day == 8
    device.read(100, 0)
    device.read(190, 10)
    late = device.read(140, 5)
    assert [reading.value for reading in late.readings] == [190, 140, 100]
    assert (late.last_value, late.per_day) == (190, 9)


def test_a_reset_keeps_the_total_running_and_mends_what_was_read_since():
    device = Device()
    device.read(4_870, 0)
    device.reset(4_880, 0, 1)
    assert (device.meter.last_value, device.meter.last_total) == (0, 4_880)
    now = device.read(12, 2)
    assert (now.last_value, now.last_total) == (12, 4_892)
    now = device.reset(4_860, 0, 0.5)
    assert (now.last_total, len(now.resets)) == (4_892, 1), "contradicted by the readings: for the server to refuse"


def test_what_the_server_will_refuse_is_not_shown():
    device = Device()
    device.read(100, 0)
    assert len(device.read(90, 1).readings) == 1


def test_a_reading_taken_back_is_gone():
    device = Device()
    device.read(100, 0)
    wrong = uuid7()
    device.read(990, 1, reading_id=wrong)
    now = device.do(mt.VoidReading, days=2, reading_id=wrong)
    assert (now.last_value, len(now.readings)) == (100, 1)


def test_only_the_latest_are_held_and_say_nothing_they_cannot_know():
    device = Device()
    for day in range(ON_DEVICE + 5):
        device.read(day * 10, day)
    assert len(device.meter.readings) == ON_DEVICE
    assert device.meter.readings[-1].value == 50
    before = device.meter.per_day
    assert device.read(10_000, 40).per_day == before


def test_a_gauge_shows_what_it_shows():
    device = Device(kind=MeterKind.gauge, low=2, high=8)
    device.read(6, 0)
    assert device.read(4, 1).last_total == 4
    found = doubt_of(device.meter, 9, AT + timedelta(days=2))
    assert found
    assert (found.kind, found.low, found.high) == (Implausible.out_of_range, 2, 8)


@pytest.mark.parametrize(
    ("value", "days", "kind"),
    [(150, 1, None), (90, 1, Implausible.backwards), (200, 1, Implausible.too_fast), (60, -5, None), (110, -5, Implausible.backwards)],
)
def test_what_is_asked_at_once(value, days, kind):
    device = Device(most_per_day=60)
    device.read(50, -10)
    device.read(100, 0)
    found = doubt_of(device.meter, value, AT + timedelta(days=days))
    assert (found and found.kind) == kind
