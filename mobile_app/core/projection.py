"""What a command will do to the rows, foretold on the device by pure rules.

The server has the last word; a rule here only has to look right until its answer is pulled. Each is harmless when the
server's row already includes the command, and does nothing where the lifecycle forbids it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from uuid import UUID

from shared_models.base import Command, Row
from shared_models.permissions import Role

ServerRow = Callable[[str, UUID], Row | None]
ServerRows = Callable[[str], Iterable[Row]]
T = TypeVar("T", bound=Row)
C = TypeVar("C", bound=Command)


@dataclass(frozen=True)
class Person:
    """Whose commands these are."""

    id: UUID
    role: Role


class Rows:
    """The rows as the commands so far leave them; `changes` is what they have made of the server's."""

    def __init__(self, server_row: ServerRow, server_rows: ServerRows = lambda _: ()) -> None:
        self._server_row = server_row
        self._server_rows = server_rows
        self.changes: dict[tuple[str, UUID], Row | None] = {}

    def get(self, entity: str, model: type[T], row_id: UUID | None) -> T | None:
        if row_id is None:
            return None
        key = (entity, row_id)
        found = self.changes[key] if key in self.changes else self._server_row(entity, row_id)
        return found if isinstance(found, model) else None

    def every(self, entity: str, model: type[T]) -> list[T]:
        """All rows of an entity that devices hold in memory."""
        changed = {row_id: row for (of, row_id), row in self.changes.items() if of == entity}
        rows = [row for row in self._server_rows(entity) if cast("Any", row).id not in changed]
        return [row for row in [*rows, *changed.values()] if isinstance(row, model)]

    def put(self, entity: str, row: Row) -> None:
        self.changes[entity, cast("Any", row).id] = row

    def drop(self, entity: str, row_id: UUID) -> None:
        self.changes[entity, row_id] = None


Rule = Callable[[Rows, Any, Person], None]
RULES: dict[type[Command], Rule] = {}
FOLLOWING: dict[type[Command], Rule] = {}


def rule(command: type[C]) -> Callable[[Callable[[Rows, C, Person], None]], Callable[[Rows, C, Person], None]]:
    def register(function: Callable[[Rows, C, Person], None]) -> Callable[[Rows, C, Person], None]:
        RULES[command] = function
        return function

    return register


def follows(command: type[C]) -> Callable[[Callable[[Rows, C, Person], None]], Callable[[Rows, C, Person], None]]:
    """What the command comes to beyond its own rows, once its rule has been applied."""

    def register(function: Callable[[Rows, C, Person], None]) -> Callable[[Rows, C, Person], None]:
        FOLLOWING[command] = function
        return function

    return register


def project(command: Command, rows: Rows, person: Person) -> None:
    """Let `command` change `rows`."""
    from mobile_app.core import (  # noqa: F401 - they register their rules
        project_checklists,
        project_equipment,
        project_interventions,
        project_meters,
        project_plans,
        project_settling,
    )

    for rules in (RULES, FOLLOWING):
        known = rules.get(type(command))
        if known is not None:
            known(rows, command, person)
