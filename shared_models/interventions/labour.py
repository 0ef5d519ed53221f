"""How long somebody has worked: once however many entries tell of it, and as they say so themselves."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

Span = tuple[datetime, datetime]
LONGEST = timedelta(hours=24)
"""Of one entry; who works for days enters each."""


def worked(spans: Iterable[Span]) -> timedelta:
    """One person's time: what lies in several spans counts once."""
    total, until = timedelta(), None
    for start, end in sorted(spans):
        begin = start if until is None else max(start, until)
        total += max(timedelta(), end - begin)
        until = end if until is None else max(until, end)
    return total


def overlap(span: Span, others: Iterable[Span]) -> Span | None:
    """The first of `others` that shares time with `span`; one that begins as the other ends does not."""
    return next((other for other in sorted(others) if other[0] < span[1] and span[0] < other[1]), None)


def corrected(spans: Sequence[Span], worked: timedelta, at: datetime) -> list[Span]:
    """One person's spans, earliest first and at least one, made to add up to `worked`.

    The last one takes up the difference: it keeps its beginning, unless that made it end after `at`; then it began earlier.
    Where the others alone are longer than `worked`, the later ones are cut; where it began before they ended, they were earlier too.
    """
    *others, (began, ended) = spans
    kept: list[Span] = []
    rest = worked
    for start, end in others:
        length = min(end - start, rest)
        kept.append((start, start + length))
        rest -= length
    began = min(began, max(ended, at) - rest)
    return _apart([*kept, (began, began + rest)])


def _apart(spans: Sequence[Span]) -> list[Span]:
    """As long as they are, each moved back where the next one has begun before its end: an hour counts once."""
    apart: list[Span] = []
    for start, end in reversed(spans):
        late = max(timedelta(), end - apart[-1][0]) if apart else timedelta()
        apart.append((start - late, end - late))
    return apart[::-1]
