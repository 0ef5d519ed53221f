"""How long somebody has worked on a job, once he says so himself."""

from collections.abc import Sequence
from datetime import datetime, timedelta

Span = tuple[datetime, datetime]


def corrected(spans: Sequence[Span], worked: timedelta, at: datetime) -> list[Span]:
    """One person's spans, earliest first and at least one, made to add up to `worked`.

    The last one takes up the difference: it keeps its beginning, unless that made it end after `at`; then it began earlier.
    Where the others alone are longer than `worked`, the later ones are cut.
    """
    *others, (began, ended) = spans
    told: list[Span] = []
    rest = worked
    for start, end in others:
        length = min(end - start, rest)
        told.append((start, start + length))
        rest -= length
    began = min(began, max(ended, at) - rest)
    return [*told, (began, began + rest)]
