"""The outbox's parcels by web push."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from server.core.clock import now
from server.core.together import Together
from server.outbox.carrying import SENT, Carrier, Node, Parcel, Verdict, carries
from server.push import repository
from server.push.delivering import Delivering
from server.push.reach import Reachability
from server.push.sending import AT_ONCE, Answer, opened
from shared_models.outbox import Channel, ParcelState
from shared_models.push import PushOutcome

_FINAL = {
    PushOutcome.gone: ParcelState.gone,
    PushOutcome.stale: ParcelState.given_up,
}


class PushCarrier:
    at_once = AT_ONCE

    def __init__(self, node: Node, delivering: Delivering, reach: Reachability) -> None:
        self._settings, self._pool = node.settings, node.database.pool
        self._delivering, self._reach = delivering, reach
        self._reached = Together[UUID, asyncpg.Record](lambda ids: repository.reached(self._pool, ids, now()))

    async def carry(self, parcel: Parcel) -> Verdict:
        if not self._settings.push:
            return Verdict(ParcelState.withheld, "push is off")
        row = await self._reached.get(UUID(parcel.target))
        if row is None:
            return Verdict(ParcelState.gone)
        at = now()
        pause = await self._reach.wait(at)
        if pause is not None:
            return Verdict(ParcelState.waiting, "push services are out of reach", pause)
        outcome, answer = await self._delivering.deliver(row, parcel.content, at, parcel.expires_at - at)
        await (self._reach.arrived() if answer.is_reached else self._reach.failed(at))
        return verdict_of(outcome, answer)


def verdict_of(outcome: PushOutcome, answer: Answer) -> Verdict:
    """What is busy is asked again when it says; what has refused for another reason than the key may think better of it."""
    if outcome is PushOutcome.sent:
        return SENT
    said = f"{answer.status or ''} {answer.said}".strip()[:300]
    return Verdict(_FINAL.get(outcome, ParcelState.waiting), said, answer.wait)


@carries(Channel.push)
@asynccontextmanager
async def carrier(node: Node) -> AsyncIterator[Carrier]:
    async with opened(node.settings) as sender:
        yield PushCarrier(node, Delivering(node.database.pool, node.settings, sender), Reachability(node.database))
