"""The server's time as well as the device can tell: phones in workshops are hours wrong, and unaware of it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_TRUSTED = timedelta(seconds=2)  # below, the network's own delay says more than the difference


def device_time() -> datetime:
    return datetime.now(UTC)


class Clock:
    """`offset` is what to add to the device's time. It is learnt at each answer that says what time it is."""

    def __init__(self, device: Callable[[], datetime] = device_time, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._device = device
        self._monotonic = monotonic
        self.offset = timedelta()

    def now(self) -> datetime:
        return self._device() + self.offset

    def started(self) -> float:
        """Give this back to `learn`."""
        return self._monotonic()

    def learn(self, server_now: datetime, started: float) -> bool:
        """Take the server's time, told by an answer whose request left at `started`; whether that changed anything."""
        half_way = timedelta(seconds=(self._monotonic() - started) / 2)
        offset = server_now + half_way - self._device()
        if abs(offset - self.offset) <= max(_TRUSTED, half_way):
            return False
        self.offset = timedelta() if abs(offset) <= _TRUSTED else offset
        return True
