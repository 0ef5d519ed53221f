from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared_models.interventions.labour import Span, corrected, overlap, worked
from tests.mobile_app.core.rows import AT

MINUTE = timedelta(minutes=1)


def test_less_than_the_earlier_spans_alone_cuts_the_later_ones():
    spans = [(AT, AT + 120 * MINUTE), (AT + 180 * MINUTE, AT + 190 * MINUTE)]
    first, last = corrected(spans, 60 * MINUTE, AT + 190 * MINUTE)
    assert first == (AT, AT + 60 * MINUTE)
    assert last == (AT + 180 * MINUTE, AT + 180 * MINUTE)


@given(st.lists(st.integers(0, 300), min_size=1, max_size=5), st.integers(0, 2_000))
def test_it_always_adds_up_and_nothing_ends_after_now(lengths: list[int], minutes: int):
    spans, start = [], AT
    for length in lengths:
        spans.append((start, start + length * MINUTE))
        start += (length + 5) * MINUTE
    at = spans[-1][1]
    told = corrected(spans, minutes * MINUTE, at)
    assert sum((end - begin for begin, end in told), timedelta()) == worked(told) == minutes * MINUTE
    assert all(begin <= end <= at for begin, end in told)


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 90)), max_size=12))
def test_an_hour_counts_once_however_many_entries_tell_of_it(entries: list[tuple[int, int]]):
    spans = [(AT + start * MINUTE, AT + (start + length) * MINUTE) for start, length in entries]
    by_hand = {minute for start, length in entries for minute in range(start, start + length)}
    assert worked(spans) == len(by_hand) * MINUTE


@given(st.tuples(st.integers(0, 50), st.integers(1, 30)), st.lists(st.tuples(st.integers(0, 50), st.integers(0, 30)), max_size=6))
def test_an_overlap_is_time_that_both_tell_of(one: tuple[int, int], others: list[tuple[int, int]]):
    def minutes(entry: tuple[int, int]) -> set[int]:
        return set(range(entry[0], sum(entry)))

    def span(entry: tuple[int, int]) -> Span:
        return AT + entry[0] * MINUTE, AT + sum(entry) * MINUTE

    real = [other for other in others if other[1]]
    found = overlap(span(one), map(span, real))
    assert (found is not None) == any(minutes(one) & minutes(other) for other in real)
