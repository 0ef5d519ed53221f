"""What a pushed command says, in some bytes: the same id with other words is another command."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from server.core.idempotency import canonical
from shared_models.base import Command
from shared_models.commands import instant_fields, instants


def of(raw: Mapping[str, Any], command: Command) -> bytes:
    """A device that has learnt how wrong its clock was moves all of a command's instants together: only their distances count."""
    when = instants(command)
    apart = {path: (at - command.occurred_at).total_seconds() for path, at in when.items()}
    return hashlib.sha256(canonical([_without(raw, [*when, *instant_fields(type(command))]), apart])).digest()


def _without(said: Any, paths: Iterable[str]) -> Any:
    """`said` but for its id and what stands at the dotted `paths`."""
    left_out = {name for path in paths for name, dot, _ in [path.partition(".")] if not dot}
    deeper: dict[str, list[str]] = {}
    for path in paths:
        name, dot, rest = path.partition(".")
        if dot:
            deeper.setdefault(name, []).append(rest)
    items = enumerate(said) if isinstance(said, list) else said.items()
    kept = {str(name): _without(value, deeper[str(name)]) if str(name) in deeper else value for name, value in items}
    return {name: value for name, value in kept.items() if name not in left_out | {"command_id"}}
