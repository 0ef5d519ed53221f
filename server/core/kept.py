"""Rows of tables as the rules of `shared_models` see them, and what the rules make of them, kept."""

from functools import cache
from typing import Any, TypeVar, cast

from pydantic import BaseModel
from sqlmodel import SQLModel

from server.core.clock import now
from shared_models.base import Row

R = TypeVar("R", bound=Row)


def seen(model: type[R], row: SQLModel, **more: Any) -> R:
    """`row` as devices hold it; what is no column of it is `more`. Nothing is validated: the database has it from a command."""
    columns = {name: getattr(row, name) for name in _shared(type(row), model)}
    found: Any = model.model_construct(**columns, **more)
    return cast("R", found)


def keep(row: SQLModel, made: Row) -> None:
    """Write into the columns what a rule has made of them."""
    names = _shared(type(row), type(made))
    changed = {name: value for name in names if (value := stored_over(was := getattr(row, name), getattr(made, name))) != was}
    if changed and "updated_at" in type(row).model_fields:
        changed["updated_at"] = now()
    for name, value in changed.items():
        setattr(row, name, value)


def stored(value: Any, *, is_whole: bool = False) -> Any:
    """As a column takes it: of a part, what is not its default."""
    if isinstance(value, list):
        return [stored(item, is_whole=is_whole) for item in value]
    return value.model_dump(mode="json", exclude_defaults=not is_whole) if isinstance(value, BaseModel) else value


def stored_over(was: Any, value: Any) -> Any:
    """The same, in the place of what `was` there: parts that were kept whole, and are what they were, stay as they are."""
    return was if stored(value, is_whole=True) == was else stored(value)


def written(part: BaseModel | None) -> str | None:
    """`stored`, as JSON."""
    return part.model_dump_json(exclude_defaults=True) if part else None


def columns_of(table: type[SQLModel], row: Row) -> dict[str, Any]:
    """What `row` tells of a row of `table`."""
    return {name: stored(getattr(row, name)) for name in _shared(table, type(row))}


@cache
def _shared(table: type[SQLModel], row: type[Row]) -> tuple[str, ...]:
    """The columns that both have."""
    return tuple(name for name in table.model_fields if name in row.model_fields)
