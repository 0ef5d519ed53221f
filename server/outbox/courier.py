"""The courier of a node: takes what is due out of the outbox, hands it to its channel's carrier, writes down what became of it.

It wakes with every poke, when the next parcel is due, and now and then in any case. Of several couriers each takes other parcels.
What one has taken is due again when its lease ends: a courier that dies has lost nothing, and a receiver that was reached already
knows the parcel by its id.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import structlog

from server.core.clock import now
from server.core.database import ReadSession
from server.core.events import CHANNEL as POKES
from server.outbox import repository
from server.outbox.carrying import CARRIERS, ERRANDS, VETTINGS, Carrier, Errand, Node, Parcel, Verdict, Vetting
from shared_models.outbox import Channel, ParcelState

LEASE = timedelta(minutes=2)
LONGEST_SECONDS = 100.0
"""Whoever takes longer is given up for this time: well before the lease ends."""
LOOK_SECONDS = 20.0
BREATH_SECONDS = 0.1
"""Between two looks: many pokes are one, and the first of them is heard at once."""
GATHERING_SECONDS = 0.01
"""While there is more than hands can hold: what is carried within this time is written down, and replaced, together."""
PAUSE_SECONDS = 5.0
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=10), timedelta(hours=1)
_FAULTS = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError)
_log = structlog.get_logger(__name__)


class Courier:
    """`carry_all` carries whatever is due, `run` does so for ever."""

    def __init__(self, node: Node, carriers: Mapping[Channel, Carrier]) -> None:
        self._node = node
        self._carriers = carriers
        self._going: dict[asyncio.Task[Verdict], Parcel] = {}
        self._stirred = asyncio.Event()
        self._called = asyncio.Event()
        self._heaped: set[Channel] = set()

    async def run(self) -> None:
        """A database that is lost takes with it nothing that is known: it is written down as soon as there is one again."""
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_for_ever(self._look))
                both.create_task(_for_ever(self._run_errands))
        finally:
            self._let_go()

    async def _look(self) -> None:
        connection = await self._node.database.connect()
        try:
            await connection.add_listener(POKES, lambda *_: self._wake())
            while True:
                self._stirred.clear()
                is_all = not await self._round(connection)
                rested = _clock() + BREATH_SECONDS
                if is_all:
                    await _until(self._stirred, await self._pause(connection))
                await self._breathe(connection, rested)
        finally:
            connection.terminate()

    def _wake(self) -> None:
        self._stirred.set()
        self._called.set()

    async def _run_errands(self) -> None:
        """Beside the carrying: what is told first is on its way while the rest is told."""
        while True:
            self._called.clear()
            is_all = not await self._errands()
            rested = _clock() + BREATH_SECONDS
            if is_all:
                await _until(self._called, LOOK_SECONDS)
            await asyncio.sleep(rested - _clock())

    async def carry_all(self) -> None:
        """Until nothing is due and nothing on its way."""
        connection = await self._node.database.connect()
        try:
            while await self._errands() | await self._round(connection) or self._going:
                if self._going:
                    await _until(self._stirred, BREATH_SECONDS)
                    self._stirred.clear()
        finally:
            self._let_go()
            await connection.close()

    async def _round(self, connection: asyncpg.Connection) -> bool:
        """Whether there was anything to do."""
        settled = await self._settle_done(connection)
        taken = [await self._take(connection, channel) for channel in self._carriers]
        return settled or any(taken)

    async def _errands(self) -> bool:
        return any([await self._done(errand) for errand in ERRANDS])

    async def _breathe(self, connection: asyncpg.Connection, rested: float) -> None:
        """Where more was due than was taken, hands are filled again as they become free."""
        while self._heaped and self._going and _clock() < rested:
            await _until(self._stirred, BREATH_SECONDS)
            await asyncio.sleep(GATHERING_SECONDS)
            self._stirred.clear()
            await self._settle_done(connection)
            for channel in tuple(self._heaped):
                await self._take(connection, channel)
        if not self._heaped:
            await asyncio.sleep(rested - _clock())

    async def _done(self, errand: Errand) -> bool:
        try:
            return await errand(self._node)
        except Exception as error:  # noqa: BLE001 - what is in the outbox goes nevertheless, and the errand is done at the next look
            _log.warning("outbox.errand_failed", errand=errand.__name__, error=repr(error))
            return False

    async def _take(self, connection: asyncpg.Connection, channel: Channel) -> bool:
        """More when there is room for half of what it may have, or none is on its way: statements cost more than carrying one."""
        going, most = sum(parcel.channel is channel for parcel in self._going.values()), self._carriers[channel].at_once
        room = most - going
        if going and room < most // 2:
            return False
        claimed = await repository.claim(connection, channel, now(), lease=LEASE, most=room)
        (self._heaped.add if len(claimed) == room else self._heaped.discard)(channel)
        mine = {parcel.id for parcel in self._going.values()}
        parcels = [parcel for parcel in claimed if parcel.id not in mine]  # a clock that jumps ends a lease before its time
        stopped = await self._stopped(parcels) if parcels else {}
        await self._settle(connection, {parcel: stopped[parcel.id] for parcel in parcels if parcel.id in stopped})
        for parcel in parcels:
            if parcel.id not in stopped:
                task = asyncio.create_task(self._verdict(parcel))
                task.add_done_callback(lambda _: self._stirred.set())
                self._going[task] = parcel
        return bool(parcels)

    async def _stopped(self, parcels: Sequence[Parcel]) -> dict[UUID, Verdict]:
        """What need not go, and what is to become of it."""
        at = now()
        stopped = {parcel.id: Verdict(ParcelState.expired) for parcel in parcels if parcel.expires_at <= at}
        async with self._node.database.session() as session:
            for vetting in VETTINGS:
                stopped |= await _asked(vetting, session, [parcel for parcel in parcels if parcel.id not in stopped])
        return stopped

    async def _verdict(self, parcel: Parcel) -> Verdict:
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                return await self._carriers[parcel.channel].carry(parcel)
        except Exception as error:  # noqa: BLE001 - one parcel's trouble is its own
            _log.warning("outbox.failed", channel=parcel.channel, parcel=parcel.id, error=repr(error))
            return Verdict(ParcelState.waiting, repr(error))

    async def _settle_done(self, connection: asyncpg.Connection) -> bool:
        """What ends together is written down together."""
        done = [task for task in self._going if task.done()]
        await self._settle(connection, {self._going[task]: task.result() for task in done})
        for task in done:
            del self._going[task]
        return bool(done)

    async def _settle(self, connection: asyncpg.Connection, verdicts: Mapping[Parcel, Verdict]) -> None:
        at = now()
        await repository.settle(connection, at, {parcel.id: final(parcel, verdict, at) for parcel, verdict in verdicts.items()})

    async def _pause(self, connection: asyncpg.Connection) -> float:
        due = await repository.next_due(connection, self._carriers)
        left = (due - now()).total_seconds() if due else LOOK_SECONDS
        return min(max(left, 0.05), LOOK_SECONDS)

    def _let_go(self) -> None:
        for task in self._going:
            task.cancel()


async def _for_ever(work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - whatever happened, the post must go on
            _log.warning("outbox.courier_lost", error=repr(error))
        await asyncio.sleep(PAUSE_SECONDS)


def _clock() -> float:
    return asyncio.get_running_loop().time()


async def _until(event: asyncio.Event, seconds: float) -> None:
    """It happens, or so many seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


