"""What commands do to rows: pure functions, the same for the server, which keeps what they say, and for devices, which foretell it.

    @rule(CountStock)
    def count(part: PartRow, cmd: CountStock, by: By) -> PartRow:
        return part.model_copy(update={"in_stock": cmd.counted, "counted_at": cmd.occurred_at, "version": part.version + 1})

The rules of a domain's `commands` stand in its `rules`. Who calls one has locked the row, has seen to it that the person has one of
the permissions that the command needs, and that nothing in it has happened in the future. A rule takes the row's next version,
and raises a `Refusal` where the command cannot be.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Generic, TypeVar
from uuid import UUID

from shared_models.base import Command, Row
from shared_models.permissions import ROLE_PERMISSIONS, Permission, Role
from shared_models.refusals import AlreadyExists, NotFound, StaleVersion

R = TypeVar("R", bound=Row)
F = TypeVar("F", bound=Callable[..., Any])


NOBODY = UUID(int=0)
"""The system's id: it has no account."""


@dataclass(frozen=True)
class By:
    """Whose command it is; `name` is what rows tell of them."""

    id: UUID
    role: Role
    name: str = ""

    @property
    def account(self) -> UUID | None:
        return None if self.id == NOBODY else self.id

    def may(self, permission: Permission) -> bool:
        return permission in ROLE_PERMISSIONS[self.role]


class Consequence:
    """What a command comes to beyond its own row: the domain that it is about declares it, and each side carries it out."""


@dataclass(frozen=True)
class Outcome(Generic[R]):
    row: R
    then: tuple[Consequence, ...] = ()


RULES: dict[type[Command], Callable[[Any, Any, By], Any]] = {}


def rule(*kinds: type[Command]) -> Callable[[F], F]:
    def register(function: F) -> F:
        RULES.update(dict.fromkeys(kinds, function))
        return function

    return register


def rule_of(kind: type[Command]) -> Callable[[Any, Any, By], Any] | None:
    """None for what is more than one row's matter."""
    if kind not in RULES:
        import_module(f"{kind.__module__.rpartition('.')[0]}.rules")
    return RULES.get(kind)


def apply(row: R, command: Command, by: By) -> Outcome[R]:
    rule = rule_of(type(command))
    if rule is None:
        raise LookupError(type(command).__name__)
    found = rule(row, command, by)
    return found if isinstance(found, Outcome) else Outcome(found)


def replaced(row: R, command: Command, **more: Any) -> R:
    """With every field that the command has too, and `more`; raises `StaleVersion` where somebody else has saved first."""
    known: int = row.version  # type: ignore[attr-defined]
    asked: int | None = command.version  # type: ignore[attr-defined]
    if asked != known:
        raise StaleVersion(current=known)
    fields = (type(row).model_fields.keys() & type(command).model_fields.keys()) - {"version"}
    return row.model_copy(update={**{name: getattr(command, name) for name in fields}, **more, "version": known + 1})


def made(model: type[R], command: Command, **more: Any) -> R:
    """A new row with every field that the command has too, and `more`."""
    fields = model.model_fields.keys() & type(command).model_fields.keys()
    return model(**{**{name: getattr(command, name) for name in fields}, "version": 1, **more})


def written(model: type[R], row: R | None, command: Command, **more: Any) -> R:
    """`replaced`, or `made` where there is no row yet; a command without a `version` means a new one."""
    is_new = command.version is None  # type: ignore[attr-defined]
    if row is not None and is_new:
        raise AlreadyExists(field=command.on[1] if command.on else "id")
    if row is None and not is_new:
        raise NotFound
    return made(model, command, **more) if row is None else replaced(row, command, **more)
