"""When things happened, as the server takes it."""

from datetime import datetime

from server.core.clock import now
from server.core.errors import Invalid
from shared_models.instants import IMPLAUSIBLE, PLANT_BEGAN, SOON


class ImplausibleTime(Invalid):
    """A clock that is wrong by decades."""

    code = IMPLAUSIBLE


class ReadInFuture(Invalid):
    code = "read_in_future"


def ensure_read(at: datetime, field: str = "read_at") -> None:
    """A meter is not read ahead of time, but for what clocks differ by."""
    if at > now() + SOON:
        raise ReadInFuture(field=field)


def past(at: datetime, field: str = "occurred_at", *, until: datetime | None = None) -> datetime:
    """What has happened did not happen in the future: a clock that runs ahead counts as now, `until`."""
    if at < PLANT_BEGAN:
        raise ImplausibleTime(field=field)
    return min(at, until or now())
