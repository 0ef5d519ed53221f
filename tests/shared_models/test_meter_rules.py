"""Whatever is told of a meter, in whatever order: the totals are those of the whole story, and never run backwards."""

from hypothesis import example, given, settings

from shared_models.ids import uuid7
from shared_models.meters.rules import create
from shared_models.permissions import Role
from shared_models.refusals import Refusal
from shared_models.rules import By, apply
from tests.shared_models.meter_story import STORIES, Story, Told, new_meter

PAUL = By(uuid7(), Role.supervisor, "Paul Petit")


@given(told=STORIES)
@example(told=[("read", 10, 5.0), ("read", 30, 6.0), ("reset", 20, 5.5, 0.0), ("read", 20, 1.0), ("void", 0), ("reset", 10, 2.0, 1.0)])
@example(told=[("reset", 10, 9.0, 0.0), ("read", 10, 1.0), ("read", 10, 0.5), ("reset", 10, 9.0, 0.0), ("read", 0, 9.25)])
@settings(deadline=None)
def test_any_order(told: list[Told]) -> None:
    meter = create(uuid7(), new_meter(uuid7()))
    story = Story(meter.id)
    for one in told:
        found = story.next(one)
        if found is None:
            continue
        command, may_be = found
        try:
            meter = apply(meter, command, PAUL).row
        except Refusal:
            assert not may_be, one
        else:
            assert may_be, one
        assert story.is_told_by(meter)
