"""Devices' clocks: a wrong one is corrected by the difference seen at the push, and nothing has happened in the future."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from server.core.context import device_time
from server.core.times import ImplausibleTime
from shared_models.base import Command
from shared_models.commands import at_times, instants
from shared_models.instants import PLANT_BEGAN

TOLERANCE = timedelta(minutes=2)
DEAD_SINCE = datetime(1969, 12, 31, tzinfo=UTC)
"""What a clock shows that has lost its battery: the epoch of its system, somewhere from here to `PLANT_BEGAN`."""
C = TypeVar("C", bound=Command)


def skew(sent_at: datetime, received_at: datetime) -> timedelta:
    """How far the device's clock runs ahead; small differences are the network's."""
    ahead = sent_at - received_at
    return ahead if abs(ahead) > TOLERANCE else timedelta()


def corrected(command: C, ahead: timedelta, received_at: datetime) -> C:
    """What has happened, by the server's clock; what is planned stays.

    A dead clock that was set right before the push leaves no trace of when: what it says has happened counts as happening now.
    """
    dead = command.occurred_at.astimezone(UTC) - ahead
    lost = received_at - dead if DEAD_SINCE <= dead < PLANT_BEGAN else timedelta()
    for path, at in instants(command).items():
        if at.astimezone(UTC) - ahead + lost < PLANT_BEGAN:
            raise ImplausibleTime(field=path)
    return at_times(command, lambda at: min(at.astimezone(UTC) - ahead + lost, received_at))


@contextmanager
def remembered(sent: datetime, used: datetime) -> Iterator[None]:
    """Inside, audit rows keep the device's own time."""
    token = device_time.set(sent if sent != used else None)
    try:
        yield
    finally:
        device_time.reset(token)
