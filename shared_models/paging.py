"""Pages of lists."""

from typing import Annotated, Generic, TypeVar

from pydantic import Field

from shared_models.base import Key, Label, Row, Schema
from shared_models.numbers import NUMBER

T = TypeVar("T")


class Page(Schema, Generic[T]):
    items: list[T]
    total: int
    page: int
    size: int
    pages: int


class PageQuery(Schema):
    """Query parameters of every list; `sort` is a column's name, with `-` before it for descending order."""

    page: Annotated[int, Field(ge=1, le=100_000), NUMBER] = 1
    size: Annotated[int, Field(ge=1, le=200), NUMBER] = 50
    sort: Label | None = None


class KeysetPage(Row, Generic[T]):
    """Newest first; `next` is the cursor of the following page, None on the last one."""

    items: list[T]
    next: str | None


class KeysetQuery(Schema):
    """Of lists that grow without bound: `cursor` is the `next` of the page before."""

    cursor: Key | None = None
    size: Annotated[int, Field(ge=1, le=200), NUMBER] = 50
