"""What asks for a page: the sort that is known, the cursor after which to go on."""

import base64
import json
from datetime import UTC, datetime
from uuid import UUID

from server.core.errors import Invalid


class UnknownSort(Invalid):
    code = "unknown_sort"


class UnknownCursor(Invalid):
    code = "unknown_cursor"


def encode_cursor(at: datetime, row_id: UUID) -> str:
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), str(row_id)]).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *, is_local: bool = False) -> tuple[datetime, UUID]:
    """The `(instant, id)` after which to go on; `is_local`: a wall clock's time in place of the instant."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        instant, row_id = json.loads(base64.urlsafe_b64decode(padded))
        at, last_id = datetime.fromisoformat(instant), UUID(row_id)
        utc = at.replace(tzinfo=UTC) if is_local else at.astimezone(UTC)
    except (ValueError, TypeError, AttributeError, OverflowError):
        raise UnknownCursor(field="cursor") from None
    if (at.tzinfo is None) != is_local:
        raise UnknownCursor(field="cursor")
    return (at if is_local else utc), last_id
