"""What a command will do to the rows, foretold on the device by pure rules.

The server has the last word; a rule here only has to look right until its answer is pulled. Each is harmless when the
server's row already includes the command, and does nothing where the lifecycle forbids it.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from importlib import import_module
from typing import Any, TypeVar
from uuid import UUID

from shared_models.base import Command, EntityRow
from shared_models.refusals import Refusal
from shared_models.rules import By, Consequence, Outcome, apply

ServerRow = Callable[[str, UUID], EntityRow | None]
ServerRows = Callable[[str], Iterable[EntityRow]]
T = TypeVar("T", bound=EntityRow)
C = TypeVar("C", bound=Command)
K = TypeVar("K", bound=Consequence)


class Rows:
    """The rows as the commands so far leave them; `changes` is what they have made of the server's.

    `now`: when the server would carry the commands out. Without, each when it was given.
    """

    def __init__(self, server_row: ServerRow, server_rows: ServerRows = lambda _: (), *, now: datetime | None = None) -> None:
        self._server_row = server_row
        self._server_rows = server_rows
        self.now = now
        self.changes: dict[tuple[str, UUID], EntityRow | None] = {}

    def get(self, model: type[T], row_id: UUID | None) -> T | None:
        if row_id is None:
            return None
        key = (model.entity, row_id)
        found = self.changes[key] if key in self.changes else self._server_row(*key)
        return found if isinstance(found, model) else None

    def every(self, model: type[T]) -> list[T]:
        """All rows of an entity that devices hold in memory."""
        changed = {row_id: row for (entity, row_id), row in self.changes.items() if entity == model.entity}
        rows = [row for row in self._server_rows(model.entity) if row.id not in changed]
        return [row for row in [*rows, *changed.values()] if isinstance(row, model)]

    def put(self, row: EntityRow) -> None:
        self.changes[row.entity, row.id] = row

    def change(self, model: type[T], row_id: UUID, **fields: Any) -> None:
        """Of a row that may be in the store alone, these fields are all that is known (`laid_over`)."""
        known = self.get(model, row_id)
        if known is not None:
            self.put(known.model_copy(update=fields))
        elif model.read_by:
            self.put(model.model_construct(id=row_id, **fields))

    def drop(self, model: type[EntityRow], row_id: UUID) -> None:
        self.changes[model.entity, row_id] = None


def laid_over(stored: T | None, change: T) -> T | None:
    """What a row that is read on demand looks like with a pending change: one that the server has told wins over one that was foretold."""
    if change.is_whole:
        return stored or change
    return stored and stored.model_copy(update={name: getattr(change, name) for name in change.model_fields_set})


Rule = Callable[[Rows, Any, By], None]
RULES: dict[type[Command], Rule] = {}
"""Of commands that change more than the row that they are about, or that make it."""
CONSEQUENCES: dict[type[Consequence], Rule] = {}


def foretells(command: type[C]) -> Callable[[Callable[[Rows, C, By], None]], Callable[[Rows, C, By], None]]:
    """How the device does what is more than the shared rule on one row."""

    def register(function: Callable[[Rows, C, By], None]) -> Callable[[Rows, C, By], None]:
        RULES[command] = function
        return function

    return register


def carries(kind: type[K]) -> Callable[[Callable[[Rows, K, By], None]], Callable[[Rows, K, By], None]]:
    """How the device carries out a consequence."""

    def register(function: Callable[[Rows, K, By], None]) -> Callable[[Rows, K, By], None]:
        CONSEQUENCES[kind] = function
        return function

    return register


TEACHERS: list[str] = []
"""Modules that register rules and consequences, imported when something is first foretold: the phone starts faster without them."""


def project(command: Command, rows: Rows, by: By) -> None:
    """Let `command` change `rows`; where it will be refused, nothing changes."""
    for teacher in TEACHERS:
        import_module(teacher)
    before = dict(rows.changes)
    try:
        (RULES.get(type(command)) or by_rule)(rows, command, by)
    except Refusal:
        rows.changes = before


def by_rule(rows: Rows, command: Command, by: By) -> None:
    """By the shared rule, on the row that the command is about, if it is here."""
    row = rows.get(command.on[0], command.subject_id) if command.on else None
    if row is not None:
        keep(rows, apply(row, command, by), by)


def keep(rows: Rows, outcome: Outcome[Any], by: By) -> None:
    rows.put(outcome.row)
    for consequence in outcome.then:
        CONSEQUENCES[type(consequence)](rows, consequence, by)
