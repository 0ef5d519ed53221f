"""Pages of lists."""

from typing import Generic, TypeVar

from pydantic import Field

from shared_models.base import Label, Schema

T = TypeVar("T")


class Page(Schema, Generic[T]):
    items: list[T]
    total: int
    page: int
    size: int
    pages: int


class PageQuery(Schema):
    """Query parameters of every list; `sort` is a column's name, with `-` before it for descending order."""

    page: int = Field(default=1, ge=1, le=100_000)
    size: int = Field(default=50, ge=1, le=200)
    sort: Label | None = None
