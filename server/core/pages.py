"""Pages of lists: counted pages, keyset pages, and white-listed sorting.

SORTS = {"name": Equipment.name, "code": Equipment.code}
return await paginate(session, select(Equipment).where(…), page, sorts=SORTS, default="name", read=EquipmentRead)
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Select, func, select, tuple_

from server.core.database import ReadSession
from server.core.errors import Invalid
from shared_models.paging import Page, PageQuery

R = TypeVar("R", bound=BaseModel)


class UnknownSort(Invalid):
    code = "unknown_sort"


class UnknownCursor(Invalid):
    code = "unknown_cursor"


def sort_column(sort: str | None, sorts: Mapping[str, Any], default: str) -> tuple[Any, bool]:
    """The white-listed column of `sort` (`-name` for descending), and whether it descends."""
    wanted = sort or default
    name = wanted.removeprefix("-")
    if name not in sorts:
        raise UnknownSort(field="sort", allowed=", ".join(sorts))
    return sorts[name], wanted.startswith("-")


def order_by(page: PageQuery, sorts: Mapping[str, Any], default: str, tie: Any) -> list[ColumnElement[Any]]:
    """`tie` (an id) makes the order total, so that no row is on two pages or on none."""
    column, descends = sort_column(page.sort, sorts, default)
    direction: Callable[[Any], ColumnElement[Any]] = (lambda c: c.desc().nulls_last()) if descends else (lambda c: c.asc().nulls_last())
    return [direction(column), direction(tie)]


def page_of(items: Sequence[R], total: int, query: PageQuery) -> Page[R]:
    pages = -(-total // query.size)
    return Page(items=list(items), total=total, page=query.page, size=query.size, pages=pages)


async def paginate(
    session: ReadSession, statement: Select[Any], query: PageQuery, *, sorts: Mapping[str, Any], default: str,
    tie: Any, read: type[R],
) -> Page[R]:  # fmt: skip
    """Two statements: the count and the page. Each item is read off what the statement yields first."""
    total = await session.scalar(select(func.count()).select_from(statement.order_by(None).subquery()))
    ordered = statement.order_by(*order_by(query, sorts, default, tie))
    rows = await session.scalars(ordered.limit(query.size).offset((query.page - 1) * query.size))
    return page_of([read.model_validate(row) for row in rows], total or 0, query)


# --- keyset pages, for lists that grow without bound


def encode_cursor(*values: datetime | UUID | str | int) -> str:
    plain = [value.isoformat() if isinstance(value, datetime) else str(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[datetime, UUID]:
    """The `(instant, id)` after which to go on."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        at, row_id = json.loads(base64.urlsafe_b64decode(padded))
        instant, last_id = datetime.fromisoformat(at), UUID(row_id)
        utc = instant.astimezone(UTC)
    except (ValueError, TypeError, AttributeError, OverflowError):
        raise UnknownCursor(field="cursor") from None
    if instant.tzinfo is None:
        raise UnknownCursor(field="cursor")
    return utc, last_id


def before_cursor(at: Any, row_id: Any, cursor: str) -> ColumnElement[bool]:
    """Newest first: the rows older than the cursor's, as one comparison that an index on `(at, id)` answers."""
    return tuple_(at, row_id) < tuple_(*decode_cursor(cursor))
