"""Who hears of what a change comes to in other domains, where their services may not be called: they call the other way.

@hears(JobMoved)
async def move(session: Session, actor: Actor, moved: JobMoved) -> None: ...
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from server.core.access import Actor
from server.core.database import Session
from shared_models.rules import Consequence

Hearer = Callable[[Session, Actor, Any], Awaitable[None]]
H = TypeVar("H", bound=Hearer)
HEARERS: dict[type[Consequence], list[Hearer]] = defaultdict(list)


def hears(*kinds: type[Consequence]) -> Callable[[H], H]:
    """Several may hear of the same; none counts on another having heard of it first."""

    def register(hearer: H) -> H:
        for kind in kinds:
            HEARERS[kind].append(hearer)
        return hearer

    return register


async def tell(session: Session, actor: Actor, consequence: Consequence) -> None:
    """Raises `LookupError` where nobody listens."""
    hearers = HEARERS.get(type(consequence))
    if not hearers:
        raise LookupError(type(consequence).__name__)
    for hearer in hearers:
        await hearer(session, actor, consequence)
