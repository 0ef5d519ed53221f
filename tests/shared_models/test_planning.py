"""Due dates against a machine that is simulated day by day."""

from datetime import datetime, time, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared_models.plans.planning import (
    Basis,
    MeterView,
    Outcome,
    PlanRule,
    Reference,
    ReferenceKind,
    Trigger,
    due,
    following,
    forecast,
    judge,
    tolerance,
    upcoming,
)
from shared_models.plans.recurrence import CalendarRule, FrequencyType, MonthEnd, after, one_later
from tests.shared_models.test_recurrence import is_due, rules

START = datetime(2026, 3, 12, 8)  # noqa: DTZ001 - a wall clock
DAY = timedelta(days=1)
INTERVALS = st.builds(
    CalendarRule,
    st.sampled_from([FrequencyType.daily, FrequencyType.weekly, FrequencyType.monthly, FrequencyType.quarterly, FrequencyType.yearly]),
    st.integers(1, 20),
    month_end=st.sampled_from(MonthEnd),
)


def simulated_threshold(total: float, per_day: float, threshold: float, most: int = 5_000) -> int | None:
    """The day on which a machine that adds `per_day` a day has reached `threshold`."""
    for day in range(most):
        if total + per_day * (day + 1) > threshold + 1e-6:
            return day
    return None


class TestSeries:
    @given(rules(), st.dates(START.date(), START.date() + 800 * DAY), st.lists(st.integers(-30, 60), max_size=6))
    def test_late_or_early_work_moves_no_date(self, rule: CalendarRule, start: datetime, delays: list[int]) -> None:
        """A fixed series goes from one of its dates to the next, whenever the work is done."""
        plan = PlanRule(datetime.combine(start, time(8)), Basis.fixed, rule)
        ref = Reference(kind=ReferenceKind.start, at=plan.starts_at)
        previous = None
        for _ in [0, *delays]:
            reason = due(plan, ref)
            assert reason is not None
            assert is_due(rule, plan.starts_at.date(), reason.due.date())
            if previous is not None:
                between = (previous.date() + DAY * number for number in range(1, (reason.due.date() - previous.date()).days))
                assert not any(is_due(rule, plan.starts_at.date(), day) for day in between)
            previous, ref = reason.due, following(plan, reason, None)

    def test_upcoming_covers_a_year_and_at_least_the_next(self) -> None:
        yearly = PlanRule(START, Basis.fixed, CalendarRule(FrequencyType.yearly, 5))
        monthly = PlanRule(START, Basis.fixed, CalendarRule(FrequencyType.monthly, 1))
        ref = Reference(kind=ReferenceKind.start, at=START)
        assert upcoming(yearly, ref, None, START - 900 * DAY) == [START]
        assert upcoming(monthly, ref, None, START)[-1] > START + 370 * DAY


class TestInterval:
    @given(INTERVALS, st.lists(st.integers(-20, 90), min_size=1, max_size=8))
    def test_a_floating_plan_counts_from_each_completion(self, rule: CalendarRule, delays: list[int]) -> None:
        plan = PlanRule(START, Basis.floating, rule)
        reason = due(plan, Reference(kind=ReferenceKind.start, at=START))
        assert reason is not None
        assert reason.due == START
        for delay in delays:
            done = reason.due + delay * DAY + timedelta(hours=5)
            reason = due(plan, Reference(kind=ReferenceKind.done, at=done))
            assert reason is not None
            assert reason.due == one_later(rule, done, time(8)) == after(rule, done.replace(hour=8), done.replace(hour=8))


