"""Every command that a device may send, and what is derived from the marks on its fields."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel

# Each brings its commands.
import shared_models.buying.commands
import shared_models.checklists.commands
import shared_models.equipment.commands
import shared_models.handovers.commands
import shared_models.interventions.commands
import shared_models.inventory.commands
import shared_models.inventory.reserving
import shared_models.meters.commands
import shared_models.notices.commands
import shared_models.plans.commands
import shared_models.requests.commands
import shared_models.stocktakes.commands  # noqa: F401
from shared_models.base import Command
from shared_models.instants import HAPPENED, READ
from shared_models.marks import File, Made, Named

COMMANDS = Command.known
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class _Field:
    """`marks`: what any of its values are marked with; `is_nested`: it holds schemas that have marked fields of their own."""

    name: str
    marks: frozenset[object]
    is_nested: bool


def leaves(annotation: Any, marks: tuple[Any, ...] = ()) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """The types in an annotation, each with its marks."""
    origin = get_origin(annotation)
    if origin is Annotated:
        kind, *more = get_args(annotation)
        yield from leaves(kind, (*marks, *more))
    elif origin in (Union, UnionType):
        for kind in get_args(annotation):
            yield from leaves(kind, marks)
    elif origin in (list, tuple, set, frozenset, dict):
        for kind in get_args(annotation):
            yield from leaves(kind)
    else:
        yield annotation, marks


@cache
def _marked(kind: type[BaseModel]) -> tuple[_Field, ...]:
    found = []
    for name, field in kind.model_fields.items():
        inside = list(leaves(field.annotation, tuple(field.metadata)))
        marks = {type(mark) if isinstance(mark, Made | Named | File) else mark for _, all_marks in inside for mark in all_marks}
        known = frozenset(mark for mark in marks if mark in (Made, Named, File, HAPPENED, READ))
        is_nested = any(isinstance(each, type) and issubclass(each, BaseModel) and _marked(each) for each, _ in inside)
        if known or is_nested:
            found.append(_Field(name, known, is_nested))
    return tuple(found)


def _each(value: Any) -> Iterator[Any]:
    yield from value if isinstance(value, list | tuple | set | frozenset) else (() if value is None else (value,))


def _values(model: BaseModel, mark: object) -> Iterator[Any]:
    for field in _marked(type(model)):
        for value in _each(getattr(model, field.name)):
            if isinstance(value, BaseModel):
                yield from _values(value, mark)
            elif mark in field.marks:
                yield value


def creates(command: Command | None) -> frozenset[UUID]:
    """The rows that do not exist without it; its files are among them."""
    made = () if command is None or edited(command) else _values(command, Made)
    return frozenset(made) | files(command)


def names(command: Command | None) -> frozenset[UUID]:
    """The rows that have to be there before it."""
    if command is None:
        return frozenset()
    row_id = edited(command)
    return frozenset(_values(command, Named)) | frozenset([row_id] if row_id else [])


def edited(command: Command | None) -> UUID | None:
    """The row that it changes as it was read: it tells the version. What the row holds was read with it, and is not made by it."""
    is_edit = command is not None and command.on is not None and getattr(command, "version", None) is not None
    return command.subject_id if command and is_edit else None


def files(command: Command | None) -> frozenset[UUID]:
    """The attachments that the server has to have before it."""
    return frozenset(_values(command, File)) if command else frozenset()


def instants(command: BaseModel, mark: object = HAPPENED) -> dict[str, datetime]:
    """What a device has read off its own clock, by dotted path; what is planned was read off a calendar."""
    return dict(_instants(command, mark, ""))


def _instants(model: BaseModel, mark: object, path: str) -> Iterator[tuple[str, datetime]]:
    for field in _marked(type(model)):
        value = getattr(model, field.name)
        for number, each in enumerate(_each(value)):
            where = f"{path}{field.name}.{number}" if isinstance(value, list | tuple) else f"{path}{field.name}"
            if isinstance(each, BaseModel):
                yield from _instants(each, mark, f"{where}.")
            elif mark in field.marks:
                yield where, each


def instant_fields(kind: type[Command]) -> list[str]:
    """The fields of the command itself that hold them, if anything."""
    return [field.name for field in _marked(kind) if HAPPENED in field.marks]


def at_times(command: M, change: Callable[[datetime], datetime]) -> M:
    """The command with `change` made to each of its `instants`."""

    def changed(value: Any, *, is_instant: bool) -> Any:
        if isinstance(value, list):
            return [changed(each, is_instant=is_instant) for each in value]
        if isinstance(value, BaseModel):
            return at_times(value, change)
        return change(value) if is_instant and value is not None else value

    update = {
        field.name: changed(getattr(command, field.name), is_instant=HAPPENED in field.marks)
        for field in _marked(type(command))
        if field.is_nested or HAPPENED in field.marks
    }
    return command.model_copy(update=update)
