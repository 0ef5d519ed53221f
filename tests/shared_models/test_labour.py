from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared_models.labour import corrected
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
    assert sum((end - begin for begin, end in told), timedelta()) == minutes * MINUTE
    assert all(begin <= end <= at for begin, end in told)
