"""Calendar recurrence against a day-by-day reference and against dateutil's reading of the RFC 5545 rule."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from itertools import islice

from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from shared_models.plans.recurrence import CalendarRule, FrequencyType, MonthEnd, after, between, first, from_day, one_later, rrule

MONTHS = {FrequencyType.monthly: 1, FrequencyType.quarterly: 3, FrequencyType.yearly: 12}
YEARS = st.dates(date(1999, 1, 1), date(2040, 12, 31))
TIMES = st.sampled_from([time(0), time(2, 30), time(8), time(23, 59)])


@st.composite
def rules(draw: st.DrawFn) -> CalendarRule:
    frequency = draw(st.sampled_from([FrequencyType.daily, FrequencyType.weekly, *MONTHS]))
    every = draw(st.integers(1, 15))
    month_end = draw(st.sampled_from(MonthEnd))
    if frequency is FrequencyType.weekly:
        return CalendarRule(frequency, every, tuple(sorted(draw(st.sets(st.integers(0, 6), max_size=4)))))
    if frequency in MONTHS and draw(st.booleans()):
        return CalendarRule(frequency, every, (draw(st.integers(0, 6)),), draw(st.sampled_from([1, 2, 3, 4, -1])), month_end)
    return CalendarRule(frequency, every, month_end=month_end)


def is_due(rule: CalendarRule, start: date, day: date) -> bool:  # noqa: PLR0911 - one return a kind of rule
    """The definition, looked up one day at a time."""
    if day < start:
        return False
    if rule.frequency is FrequencyType.daily:
        return (day - start).days % rule.every == 0
    if rule.frequency is FrequencyType.weekly:
        weeks = ((day - timedelta(days=day.weekday())) - (start - timedelta(days=start.weekday()))).days // 7
        return weeks % rule.every == 0 and day.weekday() in (rule.weekdays or (start.weekday(),))
    months = (day.year - start.year) * 12 + day.month - start.month
    if months % (MONTHS[rule.frequency] * rule.every):
        return False
    last = monthrange(day.year, day.month)[1]
    if rule.week is not None:
        if day.weekday() != rule.weekdays[0]:
            return False
        return day.day + 7 > last if rule.week == -1 else (day.day - 1) // 7 + 1 == rule.week
    return day.day == start.day or (rule.month_end is MonthEnd.clamp and day.day == last and start.day > last)


class TestSeries:
    @given(rules(), YEARS, TIMES, st.integers(0, 4_000), st.integers(1, 1_500))
    def test_is_what_the_definition_says_day_by_day(self, rule: CalendarRule, start: date, at: time, skip: int, span: int) -> None:
        since, begin = start + timedelta(days=skip - 40), datetime.combine(start, at)
        until = since + timedelta(days=span)
        days = [since + timedelta(days=number) for number in range(1, span + 1)]
        expected = [datetime.combine(day, at) for day in days if is_due(rule, start, day)]
        found = list(between(rule, begin, datetime.combine(since, time.max), datetime.combine(until, time.max)))
        assert found == expected
        assert [next(from_day(rule, begin, day.date())) for day in expected] == expected

    @given(rules(), YEARS, TIMES)
    def test_is_what_its_rfc_5545_rule_says(self, rule: CalendarRule, start: date, at: time) -> None:
        begin = datetime.combine(start, at)
        standard = rrulestr(f"RRULE:{rrule(rule, start)}", dtstart=begin)
        until = datetime(2090, 1, 1)  # noqa: DTZ001 - a wall clock
        expected = [found for found in islice(standard, 20) if found < until]
        assert list(islice(from_day(rule, begin, start), 20))[: len(expected)] == expected

    @given(rules(), YEARS, st.lists(st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)), min_size=1, max_size=5))  # noqa: DTZ001
    def test_next_date_does_not_depend_on_the_way_there(self, rule: CalendarRule, start: date, moments: list[datetime]) -> None:
        begin = datetime.combine(start, time(8))
        for moment in moments:
            found = after(rule, begin, moment)
            assert found is None or (found > moment and is_due(rule, start, found.date()))
            if found is not None:
                assert after(rule, begin, found - timedelta(seconds=1)) == found

    def test_the_thirty_first_comes_back_after_a_shorter_month(self) -> None:
        rule = CalendarRule(FrequencyType.monthly, 1)
        found = islice(from_day(rule, datetime(2027, 12, 31, 8), date(2027, 12, 31)), 5)  # noqa: DTZ001
        assert [f"{day:%d %b %Y}" for day in found] == ["31 Dec 2027", "31 Jan 2028", "29 Feb 2028", "31 Mar 2028", "30 Apr 2028"]

    def test_a_leap_day_is_clamped_or_waited_for(self) -> None:
        start = datetime(2096, 2, 29, 8)  # noqa: DTZ001 - 2100 has none
        clamped = CalendarRule(FrequencyType.yearly, 1)
        skipped = CalendarRule(FrequencyType.yearly, 1, month_end=MonthEnd.skip)
        assert [day.day for day in islice(from_day(clamped, start, start.date()), 9)] == [29, 28, 28, 28, 28, 28, 28, 28, 29]
        assert [day.year for day in islice(from_day(skipped, start, start.date()), 2)] == [2096, 2104]
        assert first(skipped, start) == start

    def test_ends_with_the_calendar(self) -> None:
        rule = CalendarRule(FrequencyType.yearly, 1000)
        assert len(list(from_day(rule, datetime(2026, 1, 1), date(2026, 1, 1)))) == 7  # noqa: DTZ001


class TestInterval:
    @given(rules(), YEARS, TIMES)
    def test_one_period_later_is_the_second_date_of_a_series_from_there(self, rule: CalendarRule, day: date, at: time) -> None:
        plain = CalendarRule(rule.frequency, rule.every, month_end=rule.month_end)
        start = datetime.combine(day, at)
        assert one_later(plain, start, at) == after(plain, start, start)
