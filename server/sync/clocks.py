"""Devices' clocks: a wrong one is corrected by the difference seen at the push, and nothing has happened in the future."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from server.core.context import device_time
from shared_models.base import Command
from shared_models.sync import HAPPENED

TOLERANCE = timedelta(minutes=2)
_YEARS = range(2000, 2200)  # beyond, no correction makes sense, and services refuse it
C = TypeVar("C", bound=Command)


def skew(sent_at: datetime, received_at: datetime) -> timedelta:
    """How far the device's clock runs ahead; small differences are the network's."""
    if sent_at.year not in _YEARS:
        return timedelta()
    ahead = sent_at - received_at
    return ahead if abs(ahead) > TOLERANCE else timedelta()


def corrected(command: C, ahead: timedelta, received_at: datetime) -> C:
    """What has happened, by the server's clock; what is planned stays."""
    told = {name: at for name in HAPPENED if isinstance(at := getattr(command, name, None), datetime) and at.year in _YEARS}
    return command.model_copy(update={name: min(at.astimezone(UTC) - ahead, received_at) for name, at in told.items()})


@contextmanager
def remembered(told: datetime, used: datetime) -> Iterator[None]:
    """Inside, audit rows keep what the device has told."""
    token = device_time.set(told if told != used else None)
    try:
        yield
    finally:
        device_time.reset(token)