class TestMeter:
    @given(st.floats(0, 10_000), st.floats(0.2, 24), st.integers(10, 3_000), st.integers(0, 60))
    def test_is_due_on_the_day_the_machine_gets_there(self, total: float, per_day: float, interval: int, since: int) -> None:
        plan = PlanRule(START, Basis.floating, None, float(interval))
        now = START.replace(hour=0) + since * DAY
        meter = MeterView(unit="h", at=now, total=total + per_day * since, per_day=per_day)
        reason = due(plan, Reference(kind=ReferenceKind.done, at=START, total=total), meter)
        expected = simulated_threshold(total + per_day * since, per_day, total + interval)
        assume(expected is not None)
        assert reason is not None
        if not reason.is_reached:
            assert abs((reason.due.date() - now.date()).days - (expected or 0)) <= 1
        assert reason.wins is Trigger.meter

    @given(INTERVALS, st.floats(0.1, 24), st.integers(50, 3_000))
    def test_whichever_comes_first_wins(self, rule: CalendarRule, per_day: float, interval: int) -> None:
        meter = MeterView(unit="h", at=START, total=100, per_day=per_day)
        ref = Reference(kind=ReferenceKind.done, at=START, total=100)
        both = due(PlanRule(START, Basis.floating, rule, float(interval)), ref, meter)
        alone = [
            due(PlanRule(START, Basis.floating, rule), ref, meter),
            due(PlanRule(START, Basis.floating, None, float(interval)), ref, meter),
        ]
        assert both is not None
        assert both.due == min(reason.due for reason in alone if reason is not None)

    @given(st.lists(st.integers(0, 40), min_size=1, max_size=6), st.integers(100, 900))
    def test_fixed_thresholds_do_not_drift_with_late_work(self, delays: list[int], interval: int) -> None:
        plan, total, at = PlanRule(START, Basis.fixed, None, float(interval)), 0.0, START
        ref = Reference(kind=ReferenceKind.start, at=START, total=0)
        for number, delay in enumerate(delays, start=1):
            reason = due(plan, ref, MeterView(unit="h", at=at, total=total, per_day=10))
            assert reason is not None
            assert reason.threshold == interval * number
            at, ref = reason.due + delay * DAY, following(plan, reason, None)
            total = interval * number + 10.0 * delay

    def test_a_meter_without_use_leaves_the_calendar_alone(self) -> None:
        meter, ref = MeterView(unit="h", at=START, total=100), Reference(kind=ReferenceKind.done, at=START, total=100)
        limit = CalendarRule(FrequencyType.monthly, 6)
        assert due(PlanRule(START, Basis.floating, None, 500.0), ref, meter) is None
        reason = due(PlanRule(START, Basis.floating, limit, 500.0), ref, meter)
        assert reason is not None
        assert (reason.wins, reason.meter_due) == (Trigger.calendar, None)


class TestForecast:
    @given(INTERVALS, st.sampled_from(Basis), st.floats(0.5, 24), st.one_of(st.none(), st.integers(100, 2_000)))
    def test_goes_forward_one_date_at_a_time(self, rule: CalendarRule, basis: Basis, per_day: float, interval: int | None) -> None:
        plan = PlanRule(START, basis, rule, float(interval) if interval else None)
        meter = MeterView(unit="h", at=START, total=100, per_day=per_day)
        found = list(islice(forecast(plan, Reference(kind=ReferenceKind.start, at=START, total=100), meter), 12))
        dates = [reason.due for reason in found]
        assert dates == sorted(set(dates))
        assert not found[0].is_forecast
        assert all(reason.is_forecast is not plan.is_series for reason in found[1:])
        for before, then in pairwise(found):
            assert due(plan, following(plan, before, meter), meter) == then.model_copy(update={"is_forecast": False})

    @given(st.floats(0.5, 20_000), st.floats(0, 1), st.sampled_from(Basis), st.integers(0, 90_000), st.booleans())
    def test_several_thresholds_a_day_are_one_date_a_day(self, use: float, at: float, basis: Basis, owed: int, limited: bool) -> None:
        """Every day on which the meter reaches one, by its own first one; what was reached long ago does not end the forecast."""
        calendar = CalendarRule(FrequencyType.monthly, 1) if limited else None
        plan = PlanRule(START, basis, calendar, 10.0)
        meter = MeterView(unit="cycles", at=START.replace(hour=0) + at * DAY, total=float(owed), per_day=use)
        found = list(islice(forecast(plan, Reference(kind=ReferenceKind.done, at=START - DAY, total=0), meter), 12))
        dates = [reason.due for reason in found]
        assert len(dates) == 12
        assert dates == sorted(set(dates))
        if not limited:
            assert max(then - before for before, then in pairwise(dates)) <= timedelta(days=10 / use + 1)
            assert all(reason.threshold is not None and reason.threshold % 10 == 0 for reason in found)


class TestOutcome:
    @pytest.mark.parametrize(
        ("days", "expected"), [(-4, Outcome.early), (-3, Outcome.on_time), (0, Outcome.on_time), (3, Outcome.on_time), (4, Outcome.late)]
    )
    def test_is_on_time_within_a_tenth_of_the_interval(self, days: int, expected: Outcome) -> None:
        monthly = PlanRule(START, Basis.fixed, CalendarRule(FrequencyType.monthly, 1))
        within = tolerance(None, monthly.interval_days(None))
        assert judge(START, START.replace(hour=22) + days * DAY, within) is expected
