"""Exact arithmetic of time: spans `[begin, end)` of instants, of which what lies in several counts once."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

Span = tuple[datetime, datetime]
OpenSpan = tuple[datetime, datetime | None]
"""None where it has not ended."""


def clip(spans: Iterable[OpenSpan], window: Span, now: datetime | None = None) -> list[Span]:
    """What of each lies in the window; one that has not ended lasts until `now`, or the window's end."""
    begin, end = window[0], min(window[1], now) if now else window[1]
    found = ((max(begin, started), min(end, ended or end)) for started, ended in spans)
    return [(started, ended) for started, ended in found if started < ended]


def union(spans: Iterable[Span]) -> list[Span]:
    """Apart from each other, and in order; those that touch are one."""
    found: list[Span] = []
    for begin, end in sorted(span for span in spans if span[0] < span[1]):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def intersection(some: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """What is in both."""
    mine, theirs = union(some), union(others)
    return union(span for window in theirs for span in clip(mine, window))


def difference(some: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """What is in `some` and not in `others`."""
    return [piece for span in union(some) for piece in _gaps(span, union(clip(others, span)))]


def _gaps(span: Span, taken: Iterable[Span]) -> Iterator[Span]:
    at = span[0]
    for begin, end in taken:
        if at < begin:
            yield at, begin
        at = end
    if at < span[1]:
        yield at, span[1]


def length(spans: Iterable[Span]) -> timedelta:
    """Of their union."""
    return sum((end - begin for begin, end in union(spans)), timedelta())
