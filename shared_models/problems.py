"""Refusals as RFC 9457 problem documents, with a stable code each."""

from typing import Any

from shared_models.base import Row

URN = "urn:etabli:problem:"


class FieldProblem(Row):
    """What is wrong with one field; `field` is a dotted path into what was sent."""

    field: str
    code: str
    message: str


class Problem(Row):
    """`type` is `urn:etabli:problem:<code>`; `title` and `detail` are in the reader's language."""

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None
    instance: str | None = None
    params: dict[str, Any] = {}
    errors: list[FieldProblem] = []
