"""Who asks, remembered for some seconds, so that most requests need not ask the database.

Only while the node hears of changed access: then a revoked session, a changed role or membership is forgotten at once. When
the listener is away every request asks; the few seconds are for a connection that died without a word.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.core.access import Actor
from server.core.clock import now
from server.core.events import PokeHub

_LIFETIME = timedelta(seconds=10)
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Known:
    actor: Actor
    until: datetime


class KnownActors:
    """By access token."""

    def __init__(self) -> None:
        self._known: dict[str, Known] = {}
        self._version = -1

    async def find(self, pokes: PokeHub, token: str, load: Callable[[], Awaitable[Known]]) -> Actor:
        """`load` answers who it is, and until when at most; or it raises."""
        if not pokes.listening.is_set():
            return (await load()).actor
        version, at = pokes.access_version, now()
        if version != self._version or len(self._known) >= _MOST:
            self._known.clear()
            self._version = version
        known = self._known.get(token)
        if known is None or known.until <= at:
            known = await load()
            if pokes.access_version == version:  # else it may have been read before the change
                self._known[token] = Known(known.actor, min(known.until, at + _LIFETIME))
        return known.actor
