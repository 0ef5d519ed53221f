"""Keeps the device and the server in step: when to talk, what to show of it, and what to do when nobody answers."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mobile_app.core.api import Api
from mobile_app.core.clock import Clock
from mobile_app.core.errors import Offline, ServerTrouble, SignInNeeded
from mobile_app.core.exchange import Pull, Push
from mobile_app.core.observable import Observable
from mobile_app.core.outbox import Outbox, Stage
from mobile_app.core.tabs import Tabs

PERIOD = 60.0
FIRST_RETRY = 1.0
LONGEST_RETRY = 60.0
SHORTEST_STREAM = 5.0
PROGRESS_PAUSE = 0.5
UNSEEN_RETRY = 0.2  # an interrupted pull did not show all our changes yet, or a restored server may not have had them

Sleep = Callable[[float], Awaitable[None]]


class SyncState(StrEnum):
    synced = "synced"
    syncing = "syncing"
    waiting = "waiting"
    offline = "offline"
    needs_you = "needs_you"


@dataclass(frozen=True)
class SyncStatus:
    """For the chip. `progress` is (done, total) rows of a first load; `is_first` until one has been completed."""

    state: SyncState = SyncState.synced
    waiting: int = 0
    needs_you: int = 0
    offline_since: datetime | None = None
    progress: tuple[int, int] | None = None
    synced_at: datetime | None = None
    is_first: bool = True


class Sync(Observable):
    """Live: `status`. One tab of the browser leads and talks to the server; the others hear from it."""

    def __init__(
        self, api: Api, outbox: Outbox, clock: Clock, tabs: Tabs, sleep: Sleep, on_error: Callable[[str, Exception], None]
    ) -> None:
        super().__init__()
        self.status = SyncStatus()
        self.push: Push | None = None
        self.pull: Pull | None = None
        self._api = api
        self._outbox = outbox
        self._clock = clock
        self._tabs = tabs
        self._sleep = sleep
        self._on_error = on_error
        self._wake = asyncio.Event()
        self._failures = 0
        self._offline_since: datetime | None = None
        self._progress: tuple[int, int] | None = None
        self._progress_due = 0.0
        self._synced_at: datetime | None = None
        self._is_first = True
        self._active = False
        self.leads = False
        self._tasks: list[asyncio.Task[None]] = []
        self._round = asyncio.Lock()
        outbox.subscribe(lambda *_: self.refresh())

    # what screens and events ask for

    async def now(self) -> None:
        """Ask for a round at once; `status` says how it goes."""
        self._failures = 0
        self.wake()

    def wake(self) -> None:
        """Something may have changed, here or there."""
        if self.leads:
            self._wake.set()
        else:
            self._tabs.post({"kind": "wake"})

    @property
    def is_in_touch(self) -> bool:
        """Whether somebody talks to the server, as far as this tab knows."""
        return bool(self._tasks) and self._offline_since is None

    @property
    def is_alive(self) -> bool:
        return any(not task.done() for task in self._tasks)

    def went_offline(self) -> None:
        if self._offline_since is None:
            self._offline_since = self._clock.now()
        self.refresh()

    @asynccontextmanager
    async def at_rest(self) -> AsyncIterator[None]:
        """Between two rounds: nothing that the server says is written meanwhile."""
        async with self._round:
            yield

    # life

    def start(self, user_id: str) -> None:
        self._tasks = [asyncio.ensure_future(self._lead(user_id))]

    async def stop(self) -> None:
        tasks, self._tasks, self.leads = self._tasks, [], False
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def forget(self) -> None:
        """Another person's status starts afresh."""
        self._failures, self._offline_since, self._progress, self._synced_at, self._is_first = 0, None, None, None, True
        self.refresh()

    def opened(self, *, has_rows: bool) -> None:
        self._is_first = not has_rows
        self.refresh()

    async def _lead(self, user_id: str) -> None:
        async with self._tabs.lock(f"etabli-sync-{user_id}"):
            self.leads = True
            await self._outbox.reload()
            listening = asyncio.ensure_future(self._listen())
            try:
                await self._rounds()
            finally:
                self.leads = False
                listening.cancel()

    async def _rounds(self) -> None:
        while True:
            self._wake.clear()
            try:
                delay = await self.round()
            except SignInNeeded:
                return
            except Exception as error:  # noqa: BLE001 - one bad round must not end all
                self._on_error("sync", error)
                self._failures += 1
                delay = self._back_off()
            await self._until_woken(delay)

    async def _until_woken(self, seconds: float) -> None:
        sleeping = asyncio.ensure_future(self._sleep(seconds))
        waking = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait({sleeping, waking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waking.cancel()

    async def round(self) -> float:
        """Push, pull, let go of what the pull shows. How long to wait for the next one, unless something happens."""
        async with self._round:
            self._active = True
            self.refresh()
            try:
                return await self._exchange()
            except (Offline, ServerTrouble) as error:
                self._failures += 1
                self.went_offline()
                return max(self._back_off(), getattr(error, "retry_after", None) or 0.0)
            finally:
                self._active, self._progress = False, None
                self.refresh()
                self._tell()

    async def _exchange(self) -> float:
        assert self.push is not None
        assert self.pull is not None
        everything_sent = await self.push.run()
        horizon = await self.pull.run()
        await self._let_go(horizon)
        self._failures, self._offline_since, self._is_first = 0, None, False
        self._synced_at = self._clock.now()
        if self.pull.was_reset or any(entry.stage == Stage.applied for entry in self._outbox.entries):
            return UNSEEN_RETRY
        return PERIOD if everything_sent else LONGEST_RETRY / 4

    async def _let_go(self, horizon: int | None) -> None:
        """The screen may let go of what this pull shows."""
        assert self.pull is not None
        applied = [entry for entry in self._outbox.entries if entry.stage == Stage.applied]
        done = [entry.id for entry in applied if self.pull.is_whole or entry.xid is None or (horizon or 0) > entry.xid]
        if done:
            await self._outbox.shown(done)

    def _back_off(self) -> float:
        longest: float = min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(self._failures - 1, 10))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads phones that come back together

    async def _listen(self) -> None:
        """Hold the stream of pokes open."""
        failures = 0
        while True:
            is_new, began = True, time.monotonic()
            try:
                async for line in self._api.stream("/sync/stream"):
                    if is_new or line.startswith(("data", "event")):
                        self._wake.set()  # pokes may have been missed before the stream was there
                    is_new = False
                failures = failures + 1 if time.monotonic() - began < SHORTEST_STREAM else 0  # others may be taking its place
            except SignInNeeded:
                return
            except (Offline, ServerTrouble):
                failures += 1
            except Exception as error:  # noqa: BLE001 - pokes are a comfort, not a need
                self._on_error("stream", error)
                failures += 1
            await self._sleep(min(LONGEST_RETRY, 2 ** min(failures, 6)) * random.uniform(0.5, 1.0))  # noqa: S311

    # status

    def progressed(self, done: int, total: int) -> None:
        """Told twice a second: drawing it takes the processor from what it tells of."""
        self._progress = (done, total)
        if (now := time.monotonic()) >= self._progress_due:
            self._progress_due = now + PROGRESS_PAUSE
            self.refresh()

    def hear(self, message: dict[str, str | None]) -> None:
        """What the leading tab says of the network."""
        since, at = message.get("offline_since"), message.get("synced_at")
        self._offline_since = datetime.fromisoformat(since) if since else None
        self._synced_at = datetime.fromisoformat(at) if at else None
        self._is_first = at is None and self._is_first
        self.refresh()

    def _tell(self) -> None:
        times = {"offline_since": self._offline_since, "synced_at": self._synced_at}
        self._tabs.post({"kind": "sync", **{name: at and at.isoformat() for name, at in times.items()}})

    def refresh(self) -> None:
        waiting, needs_you = self._outbox.waiting, len(self._outbox.needs_you)
        new = SyncStatus(
            state=self._state(waiting, needs_you), waiting=waiting, needs_you=needs_you, offline_since=self._offline_since,
            progress=self._progress, synced_at=self._synced_at, is_first=self._is_first,
        )  # fmt: skip
        if new != self.status:
            self.status = new
            self.notify()

    def _state(self, waiting: int, needs_you: int) -> SyncState:
        if needs_you:
            return SyncState.needs_you
        if self._offline_since:
            return SyncState.offline
        if self._active and (waiting or self._is_first):
            return SyncState.syncing
        return SyncState.waiting if waiting else SyncState.synced
