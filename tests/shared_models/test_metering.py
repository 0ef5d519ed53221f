"""Totals, use per day, thresholds and plausibility, against sums done the long way."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_models.meters.metering import Implausible, Point, Reset, doubt, gauge_doubt, offset_at, reached_at, total_at, use_per_day

START = datetime(2026, 1, 1)  # noqa: DTZ001 - wall clock or instants, all of one kind
DAY = timedelta(days=1)


@st.composite
def histories(draw: st.DrawFn) -> list[Point]:
    """Readings in order, a few hours to a few weeks apart, of a machine that works more or less."""
    points, at, total = [], START, 0.0
    for gap, use in draw(st.lists(st.tuples(st.integers(1, 500), st.floats(0, 24)), min_size=1, max_size=15)):
        at += timedelta(hours=gap)
        total += use * gap / 24
        points.append(Point(at, total))
    return points


class TestTotal:
    @given(st.lists(st.tuples(st.floats(0, 50), st.booleans(), st.floats(0, 5)), min_size=1, max_size=30))
    def test_runs_on_through_resets(self, days: list[tuple[float, bool, float]]) -> None:
        """What the meter shows starts anew; what the machine has done does not."""
        shown, done, resets = 0.0, 0.0, []
        for number, (use, is_reset, start) in enumerate(days):
            at = START + number * DAY
            if is_reset:
                resets.append(Reset(at, shown, start))
                shown = start
            shown, done = shown + use, done + use
            assert shown + offset_at(resets, at + DAY / 2) == pytest.approx(done)


class TestThreshold:
    @given(histories(), st.floats(0.1, 3_000))
    def test_crossing_is_where_the_total_is_the_threshold(self, points: list[Point], threshold: float) -> None:
        per_day = use_per_day(points)
        found = reached_at(points, threshold, per_day)
        if found is None:
            assert points[-1].total < threshold
            assert not per_day or (threshold - points[-1].total) / per_day > 365 * 19
        elif found > points[0].at:
            assert total_at(points, found, per_day) == pytest.approx(threshold, abs=0.01)
            assert found <= next((point.at for point in points if point.total >= threshold), found)

    @given(histories())
    def test_use_is_what_was_added_over_the_last_ninety_days(self, points: list[Point]) -> None:
        last, since = points[-1], max(points[0].at, points[-1].at - 90 * DAY)
        use = use_per_day(points)
        if last.at - since < DAY:
            assert use is None
        else:
            added = last.total - (total_at(points, since, None) or 0.0)
            assert use == pytest.approx(added / ((last.at - since) / DAY), abs=1e-6)

    def test_expected_use_stands_in_until_there_are_readings(self) -> None:
        assert use_per_day([], 9.2) == 9.2
        assert use_per_day([Point(START, 5)], 9.2) == 9.2
        assert reached_at([Point(START, 4_870)], 5_370, 10) == START + 50 * DAY


class TestDoubt:
    @given(histories(), st.integers(-10, 8_000), st.floats(0, 10_000))
    def test_what_fits_between_its_neighbours_is_not_asked_about(self, points: list[Point], hours: int, total: float) -> None:
        at = START + timedelta(hours=hours)
        found = doubt(points, at, total, most_per_day=24, per_day=None)
        earlier = [point for point in points if point.at <= at]
        later = [point for point in points if point.at > at]
        backwards = any(total < point.total for point in earlier) or any(total > point.total for point in later)
        assert (found is not None and found.kind is Implausible.backwards) == backwards
        if found is not None and found.kind is Implausible.too_fast:
            pairs = [(earlier[-1].at, earlier[-1].total, at, total)] if earlier else []
            pairs += [(at, total, later[0].at, later[0].total)] if later else []
            assert any(more - less > 24 * max((until - since) / DAY, 1 / 24) for since, less, until, more in pairs)

    def test_gauge_is_asked_about_out_of_its_range(self) -> None:
        assert gauge_doubt(7, 4, 10) is None
        assert gauge_doubt(11, 4, 10) is not None
        assert gauge_doubt(11, 4, None) is None
