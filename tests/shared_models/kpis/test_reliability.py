"""The definitions' own figures, and everything else against a reader who looks at each minute."""

from datetime import UTC, date, datetime, timedelta
from math import exp, factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_models.kpis.intervals import Span, clip, difference, intersection, length, union
from shared_models.kpis.periods import Days, Period, before, days_of
from shared_models.kpis.reliability import HOUR, Metered, Reliability, Stopped, reliability
from shared_models.kpis.statistics import failures_at_most, is_trend, laplace, mtbf_at_least, percentile

START = datetime(2026, 11, 1, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NEVER = START + 10_000 * DAY


def day(number: float) -> datetime:
    return START + number * DAY


def of(*stops: tuple[float, float | None], days: float, unit: timedelta = DAY) -> Reliability:
    told = [Stopped(START + begin * unit, None if end is None else START + end * unit) for begin, end in stops]
    return reliability(told, (START, START + days * unit), NEVER)


class TestWhatTheDefinitionsSay:
    @pytest.mark.parametrize(
        ("n", "confidence", "share"), [(0, 0.9, 0.434), (1, 0.9, 0.257), (2, 0.9, 0.188), (5, 0.9, 0.108), (0, 0.6, 1.09)]
    )
    def test_what_can_be_said_at_least_of_few_failures(self, n, confidence, share):
        assert mtbf_at_least(1, n, confidence) == pytest.approx(share, abs=0.005 if share > 1 else 0.0005)

    def test_no_failure_in_two_thousand_hours(self):
        found = of(days=2000, unit=HOUR)
        assert found.mtbf is None
        assert int(found.mtbf_at_least() / HOUR) == 868

    def test_the_time_before_the_first_failure_and_after_the_last_is_exposure(self):
        assert of((5, 6), (300, 302), days=365).mtbf == 181 * DAY

    def test_overlapping_stops_are_down_once(self):
        found = of((-5, 3), (10, 20), (12, 14), (18, 25), (95, None), days=100)
        assert (found.down, found.downs) == (23 * DAY, 3)

    def test_november(self):
        found = of((28, 30), (29.5, 29 + 16 / 24), days=30)
        assert found.down == 48 * HOUR
        assert found.availability == pytest.approx(0.9333, abs=0.00005)

    def test_one_day(self):
        assert of((0, 15), (1 / 6, 14), days=24, unit=HOUR).availability == 0.375

    def test_repairs_of_one_day(self):
        assert of((60, 95), (300, 395), days=1440, unit=MINUTE).mttr == 65 * MINUTE

    def test_a_failure_that_straddles_a_border_counts_where_it_begins_and_its_time_is_split(self):
        stop = (-2, 3)
        assert (of(stop, days=10).failures, of(stop, days=10).down) == (0, 3 * DAY)
        earlier = reliability([Stopped(day(-2), day(3))], (day(-10), day(0)), NEVER)
        assert (earlier.failures, earlier.down, earlier.restored, earlier.unfinished) == (1, 2 * DAY, 0, 1)

    def test_what_is_still_down_lasts_until_now(self):
        found = reliability([Stopped(day(4), None), Stopped(day(1), day(2))], (day(0), day(30)), day(6))
        assert (found.seen, found.down, found.mttr, found.unfinished) == (6 * DAY, 3 * DAY, DAY, 1)

    def test_only_failures_count_against_the_time_between_them(self):
        planned = Stopped(day(2), day(3), is_failure=False)
        found = reliability([planned, Stopped(day(5), day(6))], (day(0), day(10)), NEVER)
        assert (found.failures, found.mtbf, found.availability, found.mttr) == (1, 8 * DAY, 0.8, DAY)

    def test_a_meter_of_running_hours_tells_the_operating_time_where_it_was_read(self):
        stop = Stopped(day(8), day(9))
        window = day(0), day(10)
        whole = reliability([stop], window, NEVER, Metered(window, 100 * HOUR))
        assert (whole.operating, whole.is_estimated, whole.availability) == (100 * HOUR, False, 0.9)
        half = reliability([stop], window, NEVER, Metered((day(0), day(5)), 60 * HOUR))
        assert (half.operating, half.is_estimated) == (60 * HOUR + 4 * DAY, True)

    def test_of_several_machines_sums_are_divided_never_means_averaged(self):
        fleet = of((1, 2), (3, 4), (5, 6), days=30) + of(days=270)
        assert fleet.mtbf == 99 * DAY


class TestAgainstEachMinute:
    spans = st.lists(st.tuples(st.integers(-60, 300), st.integers(0, 90)), max_size=8)

    @given(spans, spans)
    def test_unions_and_what_is_in_both_or_one(self, some, others):
        def told(pairs: list[tuple[int, int]]) -> list[Span]:
            return [(START + begin * MINUTE, START + (begin + lasting) * MINUTE) for begin, lasting in pairs]

        def minutes(spans: list[Span]) -> set[int]:
            return {at for begin, end in spans for at in range((begin - START) // MINUTE, (end - START) // MINUTE)}

        mine, theirs = told(some), told(others)
        assert minutes(union(mine)) == minutes(mine)
        assert length(mine) == len(minutes(mine)) * MINUTE
        assert minutes(intersection(mine, theirs)) == minutes(mine) & minutes(theirs)
        assert minutes(difference(mine, theirs)) == minutes(mine) - minutes(theirs)
        assert all(before[1] < after[0] for before, after in zip(union(mine), union(mine)[1:], strict=False))
        assert minutes(clip(mine, (START, START + 100 * MINUTE))) == {at for at in minutes(mine) if 0 <= at < 100}

    @given(
        st.lists(st.tuples(st.integers(-60, 240), st.none() | st.integers(0, 90), st.booleans()), max_size=8),
        st.integers(0, 200), st.integers(0, 240),
    )  # fmt: skip
    def test_any_history(self, told, end, now):
        """Stops overlap, straddle the window, last; the window is over, runs or has not begun."""
        stops = [(begin, 10_000 if lasting is None else begin + lasting, is_failure) for begin, lasting, is_failure in told]
        given_stops = [
            Stopped(START + begin * MINUTE, None if lasting is None else START + (begin + lasting) * MINUTE, is_failure)
            for begin, lasting, is_failure in told
        ]
        found = reliability(given_stops, (START, START + end * MINUTE), START + now * MINUTE)
        last = min(end, now)
        down = [minute for minute in range(last) if any(begin <= minute < ended for begin, ended, _ in stops)]
        assert (found.seen, found.down) == (last * MINUTE, len(down) * MINUTE)
        assert found.operating == (last - len(down)) * MINUTE
        assert found.failures == sum(is_failure and 0 <= begin < last for begin, _, is_failure in stops)
        restored = [(begin, ended) for begin, ended, is_failure in stops if is_failure and 0 <= ended < last]
        assert found.restored == len(restored)
        assert found.restoring == sum(1 for begin, ended in restored for minute in range(last) if begin <= minute < ended) * MINUTE
        assert found.downs == sum(minute - 1 not in set(down) for minute in down)


class TestStatistics:
    @given(st.integers(0, 60), st.floats(0.5, 0.99))
    def test_the_bound_is_where_so_few_failures_become_unlikely(self, n, confidence):
        mean = failures_at_most(n, confidence)
        assert sum(exp(-mean) * mean**k / factorial(k) for k in range(n + 1)) == pytest.approx(1 - confidence, rel=1e-8)

    def test_it_holds_for_the_failures_of_a_whole_plant(self):
        assert failures_at_most(100_000, 0.9) == pytest.approx(100_406, abs=2)

    def test_a_trend_needs_four_events_and_is_told_when_it_is_sure(self):
        assert laplace([1, 2, 3], 10) is None
        assert not is_trend(None)
        closer = laplace([5, 7, 8, 9, 9.5, 9.9], 10)
        assert closer == pytest.approx((8.0667 - 5) / (10 * (1 / 72) ** 0.5), abs=0.001)
        assert is_trend(closer)
        assert not is_trend(laplace([1, 4, 6, 9], 10))

    def test_percentiles_are_those_of_spreadsheets(self):
        assert percentile([], 0.5) is None
        assert percentile([3, 1, 2, 10], 0.5) == 2.5
        assert percentile([3, 1, 2, 10], 0.9) == pytest.approx(7.9)


class TestPeriods:
    TODAY = date(2026, 11, 27)

    @pytest.mark.parametrize(
        ("period", "since", "until", "earlier", "earlier_until"),
        [
            (Period.week, (2026, 11, 23), (2026, 11, 30), (2026, 11, 16), (2026, 11, 21)),
            (Period.month, (2026, 11, 1), (2026, 12, 1), (2026, 10, 1), (2026, 10, 28)),
            (Period.quarter, (2026, 10, 1), (2027, 1, 1), (2026, 7, 1), (2026, 8, 28)),
            (Period.year, (2026, 1, 1), (2027, 1, 1), (2025, 1, 1), (2025, 11, 28)),
            (Period.rolling, (2025, 11, 28), (2026, 11, 28), (2024, 11, 28), (2025, 11, 28)),
        ],
    )
    def test_are_whole_and_compared_with_as_much_of_the_one_before(self, period, since, until, earlier, earlier_until):
        days = days_of(period, self.TODAY)
        assert days == Days(date(*since), date(*until))
        assert before(period, days, self.TODAY) == Days(date(*earlier), date(*earlier_until))

    def test_what_is_over_is_compared_whole(self):
        last_day = date(2026, 2, 28)
        assert before(Period.month, days_of(Period.month, last_day), last_day) == Days(date(2026, 1, 1), date(2026, 2, 1))
        custom = Days(date(2026, 3, 5), date(2026, 3, 10))
        assert before(Period.custom, custom, last_day.replace(month=6)) == Days(date(2026, 2, 28), date(2026, 3, 5))