async def _asked(vetting: Vetting, session: ReadSession, parcels: Sequence[Parcel]) -> Mapping[UUID, Verdict]:
    """One that it cannot judge, by a fault of ours, waits, and holds up no other."""
    try:
        return await vetting(session, parcels)
    except _FAULTS as error:
        if len(parcels) == 1:
            _log.exception("outbox.not_vetted", parcel=parcels[0].id)
            return {parcels[0].id: Verdict(ParcelState.waiting, repr(error))}
    found: dict[UUID, Verdict] = {}
    for parcel in parcels:
        found |= await _asked(vetting, session, [parcel])
    return found


def final(parcel: Parcel, verdict: Verdict, at: datetime) -> tuple[Verdict, datetime | None]:
    """What waits is next taken when its receiver says, or later with each attempt; what would then have expired is given up."""
    if verdict.state is not ParcelState.waiting:
        return verdict, None
    again = at + (back_off(parcel.attempts) if verdict.after is None else verdict.after)
    return (verdict, again) if again < parcel.expires_at else (Verdict(ParcelState.given_up, verdict.error), None)


def back_off(attempts: int) -> timedelta:
    """Twice as long each time, up to an hour, and never the same for all: what failed together does not come back together."""
    longest: timedelta = min(FIRST_DELAY * 2 ** min(attempts - 1, 12), LONGEST_DELAY)
    return longest * random.uniform(0.5, 1)  # noqa: S311 - no secret


@asynccontextmanager
async def opened(node: Node) -> AsyncIterator[Courier]:
    async with AsyncExitStack() as stack:
        yield Courier(node, {channel: await stack.enter_async_context(carrier(node)) for channel, carrier in CARRIERS.items()})


@asynccontextmanager
async def carrying(node: Node) -> AsyncIterator[None]:
    """Carry beside whatever the block does."""
    task = asyncio.create_task(_keep_carrying(node), name="courier")
    try:
        yield
    finally:
        while not task.done():  # on its way to the database it may not have heard
            task.cancel()
            await asyncio.wait([task], timeout=PAUSE_SECONDS)


async def _keep_carrying(node: Node) -> None:
    while True:
        try:
            async with opened(node) as courier:
                await courier.run()
        except Exception as error:  # noqa: BLE001 - whatever happened, the post must go on
            _log.warning("outbox.courier_lost", error=repr(error))
        await asyncio.sleep(PAUSE_SECONDS)
