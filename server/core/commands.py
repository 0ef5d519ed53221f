"""Who carries out which command: REST, devices and jobs come through `run`.

    @carries_out(CountStock)
    async def count(session: Session, actor: Actor, cmd: CountStock) -> object: ...

A verb stands for the commands derived from its own, too, unless they have one themselves.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

from server.core.access import Actor
from server.core.clock import now
from server.core.database import Session
from server.core.times import ensure_read, past
from shared_models.base import Command
from shared_models.commands import at_times, instants
from shared_models.instants import READ

Verb = Callable[[Session, Actor, Any], Awaitable[object]]
V = TypeVar("V", bound=Verb)
VERBS: dict[type[Command], Verb] = {}


def carries_out(*kinds: type[Command]) -> Callable[[V], V]:
    def register(verb: V) -> V:
        VERBS.update(dict.fromkeys(kinds, verb))
        return verb

    return register


def verb_of(kind: type[Command]) -> Verb:
    """Raises `LookupError` for a command that nobody carries out."""
    for base in kind.__mro__:
        if issubclass(base, Command) and base in VERBS:
            return VERBS[base]
    raise LookupError(kind.__name__)


async def run(session: Session, actor: Actor, command: Command) -> object:
    """What has happened did not happen in the future: a clock that runs ahead counts as now, the same for all that it tells."""
    actor.ensure_any(command.needs)
    for field, at in instants(command, READ).items():
        ensure_read(at, field)
    return await verb_of(type(command))(session, actor, at_times(command, partial(past, until=now())))
