"""Whatever is told of a meter, in whatever order: the totals are those of the whole story, and never run backwards."""

from datetime import timedelta

import pytest
from hypothesis import example, given, settings

from shared_models.ids import uuid7
from shared_models.meters.commands import OnMeter, RecordReading
from shared_models.meters.rows import ON_DEVICE, MeterRow
from shared_models.meters.rules import create
from shared_models.permissions import Role
from shared_models.refusals import Refusal
from shared_models.rules import By, apply
from tests.shared_models.meter_story import START, STORIES, Story, Told, new_meter

PAUL = By(uuid7(), Role.supervisor, "Paul Petit")


def refuses(meter: MeterRow, command: OnMeter) -> bool:
    try:
        apply(meter, command, PAUL)
    except Refusal:
        return True
    return False


@given(told=STORIES)
@example(told=[("read", 10, 5.0), ("read", 30, 6.0), ("reset", 20, 5.5, 0.0), ("read", 20, 1.0), ("void", 0), ("reset", 10, 2.0, 1.0)])
@example(told=[("reset", 10, 9.0, 0.0), ("read", 10, 1.0), ("read", 10, 0.5), ("reset", 10, 9.0, 0.0), ("read", 0, 9.25)])
@settings(deadline=None)
def test_any_order(told: list[Told]) -> None:
    meter = create(uuid7(), new_meter(uuid7()))
    story = Story(meter.id)
    for command, may_be in filter(None, map(story.next, told)):
        assert refuses(meter, command) is not may_be, command
        if may_be:
            meter = apply(meter, command, PAUL).row
            assert refuses(meter, command), "what a row tells already is not foretold again"
        assert story.is_told_by(meter)


def test_only_the_latest_are_held_and_say_nothing_they_cannot_know() -> None:
    meter = create(uuid7(), new_meter(uuid7(), expected_per_day=8))

    def read(value: float, day: float) -> MeterRow:
        at = START + timedelta(days=day)
        said = {"meter_id": meter.id, "reading_id": uuid7(), "value": value, "read_at": at, "occurred_at": at}
        return apply(meter, RecordReading(**said, is_confirmed=True), PAUL).row

    for number in range(ON_DEVICE + 5):
        meter = read(number * 10, number)
    assert [reading.value for reading in meter.readings] == [number * 10 for number in reversed(range(5, ON_DEVICE + 5))]
    assert meter.per_day == pytest.approx(10)
    assert read(10_000, 40).per_day == meter.per_day
