"""How much a schema takes, for fields that should stop there instead of being refused later."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel


@cache
def text_limit(schema: type[BaseModel], name: str) -> int | None:
    """The most characters of the text field `name`; None where there is no limit."""
    field = schema.model_fields[name]
    return min(_limits(field.annotation, field.metadata), default=None)


def _limits(annotation: Any, metadata: Iterable[Any]) -> Iterator[int]:
    for constraint in metadata:
        if (most := getattr(constraint, "max_length", None)) is not None:
            yield most
    if get_origin(annotation) is Annotated:
        annotation, *inner = get_args(annotation)
        yield from _limits(annotation, inner)
    else:
        for part in get_args(annotation):
            yield from _limits(part, ())
