"""When somebody who was asked says to come back."""

from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

from server.core.clock import now

LONGEST = timedelta(days=7)


def wait_of(text: str) -> timedelta | None:
    """`Retry-After`: seconds, or a date; None for neither."""
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST)
    try:
        left = parsedate_to_datetime(text).astimezone(UTC) - now()
    except (ValueError, OverflowError):
        return None
    return min(max(left, timedelta(0)), LONGEST)
