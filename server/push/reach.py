"""Whether push services are within reach: many servers stand in plants without an internet, and learn so by themselves.

What is known is a row of the database, the same for every node. Once they count as lost, one message now and then tries again.
"""

from datetime import datetime, timedelta

import structlog

from server.core.access import SYSTEM
from server.core.consequences import tell
from server.core.database import Database
from server.push import repository
from server.push.consequences import PushFound, PushLost

MOST_FAILURES = 5
PATIENCE = timedelta(minutes=2)
"""Failures in a row, over so long, are no hiccup of the network."""
PAUSE = timedelta(minutes=30)
_FRESH = timedelta(seconds=10)
_log = structlog.get_logger(__name__)


class Reachability:
    """As one node knows it."""

    def __init__(self, database: Database, *, patience: timedelta = PATIENCE) -> None:
        self._database = database
        self._patience = patience
        self._asked_at: datetime | None = None
        self._is_failing = False
        self._next_at: datetime | None = None

    async def wait(self, at: datetime) -> timedelta | None:
        """How long to leave them alone; None to go on, also for the one whose turn it is to try again."""
        await self._ask(at)
        if self._next_at is None:
            return None
        if self._next_at <= at and await repository.take_turn(self._database.pool, at, PAUSE):
            return None
        return max(self._next_at - at, _FRESH)

    async def failed(self, at: datetime) -> None:
        self._asked_at = None
        if await repository.note_failure(self._database.pool, at, most=MOST_FAILURES, patience=self._patience, pause=PAUSE):
            _log.warning("push.out_of_reach")
            async with self._database.session() as session:
                await tell(session, SYSTEM, PushLost(at))

    async def arrived(self) -> None:
        if not self._is_failing:
            return
        self._asked_at, self._is_failing = None, False
        if await repository.forget_failures(self._database.pool):
            _log.info("push.within_reach")
            async with self._database.session() as session:
                await tell(session, SYSTEM, PushFound())

    async def _ask(self, at: datetime) -> None:
        if self._asked_at is not None and at - self._asked_at < _FRESH:
            return
        row = await repository.reach(self._database.pool)
        self._asked_at, self._is_failing = at, row is not None
        self._next_at = row["next_at"] if row and row["lost_at"] else None
